//! A reading is stored once, whatever comes again.

use sens_schema::envelope::Source;
use sens_storage::write::{committed_high_water, record_dead};

use crate::support::{NOON, Store, flat, message};

const AT: i64 = NOON / 1_000_000;

#[tokio::test]
async fn equal_payloads_are_one_reading_and_two_raw_records() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let outcome = store
        .writer
        .store(
            1,
            &[
                flat(1, 7, 50.0, AT),
                flat(2, 7, 50.0, AT),
                flat(3, 7, 51.0, AT),
            ],
        )
        .await?;
    let stored: Vec<_> = outcome
        .messages
        .iter()
        .map(|message| (message.processed(), message.duplicates()))
        .collect();
    assert_eq!(stored.iter().filter(|counts| **counts == (1, 0)).count(), 2);
    assert_eq!(stored.iter().filter(|counts| **counts == (0, 1)).count(), 1);
    assert_eq!(store.number("SELECT count(*) FROM raw_record").await, 3);
    assert_eq!(
        store.number("SELECT count(*) FROM processed_record").await,
        2
    );
    assert_eq!(
        store
            .number("SELECT sum(duplicate)::bigint FROM ingest_ledger")
            .await,
        1
    );
    Ok(())
}

#[tokio::test]
async fn an_imported_reading_is_no_sign_of_life() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let seen =
        "SELECT count(*) FROM device WHERE last_seen_at IS NOT NULL OR first_seen_at IS NOT NULL";
    let imported = |sequence: u64, value: f64| {
        let mut message = flat(sequence, 7, value, AT - 86_400);
        message.envelope.source = Source::Import;
        message
    };
    store.writer.store(1, &[imported(1, 50.0)]).await?;
    assert_eq!(store.number("SELECT count(*) FROM latest_value").await, 1);
    assert_eq!(store.number(seen).await, 0, "it was never seen");
    // Together with what the device sends, and after it.
    store
        .writer
        .store(1, &[flat(2, 7, 51.0, AT), imported(3, 52.0)])
        .await?;
    store.writer.store(1, &[imported(4_000_000, 53.0)]).await?;
    let micros = "SELECT (extract(epoch FROM last_seen_at) * 1000000)::bigint FROM device";
    assert_eq!(store.number(micros).await, NOON + 2);
    assert_eq!(
        store.number("SELECT count(*) FROM processed_record").await,
        4
    );
    Ok(())
}

/// So many that they are expected to be new.
const MANY: u64 = 200;

#[tokio::test]
async fn what_is_known_is_found_among_many_new_readings() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let reading = |sequence: u64, number: u64| {
        let device = u32::try_from(number % 7 + 1).unwrap_or(1);
        flat(
            sequence,
            device,
            50.0,
            AT + i64::try_from(number).unwrap_or(0),
        )
    };
    let first: Vec<_> = (1..=MANY).map(|number| reading(number, number)).collect();
    let outcome = store.writer.store(1, &first).await?;
    assert!(
        outcome
            .messages
            .iter()
            .all(|message| message.processed() == 1)
    );
    // Every tenth of the next ones says what was said before; and once more, when the batches are looked up.
    for round in 1..=2 {
        let next: Vec<_> = (1..=MANY)
            .map(|number| (round * MANY + number, number))
            .map(|(sequence, number)| {
                let said = if number % 10 == 0 { number } else { sequence };
                reading(sequence, said)
            })
            .collect();
        let outcome = store.writer.store(1, &next).await?;
        for (message, number) in outcome.messages.iter().zip(1..) {
            let duplicate = usize::from(number % 10 == 0);
            assert!(!message.known_before);
            assert_eq!(
                (message.processed(), message.duplicates()),
                (1 - duplicate, duplicate),
                "message {number} of round {round}"
            );
        }
    }
    let again = store.writer.store(1, &first).await?;
    assert!(again.messages.iter().all(|message| message.known_before));
    assert_eq!(store.number("SELECT count(*) FROM raw_record").await, 600);
    assert_eq!(
        store.number("SELECT count(*) FROM processed_record").await,
        560
    );
    assert_eq!(
        store
            .number("SELECT sum(duplicate)::bigint FROM ingest_ledger")
            .await,
        40
    );
    Ok(())
}

#[tokio::test]
async fn positions_that_are_stored_already_are_found_among_many() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let batch: Vec<_> = (1..=MANY)
        .map(|number| flat(number, 1, 50.0, AT + i64::try_from(number).unwrap_or(0)))
        .collect();
    store.writer.store(1, &batch[..100]).await?;
    // As a worker writes them that does not know of the other's commit.
    let outcome = store.writer.store(1, &batch).await?;
    for message in &outcome.messages {
        assert_eq!(message.known_before, message.sequence <= 100);
    }
    assert_eq!(store.number("SELECT count(*) FROM raw_record").await, 200);
    assert_eq!(
        store.number("SELECT count(*) FROM processed_record").await,
        200
    );
    assert_eq!(
        store
            .number("SELECT sum(parsed)::bigint FROM ingest_ledger")
            .await,
        200
    );
    Ok(())
}

