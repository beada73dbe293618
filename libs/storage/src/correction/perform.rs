//! Making corrections and undoing them. Functions of the database do it: the API has no other way to change readings.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

use super::record::CorrectionChange;
use super::series::{self, Series};
use super::{CorrectionRequest, MOST, NAMED, Refusal};
use crate::Error;
use crate::audit::{self, Actor, Entry};
use crate::query::StoredValue;

const CORRECT: &str =
    "SELECT made, touched FROM correct_readings($1, $2, $3, $4, $5, $6, $7, $8, $9)";

const UNDO: &str = "SELECT undone, blocked_by FROM undo_correction($1, $2, $3)";

const COUNT: &str = "
    SELECT count(*) FROM (
        SELECT FROM counting_reading WHERE device_id = $1 AND metric_id = $2 AND recorded_at >= $3 AND recorded_at < $4 LIMIT $5
    ) AS found";

const FIRST: &str = "
    SELECT recorded_at, value, text_value, raw_epoch, raw_seq FROM counting_reading
    WHERE device_id = $1 AND metric_id = $2 AND recorded_at >= $3 AND recorded_at < $4
    ORDER BY recorded_at, dedup LIMIT $5";

/// Says what a correction would change: how many readings, and the first [`NAMED`] of them.
///
/// # Errors
/// [`Refusal`]: why it could not be made.
pub async fn plan_correction(
    pool: &PgPool,
    request: &CorrectionRequest,
) -> Result<(i64, Vec<CorrectionChange>), Refusal> {
    type Row = (DateTime<Utc>, Option<f64>, Option<String>, i32, i64);
    let series = series::find(pool, request).await?;
    let count: i64 = sqlx::query_scalar(COUNT)
        .bind(series.device_id)
        .bind(series.metric_id)
        .bind(request.from)
        .bind(request.to)
        .bind(MOST + 1)
        .fetch_one(pool)
        .await
        .map_err(Error::during("count readings to correct"))?;
    check(request, count)?;
    let rows: Vec<Row> = sqlx::query_as(FIRST)
        .bind(series.device_id)
        .bind(series.metric_id)
        .bind(request.from)
        .bind(request.to)
        .bind(NAMED)
        .fetch_all(pool)
        .await
        .map_err(Error::during("find readings to correct"))?;
    let change = |(recorded_at, number, text, epoch, seq): Row| CorrectionChange {
        recorded_at,
        before: StoredValue::from_columns(number, text, &series.kind),
        epoch,
        seq,
    };
    Ok((count, rows.into_iter().map(change).collect()))
}

/// Corrects readings. Gives the number of the correction.
///
/// # Errors
/// [`Refusal`]: nothing was changed.
pub async fn correct(
    pool: &PgPool,
    request: &CorrectionRequest,
    actor: &Actor,
) -> Result<i64, Refusal> {
    let failed = Error::during("correct readings");
    let Series {
        device_id,
        metric_id,
        number,
        text,
        ..
    } = series::find(pool, request).await?;
    let mut transaction = pool.begin().await.map_err(&failed)?;
    let (made, touched): (Option<i64>, i64) = sqlx::query_as(CORRECT)
        .bind(device_id)
        .bind(metric_id)
        .bind(request.from)
        .bind(request.to)
        .bind(number)
        .bind(text)
        .bind(&request.reason)
        .bind(&actor.name)
        .bind(MOST)
        .fetch_one(&mut *transaction)
        .await
        .map_err(&failed)?;
    check(request, touched)?;
    let id = made.ok_or(Refusal::TooMany)?;
    let entry = Entry {
        action: if request.value.is_some() {
            "set"
        } else {
            "withdraw"
        },
        kind: "correction",
        id: &id.to_string(),
        before: None,
        after: Some(serde_json::json!({
            "device": request.serial, "metric": request.metric, "from": request.from, "to": request.to,
            "value": request.value.as_ref().map(json), "reason": request.reason, "readings": touched,
        })),
    };
    audit::record(&mut transaction, actor, entry).await?;
    transaction.commit().await.map_err(&failed)?;
    Ok(id)
}

fn json(value: &StoredValue) -> serde_json::Value {
    match value {
        StoredValue::Number(number) => serde_json::json!(number),
        StoredValue::Boolean(value) => serde_json::json!(value),
        StoredValue::Text(text) => serde_json::json!(text),
    }
}

fn check(request: &CorrectionRequest, count: i64) -> Result<(), Refusal> {
    match count {
        0 => Err(Refusal::Nothing {
            serial: request.serial.clone(),
            metric: request.metric.clone(),
        }),
        1..=MOST => Ok(()),
        _ => Err(Refusal::TooMany),
    }
}

/// Undoes a correction: the earlier readings count again.
///
/// # Errors
/// [`Refusal`]: nothing was changed.
pub async fn undo_correction(
    pool: &PgPool,
    id: i64,
    reason: &str,
    actor: &Actor,
) -> Result<(), Refusal> {
    let failed = Error::during("undo a correction");
    let mut transaction = pool.begin().await.map_err(&failed)?;
    undo(&mut transaction, id, reason, &actor.name).await?;
    let entry = Entry {
        action: "undo",
        kind: "correction",
        id: &id.to_string(),
        before: None,
        after: Some(serde_json::json!({ "reason": reason })),
    };
    audit::record(&mut transaction, actor, entry).await?;
    transaction.commit().await.map_err(&failed)?;
    Ok(())
}

/// Whether a correction could be undone now; changes nothing.
///
/// # Errors
/// [`Refusal`]: why not.
pub async fn plan_undo(pool: &PgPool, id: i64) -> Result<(), Refusal> {
    let failed = Error::during("see whether a correction can be undone");
    let mut transaction = pool.begin().await.map_err(&failed)?;
    let undone = undo(&mut transaction, id, "a dry run", "a dry run").await;
    transaction.rollback().await.map_err(&failed)?;
    undone
}

async fn undo(
    connection: &mut PgConnection,
    id: i64,
    reason: &str,
    who: &str,
) -> Result<(), Refusal> {
    let (undone, blocked_by): (bool, Option<i64>) = sqlx::query_as(UNDO)
        .bind(id)
        .bind(reason)
        .bind(who)
        .fetch_one(&mut *connection)
        .await
        .map_err(Error::during("undo a correction"))?;
    if undone {
        return Ok(());
    }
    if let Some(later) = blocked_by {
        return Err(Refusal::Blocked { id, later });
    }
    let known: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM correction WHERE id = $1)")
        .bind(id)
        .fetch_one(connection)
        .await
        .map_err(Error::during("undo a correction"))?;
    Err(if known {
        Refusal::Undone(id)
    } else {
        Refusal::UnknownCorrection(id)
    })
}
