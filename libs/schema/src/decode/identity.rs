//! The identities of the readings of a payload.

use std::collections::HashMap;

use super::fault::index_of;
use crate::dedup::{Identity, Position, dedup};
use crate::reading::{DeviceRef, Reading};

/// Up to so many readings comparing each with each is cheaper than a hash map.
const FEW: usize = 16;

/// Fills in the identity of every reading of a payload.
pub(super) fn assign_identities(readings: &mut [Reading], position: Position) {
    let occurrences = occurrences(readings);
    for (reading, occurrence) in readings.iter_mut().zip(occurrences) {
        let identity = if has_content_identity(reading) {
            Identity::Content {
                value: &reading.value,
                boolean: reading.boolean,
                device_seq: reading.device_seq,
                occurrence,
            }
        } else {
            Identity::Position {
                position,
                item: reading.item,
            }
        };
        reading.dedup = dedup(identity);
    }
}

fn has_content_identity(reading: &Reading) -> bool {
    reading.device_seq.is_some() || reading.quality.has_own_time()
}

/// What equal items of a payload have in common.
#[derive(PartialEq, Eq, Hash)]
struct Sameness<'a> {
    device: &'a DeviceRef,
    metric: &'a str,
    recorded_at: i64,
    number: Option<u64>,
    text: Option<&'a str>,
    boolean: bool,
    device_seq: Option<i64>,
}

fn sameness(reading: &Reading) -> Sameness<'_> {
    Sameness {
        device: &reading.device,
        metric: &reading.metric,
        recorded_at: reading.recorded_at,
        number: reading.value.as_number().map(f64::to_bits),
        text: reading.value.as_text(),
        boolean: reading.boolean,
        device_seq: reading.device_seq,
    }
}

/// For each reading how many equal ones stand before it.
fn occurrences(readings: &[Reading]) -> Vec<u32> {
    if let [_] = readings {
        return vec![0];
    }
    let keys: Vec<Sameness<'_>> = readings.iter().map(sameness).collect();
    if keys.len() <= FEW {
        let before = |index: usize| {
            keys[..index]
                .iter()
                .filter(|key| **key == keys[index])
                .count()
        };
        return (0..keys.len())
            .map(|index| index_of(before(index)))
            .collect();
    }
    let mut seen: HashMap<Sameness<'_>, u32> = HashMap::with_capacity(keys.len());
    keys.into_iter()
        .map(|key| {
            let count = seen.entry(key).or_default();
            *count += 1;
            *count - 1
        })
        .collect()
}
