//! From bytes to facts.
//!
//! A [`DecoderMap`] says which decoders are asked for a topic and a content type; the first [`Decoder`] that claims
//! the payload has it, and equal readings are numbered. What each decoder takes is in its module.

mod ack;
mod draft;
mod fault;
mod field;
mod flat;
mod identity;
mod map;
mod pattern;
mod senml;
mod startup;
mod status;
mod v1;

use std::fmt;

use crate::catalogue::Catalogue;
use crate::cbor::{self, Value};
use crate::command::CommandAnswer;
use crate::dedup::Position;
use crate::json::{self, Fields, Root};
use crate::reading::{DeviceRef, ItemError, Reading, Startup};
use crate::reason::Reason;
use crate::serial::Serial;
use crate::time::{ClockPolicy, Micros};
use crate::topic::Topic;

pub use crate::json::MAX_DEPTH;
use map::Route;
pub use map::{DecoderMap, InvalidDecoderMap};

/// Which decoder read a payload, and which version of its rules. Displays as `flat@1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DecoderTag(&'static str);

impl DecoderTag {
    /// From how it displays: name, `@`, version.
    pub const fn new(tag: &'static str) -> Self {
        Self(tag)
    }

    /// As it displays.
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// Name of the decoder.
    pub fn id(self) -> &'static str {
        self.0.split_once('@').map_or(self.0, |(id, _)| id)
    }
}

impl fmt::Display for DecoderTag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
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
        /// What it says; none when the command it speaks of cannot be told.
        answer: Option<CommandAnswer>,
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

/// In what a payload is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// JSON.
    Json,
    /// CBOR.
    Cbor,
}

/// A payload that is valid JSON or CBOR, before anyone claimed it.
#[derive(Debug)]
pub struct Document<'a>(Body<'a>);

#[derive(Debug)]
enum Body<'a> {
    Json(Root<'a>),
    Cbor(Value<'a>),
}

impl<'a> Document<'a> {
    /// Reads a payload.
    ///
    /// # Errors
    /// One line saying why the bytes are not of this encoding.
    pub fn parse(payload: &'a [u8], encoding: Encoding) -> Result<Self, String> {
        Ok(Self(match encoding {
            Encoding::Json => Body::Json(json::parse(payload)?),
            Encoding::Cbor => Body::Cbor(cbor::parse(payload)?),
        }))
    }

    fn json(&self) -> Option<&Root<'a>> {
        match &self.0 {
            Body::Json(root) => Some(root),
            Body::Cbor(_) => None,
        }
    }

    fn cbor(&self) -> Option<&Value<'a>> {
        match &self.0 {
            Body::Json(_) => None,
            Body::Cbor(value) => Some(value.content()),
        }
    }

    fn object(&self) -> Option<&Fields<'a>> {
        match self.json() {
            Some(Root::Object(fields)) => Some(fields),
            _ => None,
        }
    }
}

/// A payload format.
pub trait Decoder: Sync {
    /// Its name and the version of its rules, as stored with every reading it makes.
    fn tag(&self) -> DecoderTag;

    /// The encoding it reads.
    fn encoding(&self) -> Encoding {
        Encoding::Json
    }

    /// Whether a document that came in this context is of this format. `declared` says that its content type is this
    /// format's, so that the shape need not prove it.
    fn claims(&self, document: &Document<'_>, context: &DecodeContext<'_>, declared: bool) -> bool;

    /// Adds what the document says to `out`: readings, startups, control and errors. The identities of readings
    /// are filled in afterwards.
    fn decode(&self, document: &Document<'_>, context: &DecodeContext<'_>, out: &mut Decoded);
}

/// Every decoder there is.
pub fn decoders() -> [&'static dyn Decoder; 7] {
    [
        &status::Status,
        &ack::CommandAck,
        &startup::DeviceStartup,
        &senml::SenMl,
        &senml::SenMlCbor,
        &flat::Flat,
        &v1::V1,
    ]
}

