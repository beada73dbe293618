//! Playing a dump back, and holding the result against the manifest.

use std::path::Path;

use anyhow::{Result, ensure};
use sens_config::Database;
use sens_storage::backup::{self, Snapshot};

use super::manifest::Manifest;
use super::programs::{Program, major};

/// Plays the dump back into an empty database and compares every table with the manifest.
pub(super) async fn play_back(config: &Database, manifest: &Manifest, dump: &Path) -> Result<()> {
    let server = backup::server_facts(config).await?;
    let (here, there) = (
        major(server.server_version_num),
        major(manifest.database.server_version_num),
    );
    ensure!(
        here >= there,
        "the backup is of a PostgreSQL {there}, this server is {here}: restore into version {there} or newer"
    );
    let timescaledb = manifest.database.timescaledb.as_deref();
    if let Some(version) = timescaledb {
        ensure!(
            server.timescaledb.is_some(),
            "the backup is of a database with TimescaleDB {version}, this server has no TimescaleDB: restore into one that has this version"
        );
    }
    let program = Program::find("pg_restore", here.max(manifest.database.pg_dump)).await?;
    backup::prepare_restore(config, timescaledb).await?;
    let mut command = program.command(config)?;
    command.args(["--no-owner", "--no-privileges", "--exit-on-error"]);
    if timescaledb.is_none() {
        // All or nothing: a database that failed halfway is empty again.
        command.arg("--single-transaction");
    }
    command.arg(dump);
    let child = program.start(&mut command)?;
    program.finish(child).await?;
    backup::finish_restore(config, timescaledb).await?;
    compare(config, manifest).await
}

/// Holds every table against the manifest: rows and contents.
async fn compare(config: &Database, manifest: &Manifest) -> Result<()> {
    let mut snapshot = Snapshot::take(config).await?;
    let version = snapshot.schema_version().await?;
    let found = snapshot.tables().await?;
    snapshot.close().await?;
    let wanted = &manifest.database;
    let mut faults = Vec::new();
    if version != wanted.schema_version {
        faults.push(format!(
            "the schema is at version {version}, not {}",
            wanted.schema_version
        ));
    }
    for (name, table) in &wanted.tables {
        match found.get(name) {
            None => faults.push(format!("table {name} is missing")),
            Some(facts) if facts.rows != table.rows => {
                faults.push(format!(
                    "table {name} has {} rows, not {}",
                    facts.rows, table.rows
                ));
            }
            Some(facts) if facts.fingerprint != table.fingerprint => {
                faults.push(format!("table {name} has other contents"));
            }
            Some(_) => {}
        }
    }
    for name in found
        .keys()
        .filter(|name| !wanted.tables.contains_key(*name))
    {
        faults.push(format!("table {name} is not in the manifest"));
    }
    ensure!(
        faults.is_empty(),
        "what was restored from backup {} is not what its manifest says: {}",
        manifest.id,
        faults.join("; ")
    );
    Ok(())
}
