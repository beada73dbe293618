//! `sensctl doctor --ledger`: is everything that JetStream acknowledged accounted for, and is every row still there?

use chrono::{DateTime, TimeDelta, Utc};
use sens_config::Config;
use sens_messaging::Messaging;
use sens_storage::maintenance::{
    MissingRows, missing_raw_records, missing_readings, unaccounted_positions,
};
use sens_storage::{PgPool, write};

use super::doctor::Finding;

/// How far back rows are compared: raw records of longer ago may have been dropped by retention.
const SPAN: TimeDelta = TimeDelta::days(7);
/// Losses named one by one; more are summed up.
const NAMED: i64 = 20;

/// Holds stream, ledger and rows against each other. One finding for each kind of loss.
pub(super) async fn audit(config: &Config) -> Vec<Finding> {
    match open(config).await {
        Err(fault) => vec![Err(fault)],
        Ok((messaging, pool)) => {
            let now = Utc::now();
            vec![
                positions(&messaging, &pool).await.unwrap_or_else(Err),
                raw_records(&pool, now).await.unwrap_or_else(Err),
                readings(&pool, now).await.unwrap_or_else(Err),
            ]
        }
    }
}

async fn open(config: &Config) -> Result<(Messaging, PgPool), String> {
    let messaging = Messaging::connect(&config.nats, "sensctl-doctor")
        .await
        .map_err(|error| error.to_string())?;
    let pools = sens_storage::connect(&config.database, "sensctl", None)
        .map_err(|error| error.to_string())?;
    Ok((messaging, pools.primary))
}

async fn positions(messaging: &Messaging, pool: &PgPool) -> Result<Finding, String> {
    let status = messaging
        .raw_status()
        .await
        .map_err(|error| error.to_string())?;
    let epoch = write::stream_epoch(pool, status.created_at)
        .await
        .map_err(|error| error.to_string())?;
    let gaps = unaccounted_positions(pool, epoch, 1..=status.ack_floor)
        .await
        .map_err(|error| error.to_string())?;
    if gaps.is_empty() {
        return Ok(Ok(format!(
            "all {} acknowledged messages of epoch {epoch} are accounted for",
            status.ack_floor
        )));
    }
    let named: Vec<String> = gaps
        .iter()
        .map(|gap| format!("{}..={}", gap.start(), gap.end()))
        .collect();
    Ok(Err(format!(
        "messages of epoch {epoch} that nobody committed: sequences {}",
        named.join(", ")
    )))
}

async fn raw_records(pool: &PgPool, now: DateTime<Utc>) -> Result<Finding, String> {
    let missing = missing_raw_records(pool, now - SPAN, now, NAMED)
        .await
        .map_err(|error| error.to_string())?;
    Ok(finding(
        &missing,
        "raw records of the last 7 days are there",
        "raw records that were committed are gone",
    ))
}

async fn readings(pool: &PgPool, now: DateTime<Utc>) -> Result<Finding, String> {
    let missing = missing_readings(pool, now - SPAN, now, NAMED)
        .await
        .map_err(|error| error.to_string())?;
    Ok(finding(
        &missing,
        "readings of the last 7 days are there",
        "raw records whose readings are gone",
    ))
}

fn finding(missing: &[MissingRows], good: &str, bad: &str) -> Finding {
    if missing.is_empty() {
        return Ok(format!("all {good}"));
    }
    let named: Vec<String> = missing
        .iter()
        .map(|row| {
            format!(
                "{}-{} (arrived {})",
                row.epoch,
                row.seq,
                row.received_at.to_rfc3339()
            )
        })
        .collect();
    let more = if i64::try_from(missing.len()).is_ok_and(|count| count >= NAMED) {
        " and maybe more"
    } else {
        ""
    };
    Err(format!("{bad}: {}{more}", named.join(", ")))
}
