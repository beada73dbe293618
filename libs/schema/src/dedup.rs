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
    let mut first = [0; 8];
    first.copy_from_slice(&hasher.finalize()[..8]);
    i64::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(value: &Value, boolean: bool, device_seq: Option<i64>, occurrence: u32) -> i64 {
        dedup(Identity::Content {
            value,
            boolean,
            device_seq,
            occurrence,
        })
    }

    /// These numbers stand in the keys of stored readings. If this test fails, the code is wrong.
    #[test]
    fn golden_values_never_change() {
        let number = Value::Number(71.5);
        let text = Value::Text("läuft".into());
        let position = Position { epoch: 1, seq: 42 };
        let table = [
            (content(&number, false, None, 0), -1_319_646_540_951_749_344),
            (content(&number, false, None, 1), 7_168_035_846_114_993_927),
            (
                content(&number, false, Some(42), 0),
                1_870_407_615_811_172_442,
            ),
            (
                content(&number, false, Some(-1), 0),
                9_019_883_802_463_266_756,
            ),
            (
                content(&Value::Number(0.0), false, None, 0),
                699_255_142_219_005_464,
            ),
            (
                content(&Value::Number(1.0), true, None, 0),
                -7_086_328_151_207_314_496,
            ),
            (content(&text, false, None, 0), -2_319_080_885_032_006_511),
            (
                content(&text, false, Some(42), 7),
                3_369_843_177_878_311_331,
            ),
            (
                dedup(Identity::Position { position, item: 0 }),
                -6_223_429_461_197_423_632,
            ),
            (
                dedup(Identity::Position { position, item: 3 }),
                -8_998_182_292_841_249_464,
            ),
        ];
        let (found, golden): (Vec<i64>, Vec<i64>) = table.into_iter().unzip();
        assert_eq!(found, golden);
    }

    #[test]
    fn each_part_counts() {
        let one = Value::Number(1.0);
        let hashes = [
            content(&one, false, None, 0),
            content(&one, true, None, 0),
            content(&one, false, Some(0), 0),
            content(&one, false, None, 1),
            content(&Value::Number(2.0), false, None, 0),
            content(&Value::Text("1".into()), false, None, 0),
            dedup(Identity::Position {
                position: Position { epoch: 0, seq: 0 },
                item: 0,
            }),
            dedup(Identity::Position {
                position: Position { epoch: 1, seq: 0 },
                item: 0,
            }),
            dedup(Identity::Position {
                position: Position { epoch: 0, seq: 1 },
                item: 0,
            }),
            dedup(Identity::Position {
                position: Position { epoch: 0, seq: 0 },
                item: 1,
            }),
        ];
        let distinct: std::collections::HashSet<i64> = hashes.into_iter().collect();
        assert_eq!(distinct.len(), hashes.len());
    }
}
