//! Corrections: what they change, what they leave alone, and who may make them.

use chrono::{DateTime, Utc};
use sens_storage::LoginRole;
use sens_storage::audit::Actor;
use sens_storage::correction::{
    CorrectionRequest, MOST, NAMED, Refusal, correct, corrected_readings, find_correction,
    list_corrections, plan_correction, undo_correction,
};
use sens_storage::query::StoredValue;
use sens_storage::query::latest::latest_values;

use crate::history::{
    COUNTING, Earlier, Point, as_read, check_derived, everything, replay, sent, write,
};
use crate::support::{NOON, Store, flat, message};

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(NOON + seconds * 1_000_000).unwrap_or_default()
}

/// Everything of a metric within two days around noon.
fn all_of(serial: &str, metric: &str, value: Option<StoredValue>) -> CorrectionRequest {
    CorrectionRequest {
        serial: serial.to_owned(),
        metric: metric.to_owned(),
        from: at(-86_400),
        to: at(86_400),
        value,
        reason: "the battery was being changed".to_owned(),
    }
}

fn battery(value: Option<f64>) -> CorrectionRequest {
    all_of("legacy-7", "battery_charge", value.map(StoredValue::Number))
}

async fn newest(store: &Store) -> anyhow::Result<Vec<(DateTime<Utc>, StoredValue)>> {
    let values = latest_values(
        &store.pool,
        &sens_storage::query::Scope::EVERYTHING,
        "legacy-7",
    )
    .await?;
    let values = values.map(|found| found.values).unwrap_or_default();
    Ok(values
        .into_iter()
        .map(|value| (value.recorded_at, value.value))
        .collect())
}

async fn charges(store: &Store, values: &[f64]) -> anyhow::Result<()> {
    let messages: Vec<_> = values
        .iter()
        .zip(1..)
        .map(|(value, sequence)| {
            let at = NOON / 1_000_000 + i64::try_from(sequence).unwrap_or_default();
            flat(sequence, 7, *value, at)
        })
        .collect();
    store.writer.store(1, &messages).await?;
    Ok(())
}

