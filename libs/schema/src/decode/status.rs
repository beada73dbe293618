//! `{"online":true|false}` on `sens/v1/{serial}/status`: presence, also the last will.

use super::fault::{Fault, Place};
use super::field::{required, topic_device};
use super::{Control, DecodeContext, Decoded, Decoder, DecoderTag, Document};
use crate::json::{Fields, Kind};

/// The decoder of presence.
pub(super) struct Status;

impl Decoder for Status {
    fn tag(&self) -> DecoderTag {
        DecoderTag::new("status@1")
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
        let (Some(serial), Some(fields)) = (context.topic.serial(), document.object()) else {
            return;
        };
        match online(fields) {
            Ok(online) => {
                let serial = serial.clone();
                out.control = Some(Control::Status { serial, online });
            }
            Err(fault) => out
                .errors
                .push(fault.at(topic_device(context), Place::Whole)),
        }
    }
}

fn online(fields: &Fields<'_>) -> Result<bool, Fault> {
    let value = required(fields, "online")?;
    match value.kind() {
        Kind::Boolean(online) => Ok(online),
        _ => Err(Fault::wrong_type("online", "true or false", value)),
    }
}
