//! Payload formats, decoders, metric rules, serials, topics and subjects of SENS Platform.
//!
//! Everything here is pure: bytes in, facts out. No clock is read, no socket is opened and no row is
//! written, so the same payload in the same context always gives the same readings. That is what makes
//! redelivery and replay harmless.
//!
//! Start at [`decode`]: it turns one received payload into a [`Decoded`].

pub mod api_key;
mod catalogue;
mod cbor;
pub mod command;
mod convert;
mod decode;
mod dedup;
pub mod durability;
pub mod envelope;
pub mod event;
pub mod explain;
pub mod import;
mod json;
mod labels;
mod locate;
pub mod provision;
mod reading;
mod reason;
mod serial;
mod speaker;
pub mod subject;
pub mod time;
pub mod topic;
pub mod trace;
mod value;

pub use catalogue::{Catalogue, MetricKind, MetricRule, UnknownMetricKind};
pub use convert::{convert, is_known_unit};
pub use decode::{
    Control, DecodeContext, Decoded, Decoder, DecoderMap, DecoderTag, Document, Encoding,
    InvalidDecoderMap, MAX_DEPTH, decode, decoders,
};
pub use dedup::{Identity, Position, dedup};
pub use labels::{InvalidLabel, LabelSelector, Labels, Requirement, check_labels};
pub use locate::{Spot, locate};
pub use reading::{DeviceRef, ItemError, Quality, Reading, Startup};
pub use reason::{Reason, UnknownReason};
pub use serial::{InvalidSerial, Serial};
pub use speaker::speaker;
pub use time::{ClockPolicy, Micros};
pub use topic::Topic;
pub use value::Value;
