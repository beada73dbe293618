//! From bytes to facts.
//!
//! [`decode`] looks at the topic and the shape of the JSON, gives the payload to the [`Decoder`] that claims it,
//! and numbers equal readings. What each decoder takes is in its module.

mod ack;
mod draft;
mod fault;
mod field;
mod flat;
mod identity;
mod senml;
mod startup;
mod status;
mod v1;

use std::fmt;

use crate::catalogue::Catalogue;
use crate::dedup::Position;
use crate::json::{self, Fields, Root};
use crate::reading::{DeviceRef, ItemError, Reading, Startup};
use crate::reason::Reason;
use crate::serial::Serial;
use crate::time::{ClockPolicy, Micros};
use crate::topic::Topic;

pub use crate::json::MAX_DEPTH;

/// Which decoder read a payload, and which version of its rules. Displays as `flat@1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DecoderTag {
    /// Name of the decoder.
    pub id: &'static str,
    /// Version of its rules.
    pub version: u16,
}

impl fmt::Display for DecoderTag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}@{}", self.id, self.version)
    }
}

/// What is known of a payload besides its bytes.
#[derive(Debug, Clone, Copy)]
pub struct DecodeContext<'a> {
    /// Topic on which it came.
    pub topic: &'a Topic,
    /// Time of arrival.
    pub received_at: Micros,
    /// Content type the sender gave.
    pub content_type: Option<&'a str>,
    /// Whether only the beginning of the payload was kept.
    pub truncated: bool,
    /// Length of the whole payload in bytes.
    pub full_length: u64,
    /// Position of the raw record.
    pub position: Position,
    /// The metrics that are known.
    pub catalogue: &'a Catalogue,
    /// Which claims about time are plausible.
    pub clock: ClockPolicy,
}

/// What a control message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// The device, or the broker in its name, says whether it is connected.
    Status {
        /// The device.
        serial: Serial,
        /// Whether it is connected.
        online: bool,
    },
    /// The device acknowledges a command.
    CommandAck {
        /// The device.
        serial: Serial,
    },
}

/// What a payload comes to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Decoded {
    /// The decoder that claimed it; none when none did.
    pub decoder: Option<DecoderTag>,
    /// The one device the topic and all items speak of; none when they speak of none or of several.
    pub device: Option<DeviceRef>,
    /// Firmware version the device gave.
    pub firmware: Option<String>,
    /// The good readings.
    pub readings: Vec<Reading>,
    /// Startups, their tokens not yet verified.
    pub startups: Vec<Startup>,
    /// Everything that is wrong.
    pub errors: Vec<ItemError>,
    /// Set for control messages.
    pub control: Option<Control>,
}

/// A payload that is valid JSON, before anyone claimed it.
#[derive(Debug)]
pub struct Document<'a> {
    root: Root<'a>,
}

impl<'a> Document<'a> {
    /// Reads a payload.
    ///
    /// # Errors
    /// One line saying why the bytes are no JSON.
    pub fn parse(payload: &'a [u8]) -> Result<Self, String> {
        json::parse(payload).map(|root| Self { root })
    }

    fn object(&self) -> Option<&Fields<'a>> {
        match &self.root {
            Root::Object(fields) => Some(fields),
            _ => None,
        }
    }
}

/// A payload format. Decoders are asked in the order of [`decoders`]; the first that claims a document has it.
pub trait Decoder: Sync {
    /// Its name and the version of its rules, as stored with every reading it makes.
    fn tag(&self) -> DecoderTag;

    /// Whether a document that came in this context is of this format.
    fn claims(&self, document: &Document<'_>, context: &DecodeContext<'_>) -> bool;

    /// Adds what the document says to `out`: readings, startups, control and errors. The identities of readings
    /// are filled in afterwards.
    fn decode(&self, document: &Document<'_>, context: &DecodeContext<'_>, out: &mut Decoded);
}

/// Every decoder, in the order in which they are asked.
pub fn decoders() -> [&'static dyn Decoder; 6] {
    [
        &status::Status,
        &ack::CommandAck,
        &startup::DeviceStartup,
        &senml::SenMl,
        &flat::Flat,
        &v1::V1,
    ]
}

/// Decodes a payload. Total: it never panics and never fails, and everything that is wrong becomes an error in
/// the outcome. The same payload in the same context gives the same outcome.
pub fn decode(payload: &[u8], context: &DecodeContext<'_>) -> Decoded {
    let mut out = Decoded::default();
    if let Some((reason, detail)) = unreadable(context) {
        out.errors.push(whole(reason, detail, context));
    } else {
        match Document::parse(payload) {
            Ok(document) => decode_document(&document, context, &mut out),
            Err(detail) => out.errors.push(whole(Reason::InvalidJson, detail, context)),
        }
    }
    identity::assign_identities(&mut out.readings, context.position);
    out.device = common_device(&out, context);
    out
}

/// What is wrong before the first byte is looked at.
fn unreadable(context: &DecodeContext<'_>) -> Option<(Reason, String)> {
    if context.truncated {
        let detail = format!(
            "the payload of {} bytes is over the limit; its beginning is kept",
            context.full_length
        );
        return Some((Reason::PayloadTooLarge, detail));
    }
    match context.topic {
        Topic::Unknown => Some((
            Reason::UnknownTopic,
            "the topic is none of the platform's".to_owned(),
        )),
        Topic::InvalidSerial(name) => Some((
            Reason::InvalidSerial,
            format!("{} in the topic is no serial", fault::shown(name)),
        )),
        _ => None,
    }
}

fn decode_document(document: &Document<'_>, context: &DecodeContext<'_>, out: &mut Decoded) {
    let Some(decoder) = decoders()
        .into_iter()
        .find(|decoder| decoder.claims(document, context))
    else {
        let detail = match &document.root {
            Root::Object(_) => "the object has no event_type and is no batch",
            Root::Array(elements) if elements.is_empty() => "the array is empty",
            Root::Array(_) => "the array holds neither events nor SenML records",
            Root::Scalar => "the JSON is neither an object nor an array",
        };
        out.errors
            .push(whole(Reason::UnknownFormat, detail.to_owned(), context));
        return;
    };
    out.decoder = Some(decoder.tag());
    decoder.decode(document, context, out);
}

/// An error that concerns the whole payload.
fn whole(reason: Reason, detail: String, context: &DecodeContext<'_>) -> ItemError {
    ItemError {
        device: context.topic.serial().cloned().map(DeviceRef::from),
        reason,
        detail,
        pointer: String::new(),
        item: 0,
    }
}

/// The device all items speak of, errors included; without any the topic's.
fn common_device(out: &Decoded, context: &DecodeContext<'_>) -> Option<DeviceRef> {
    let readings = out.readings.iter().map(|reading| &reading.device);
    let errors = out.errors.iter().filter_map(|error| error.device.as_ref());
    let mut items = readings.chain(errors);
    let startups = out
        .startups
        .iter()
        .map(|startup| DeviceRef::from(startup.serial.clone()));
    let topic = context.topic.serial().cloned().map(DeviceRef::from);
    let mut claimed = topic.into_iter().chain(startups);
    let device = claimed.next().or_else(|| items.next().cloned())?;
    let same = claimed.all(|other| other == device) && items.all(|other| *other == device);
    same.then_some(device)
}
