//! The identities of the readings of a payload.

use std::collections::HashMap;

use super::fault::index_of;
use crate::dedup::{Identity, Position, dedup};
use crate::reading::{DeviceRef, Reading};

/// Up to so many readings comparing each with each is cheaper than a hash map.
const FEW: usize = 16;

/// Fills in the identity of every reading of a payload.
pub(super) fn assign_identities(readings: &mut [Reading], position: Position) {
    if let [reading] = readings {
        reading.dedup = identity(reading, 0, position);
        return;
    }
    let occurrences = occurrences(readings);
    for (reading, occurrence) in readings.iter_mut().zip(occurrences) {
        reading.dedup = identity(reading, occurrence, position);
    }
}

fn identity(reading: &Reading, occurrence: u32, position: Position) -> i64 {
    dedup(if has_content_identity(reading) {
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
    })
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

/// For each reading how many equal ones stand before it. Readings that are known by their position are left out: their
/// time is that of the arrival, and where one falls on another reading's own time, that must not change the other.
fn occurrences(readings: &[Reading]) -> Vec<u32> {
    let key = |reading| has_content_identity(reading).then(|| sameness(reading));
    let keys: Vec<Option<Sameness<'_>>> = readings.iter().map(key).collect();
    if keys.len() <= FEW {
        let before = |index: usize| {
            let key = keys[index].as_ref();
            let equal = |other: &&Option<Sameness<'_>>| key.is_some() && other.as_ref() == key;
            keys[..index].iter().filter(equal).count()
        };
        return (0..keys.len())
            .map(|index| index_of(before(index)))
            .collect();
    }
    let mut seen: HashMap<Sameness<'_>, u32> = HashMap::with_capacity(keys.len());
    keys.into_iter()
        .map(|key| {
            let Some(key) = key else { return 0 };
            let count = seen.entry(key).or_default();
            *count += 1;
            *count - 1
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::Quality;
    use crate::value::Value;
    use proptest::prelude::*;

    fn reading((metric, number, second, has_time): (u8, u8, u8, bool)) -> Reading {
        Reading {
            device: DeviceRef::Legacy(7),
            metric: metric.to_string().into(),
            listed: false,
            value: Value::Number(f64::from(number)),
            boolean: false,
            unit: None,
            recorded_at: i64::from(second),
            device_time: None,
            device_seq: None,
            quality: if has_time {
                Quality::Ok
            } else {
                Quality::ArrivalTime
            },
            dedup: 0,
            item: 0,
        }
    }

    proptest! {
        #[test]
        fn many_are_counted_as_few_are(items in prop::collection::vec((0..2_u8, 0..2_u8, 0..3_u8, any::<bool>()), 0..60)) {
            let readings: Vec<Reading> = items.iter().copied().map(reading).collect();
            let before = |index: usize| items[..index].iter().filter(|item| **item == items[index]).count();
            let counted: Vec<u32> = (0..items.len())
                .map(|index| if items[index].3 { index_of(before(index)) } else { 0 })
                .collect();
            prop_assert_eq!(occurrences(&readings), counted);
        }
    }
}
