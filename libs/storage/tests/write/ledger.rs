//! The ledger stays small and knows what is missing.

use chrono::{DateTime, TimeDelta, Utc};
use sens_storage::maintenance::{
    compact_ledger, forget_redeliveries, missing_raw_records, missing_readings, note_redeliveries,
    unaccounted_positions,
};
use sens_storage::query::messages::{dead_positions, ledger_entry, redeliveries};
use sens_storage::write::record_dead;

use crate::support::{NOON, Store, flat, message};

const AT: i64 = NOON / 1_000_000;

#[tokio::test]
async fn compaction_keeps_every_count_and_position() -> anyhow::Result<()> {
    let store = Store::start().await?;
    for sequence in 1..=20_u64 {
        // Every second one is a duplicate of the first.
        let value = if sequence % 2 == 0 {
            1.0
        } else {
            sequence as f64
        };
        store
            .writer
            .store(1, &[flat(sequence, 7, value, AT)])
            .await?;
    }
    let totals =
        "SELECT sum(parsed + processed * 100 + duplicate * 10000)::bigint FROM ingest_ledger";
    let positions = "SELECT sum(upper(r) - lower(r))::bigint FROM (SELECT unnest(range_agg(seqs)) AS r FROM ingest_ledger) t";
    let duplicates = "SELECT sum(seq)::bigint FROM ingest_ledger, unnest(duplicate_seqs) AS seq";
    let before = [
        store.number(totals).await,
        store.number(positions).await,
        store.number(duplicates).await,
    ];
    assert_eq!(compact_ledger(&store.pool).await?, 19);
    assert_eq!(store.number("SELECT count(*) FROM ingest_ledger").await, 1);
    let after = [
        store.number(totals).await,
        store.number(positions).await,
        store.number(duplicates).await,
    ];
    assert_eq!(before, after);
    assert_eq!(compact_ledger(&store.pool).await?, 0);
    Ok(())
}

#[tokio::test]
async fn positions_that_nobody_committed_are_named() -> anyhow::Result<()> {
    let store = Store::start().await?;
    assert_eq!(unaccounted_positions(&store.pool, 1, 1..=3).await?, [1..=3]);
    let batch: Vec<_> = [1, 2, 5, 9]
        .into_iter()
        .map(|sequence| flat(sequence, 7, 1.0, AT))
        .collect();
    store.writer.store(1, &batch).await?;
    assert_eq!(
        unaccounted_positions(&store.pool, 1, 1..=10).await?,
        [3..=4, 6..=8, 10..=10]
    );
    assert_eq!(unaccounted_positions(&store.pool, 1, 1..=2).await?, []);
    assert_eq!(unaccounted_positions(&store.pool, 2, 1..=1).await?, [1..=1]);
    Ok(())
}

#[tokio::test]
async fn a_row_deleted_by_hand_is_named_by_its_position() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let text = br#"{"v":1,"readings":[{"metric":"note","value":"hello"},{"metric":"battery_charge","value":1}]}"#;
    let batch = [
        flat(1, 7, 1.0, AT),
        flat(2, 7, 1.0, AT),
        flat(3, 7, 3.0, AT),
        message(4, "sens/v1/AI-1/telemetry", text),
        message(5, "sens/v1/AI-1/telemetry", b"no json"),
        flat(6, 7, 101.0, AT),
    ];
    store.writer.store(1, &batch).await?;
    let from =
        DateTime::<Utc>::from_timestamp_micros(NOON).unwrap_or_default() - TimeDelta::hours(1);
    let to = from + TimeDelta::hours(2);
    for compacted in [false, true] {
        if compacted {
            compact_ledger(&store.pool).await?;
        }
        assert_eq!(missing_raw_records(&store.pool, from, to, 10).await?, []);
        assert_eq!(
            missing_readings(&store.pool, from, to, None, 10).await?,
            [],
            "duplicates and errors are no loss"
        );
    }
    sqlx::query("DELETE FROM processed_record WHERE raw_seq IN (3, 4)")
        .execute(&store.pool)
        .await?;
    let missing = missing_readings(&store.pool, from, to, None, 10).await?;
    let named: Vec<_> = missing.iter().map(|row| (row.seq, row.readings)).collect();
    assert_eq!(named, [(3, 1), (4, 1)]);
    sqlx::query("DELETE FROM raw_record WHERE seq = 5")
        .execute(&store.pool)
        .await?;
    let missing = missing_raw_records(&store.pool, from, to, 10).await?;
    assert_eq!(missing.iter().map(|row| row.seq).collect::<Vec<_>>(), [5]);
    Ok(())
}

#[tokio::test]
async fn a_dead_letter_is_no_deleted_row_and_hides_none() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let batch = [flat(1, 7, 1.0, AT), flat(2, 7, 2.0, AT)];
    store.writer.store(1, &batch).await?;
    record_dead(&store.pool, 1, 3, NOON).await?;
    let from =
        DateTime::<Utc>::from_timestamp_micros(NOON).unwrap_or_default() - TimeDelta::hours(1);
    let to = from + TimeDelta::hours(2);
    sqlx::query("DELETE FROM raw_record WHERE seq = 2")
        .execute(&store.pool)
        .await?;
    for compacted in [false, true] {
        if compacted {
            assert_eq!(compact_ledger(&store.pool).await?, 1);
        }
        let missing = missing_raw_records(&store.pool, from, to, 10).await?;
        assert_eq!(missing.iter().map(|row| row.seq).collect::<Vec<_>>(), [2]);
        assert_eq!(dead_positions(&store.pool, 1, from, to, 10).await?, [3]);
        for (seq, dead) in [(2, false), (3, true)] {
            let entry = ledger_entry(&store.pool, 1, seq).await?;
            assert_eq!(entry.map(|entry| entry.dead), Some(dead), "{seq}");
        }
    }
    assert_eq!(ledger_entry(&store.pool, 1, 4).await?, None);
    Ok(())
}

#[tokio::test]
async fn repeated_deliveries_are_counted_as_long_as_raw_records_are_kept() -> anyhow::Result<()> {
    let store = Store::start().await?;
    store.writer.store(1, &[flat(1, 7, 1.0, AT)]).await?;
    note_redeliveries(&store.pool, 1, &[(1, 1), (2, 3)]).await?;
    note_redeliveries(&store.pool, 1, &[(2, 2), (4, 2)]).await?;
    forget_redeliveries(&store.pool).await?;
    for (seq, deliveries) in [(1, None), (2, Some(3)), (4, Some(2))] {
        assert_eq!(redeliveries(&store.pool, 1, seq).await?, deliveries);
    }
    sqlx::query("UPDATE redelivery SET delivered_at = now() - interval '10 years'")
        .execute(&store.pool)
        .await?;
    forget_redeliveries(&store.pool).await?;
    assert_eq!(redeliveries(&store.pool, 1, 2).await?, None);
    Ok(())
}
