//! Identity of readings: the part of a reading's key that tells two readings of one device, metric and
//! instant apart, and makes a reading that comes again the same reading.
//!
//! The hash is the first eight bytes, big-endian, of SHA-256 over:
//!
//! | case | bytes |
//! |---|---|
//! | content | `1`, the value, `0` or `1` and the device's sequence number (8 bytes), occurrence (4 bytes) |
//! | position | `2`, epoch (4 bytes), stream sequence (8 bytes), item index (4 bytes) |
//!
//! A value is `1` and the bits of the double (8 bytes), `2`, the length (8 bytes) and the UTF-8 of a text,
//! or `3` and the bits of the double for a boolean. All integers are big-endian. **This layout never
//! changes**: it is part of the key of every stored reading.

use sha2::{Digest, Sha256};

use crate::value::Value;

/// Where a raw record stands: the stream's epoch and the sequence in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// Epoch of the stream.
    pub epoch: i32,
    /// Sequence in the stream.
    pub seq: u64,
}

/// What makes a reading itself, besides its device, metric and time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Identity<'a> {
    /// What it says: for readings with a plausible time of their own or a sequence number.
    Content {
        /// The value.
        value: &'a Value,
        /// Whether the value is a boolean.
        boolean: bool,
        /// The device's sequence number, where it sends one.
        device_seq: Option<i64>,
        /// How many equal items (device, metric, time, value, sequence) stand before it in its payload.
        occurrence: u32,
    },
    /// Where it stands: for readings with neither.
    Position {
        /// Position of the raw record.
        position: Position,
        /// Index of the item in the payload.
        item: u32,
    },
}

/// The 64-bit hash of an identity. Stable for ever; the layout is described above.
pub fn dedup(identity: Identity<'_>) -> i64 {
    let mut hasher = Sha256::new();
    match identity {
        Identity::Content {
            value,
            boolean,
            device_seq,
            occurrence,
        } => {
            match value {
                Value::Number(number) => {
                    hasher.update([1, if boolean { 3 } else { 1 }]);
                    hasher.update(number.to_bits().to_be_bytes());
                }
                Value::Text(text) => {
                    hasher.update([1, 2]);
                    hasher.update((text.len() as u64).to_be_bytes());
                    hasher.update(text.as_bytes());
                }
            }
            match device_seq {
                Some(seq) => {
                    hasher.update([1]);
                    hasher.update(seq.to_be_bytes());
                }
                None => hasher.update([0]),
            }
            hasher.update(occurrence.to_be_bytes());
        }
        Identity::Position { position, item } => {
            hasher.update([2]);
            hasher.update(position.epoch.to_be_bytes());
            hasher.update(position.seq.to_be_bytes());
            hasher.update(item.to_be_bytes());
        }
    }
    let digest: [u8; 32] = hasher.finalize().into();
    let [a, b, c, d, e, f, g, h, ..] = digest;
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}
