//! Taking, listing, proving and retiring.

use std::path::Path;

use anyhow::Result;
use sens_messaging::KeptStream;

use crate::site::{COMMITTED, MESSAGES, Site, backups};

#[tokio::test]
async fn a_backup_is_taken_listed_and_proved() -> Result<()> {
    let site = Site::with_sample().await?;
    let place = site.place();
    let said = site.ok(&["backup", "--to", &place, "--verify"]).await?;
    assert!(
        said.contains("is complete") && said.contains("is proved"),
        "{said}"
    );

    let manifest = std::fs::read_to_string(site.backup()?.join("manifest.json"))?;
    let manifest: serde_json::Value = serde_json::from_str(&manifest)?;
    assert_eq!(
        manifest["database"]["tables"]["processed_record"]["rows"],
        COMMITTED
    );
    assert_eq!(manifest["streams"]["epoch"], 1);
    assert_eq!(
        manifest["streams"]["missing"].as_array().map(Vec::len),
        Some(0)
    );
    let raw = &manifest["streams"]["kept"][2];
    assert_eq!(
        (&raw["stream"], &raw["messages"]),
        (&"SENS_RAW".into(), &MESSAGES.into())
    );

    let listed = site
        .ok(&["backup", "list", "--from", &place, "--max-age", "1"])
        .await?;
    assert_eq!(listed.lines().count(), 1, "{listed}");
    site.ok(&["backup", "verify", "--from", &place]).await?;
    let scratch = site
        .postgres
        .sql("SELECT count(*) FROM pg_database WHERE datname LIKE 'sens_verify%'")?;
    assert_eq!(scratch, "0", "a scratch database is left");
    let events = site.sql("SELECT string_agg(kind, ' ' ORDER BY id) FROM backup_event")?;
    assert_eq!(events, "backup verified verified");
    let told = site.sql(&format!(
        "SELECT count(*) FROM backup_event WHERE place = '{place}' AND schema_version = {} AND bytes > 0
             AND taken_at <= started_at + interval '1 second' AND started_at < at AND detail IS NULL",
        sens_storage::latest_version()
    ))?;
    assert_eq!(told, "3");
    Ok(())
}

#[tokio::test]
async fn what_is_in_neither_stream_nor_ledger_is_named() -> Result<()> {
    let site = Site::with_sample().await?;
    site.sql("UPDATE ingest_ledger SET seqs = '{[1,11),[13,301)}'")?;
    let whole = site.sensctl(&["backup", "--to", &site.place()]).await?;
    assert_eq!(whole.code, 0, "{whole:?}");
    assert!(
        !whole.err.contains("warning"),
        "the messages lie in the stream still: {whole:?}"
    );

    site.acknowledge(COMMITTED).await?;
    site.messaging.purge_committed().await?;
    let holed = site.sensctl(&["backup", "--to", &site.place()]).await?;
    assert_eq!(holed.code, 0, "{holed:?}");
    assert!(holed.err.contains("11..=12"), "{holed:?}");
    Ok(())
}

#[tokio::test]
async fn a_platform_that_has_received_nothing_is_backed_up() -> Result<()> {
    let site = Site::start().await?;
    let created = site.extent(KeptStream::Raw).await?.created_at;
    site.sql(&format!(
        "INSERT INTO stream_epoch (stream, stream_created_at) VALUES ('SENS_RAW', 'epoch'::timestamptz + {created} * interval '1 microsecond')"
    ))?;
    let said = site
        .ok(&["backup", "--to", &site.place(), "--verify"])
        .await?;
    assert!(said.contains("proved"), "{said}");
    Ok(())
}

#[tokio::test]
async fn old_backups_go_and_unfinished_ones_with_them() -> Result<()> {
    let site = Site::start().await?;
    let place = site.place();
    std::fs::create_dir_all(Path::new(&place).join("20200101T000000Z-000001.partial"))?;
    for _ in 0..3 {
        site.ok(&["backup", "--to", &place, "--keep", "2", "--skip-streams"])
            .await?;
    }
    let left = backups(Path::new(&place))?;
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(
        left.iter()
            .all(|folder| folder.join("manifest.json").is_file()),
        "{left:?}"
    );
    let old = site
        .fails(&["backup", "list", "--from", "/nonexistent", "--max-age", "1"])
        .await?;
    assert!(old.contains("older than 1 hours"), "{old}");
    Ok(())
}

#[tokio::test]
async fn a_failed_backup_leaves_nothing_behind() -> Result<()> {
    let mut site = Site::start().await?;
    site.nats.kill9().await?;
    let said = site.fails(&["backup", "--to", &site.place()]).await?;
    assert!(said.contains("SENS_NATS__URL"), "{said}");
    let told = site
        .sql("SELECT kind, backup_id IS NULL, detail LIKE '%SENS_NATS__URL%' FROM backup_event")?;
    assert_eq!(told, "backup_failed|t|t");
    assert!(!Path::new(&site.place()).exists());
    let said = site.fails(&["backup"]).await;
    assert!(said?.contains("--to"));
    Ok(())
}
