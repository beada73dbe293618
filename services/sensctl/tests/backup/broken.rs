//! Broken archives: each is named for what it is, and never changes a database.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::site::Site;

/// Turns one bit in the middle.
fn flip(file: &Path) -> Result<()> {
    let mut bytes = fs::read(file)?;
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    Ok(fs::write(file, bytes)?)
}

fn cut(file: &Path) -> Result<()> {
    let bytes = fs::read(file)?;
    Ok(fs::write(file, &bytes[..bytes.len() - 1])?)
}

/// Changes a value of the manifest and makes its hash right again.
fn forge(folder: &Path, pointer: &str, value: &Value) -> Result<()> {
    let path = folder.join("manifest.json");
    let mut manifest: Value = serde_json::from_slice(&fs::read(&path)?)?;
    *manifest.pointer_mut(pointer).context("no such value")? = value.clone();
    let json = serde_json::to_vec(&manifest)?;
    let hash = hex::encode(Sha256::digest(&json));
    fs::write(folder.join("manifest.json.sha256"), hash)?;
    Ok(fs::write(path, json)?)
}

type Damage = fn(&Path) -> Result<()>;

/// What is done to the backup, and what is said of it.
const CASES: [(&str, Damage, &str); 10] = [
    (
        "bit flip in the dump",
        |at| flip(&at.join("database.dump")),
        "database.dump does not match its SHA-256",
    ),
    (
        "dump cut off",
        |at| cut(&at.join("database.dump")),
        "database.dump has",
    ),
    (
        "dump missing",
        |at| remove(&at.join("database.dump")),
        "database.dump cannot be opened",
    ),
    (
        "bit flip in a stream",
        |at| flip(&at.join("raw.ndjson.gz")),
        "raw.ndjson.gz does not match its SHA-256",
    ),
    (
        "stream missing",
        |at| remove(&at.join("raw.ndjson.gz")),
        "raw.ndjson.gz cannot be opened",
    ),
    (
        "bit flip in the manifest",
        |at| flip(&at.join("manifest.json")),
        "manifest.json does not match",
    ),
    (
        "manifest missing",
        |at| remove(&at.join("manifest.json")),
        "has no manifest.json",
    ),
    (
        "newer schema",
        |at| forge(at, "/database/schema_version", &9999.into()),
        "9999",
    ),
    (
        "other rows",
        |at| forge(at, "/database/tables/device/rows", &51.into()),
        "table device has 50 rows, not 51",
    ),
    (
        "other contents",
        |at| forge(at, "/database/tables/device/fingerprint", &"1".into()),
        "table device has other contents",
    ),
];

#[tokio::test]
async fn every_kind_of_damage_is_found_and_changes_nothing() -> Result<()> {
    let mut site = Site::with_sample().await?;
    let place = site.place();
    site.ok(&["backup", "--to", &place]).await?;
    let folder = site.backup()?;
    let id = folder
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let sound = site.folder.path().join("sound");
    copy(&folder, &sound)?;
    site.lose_database()?;
    for (name, damage, wanted) in CASES {
        fs::remove_dir_all(&folder)?;
        copy(&sound, &folder)?;
        damage(&folder)?;
        for command in [&["backup", "verify"][..], &["restore"][..]] {
            let said = site
                .fails(&[command, &["--from", &place, "--id", &id]].concat())
                .await?;
            assert!(
                said.contains(wanted) && said.lines().count() == 1,
                "{command:?}, {name}: {said}"
            );
            let left = site.sql("SELECT count(*) FROM pg_class WHERE relname = 'backup_event'")?;
            // What only the comparison can find is found when the dump is played back: the database is then for the bin.
            if !name.starts_with("other") {
                assert_eq!(left, "0", "{command:?}, {name}");
            } else if command[0] == "restore" {
                site.lose_database()?;
            }
        }
    }
    let left = site
        .postgres
        .sql("SELECT count(*) FROM pg_database WHERE datname LIKE 'sens_verify%'")?;
    assert_eq!(left, "0", "a scratch database is left");
    Ok(())
}

fn remove(file: &Path) -> Result<()> {
    Ok(fs::remove_file(file)?)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}
