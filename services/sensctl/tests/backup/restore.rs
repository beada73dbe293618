//! Restoring into an empty database: with the former streams, with new ones, and with ones that stand behind the ledger.

use anyhow::Result;
use sens_messaging::KeptStream;

use crate::site::{COMMITTED, MESSAGES, Site};

const CONTENTS: &str =
    "SELECT count(*), sum(value), min(recorded_at), max(dedup) FROM processed_record";

#[tokio::test]
async fn everything_is_back_on_new_servers() -> Result<()> {
    let mut site = Site::with_sample().await?;
    let before = site.sql(CONTENTS)?;
    let place = site.place();
    site.ok(&["backup", "--to", &place]).await?;
    site.lose_database()?;
    site.lose_nats().await?;

    let said = site.ok(&["restore", "--from", &place]).await?;
    assert!(said.contains("new stream"), "{said}");
    assert_eq!(site.sql(CONTENTS)?, before);
    // The rights are back as well.
    let granted =
        site.sql("SELECT has_table_privilege('sens_readonly', 'processed_record', 'SELECT')")?;
    assert_eq!(granted, "t");

    // Only what the ledger does not know waits again, byte for byte.
    let raw = site.extent(KeptStream::Raw).await?;
    assert_eq!(raw.messages, MESSAGES - COMMITTED);
    let messages = site.messaging.raw_messages(1, MESSAGES).await?;
    let first = messages.first().map(|message| message.payload.to_vec());
    assert_eq!(first, Some(b"\x00\xff \n301".to_vec()));
    assert_eq!(messages[0].envelope.received_at, 1_763_600_000_123_456);
    assert!(!messages[0].envelope.wait);
    // The letter that was dropped stays dropped.
    let letters = site.messaging.dead_letters(1, 10).await?;
    assert_eq!(letters.len(), 1);
    assert_eq!(
        (
            letters[0].letter.origin.seq,
            letters[0].letter.cause.code.as_str()
        ),
        (7, "22003")
    );
    assert_eq!(site.messaging.mqtt_sessions().await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_database_with_something_in_it_is_never_touched() -> Result<()> {
    let site = Site::with_sample().await?;
    let place = site.place();
    site.ok(&["backup", "--to", &place]).await?;
    let said = site.fails(&["restore", "--from", &place]).await?;
    assert!(said.contains("not empty"), "{said}");
    assert_eq!(site.sql("SELECT count(*) FROM device")?, "50");
    Ok(())
}

#[tokio::test]
async fn the_former_stream_delivers_once_more_and_gets_nothing_twice() -> Result<()> {
    let mut site = Site::with_sample().await?;
    let place = site.place();
    site.ok(&["backup", "--to", &place]).await?;
    // A worker had acknowledged everything after the backup: without its database that counts for nothing.
    site.acknowledge(MESSAGES).await?;
    sens_testkit::assert_eventually!(
        std::time::Duration::from_secs(40),
        site.messaging.raw_readers().await? == 0
    );
    site.lose_database()?;
    let said = site.ok(&["restore", "--from", &place]).await?;
    assert!(said.contains("still the stream of epoch 1"), "{said}");
    assert!(said.contains("SENS_RAW: 0 messages put back"), "{said}");
    let status = site.messaging.raw_status().await?;
    assert_eq!((status.messages, status.pending), (MESSAGES, MESSAGES));
    assert_eq!(site.messaging.dead_letter_count().await?, 2);
    Ok(())
}

#[tokio::test]
async fn positions_that_come_again_are_a_new_epoch() -> Result<()> {
    let mut site = Site::with_sample().await?;
    let place = site.place();
    // The ledger knows more than the stream has: as after a NATS volume was put back to an earlier day.
    site.sql("UPDATE ingest_ledger SET seqs = '{[1,1001)}'")?;
    site.ok(&["backup", "--to", &place]).await?;
    site.lose_database()?;
    let said = site.ok(&["restore", "--from", &place]).await?;
    assert!(said.contains("epoch 2 from now on"), "{said}");
    let counters =
        site.sql("SELECT string_agg(restore_counter::text, ' ' ORDER BY id) FROM stream_epoch")?;
    assert_eq!(counters, "0 1");
    Ok(())
}

#[tokio::test]
async fn a_restore_goes_on_where_it_stopped() -> Result<()> {
    let mut site = Site::with_sample().await?;
    let place = site.place();
    site.ok(&["backup", "--to", &place]).await?;
    site.lose_database()?;
    site.ok(&["restore", "--from", &place, "--skip-streams"])
        .await?;
    // As if it had ended right after the database.
    site.sql("DELETE FROM backup_event WHERE kind = 'restored'")?;
    site.lose_nats().await?;
    let said = site.ok(&["restore", "--from", &place]).await?;
    assert!(said.contains("going on with the streams"), "{said}");
    assert_eq!(
        site.extent(KeptStream::Raw).await?.messages,
        MESSAGES - COMMITTED
    );
    // Now it is whole: no third time.
    let said = site.fails(&["restore", "--from", &place]).await?;
    assert!(said.contains("not empty"), "{said}");
    Ok(())
}

#[tokio::test]
async fn workers_must_be_stopped_first() -> Result<()> {
    let mut site = Site::with_sample().await?;
    let place = site.place();
    site.ok(&["backup", "--to", &place]).await?;
    site.lose_database()?;
    let mut consumer = site.messaging.consume_raw(1000).await?;
    let worker = tokio::spawn(async move { while consumer.next().await.is_ok() {} });
    let said = site.fails(&["restore", "--from", &place]).await?;
    worker.abort();
    assert!(said.contains("stop them"), "{said}");
    assert_eq!(
        site.sql("SELECT count(*) FROM pg_class WHERE relname = 'device'")?,
        "0"
    );
    Ok(())
}