#[tokio::test]
async fn corrections_say_who_and_why_and_are_undone_in_their_order() -> anyhow::Result<()> {
    let store = Store::start().await?;
    charges(&store, &[80.0, 3.0]).await?;
    let second = CorrectionRequest {
        from: at(2),
        to: at(3),
        ..battery(Some(79.5))
    };
    let set = correct(&store.pool, &second, &Actor::local("ada")).await?;
    assert_eq!(
        newest(&store).await?,
        [(at(2), StoredValue::Number(79.5))],
        "the newest value is the corrected one"
    );
    let without = correct(&store.pool, &battery(None), &Actor::local("grace")).await?;
    assert_eq!(newest(&store).await?, []);
    check_derived(&store).await?;

    let blocked = undo_correction(&store.pool, set, "x", &Actor::local("ada")).await;
    assert!(
        matches!(blocked, Err(Refusal::Blocked { id, later }) if (id, later) == (set, without)),
        "{blocked:?}"
    );
    undo_correction(&store.pool, without, "it was charged", &Actor::local("ada")).await?;
    let again = undo_correction(&store.pool, without, "x", &Actor::local("ada")).await;
    assert!(matches!(again, Err(Refusal::Undone(_))), "{again:?}");
    assert_eq!(newest(&store).await?, [(at(2), StoredValue::Number(79.5))]);
    undo_correction(&store.pool, set, "it was low indeed", &Actor::local("ada")).await?;
    assert_eq!(newest(&store).await?, [(at(2), StoredValue::Number(3.0))]);
    check_derived(&store).await?;

    let known = list_corrections(&store.pool, Some("legacy-7"), None, 10).await?;
    let facts: Vec<_> = known
        .iter()
        .map(|known| {
            let undone = known.undone.as_ref().map(|undone| undone.reason.as_str());
            (
                known.id,
                known.corrected_by.as_str(),
                known.readings,
                &known.value,
                undone,
            )
        })
        .collect();
    let value = Some(StoredValue::Number(79.5));
    assert_eq!(
        facts,
        [
            (without, "grace", 2, &None, Some("it was charged")),
            (set, "ada", 1, &value, Some("it was low indeed"))
        ]
    );
    assert_eq!(
        list_corrections(&store.pool, None, Some(without), 10)
            .await?
            .len(),
        1
    );
    let before = corrected_readings(&store.pool, without).await?;
    let before: Vec<_> = before.into_iter().map(|change| change.before).collect();
    assert_eq!(before, [Some(StoredValue::Number(80.0)), value]);
    assert_eq!(find_correction(&store.pool, 4711).await?, None);
    Ok(())
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_changes_nothing() -> anyhow::Result<()> {
    let store = Store::start().await?;
    charges(&store, &[80.0]).await?;
    let refusals = [
        (
            all_of("AI-9", "battery_charge", None),
            "there is no device AI-9",
        ),
        (
            all_of("legacy-7", "colour", None),
            "there is no metric colour",
        ),
        (
            battery(Some(130.0)),
            "battery_charge is from 0 to 100, and not 130",
        ),
        (
            all_of(
                "legacy-7",
                "battery_charge",
                Some(StoredValue::Boolean(true)),
            ),
            "the value of battery_charge is a number",
        ),
        (
            all_of("legacy-7", "platform_height_mm", None),
            "no reading of platform_height_mm of legacy-7 counts in this interval",
        ),
    ];
    for (request, text) in refusals {
        for refused in [
            plan_correction(&store.pool, &request).await.map(drop),
            correct(&store.pool, &request, &Actor::local("ada"))
                .await
                .map(drop),
        ] {
            let said = refused.map_err(|refusal| refusal.to_string());
            assert_eq!(said, Err(text.to_owned()));
        }
    }
    let unknown = undo_correction(&store.pool, 1, "x", &Actor::local("ada")).await;
    assert!(matches!(unknown, Err(Refusal::UnknownCorrection(1))));
    assert_eq!(
        store
            .number("SELECT count(*) FROM reading_superseded")
            .await,
        0
    );
    Ok(())
}

#[tokio::test]
async fn a_correction_has_a_bound_and_names_the_first_readings() -> anyhow::Result<()> {
    let store = Store::start().await?;
    charges(&store, &[80.0]).await?;
    // As many as one correction may touch, with the one that is there.
    sqlx::query(
        "INSERT INTO processed_record (device_id, metric_id, recorded_at, dedup, value, received_at, raw_epoch, raw_seq, raw_item, decoder)
         SELECT device_id, metric_id, recorded_at + n * interval '10 milliseconds', dedup, 50, received_at, 1, n, 0, 'flat@1'
         FROM processed_record, generate_series(1, $1 - 1) AS n",
    )
    .bind(MOST)
    .execute(&store.pool)
    .await?;
    let (count, changes) = plan_correction(&store.pool, &battery(Some(60.0))).await?;
    assert_eq!((count, i64::try_from(changes.len())?), (MOST, NAMED));
    assert_eq!(changes[0].before, Some(StoredValue::Number(80.0)));
    let id = correct(&store.pool, &battery(Some(60.0)), &Actor::local("ada")).await?;
    assert_eq!(
        store
            .number(
                "SELECT count(*) FROM counting_reading WHERE value = 60 AND quality = 'corrected'"
            )
            .await,
        MOST
    );
    check_derived(&store).await?;
    undo_correction(&store.pool, id, "x", &Actor::local("ada")).await?;
    check_derived(&store).await?;
    sqlx::query(
        "INSERT INTO processed_record (device_id, metric_id, recorded_at, dedup, value, received_at, raw_epoch, raw_seq, raw_item, decoder)
         SELECT device_id, metric_id, recorded_at, 1, 50, received_at, 1, 1, 0, 'flat@1' FROM processed_record LIMIT 1",
    )
    .execute(&store.pool)
    .await?;
    let more = correct(&store.pool, &battery(None), &Actor::local("ada")).await;
    assert!(matches!(more, Err(Refusal::TooMany)), "{more:?}");
    Ok(())
}

/// A `SenML` record with a value and a sum is one item with readings of two metrics.
#[tokio::test]
async fn an_item_with_two_metrics_is_corrected_in_one_of_them() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let payload = br#"[{"bn":"AI-1","n":"flow","t":1795168000,"v":4,"s":100}]"#;
    let read = message(1, "sens/v1/AI-1/telemetry", payload);
    assert_eq!(read.decoded.readings.len(), 2, "{:?}", read.decoded);
    assert_eq!(read.decoded.readings[0].item, read.decoded.readings[1].item);
    let metric = read.decoded.readings[0].metric.to_string();
    // An earlier decoder read the sum otherwise.
    let mut earlier = read;
    earlier.decoded.readings[1].dedup ^= 1;
    earlier.decoded.readings[1].value = sens_schema::Value::Number(1.0);
    store.writer.store(1, &[earlier]).await?;
    let request = CorrectionRequest {
        from: at(-86_400),
        ..all_of("AI-1", &metric, Some(StoredValue::Number(5.0)))
    };
    correct(&store.pool, &request, &Actor::local("ada")).await?;
    let done = replay(&store, &everything()).await?.progress;
    assert_eq!((done.added, done.superseded, done.restored), (1, 1, 0));
    let values = store
        .dump(&format!("(SELECT value FROM {COUNTING} c)"))
        .await;
    assert_eq!(values, ["(100)", "(5)"]);
    check_derived(&store).await
}

