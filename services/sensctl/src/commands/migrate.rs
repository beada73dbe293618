//! `sensctl migrate`: schema, storage, roles and streams.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use sens_config::{Config, Need};
use sens_messaging::Messaging;
use sens_storage::{MigrationOptions, MigrationReport, StorageWish};

use super::actor::actor;
use super::patience;
use crate::cli::MigrateArguments;
use crate::settings;

pub(crate) async fn run(arguments: &MigrateArguments) -> anyhow::Result<ExitCode> {
    let wait = Duration::from_secs(arguments.wait);
    if arguments.check {
        return check(arguments.at_least, wait).await;
    }
    let streams = !arguments.skip_streams && !arguments.plan;
    let needs: &[Need] = if streams {
        &[Need::Database, Need::Nats]
    } else {
        &[Need::Database]
    };
    let config = settings::load(needs)?;
    let wish = if arguments.to_timescale {
        StorageWish::Timescale
    } else if arguments.plain {
        StorageWish::Plain
    } else {
        StorageWish::Auto
    };
    if arguments.plan {
        plan(&config, wish, arguments.sql).await?;
        return Ok(ExitCode::SUCCESS);
    }
    patience::until(wait, async || {
        let pools = sens_storage::connect(&config.database, "sensctl", None)?;
        Ok(sens_storage::schema_version(&pools.primary).await?)
    })
    .await?;
    let options = MigrationOptions {
        storage: wish,
        lock_timeout: Duration::from_secs(arguments.lock_timeout),
        statement_timeout: Duration::from_secs(arguments.statement_timeout),
        progress: |line| println!("{line}"),
        ..MigrationOptions::default()
    };
    let report = sens_storage::migrate_with(&config.database, &options).await?;
    if report.from == report.to {
        println!("schema is at version {}, nothing to do", report.to);
    } else {
        write_down(&config, &report).await?;
        println!(
            "schema migrated from version {} to {}",
            report.from, report.to
        );
    }
    for note in report.notes {
        println!("{note}");
    }
    if streams {
        make_streams(&config, wait).await?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The move of the schema, in the deployment log.
async fn write_down(config: &Config, report: &MigrationReport) -> anyhow::Result<()> {
    let pools = sens_storage::connect(&config.database, "sensctl", None)?;
    let sha = (config.build_sha != "unknown").then(|| config.build_sha.clone());
    sens_storage::deployment::record_migration(
        &pools.primary,
        config.environment.as_str(),
        (env!("CARGO_PKG_VERSION"), sha),
        (report.from, report.to),
        &actor(),
    )
    .await?;
    Ok(())
}

/// A cluster that has just started takes a moment until it can make streams.
async fn make_streams(config: &Config, wait: Duration) -> anyhow::Result<()> {
    let messaging = patience::until(wait, async || {
        let messaging = Messaging::connect(&config.nats, "sensctl").await?;
        messaging.ensure_streams(&config.nats).await?;
        messaging.ensure_raw_consumer().await?;
        Ok(messaging)
    })
    .await?;
    println!("streams SENS_RAW, SENS_EVENTS and SENS_DLQ are there");
    messaging.close().await?;
    Ok(())
}

/// Says what a run would do.
async fn plan(config: &Config, wish: StorageWish, sql: bool) -> anyhow::Result<()> {
    let plan = sens_storage::migration_plan(&config.database, wish).await?;
    println!(
        "schema is at version {}, this program brings {}",
        plan.from,
        sens_storage::latest_version()
    );
    for migration in &plan.pending {
        let how = if migration.transactional {
            "in a transaction"
        } else {
            "outside of a transaction, without stopping writers"
        };
        println!("{:>4}  {}  ({how})", migration.version, migration.name);
        if sql {
            println!("{}", migration.sql.trim_end());
        }
    }
    println!("storage: {}", plan.storage);
    Ok(())
}

/// Says whether the schema is new enough, for init containers; waits for it so long.
async fn check(at_least: Option<i64>, wait: Duration) -> anyhow::Result<ExitCode> {
    let config = settings::load(&[Need::Database])?;
    let needed = at_least.unwrap_or_else(sens_storage::latest_version);
    let found = patience::until(wait, async || {
        let pools = sens_storage::connect(&config.database, "sensctl", None)?;
        let found = sens_storage::schema_version(&pools.primary)
            .await
            .context("read the schema version")?;
        ensure!(
            found >= needed,
            "schema is at version {found}, {needed} is needed: run `sensctl migrate`"
        );
        Ok(found)
    })
    .await?;
    println!("schema is at version {found}, {needed} is needed");
    Ok(ExitCode::SUCCESS)
}
