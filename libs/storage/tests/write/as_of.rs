//! Past answers stay what they were, whatever is replayed, corrected and undone in between.

use chrono::{DateTime, Utc};
use proptest::prelude::*;
use sens_storage::WorkState;
use sens_storage::audit::Actor;
use sens_storage::correction::{
    CorrectionRequest, Refusal, correct, corrected_readings, find_correction, plan_correction,
    plan_undo, undo_correction,
};
use sens_storage::query::StoredValue;
use sens_storage::query::measurements::Measurement;
use sens_storage::replay::ReplayRequest;
use sens_storage::rollup::recompute;
use sens_storage::write::PendingMessage;

use crate::history::{
    COUNTING, Earlier, METRICS, Point, answer, check_derived, everything, now, replay, sent, write,
};
use crate::support::{NOON, Store, holds_always};

/// What a person says of some minutes.
#[derive(Debug, Clone)]
struct Wish {
    device: u8,
    metric: usize,
    minute: i64,
    minutes: i64,
    value: Option<i8>,
}

#[derive(Debug, Clone)]
enum Step {
    Write(Vec<(Point, Earlier)>),
    /// A payload that came before comes again.
    Again(usize, Earlier),
    Replay(Option<u8>),
    Correct(Wish),
    /// One of the corrections made so far.
    Undo(usize),
    Look,
    Recompute,
}

fn step() -> impl Strategy<Value = Step> {
    let point = (0..2_u8, 0..METRICS.len(), 0..90_i64, 0..4_i8).prop_map(
        |(device, metric, minute, value)| Point {
            device,
            metric,
            minute,
            value,
        },
    );
    let earlier = || {
        prop_oneof![
            Just(Earlier::Right),
            Just(Earlier::WrongValue),
            Just(Earlier::WrongTime),
            Just(Earlier::Nothing)
        ]
    };
    let wish = (
        0..2_u8,
        0..METRICS.len(),
        -60..90_i64,
        1..60_i64,
        proptest::option::of(0..3_i8),
    )
        .prop_map(|(device, metric, minute, minutes, value)| Wish {
            device,
            metric,
            minute,
            minutes,
            value,
        });
    prop_oneof![
        4 => proptest::collection::vec((point, earlier()), 1..5).prop_map(Step::Write),
        2 => (any::<usize>(), earlier()).prop_map(|(which, earlier)| Step::Again(which, earlier)),
        2 => proptest::option::of(0..2_u8).prop_map(Step::Replay),
        3 => wish.prop_map(Step::Correct),
        1 => any::<usize>().prop_map(Step::Undo),
        3 => Just(Step::Look),
        1 => Just(Step::Recompute),
    ]
}

impl Wish {
    fn request(&self) -> CorrectionRequest {
        let at = |minute: i64| {
            DateTime::from_timestamp_micros(NOON - minute * 60_000_000).unwrap_or_default()
        };
        let value = |value: i8| match self.metric {
            0 => StoredValue::Number(f64::from(value) + 50.5),
            1 => StoredValue::Text(format!("corrected {value}")),
            _ => StoredValue::Boolean(value == 0),
        };
        CorrectionRequest {
            serial: format!("AI-{}", self.device),
            metric: METRICS[self.metric].to_owned(),
            from: at(self.minute),
            to: at(self.minute - self.minutes),
            value: self.value.map(value),
            reason: "the sensor was loose".to_owned(),
        }
    }
}

/// What a test did to a store.
#[derive(Default)]
struct Course {
    sequence: u64,
    points: Vec<Point>,
    corrections: Vec<i64>,
    seen: Vec<(DateTime<Utc>, Vec<Measurement>)>,
}

impl Course {
    async fn step(&mut self, store: &Store, step: &Step) -> anyhow::Result<()> {
        match step {
            Step::Write(batch) => {
                write(store, &mut self.sequence, batch).await?;
                self.points
                    .extend(batch.iter().map(|(point, _)| point.clone()));
            }
            Step::Again(which, earlier) => {
                if let Some(place) = which.checked_rem(self.points.len()) {
                    let point = self.points[place].clone();
                    write(store, &mut self.sequence, &[(point.clone(), *earlier)]).await?;
                    self.points.push(point);
                }
            }
            Step::Replay(device) => {
                // A payload of which nothing was read makes no device: the store says which there are.
                let serial = device.map(|device| format!("AI-{device}"));
                let serial = sqlx::query_scalar("SELECT serial FROM device WHERE serial = $1")
                    .bind(serial)
                    .fetch_optional(&store.pool)
                    .await?;
                let request = ReplayRequest {
                    serial,
                    ..everything()
                };
                let before = store.dump(&by_persons()).await;
                let done = replay(store, &request).await?;
                assert_eq!(done.state, WorkState::Done, "{done:?}");
                assert_eq!(store.dump(&by_persons()).await, before);
            }
            Step::Correct(wish) => {
                let request = wish.request();
                let plan = plan_correction(&store.pool, &request).await;
                match (
                    plan,
                    correct(&store.pool, &request, &Actor::local("a person")).await,
                ) {
                    (Ok((count, changes)), Ok(id)) => {
                        let made = find_correction(&store.pool, id).await?;
                        assert_eq!(made.map(|made| made.readings), Some(count));
                        assert_eq!(corrected_readings(&store.pool, id).await?, changes);
                        self.corrections.push(id);
                    }
                    (
                        Err(_),
                        Err(
                            Refusal::UnknownDevice(_)
                            | Refusal::UnknownMetric(_)
                            | Refusal::Nothing { .. },
                        ),
                    ) => {}
                    (plan, made) => anyhow::bail!("planned {plan:?}, made {made:?}"),
                }
            }
            Step::Undo(which) => {
                if let Some(place) = which.checked_rem(self.corrections.len()) {
                    self.undo(store, place).await?;
                }
            }
            Step::Look => self
                .seen
                .push((now(store).await?, answer(store, None).await?)),
            Step::Recompute => drop(recompute(&store.pool).await?),
        }
        Ok(())
    }