/// A reading whose payload came twice, read by an earlier decoder and then taken out; with the number of that correction.
async fn taken_out(earlier: Earlier) -> anyhow::Result<(Store, Point, i64)> {
    let store = Store::start().await?;
    let point = Point {
        device: 0,
        metric: 0,
        minute: 5,
        value: 7,
    };
    for sequence in [1, 2] {
        let read = as_read(sent(sequence, &point), earlier);
        store.writer.store(1, &[read]).await?;
    }
    let gone = correct(
        &store.pool,
        &all_of("AI-0", "battery_charge", None),
        &Actor::local("ada"),
    )
    .await?;
    Ok((store, point, gone))
}

/// A device repeats what it was not acknowledged: both payloads lead to one reading.
#[tokio::test]
async fn a_payload_that_arrived_twice_does_not_bring_back_what_was_taken_out() -> anyhow::Result<()>
{
    let (store, point, gone) = taken_out(Earlier::WrongValue).await?;
    let done = replay(&store, &everything()).await?.progress;
    assert_eq!((done.added, done.restored), (0, 0));
    check_derived(&store).await?;
    undo_correction(&store.pool, gone, "it was there", &Actor::local("ada")).await?;
    let done = replay(&store, &everything()).await?.progress;
    assert_eq!((done.added, done.superseded), (1, 1));
    write(&store, &mut 2, &[(point, Earlier::Right)]).await?;
    check_derived(&store).await
}

/// Today's decoder reads another time: what a person took out stays out, however often its payload has come and comes.
#[tokio::test]
async fn a_correction_covers_its_reading_at_whatever_time_it_is_read() -> anyhow::Result<()> {
    let (store, point, gone) = taken_out(Earlier::WrongTime).await?;
    let done = replay(&store, &everything()).await?.progress;
    assert_eq!((done.added, done.restored), (0, 0));
    // The device repeats itself to a worker with today's decoders, which knows nothing of corrections.
    write(&store, &mut 2, &[(point, Earlier::Right)]).await?;
    let done = replay(&store, &everything()).await?.progress;
    assert_eq!((done.added, done.superseded, done.restored), (0, 1, 0));
    let counting = format!("(SELECT value FROM {COUNTING} c)");
    assert_eq!(store.dump(&counting).await.len(), 0);
    check_derived(&store).await?;
    undo_correction(&store.pool, gone, "it was there", &Actor::local("ada")).await?;
    let done = replay(&store, &everything()).await?.progress;
    assert_eq!((done.added, done.superseded, done.restored), (0, 1, 1));
    assert_eq!(store.dump(&counting).await.len(), 1);
    check_derived(&store).await
}

#[tokio::test]
async fn the_api_corrects_by_its_two_functions_and_not_otherwise() -> anyhow::Result<()> {
    let store = Store::start().await?;
    charges(&store, &[80.0]).await?;
    let api = store.login("corrector", LoginRole::Api).await?;
    plan_correction(&api, &battery(None)).await?;
    let id = correct(&api, &battery(Some(70.0)), &Actor::local("ada")).await?;
    undo_correction(&api, id, "x", &Actor::local("ada")).await?;
    for forbidden in [
        "INSERT INTO processed_record SELECT * FROM processed_record",
        "INSERT INTO text_record SELECT * FROM text_record",
        "INSERT INTO correction SELECT * FROM correction",
        "UPDATE correction SET reason = 'another'",
        "UPDATE reading_superseded SET restored_at = NULL",
        "DELETE FROM reading_superseded",
        "INSERT INTO rollup_mark SELECT * FROM rollup_mark",
    ] {
        let refused = sqlx::query(forbidden).execute(&api).await;
        assert!(refused.is_err(), "the API may: {forbidden}");
    }
    let worker = store.login("stranger", LoginRole::Ingest).await?;
    let refused = correct(&worker, &battery(None), &Actor::local("ada")).await;
    assert!(refused.is_err(), "the worker may correct");
    Ok(())
}