/// Decodes a payload. Total: it never panics and never fails, and everything that is wrong becomes an error in
/// the outcome. The same payload in the same context gives the same outcome.
///
/// This asks the decoders of [`DecoderMap::builtin`]; [`DecoderMap::decode`] those of another map.
pub fn decode(payload: &[u8], context: &DecodeContext<'_>) -> Decoded {
    DecoderMap::builtin().decode(payload, context)
}

impl DecoderMap {
    /// Decodes a payload by the decoders of this map; otherwise as [`decode`].
    pub fn decode(&self, payload: &[u8], context: &DecodeContext<'_>) -> Decoded {
        let mut out = Decoded::default();
        if let Err((reason, detail)) = self.decode_into(payload, context, &mut out) {
            out.errors.push(whole(reason, detail, context));
        }
        identity::assign_identities(&mut out.readings, context.position);
        out.device = common_device(&out, context);
        out
    }

    fn decode_into(
        &self,
        payload: &[u8],
        context: &DecodeContext<'_>,
        out: &mut Decoded,
    ) -> Result<(), Refusal> {
        readable(context)?;
        let route = self.route(context.topic, context.content_type);
        let document = read(payload, &route, context)?;
        let decoder = claimant(&document, &route, context)
            .ok_or_else(|| (Reason::UnknownFormat, unclaimed(&document).to_owned()))?;
        out.decoder = Some(decoder.tag());
        decoder.decode(&document, context, out);
        Ok(())
    }
}

/// Why a payload as a whole is refused, and in words.
type Refusal = (Reason, String);

/// Looks for what is wrong before the first byte is looked at.
fn readable(context: &DecodeContext<'_>) -> Result<(), Refusal> {
    if context.truncated {
        let detail = format!(
            "the payload of {} bytes is over the limit; its beginning is kept",
            context.full_length
        );
        return Err((Reason::PayloadTooLarge, detail));
    }
    match context.topic {
        Topic::Unknown => Err((
            Reason::UnknownTopic,
            "the topic is none of the platform's".to_owned(),
        )),
        Topic::InvalidSerial(name) => Err((
            Reason::InvalidSerial,
            format!("{} in the topic is no serial", fault::shown(name)),
        )),
        _ => Ok(()),
    }
}

/// Reads the payload in the encoding it is in. JSON stays JSON whatever its content type says. Without a content type
/// that says so, only what a decoder claims is taken for CBOR.
fn read<'a>(
    payload: &'a [u8],
    route: &Route<'_>,
    context: &DecodeContext<'_>,
) -> Result<Document<'a>, Refusal> {
    let no_json = match Document::parse(payload, Encoding::Json) {
        Ok(document) => return Ok(document),
        Err(detail) => (Reason::InvalidJson, detail),
    };
    let declared = route.declares(Encoding::Cbor);
    let possible = route.asks(Encoding::Cbor) && cbor::may_be_container(payload);
    if !declared && !possible {
        return Err(no_json);
    }
    match Document::parse(payload, Encoding::Cbor) {
        Ok(document) if declared || claimant(&document, route, context).is_some() => Ok(document),
        Err(detail) if declared => Err((Reason::InvalidCbor, detail)),
        Ok(_) | Err(_) => Err(no_json),
    }
}

/// The first decoder of the route that claims the document.
fn claimant<'a>(
    document: &Document<'_>,
    route: &Route<'a>,
    context: &DecodeContext<'_>,
) -> Option<&'a dyn Decoder> {
    route
        .decoders()
        .find(|(decoder, declared)| decoder.claims(document, context, *declared))
        .map(|(decoder, _)| decoder)
}

/// Why nobody claims a document.
fn unclaimed(document: &Document<'_>) -> &'static str {
    match document.json() {
        Some(Root::Object(_)) => "the object has no event_type and is no batch",
        Some(Root::Array(elements)) if elements.is_empty() => "the array is empty",
        Some(Root::Array(_)) => "the array holds neither events nor SenML records",
        Some(Root::Scalar) => "the JSON is neither an object nor an array",
        None => "the CBOR is no SenML pack",
    }
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
