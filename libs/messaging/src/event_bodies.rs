//! A batch in as many events as it takes: one, unless it is more than fits into a message.

use bytes::Bytes;
use sens_schema::event::{BatchCounts, BatchEvent, MessageOutcome};

/// An event is not larger than this, however much the server takes: followers read each as a whole.
const LARGEST: usize = 1024 * 1024;
/// For what NATS counts besides the body.
const ROOM: usize = 1024;

/// The largest body for a server that takes messages of this size.
pub(crate) fn largest(max_payload: usize) -> usize {
    max_payload.saturating_sub(ROOM).min(LARGEST)
}

/// The bodies, in order. Readings and outcomes keep theirs; the first one has the counts of all.
///
/// What cannot be made smaller is shortened, because nothing that comes after it would be told otherwise: of an outcome the
/// first errors are told, and a reading that is too large alone is left out of the events.
///
/// # Errors
/// When an event cannot be written as JSON.
pub(crate) fn bodies(event: &BatchEvent<'_>, most: usize) -> serde_json::Result<Vec<Bytes>> {
    let mut bodies = Vec::new();
    collect(event, most, &mut bodies)?;
    Ok(bodies)
}

fn collect(event: &BatchEvent<'_>, most: usize, bodies: &mut Vec<Bytes>) -> serde_json::Result<()> {
    let body = serde_json::to_vec(event)?;
    if body.len() <= most {
        bodies.push(body.into());
        return Ok(());
    }
    if let Some((first, second)) = halves(event) {
        collect(&first, most, bodies)?;
        return collect(&second, most, bodies);
    }
    if let Some(shorter) = shorter(event) {
        return collect(&shorter, most, bodies);
    }
    tracing::warn!(
        bytes = body.len(),
        most,
        "a reading or an error is too large to be told: followers of the events miss it, it is stored all the same"
    );
    Ok(())
}

/// Two events that say together what one says; `None` of a single thing.
fn halves<'a>(event: &BatchEvent<'a>) -> Option<(BatchEvent<'a>, BatchEvent<'a>)> {
    let (mut first, mut second) = (event.clone(), event.clone());
    second.counts = BatchCounts::default();
    if !event.readings.is_empty() && !event.outcomes.is_empty() {
        first.outcomes.clear();
        second.readings.clear();
    } else if event.readings.len() > 1 {
        second.readings = first.readings.split_off(event.readings.len() / 2);
    } else if event.outcomes.len() > 1 {
        second.outcomes = first.outcomes.split_off(event.outcomes.len() / 2);
    } else {
        return None;
    }
    Some((first, second))
}

/// With half of the errors of its one outcome.
fn shorter<'a>(event: &BatchEvent<'a>) -> Option<BatchEvent<'a>> {
    let [outcome] = event.outcomes.as_slice() else {
        return None;
    };
    let half = outcome.errors.len() / 2;
    let errors = outcome.errors.get(..half).filter(|_| half > 0)?.to_vec();
    let outcome = MessageOutcome {
        errors,
        ..outcome.clone()
    };
    Some(BatchEvent {
        outcomes: vec![outcome],
        ..event.clone()
    })
}

#[cfg(test)]
mod tests {
    use sens_schema::event::{Outcome, OutcomeError, ReadingEvent};

    use super::*;

    fn event(readings: usize, outcomes: usize, errors: usize) -> BatchEvent<'static> {
        let reading = |number: usize| ReadingEvent {
            serial: format!("A-{number}").into(),
            metric: "state".into(),
            value: serde_json::Value::String("\u{1}".repeat(number % 50)),
            unit: None,
            recorded_at: 1,
            received_at: 2,
        };
        let error = |number: usize| OutcomeError {
            reason: "invalid_value".to_owned(),
            detail: "no number".to_owned(),
            pointer: format!("/readings/{number}/value"),
        };
        let outcome = |number: usize| MessageOutcome {
            seq: number as u64,
            outcome: Outcome::Invalid,
            processed: 0,
            duplicate: 0,
            errors: (0..errors).map(error).collect(),
        };
        BatchEvent {
            epoch: 3,
            committed_at: 7,
            readings: (0..readings).map(reading).collect(),
            outcomes: (0..outcomes).map(outcome).collect(),
            counts: BatchCounts {
                messages: 9,
                ..BatchCounts::default()
            },
        }
    }

    fn told(event: &BatchEvent<'_>, most: usize) -> Vec<BatchEvent<'static>> {
        let bodies = bodies(event, most).unwrap();
        assert!(bodies.iter().all(|body| body.len() <= most));
        bodies
            .iter()
            .map(|body| serde_json::from_slice(body).unwrap())
            .collect()
    }

    #[test]
    fn what_fits_is_one_event() {
        let event = event(100, 10, 2);
        assert_eq!(told(&event, LARGEST), [event]);
    }

    #[test]
    fn what_does_not_fit_is_told_in_order_and_counted_once() {
        for (readings, outcomes) in [(1000, 0), (0, 100), (1000, 100), (30, 1)] {
            let event = event(readings, outcomes, 20);
            let parts = told(&event, 2000);
            assert!(parts.len() > 1, "{readings} readings, {outcomes} outcomes");
            let all: Vec<_> = parts.iter().flat_map(|part| &part.readings).collect();
            assert_eq!(all, event.readings.iter().collect::<Vec<_>>());
            let all: Vec<_> = parts.iter().flat_map(|part| &part.outcomes).collect();
            assert_eq!(all, event.outcomes.iter().collect::<Vec<_>>());
            let messages: u64 = parts.iter().map(|part| part.counts.messages).sum();
            assert_eq!(messages, 9);
            assert!(
                parts
                    .iter()
                    .all(|part| (part.epoch, part.committed_at) == (3, 7))
            );
        }
    }

    #[test]
    fn an_outcome_with_too_many_errors_tells_the_first() {
        let event = event(0, 1, 10_000);
        let parts = told(&event, 2000);
        let [part] = parts.as_slice() else {
            panic!("{} events", parts.len());
        };
        let errors = &part.outcomes[0].errors;
        assert!(!errors.is_empty() && errors.len() < 10_000);
        assert_eq!(errors[0].pointer, "/readings/0/value");
    }

    #[test]
    fn a_reading_that_is_too_large_holds_nothing_up() {
        let mut event = event(3, 0, 0);
        event.readings[1].value = serde_json::Value::String("x".repeat(5000));
        let parts = told(&event, 2000);
        let all: Vec<_> = parts.iter().flat_map(|part| &part.readings).collect();
        assert_eq!(all, [&event.readings[0], &event.readings[2]]);
    }

    #[test]
    fn a_server_that_takes_little_is_given_little() {
        assert_eq!(largest(8 * 1024 * 1024), LARGEST);
        assert_eq!(largest(64 * 1024), 63 * 1024);
    }
}
