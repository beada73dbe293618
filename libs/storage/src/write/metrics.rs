//! Metrics: a name becomes a metric id; one that nobody described is kept as unlisted.

use std::collections::HashMap;
use std::sync::Arc;

use sens_schema::{Catalogue, MetricKind, MetricRule, Reading, Value};
use sqlx::{PgConnection, PgPool};

use super::batch::PendingMessage;
use super::names::{MetricIds, Names};
use crate::Error;

const INSERT_UNLISTED: &str = "
    INSERT INTO metric (name, unit, kind, listed)
    SELECT name, unit, kind, false FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (name, unit, kind)
    ORDER BY name
    ON CONFLICT DO NOTHING";

const SELECT_BY_NAME: &str = "SELECT name, id FROM metric WHERE name = ANY($1)";

const SELECT_LISTED: &str =
    "SELECT id, name, unit, kind, min_value, max_value FROM metric WHERE listed ORDER BY id";

/// The catalogue as the decoders use it.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn load_catalogue(pool: &PgPool) -> Result<Catalogue, Error> {
    type Row = (
        i32,
        String,
        Option<String>,
        String,
        Option<f64>,
        Option<f64>,
    );
    let rows: Vec<Row> = sqlx::query_as(SELECT_LISTED)
        .fetch_all(pool)
        .await
        .map_err(Error::during("read the metric catalogue"))?;
    let rules = rows
        .into_iter()
        .map(|(id, name, unit, kind, min, max)| MetricRule {
            id,
            name: Arc::from(name),
            unit: unit.map(Arc::from),
            kind: match kind.as_str() {
                "boolean" => MetricKind::Boolean,
                "text" => MetricKind::Text,
                _ => MetricKind::Number,
            },
            min,
            max,
        })
        .collect();
    Ok(Catalogue::new(rules))
}

pub(super) async fn resolve(
    connection: &mut PgConnection,
    names: &Names,
    messages: &[PendingMessage],
) -> Result<MetricIds, Error> {
    let readings = || messages.iter().flat_map(PendingMessage::readings);
    let (mut ids, missing) = names.metrics(readings().map(|reading| &reading.metric));
    if missing.is_empty() {
        return Ok(ids);
    }
    let unlisted: HashMap<&Arc<str>, &Reading> = readings()
        .filter(|reading| !reading.listed && missing.contains(&reading.metric))
        .map(|reading| (&reading.metric, reading))
        .collect();
    if !unlisted.is_empty() {
        insert_unlisted(connection, unlisted.values().copied()).await?;
    }
    let wanted: Vec<&str> = missing.iter().map(AsRef::as_ref).collect();
    let rows: Vec<(String, i32)> = sqlx::query_as(SELECT_BY_NAME)
        .bind(wanted)
        .fetch_all(connection)
        .await
        .map_err(Error::during("look up metrics"))?;
    ids.extend(rows.into_iter().map(|(name, id)| (Arc::from(name), id)));
    Ok(ids)
}

async fn insert_unlisted<'a>(
    connection: &mut PgConnection,
    readings: impl Iterator<Item = &'a Reading> + Clone,
) -> Result<(), Error> {
    let names: Vec<&str> = readings
        .clone()
        .map(|reading| reading.metric.as_ref())
        .collect();
    let units: Vec<Option<&str>> = readings
        .clone()
        .map(|reading| reading.unit.as_deref())
        .collect();
    let kinds: Vec<&str> = readings.map(kind).collect();
    sqlx::query(INSERT_UNLISTED)
        .bind(names)
        .bind(units)
        .bind(kinds)
        .execute(connection)
        .await
        .map(drop)
        .map_err(Error::during("insert unlisted metrics"))
}

fn kind(reading: &Reading) -> &'static str {
    match reading.value {
        Value::Text(_) => "text",
        Value::Number(_) if reading.boolean => "boolean",
        Value::Number(_) => "number",
    }
}
