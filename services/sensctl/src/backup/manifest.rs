//! What a backup says of itself.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use anyhow::{Context as _, Result, ensure};
use chrono::{DateTime, Utc};
use sens_schema::Micros;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Name of the manifest's file. It is written last: a backup without it is not complete.
pub(crate) const MANIFEST: &str = "manifest.json";
/// Name of the file with the manifest's own hash.
pub(crate) const MANIFEST_HASH: &str = "manifest.json.sha256";
/// The layout that this program writes and reads.
const FORMAT: u32 = 1;

/// A file of the backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileEntry {
    /// Its name in the backup's folder.
    pub(crate) name: String,
    /// Its length.
    pub(crate) bytes: u64,
    /// Its SHA-256, hex.
    pub(crate) sha256: String,
}

/// What a table held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Table {
    /// How many rows.
    pub(crate) rows: i64,
    /// A sum over hashes of all rows.
    pub(crate) fingerprint: String,
}

/// The database as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DatabasePart {
    /// Version of the schema.
    pub(crate) schema_version: i64,
    /// Version of the server as one number.
    pub(crate) server_version_num: i32,
    /// Version of the extension, where it was used.
    pub(crate) timescaledb: Option<String>,
    /// Major version of the `pg_dump` that wrote the dump.
    pub(crate) pg_dump: u32,
    /// The tables.
    pub(crate) tables: BTreeMap<String, Table>,
}

/// A stream as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StreamPart {
    /// Name of the stream.
    pub(crate) stream: String,
    /// The file with its messages.
    pub(crate) file: String,
    /// When the stream was made, Unix microseconds.
    pub(crate) created_at: Micros,
    /// First sequence that was stored.
    pub(crate) first: u64,
    /// Newest sequence: everything up to here is in the backup.
    pub(crate) last: u64,
    /// Messages in the file.
    pub(crate) messages: u64,
}

/// The streams as they were.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StreamsPart {
    /// Number of the raw stream's epoch, once something was committed from it.
    pub(crate) epoch: Option<i32>,
    /// The streams, in the order in which they were read.
    pub(crate) kept: Vec<StreamPart>,
    /// Positions of the raw stream that were neither committed nor in it: lost before this backup.
    pub(crate) missing: Vec<RangeInclusive<u64>>,
}

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// Layout of the backup.
    pub(crate) format: u32,
    /// Its name.
    pub(crate) id: String,
    /// Everything that was acknowledged before this moment is in the backup.
    pub(crate) started_at: DateTime<Utc>,
    /// When it was complete.
    pub(crate) finished_at: DateTime<Utc>,
    /// Version of the program that made it.
    pub(crate) version: String,
    /// The environment it was made in.
    pub(crate) environment: String,
    /// The database.
    pub(crate) database: DatabasePart,
    /// The streams; `None` when they were left out.
    pub(crate) streams: Option<StreamsPart>,
    /// All files but the manifest.
    pub(crate) files: Vec<FileEntry>,
}

impl Manifest {
    /// The layout of this program.
    pub(crate) const CURRENT_FORMAT: u32 = FORMAT;

    /// The manifest as it is written, and its hash file.
    pub(crate) fn encode(&self) -> Result<(Vec<u8>, Vec<u8>)> {
        let mut json = serde_json::to_vec_pretty(self).context("write the manifest")?;
        json.push(b'\n');
        let hash = format!("{}  {MANIFEST}\n", hex::encode(Sha256::digest(&json)));
        Ok((json, hash.into_bytes()))
    }

    /// Reads a manifest that must be whole.
    pub(crate) fn decode(id: &str, json: &[u8], hash: &[u8]) -> Result<Self> {
        let wanted = String::from_utf8_lossy(hash);
        let wanted = wanted.split_whitespace().next().unwrap_or_default();
        ensure!(
            wanted == hex::encode(Sha256::digest(json)),
            "backup {id}: {MANIFEST} does not match {MANIFEST_HASH}: one of them was changed or is damaged"
        );
        let manifest: Self = serde_json::from_slice(json)
            .with_context(|| format!("backup {id}: {MANIFEST} cannot be read"))?;
        ensure!(
            manifest.format == FORMAT,
            "backup {id} has format {}, this program reads {FORMAT}: use the sensctl of version {}",
            manifest.format,
            manifest.version
        );
        ensure!(
            manifest.id == id,
            "backup {id} holds the manifest of backup {}: files were mixed up",
            manifest.id
        );
        Ok(manifest)
    }

    /// The entry of a file.
    pub(crate) fn file(&self, name: &str) -> Result<&FileEntry> {
        self.files
            .iter()
            .find(|file| file.name == name)
            .with_context(|| format!("backup {}: the manifest names no file {name}", self.id))
    }

    /// Bytes of all files.
    pub(crate) fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// Rows of all tables.
    pub(crate) fn rows(&self) -> i64 {
        self.database.tables.values().map(|table| table.rows).sum()
    }

    /// Messages of all streams.
    pub(crate) fn messages(&self) -> u64 {
        let streams = self.streams.iter().flat_map(|streams| &streams.kept);
        streams.map(|stream| stream.messages).sum()
    }
}
