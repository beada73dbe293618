//! Acknowledgements of commands on `sens/v1/{serial}/command/ack`: any JSON object. One that names the command by its
//! `id` answers it: `{"id":"…","status":"received"|"done"|"failed","detail":"…","result":…}`. Instead of `status` there may
//! be `ok`, true or false; without both the command is done.

use super::{Control, DecodeContext, Decoded, Decoder, DecoderTag, Document};
use crate::command::{CommandAnswer, CommandVerdict};
use crate::json::{Fields, Json, Kind};

/// The decoder of acknowledgements.
pub(super) struct CommandAck;

impl Decoder for CommandAck {
    fn tag(&self) -> DecoderTag {
        DecoderTag::new("command_ack@1")
    }

    fn claims(
        &self,
        document: &Document<'_>,
        context: &DecodeContext<'_>,
        _declared: bool,
    ) -> bool {
        context.topic.serial().is_some() && document.object().is_some()
    }

    fn decode(&self, document: &Document<'_>, context: &DecodeContext<'_>, out: &mut Decoded) {
        if let (Some(serial), Some(fields)) = (context.topic.serial(), document.object()) {
            out.control = Some(Control::CommandAck {
                serial: serial.clone(),
                answer: answer(fields),
            });
        }
    }
}

fn answer(fields: &Fields<'_>) -> Option<CommandAnswer> {
    let id = fields.get("id")?.text()?;
    let detail = fields.optional("detail").and_then(Json::text);
    let result = fields.optional("result").map(Json::as_str);
    let verdict = verdict(fields)?;
    Some(CommandAnswer::new(&id, verdict, detail.as_deref(), result))
}

/// A status that is not known says nothing: better no answer than a wrong one.
fn verdict(fields: &Fields<'_>) -> Option<CommandVerdict> {
    if let Some(status) = fields.optional("status") {
        return match &*status.text()? {
            "received" | "accepted" | "delivered" => Some(CommandVerdict::Received),
            "done" | "ok" | "acknowledged" => Some(CommandVerdict::Done),
            "failed" | "error" | "rejected" => Some(CommandVerdict::Failed),
            _ => None,
        };
    }
    match fields.optional("ok").map(Json::kind) {
        None | Some(Kind::Boolean(true)) => Some(CommandVerdict::Done),
        Some(Kind::Boolean(false)) => Some(CommandVerdict::Failed),
        Some(_) => None,
    }
}
