//! Acknowledgements of commands on `sens/v1/{serial}/command/ack`: any JSON object.

use super::{Control, DecodeContext, Decoded, Decoder, DecoderTag, Document};

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

    fn decode(&self, _document: &Document<'_>, context: &DecodeContext<'_>, out: &mut Decoded) {
        if let Some(serial) = context.topic.serial() {
            out.control = Some(Control::CommandAck {
                serial: serial.clone(),
            });
        }
    }
}
