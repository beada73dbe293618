//! What the database refuses is told apart from what it cannot do now.

use sens_storage::Verdict;

use crate::support::{NOON, Store, flat};

#[tokio::test]
async fn a_refused_row_is_permanent_and_leaves_nothing_behind() -> anyhow::Result<()> {
    let store = Store::start().await?;
    sqlx::query("ALTER TABLE processed_record ADD CONSTRAINT no_thirteen CHECK (value <> 13)")
        .execute(&store.pool)
        .await?;
    let at = NOON / 1_000_000;
    let error = store
        .writer
        .store(1, &[flat(1, 7, 12.0, at), flat(2, 7, 13.0, at)])
        .await
        .err();
    let Some(Verdict::Permanent { code, text }) = error.as_ref().map(sens_storage::Error::verdict)
    else {
        panic!("{error:?}");
    };
    assert_eq!(code, "23514");
    assert!(text.contains("no_thirteen"), "{text}");
    assert_eq!(store.number("SELECT count(*) FROM raw_record").await, 0);
    assert_eq!(store.number("SELECT count(*) FROM device").await, 0);
    store.writer.store(1, &[flat(1, 7, 12.0, at)]).await?;
    assert_eq!(
        store.number("SELECT count(*) FROM processed_record").await,
        1
    );
    Ok(())
}

#[tokio::test]
async fn a_dropped_partition_and_a_dropped_table_are_transient() -> anyhow::Result<()> {
    let store = Store::start_plain().await?;
    let at = NOON / 1_000_000;
    store.writer.store(1, &[flat(1, 7, 1.0, at)]).await?;
    sqlx::query("DROP TABLE processed_record_20261116")
        .execute(&store.pool)
        .await?;
    let error = store.writer.store(1, &[flat(2, 7, 2.0, at)]).await.err();
    assert_eq!(error.map(|error| error.verdict()), Some(Verdict::Transient));
    store.writer.store(1, &[flat(2, 7, 2.0, at)]).await?;
    assert_eq!(
        store.number("SELECT count(*) FROM processed_record").await,
        1
    );

    sqlx::query("ALTER TABLE latest_value RENAME TO latest_away")
        .execute(&store.pool)
        .await?;
    let error = store.writer.store(1, &[flat(3, 7, 3.0, at)]).await.err();
    assert_eq!(error.map(|error| error.verdict()), Some(Verdict::Transient));
    sqlx::query("ALTER TABLE latest_away RENAME TO latest_value")
        .execute(&store.pool)
        .await?;
    store.writer.store(1, &[flat(3, 7, 3.0, at)]).await?;
    Ok(())
}
