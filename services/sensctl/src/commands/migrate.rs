//! `sensctl migrate`: schema, roles and streams.

use std::process::ExitCode;

use anyhow::Context as _;
use sens_config::Need;
use sens_messaging::Messaging;

use crate::settings;

/// Migrates the database, then makes the streams.
pub(crate) async fn run(skip_streams: bool) -> anyhow::Result<ExitCode> {
    let needs: &[Need] = if skip_streams {
        &[Need::Database]
    } else {
        &[Need::Database, Need::Nats]
    };
    let config = settings::load(needs)?;
    let report = sens_storage::migrate(&config.database).await?;
    if report.from == report.to {
        println!("schema is at version {}, nothing to do", report.to);
    } else {
        println!(
            "schema migrated from version {} to {}",
            report.from, report.to
        );
    }
    if !skip_streams {
        let messaging = Messaging::connect(&config.nats, "sensctl").await?;
        messaging.ensure_streams(&config.nats).await?;
        messaging.ensure_raw_consumer().await?;
        println!("streams SENS_RAW, SENS_EVENTS and SENS_DLQ are there");
        messaging.close().await?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Says whether the schema is new enough, for init containers.
pub(crate) async fn check() -> anyhow::Result<ExitCode> {
    let config = settings::load(&[Need::Database])?;
    let pools = sens_storage::connect(&config.database, "sensctl", None)?;
    let found = sens_storage::schema_version(&pools.primary)
        .await
        .context("read the schema version")?;
    let needed = sens_storage::latest_version();
    if found < needed {
        println!(
            "schema is at version {found}, this version needs {needed}: run `sensctl migrate`"
        );
        return Ok(ExitCode::FAILURE);
    }
    println!("schema is at version {found}, this version needs {needed}");
    Ok(ExitCode::SUCCESS)
}
