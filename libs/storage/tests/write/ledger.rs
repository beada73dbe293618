//! The ledger stays small and knows what is missing.

use sens_storage::maintenance::{compact_ledger, ensure_partitions_ahead, unaccounted_positions};

use crate::support::{NOON, Store, flat};

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
async fn partitions_are_made_ahead() -> anyhow::Result<()> {
    let store = Store::start().await?;
    ensure_partitions_ahead(&store.pool).await?;
    ensure_partitions_ahead(&store.pool).await?;
    let children = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'raw_record'::regclass";
    assert_eq!(store.number(children).await, 2);
    Ok(())
}
