//! A message counts once in a batch, however often it was delivered.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Keeps the last delivery of each `sequence`, in the order of first arrival.
///
/// After the server came back, a pull can bring a message that is still waiting here a second time; a killed server may
/// even have forgotten that it delivered it before. Acknowledging one delivery settles all of them, so the others need
/// nothing.
pub(super) fn once<T>(deliveries: Vec<T>, sequence: impl Fn(&T) -> u64) -> Vec<T> {
    let ascending = deliveries.is_sorted_by(|left, right| sequence(left) < sequence(right));
    if ascending {
        return deliveries;
    }
    let mut places = HashMap::with_capacity(deliveries.len());
    let mut kept: Vec<T> = Vec::with_capacity(deliveries.len());
    for delivery in deliveries {
        match places.entry(sequence(&delivery)) {
            Entry::Vacant(place) => {
                place.insert(kept.len());
                kept.push(delivery);
            }
            Entry::Occupied(place) => {
                if let Some(earlier) = kept.get_mut(*place.get()) {
                    *earlier = delivery;
                }
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_delivery_of_a_sequence_stands_for_all() {
        let of = |deliveries: &[(u64, u64)]| once(deliveries.to_vec(), |delivery| delivery.0);
        assert_eq!(of(&[(1, 1), (2, 1), (3, 1)]), [(1, 1), (2, 1), (3, 1)]);
        assert_eq!(
            of(&[(1, 1), (2, 1), (1, 2), (3, 1), (1, 3)]),
            [(1, 3), (2, 1), (3, 1)]
        );
        assert_eq!(of(&[(7, 2), (7, 3)]), [(7, 3)]);
        assert_eq!(of(&[]), []);
    }
}
