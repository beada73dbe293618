//! What a handler costs that does nothing but ask the same SQL and write JSON: no key, no scope, no limits, no headers.

use std::borrow::Cow;
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::extract::{Path, State};
use axum::routing::get;
use axum::{Json, Router};
use chrono::{DateTime, SecondsFormat, Utc};
use sens_config::{Config, Secret};
use sens_storage::PgPool;
use sens_storage::query::latest::latest_values;
use sens_storage::query::measurements::{Order, Range, read_range};
use sens_storage::query::targets::find_targets;
use sens_storage::query::{Scope, StoredValue};
use serde::Serialize;

use crate::fill::METRIC;

/// A value with its time, of the newest values or of a range.
#[derive(Serialize)]
struct Item {
    metric: Arc<str>,
    recorded_at: String,
    value: f64,
    unit: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    received_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quality: Option<Cow<'static, str>>,
}

#[derive(Serialize)]
struct Answer {
    serial: String,
    items: Vec<Item>,
}

/// Serves until it is ended.
pub(crate) async fn serve(address: &str) -> Result<()> {
    let url = std::env::var("DATABASE_URL").context("DATABASE_URL is not set")?;
    let mut database = Config::default().database;
    database.url = Some(Secret::new(url));
    let pool = sens_storage::connect(&database, "bare", None)?.primary;
    let routes = Router::new()
        .route("/devices/{serial}/latest", get(latest))
        .route("/devices/{serial}/measurements", get(measurements))
        .with_state(pool);
    let listener = tokio::net::TcpListener::bind(address).await?;
    let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
        drop(stream.set_nodelay(true));
    });
    Ok(axum::serve(listener, routes).await?)
}

async fn latest(State(pool): State<PgPool>, Path(serial): Path<String>) -> Json<Answer> {
    let found = latest_values(&pool, &Scope::EVERYTHING, &serial).await;
    let values = found.ok().flatten().map(|found| found.values);
    let item = |value: sens_storage::query::latest::LatestValue| Item {
        metric: value.metric.into(),
        recorded_at: text(value.recorded_at),
        value: number(&value.value),
        unit: value.unit.map(Into::into),
        received_at: Some(text(value.received_at)),
        quality: None,
    };
    let items = values.into_iter().flatten().map(item).collect();
    Json(Answer { serial, items })
}

async fn measurements(State(pool): State<PgPool>, Path(serial): Path<String>) -> Json<Answer> {
    let items = range(&pool, &serial).await.unwrap_or_default();
    Json(Answer { serial, items })
}

async fn range(pool: &PgPool, serial: &str) -> Result<Vec<Item>> {
    let (serials, metrics) = ([serial.to_owned()], [METRIC.to_owned()]);
    let everything = Scope::EVERYTHING;
    let found = find_targets(pool, &everything, Some(&serials), Some(&metrics), 1000).await?;
    let target = found.targets.first().context("no such device")?;
    let (metric, unit): (Arc<str>, Option<Arc<str>>) = (
        target.metric.name.as_str().into(),
        target.metric.unit.as_deref().map(Into::into),
    );
    let selection = found.selection(Range {
        from: None,
        to: None,
        order: Order::Ascending,
        after: None,
    });
    let readings = read_range(pool, &selection, 1001).await?;
    let item = |reading: sens_storage::query::measurements::Measurement| Item {
        metric: Arc::clone(&metric),
        recorded_at: text(reading.key.recorded_at),
        value: number(&reading.value),
        unit: unit.clone(),
        received_at: None,
        quality: Some(reading.quality),
    };
    Ok(readings.into_iter().take(1000).map(item).collect())
}

fn number(value: &StoredValue) -> f64 {
    match value {
        StoredValue::Number(number) => *number,
        StoredValue::Boolean(_) | StoredValue::Text(_) => 0.0,
    }
}

fn text(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Micros, true)
}
