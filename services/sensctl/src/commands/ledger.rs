//! `sensctl doctor --ledger`: is everything that JetStream acknowledged accounted for, and is every row still there?

use std::ops::RangeInclusive;

use chrono::{DateTime, TimeDelta, Utc};
use sens_config::Config;
use sens_messaging::Messaging;
use sens_schema::DecoderMap;
use sens_storage::maintenance::{
    MissingRows, missing_raw_records, missing_readings, unaccounted_positions,
};
use sens_storage::query::fate::{Fate, readings_of};
use sens_storage::query::messages::{neighbours, raw_records_since};
use sens_storage::query::raw_records::find_raw_record;
use sens_storage::{PgPool, write};

use super::doctor::Finding;

/// How far back rows are compared: raw records of longer ago may have been dropped by retention.
const SPAN: TimeDelta = TimeDelta::days(7);
/// Losses named one by one; more are summed up.
const NAMED: i64 = 20;
/// Messages after the acknowledged ones that are looked for in the stream.
const ASKED: usize = 10_000;

/// Holds stream, ledger and rows against each other. One finding for each kind of loss.
pub(super) async fn audit(config: &Config) -> Vec<Finding> {
    match open(config).await {
        Err(fault) => vec![Err(fault)],
        Ok((messaging, pool)) => {
            let now = Utc::now();
            vec![
                positions(&messaging, &pool).await.unwrap_or_else(Err),
                raw_records(&pool, now).await.unwrap_or_else(Err),
                readings(config, &pool, now).await.unwrap_or_else(Err),
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
    let status = messaging.raw_status().await.map_err(told)?;
    let epoch = write::stream_epoch(pool, status.created_at)
        .await
        .map_err(told)?;
    let floor = status.floor();
    let mut gaps = unaccounted_positions(pool, epoch, 1..=floor)
        .await
        .map_err(told)?;
    if status.removed() > 0 {
        let open = unaccounted_positions(pool, epoch, floor + 1..=status.last_sequence)
            .await
            .map_err(told)?;
        let absent = messaging
            .absent(open.into_iter().flatten().take(ASKED))
            .await
            .map_err(told)?;
        for sequence in absent {
            // Not what was committed between the two looks.
            let gone = unaccounted_positions(pool, epoch, sequence..=sequence);
            gaps.extend(gone.await.map_err(told)?);
        }
    }
    if gaps.is_empty() {
        return Ok(Ok(format!(
            "all {floor} acknowledged messages of epoch {epoch} are accounted for"
        )));
    }
    let mut named = Vec::new();
    for gap in gaps.iter().take(usize::try_from(NAMED).unwrap_or_default()) {
        named.push(lost(pool, epoch, gap).await?);
    }
    Ok(Err(format!(
        "messages that left the stream before they were committed: {}{}",
        named.join("; "),
        more(gaps.len())
    )))
}

/// Messages in a row by sequence and time.
async fn lost(pool: &PgPool, epoch: i32, gap: &RangeInclusive<u64>) -> Result<String, String> {
    let (first, last) = (gap.start().cast_signed(), gap.end().cast_signed());
    let around = neighbours(pool, epoch, first, last).await.map_err(told)?;
    let what = if first == last {
        format!("{epoch}-{first}")
    } else {
        format!("{epoch}-{first} to {epoch}-{last}")
    };
    let text = |at: DateTime<Utc>| at.to_rfc3339();
    Ok(match (around.before.map(text), around.after.map(text)) {
        (Some(after), Some(before)) => {
            format!("{what} (arrived between {after} and {before})")
        }
        (Some(after), None) => format!("{what} (arrived after {after})"),
        (None, Some(before)) => format!("{what} (arrived before {before})"),
        (None, None) => what,
    })
}

async fn raw_records(pool: &PgPool, now: DateTime<Utc>) -> Result<Finding, String> {
    // Retention may keep less than that.
    let since = raw_records_since(pool).await.map_err(told)?;
    let from = since.map_or(now - SPAN, |since| since.max(now - SPAN));
    let missing = missing_raw_records(pool, from, now, NAMED)
        .await
        .map_err(told)?;
    Ok(finding(
        &missing,
        "raw records of the last 7 days are there",
        "raw records that were committed are gone",
    ))
}

async fn readings(config: &Config, pool: &PgPool, now: DateTime<Utc>) -> Result<Finding, String> {
    let decoders = DecoderMap::configured(config.ingest.decoders.as_deref()).map_err(told)?;
    let catalogue = write::load_catalogue(pool).await.map_err(told)?;
    let suspects = missing_readings(pool, now - SPAN, now, None, NAMED)
        .await
        .map_err(told)?;
    let mut missing = Vec::new();
    for suspect in suspects {
        let position = suspect.position();
        let record = find_raw_record(pool, suspect.epoch, suspect.seq)
            .await
            .map_err(told)?;
        let Some(record) = record else { continue };
        // What retention has dropped is no loss.
        let fates = readings_of(pool, &decoders, &catalogue, position, &record)
            .await
            .map_err(told)?;
        if fates.iter().any(|found| found.fate == Fate::Missing) {
            missing.push(suspect);
        }
    }
    Ok(finding(
        &missing,
        "readings of the last 7 days are there",
        "raw records whose readings are gone",
    ))
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn more(found: usize) -> &'static str {
    if i64::try_from(found).is_ok_and(|count| count >= NAMED) {
        " and maybe more"
    } else {
        ""
    }
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
    let more = more(missing.len());
    Err(format!("{bad}: {}{more}", named.join(", ")))
}