#[tokio::test]
async fn a_redelivered_batch_changes_nothing() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let batch = [
        flat(1, 7, 50.0, AT),
        message(2, "sens/v1/AI-1/telemetry", b"no json"),
        message(
            3,
            "sens/v1/AI-1/telemetry",
            br#"{"v":1,"readings":[{"metric":"note","value":"hello"}]}"#,
        ),
    ];
    store.writer.store(1, &batch).await?;
    let tables = [
        "raw_record",
        "processed_record",
        "text_record",
        "ingest_error",
        "latest_value",
        "device",
        "ingest_ledger",
    ];
    let mut before = Vec::new();
    for table in tables {
        before.push(store.dump(table).await);
    }
    // Once by its raw records, once by the ledger alone, as after raw retention.
    let again = store.writer.store(1, &batch).await?;
    assert!(
        again
            .messages
            .iter()
            .all(|message| message.known_before && message.processed() == 0)
    );
    for (table, before) in tables.iter().zip(&before) {
        assert_eq!(&store.dump(table).await, before, "{table}");
    }
    sqlx::query("DELETE FROM raw_record")
        .execute(&store.pool)
        .await?;
    let mut late = batch.to_vec();
    for message in &mut late {
        message.maybe_known = true;
    }
    let again = store.writer.store(1, &late).await?;
    assert!(again.messages.iter().all(|message| message.known_before));
    assert_eq!(store.number("SELECT count(*) FROM raw_record").await, 0);
    assert_eq!(committed_high_water(&store.pool, 1).await?, 3);
    Ok(())
}

#[tokio::test]
async fn a_new_epoch_is_another_stream() -> anyhow::Result<()> {
    let store = Store::start().await?;
    store.writer.store(1, &[flat(1, 7, 50.0, AT)]).await?;
    let outcome = store.writer.store(2, &[flat(1, 7, 50.0, AT)]).await?;
    assert!(!outcome.messages[0].known_before);
    assert_eq!(outcome.messages[0].duplicates(), 1);
    assert_eq!(store.number("SELECT count(*) FROM raw_record").await, 2);
    Ok(())
}

#[tokio::test]
async fn late_readings_of_any_age_find_their_partition_and_do_not_become_latest()
-> anyhow::Result<()> {
    let store = Store::start().await?;
    let nine_years = 9 * 365 * 24 * 60 * 60;
    store.writer.store(1, &[flat(1, 7, 50.0, AT)]).await?;
    store
        .writer
        .store(1, &[flat(2, 7, 10.0, AT - nine_years)])
        .await?;
    assert_eq!(
        store.number("SELECT count(*) FROM processed_record").await,
        2
    );
    assert_eq!(
        store.number("SELECT value::bigint FROM latest_value").await,
        50
    );
    Ok(())
}

#[tokio::test]
async fn writers_side_by_side_store_everything_once() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let mut tasks = tokio::task::JoinSet::new();
    for worker in 0..4_u64 {
        let writer = store.writer.clone();
        tasks.spawn(async move {
            for round in 0..10_u64 {
                // All writers bring the same readings at positions of their own, in an order of their own.
                let mut batch: Vec<_> = (0..20_u32)
                    .map(|device| {
                        let sequence = 1 + worker * 1000 + round * 20 + u64::from(device);
                        flat(
                            sequence,
                            device,
                            1.0,
                            AT + i64::try_from(round).unwrap_or_default(),
                        )
                    })
                    .collect();
                if worker % 2 == 1 {
                    batch.reverse();
                }
                while let Err(error) = writer.store(1, &batch).await {
                    assert_eq!(error.verdict(), sens_storage::Verdict::Transient, "{error}");
                }
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done?;
    }
    assert_eq!(
        store.number("SELECT count(*) FROM processed_record").await,
        200
    );
    assert_eq!(store.number("SELECT count(*) FROM raw_record").await, 800);
    assert_eq!(
        store
            .number("SELECT sum(processed)::bigint FROM ingest_ledger")
            .await,
        200
    );
    assert_eq!(
        store
            .number("SELECT sum(duplicate)::bigint FROM ingest_ledger")
            .await,
        600
    );
    Ok(())
}

#[tokio::test]
async fn a_dead_letter_is_accounted_for_once() -> anyhow::Result<()> {
    let store = Store::start().await?;
    record_dead(&store.pool, 1, 9, NOON).await?;
    record_dead(&store.pool, 1, 9, NOON).await?;
    assert_eq!(
        store
            .number("SELECT sum(dead)::bigint FROM ingest_ledger")
            .await,
        1
    );
    Ok(())
}

#[tokio::test]
async fn a_payload_without_a_good_reading_makes_no_device() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let batch = [
        message(1, "sens/v1/AI-1/telemetry", b"\0"),
        message(
            2,
            "sens/legacy/telemetry",
            br#"{"device_id":3,"event_type":"battery_charge","value":101}"#,
        ),
    ];
    store.writer.store(1, &batch).await?;
    assert_eq!(store.number("SELECT count(*) FROM device").await, 0);
    assert_eq!(store.number("SELECT count(*) FROM ingest_error").await, 2);
    assert_eq!(
        store
            .number("SELECT count(*) FROM ingest_parse WHERE NOT parse_ok")
            .await,
        2
    );
    Ok(())
}