    async fn undo(&self, store: &Store, place: usize) -> anyhow::Result<()> {
        let id = self.corrections[place];
        let planned = plan_undo(&store.pool, id).await;
        match undo_correction(&store.pool, id, "it was right", &Actor::local("a person")).await {
            Ok(()) => planned?,
            Err(Refusal::Undone(_)) => assert!(matches!(planned, Err(Refusal::Undone(_)))),
            Err(Refusal::Blocked { later, .. }) => {
                assert!(later > id && matches!(planned, Err(Refusal::Blocked { .. })));
            }
            Err(refusal) => return Err(refusal.into()),
        }
        Ok(())
    }

    /// No reading counts under the identity that a corrected one has today.
    async fn check_covered(&self, store: &Store) -> anyhow::Result<()> {
        let corrected: Vec<i64> = sqlx::query_scalar(
            "SELECT raw_seq FROM reading_superseded WHERE decoder = 'correction@1' AND restored_at IS NULL",
        )
        .fetch_all(&store.pool)
        .await?;
        for sequence in corrected.iter().map(|sequence| sequence.cast_unsigned()) {
            let point = &self.points[usize::try_from(sequence - 1)?];
            for reading in sent(sequence, point).decoded.readings {
                let counting: i64 = sqlx::query_scalar(
                    "SELECT count(*) FROM counting_reading c JOIN device d ON d.id = c.device_id JOIN metric m ON m.id = c.metric_id
                     WHERE d.serial = $1 AND m.name = $2 AND c.recorded_at = $3 AND c.dedup = $4",
                )
                .bind(reading.device.serial().as_str())
                .bind(&*reading.metric)
                .bind(DateTime::from_timestamp_micros(reading.recorded_at))
                .bind(reading.dedup)
                .fetch_one(&store.pool)
                .await?;
                assert_eq!(counting, 0, "{point:?}");
            }
        }
        Ok(())
    }

    /// Replays everything, after which nothing is left to replay, and looks at all that follows from readings.
    async fn settle(&self, store: &Store) -> anyhow::Result<()> {
        replay(store, &everything()).await?;
        check_derived(store).await?;
        let again = replay(store, &everything()).await?.progress;
        assert_eq!((again.added, again.superseded, again.restored), (0, 0, 0));
        assert_eq!(store.number(RESURRECTED).await, 0);
        self.check_covered(store).await?;
        for (place, (at, answered)) in self.seen.iter().enumerate() {
            assert_eq!(&answer(store, Some(*at)).await?, answered, "answer {place}");
        }
        Ok(())
    }
}

/// What persons said and what counts of it.
fn by_persons() -> String {
    format!(
        "(SELECT device_id, metric_id, recorded_at, dedup, value, text FROM {COUNTING} c WHERE decoder = 'correction@1')"
    )
}

/// Readings that count although a person corrected them.
const RESURRECTED: &str = "
    SELECT count(*) FROM counting_reading c JOIN reading_superseded s
        USING (device_id, metric_id, recorded_at, raw_epoch, raw_seq, raw_item)
    WHERE s.decoder = 'correction@1' AND s.restored_at IS NULL AND c.decoder <> 'correction@1'";

async fn run(store: &Store, steps: &[Step]) -> anyhow::Result<()> {
    sqlx::query(
        "TRUNCATE raw_record, processed_record, text_record, latest_value, ingest_ledger, rollup_1m, rollup_1h, rollup_1d,
            rollup_mark, series, reading_superseded, correction",
    )
    .execute(&store.pool)
    .await?;
    let mut course = Course::default();
    for step in steps {
        course.step(store, step).await?;
    }
    course.settle(store).await?;
    course.step(store, &Step::Look).await?;
    // The last one first: none stands on a later one.
    for place in (0..course.corrections.len()).rev() {
        course.undo(store, place).await?;
    }
    assert_eq!(store.dump(&by_persons()).await, Vec::<String>::new());
    course.settle(store).await?;
    // As if every payload had been read by today's decoders alone.
    let counting =
        format!("(SELECT device_id, metric_id, recorded_at, dedup, value, text FROM {COUNTING} c)");
    let found = store.dump(&counting).await;
    sqlx::query(
        "TRUNCATE raw_record, processed_record, text_record, latest_value, ingest_ledger, rollup_mark, reading_superseded",
    )
    .execute(&store.pool)
    .await?;
    let right: Vec<PendingMessage> = course
        .points
        .iter()
        .zip(1..)
        .map(|(point, sequence)| sent(sequence, point))
        .collect();
    store.writer.store(1, &right).await?;
    assert_eq!(found, store.dump(&counting).await);
    Ok(())
}

#[test]
fn past_answers_stay_and_what_counts_is_what_todays_decoders_give() -> anyhow::Result<()> {
    holds_always(
        100,
        proptest::collection::vec(step(), 1..16),
        async |store, steps| run(store, steps).await,
    )
}
