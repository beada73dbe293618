//! `GET /v1/devices/{serial}/measurements`.

use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use chrono::{DateTime, Utc};
use sens_storage::query::buckets::{self, Bucket};
use sens_storage::query::history;
use sens_storage::query::measurements::{
    self, DeviceMetric, Measurement, Order, Range, ReadingKey, Selection,
};
use sens_storage::rollup::Level;
use serde::Serialize;
use utoipa::ToSchema;

use super::device::not_found;
use super::resolution::{self, RESOLUTIONS, Resolution, Rollup};
use super::table::{self, Format};
use super::units::Conversion;
use crate::app::App;
use crate::auth::Viewer;
use crate::http::cursor::{self, Fingerprint};
use crate::http::negotiate;
use crate::http::params::Params;
use crate::http::time::Timestamp;
use crate::http::value::{Value, ValueSchema};
use crate::problem::{AccessErrors, NotFoundError, ParameterErrors, Problem};

/// A page of readings.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MeasurementPage<'a> {
    /// The device.
    pub(super) serial: &'a str,
    /// Where the answer comes from: `raw`, `rollup_1m`, `rollup_1h` or `rollup_1d`.
    pub(super) source: &'static str,
    /// Whether the page holds the whole rest of the interval, and nothing in it waits to be rolled up.
    pub(super) complete: bool,
    /// Time of the newest reading of these metrics that the source holds.
    pub(super) watermark: Option<Timestamp>,
    /// The moment whose knowledge the answer shows; only when one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) as_of: Option<Timestamp>,
    /// The readings.
    pub(super) items: Vec<MeasurementItem<'a>>,
    /// Continues after this page; `null` on the last one.
    pub(super) next_cursor: Option<String>,
}

/// One reading.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MeasurementItem<'a> {
    /// Name of the metric.
    pub(super) metric: &'a str,
    /// When it was measured; the start of a minute, hour or day that is rolled up.
    pub(super) recorded_at: Timestamp,
    /// The value. Of what is rolled up the mean, or the last one where there is none (booleans, text).
    #[schema(value_type = ValueSchema)]
    pub(super) value: Value,
    /// Unit of the value.
    pub(super) unit: Option<&'a str>,
    /// What is to be known about its time: `ok`, `scaled`, `arrival_time` or `implausible_clock`; `rolled_up` for many.
    pub(super) quality: String,
    /// The readings that are rolled up here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rollup: Option<Rollup>,
}

const ORDERS: [(&str, Order); 2] = [("asc", Order::Ascending), ("desc", Order::Descending)];

/// A request for readings, its parameters understood.
struct Query {
    metrics: Option<Vec<String>>,
    range: Range,
    level: Option<Level>,
    as_of: Option<DateTime<Utc>>,
    unit: Option<String>,
    limit: usize,
    fingerprint: Fingerprint,
}

/// Readings of a device over time
///
/// The interval is half open, `[from, to)`; rolled up, it is widened to whole minutes, hours or days (UTC). CSV and NDJSON have
/// the same pages; their next one is named by `Link`.
#[utoipa::path(
    get,
    path = "/v1/devices/{serial}/measurements",
    tag = "measurements",
    params(
        ("serial" = String, Path, description = "serial of the device"),
        ("metric" = Option<Vec<String>>, Query, description = "only these metrics; may be repeated"),
        ("from" = Option<String>, Query, description = "inclusive start, RFC 3339"),
        ("to" = Option<String>, Query, description = "exclusive end, RFC 3339"),
        ("resolution" = Option<String>, Query, description = "`raw` (default), `1m`, `1h`, `1d`, or `auto`: by the length of the interval"),
        ("as_of" = Option<String>, Query, description = "answer as the platform would have done then, RFC 3339"),
        ("unit" = Option<String>, Query, description = "convert values: `display`, or a unit that the metrics have"),
        ("order" = Option<String>, Query, description = "`asc` (default) or `desc`"),
        ("limit" = Option<u32>, Query, description = "page size, 1 to 10000, default 1000"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before")
    ),
    responses(
        (status = 200, description = "a page of readings", content(
            (MeasurementPage<'_> = "application/json"),
            (String = "text/csv"),
            (String = "application/x-ndjson")
        )),
        (status = 406, description = "`not_acceptable`", content_type = "application/problem+json"),
        ParameterErrors,
        NotFoundError,
        AccessErrors
    )
)]
pub(crate) async fn list_measurements(
    _: Viewer,
    State(app): State<App>,
    Path(serial): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let format = negotiate::choose(&headers, &Format::OFFERS)?;
    let query = Query::read(&serial, params)?;
    let as_of = settle(&app, query.as_of).await?;
    let device =
        measurements::device_metrics(&app.pools.read, &serial, query.metrics.as_deref()).await?;
    let device = device.ok_or_else(|| not_found(&serial))?;
    let conversions = query.conversions(&device.metrics)?;
    let selection = device.selection(query.range, as_of);
    let limit = cursor::one_more(query.limit);
    let mut found = Found::read(&app, &selection, query.level, limit).await?;
    let more = found.cut(query.limit);
    let next_cursor = found
        .last()
        .filter(|_| more)
        .map(|last| cursor::encode(query.fingerprint, &write_place(&last)));
    let link = next_cursor
        .as_deref()
        .and_then(|cursor| next_link(&uri, cursor));
    let (pending, watermark) = match query.level {
        Some(_) if as_of.is_none() => (
            buckets::is_pending(&app.pools.read, &selection).await?,
            buckets::rolled_up_to(&app.pools.read, &selection).await?,
        ),
        _ => (
            false,
            device.metrics.iter().map(|metric| metric.newest).max(),
        ),
    };
    let page = MeasurementPage {
        serial: &serial,
        source: match query.level {
            Some(level) if as_of.is_none() => level.table(),
            _ => "raw",
        },
        complete: !more && !pending,
        watermark: watermark
            .map(|newest| as_of.map_or(newest, |as_of| newest.min(as_of)))
            .map(Timestamp),
        as_of: as_of.map(Timestamp),
        items: found.items(&device.metrics, &conversions),
        next_cursor,
    };
    let mut response = table::write(format, &page)?;
    if let Some(link) = link {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

/// The moment that an answer can show: what was asked for, or the newest one up to which everything is committed.
async fn settle(app: &App, asked: Option<DateTime<Utc>>) -> Result<Option<DateTime<Utc>>, Problem> {
    let Some(asked) = asked else {
        return Ok(None);
    };
    let settled = history::settled(&app.pools.read).await?.unwrap_or_default();
    Ok(Some(asked.min(settled)))
}

/// What the database gave.
enum Found {
    Readings(Vec<Measurement>),
    Buckets(Vec<Bucket>),
}

impl Found {
    async fn read(
        app: &App,
        selection: &Selection,
        level: Option<Level>,
        limit: i64,
    ) -> Result<Self, Problem> {
        let pool = &app.pools.read;
        Ok(match level {
            None => Self::Readings(measurements::read_range(pool, selection, limit).await?),
            Some(level) => {
                Self::Buckets(buckets::read_buckets(pool, selection, level, limit).await?)
            }
        })
    }

    fn cut(&mut self, limit: usize) -> bool {
        match self {
            Self::Readings(readings) => cursor::cut(readings, limit),
            Self::Buckets(buckets) => cursor::cut(buckets, limit),
        }
    }

    fn last(&self) -> Option<ReadingKey> {
        match self {
            Self::Readings(readings) => readings.last().map(|reading| reading.key),
            Self::Buckets(buckets) => buckets.last().map(|bucket| bucket.key),
        }
    }

    fn items<'a>(
        self,
        metrics: &'a [DeviceMetric],
        conversions: &[Conversion<'a>],
    ) -> Vec<MeasurementItem<'a>> {
        let of = |key: &ReadingKey| {
            let mut pairs = metrics.iter().zip(conversions);
            pairs.find(|(metric, _)| metric.id == key.metric_id)
        };
        match self {
            Self::Readings(readings) => readings
                .into_iter()
                .filter_map(|reading| {
                    let (metric, conversion) = of(&reading.key)?;
                    Some(MeasurementItem {
                        metric: &metric.name,
                        recorded_at: Timestamp(reading.key.recorded_at),
                        value: Value(conversion.value(reading.value)),
                        unit: conversion.unit,
                        quality: reading.quality,
                        rollup: None,
                    })
                })
                .collect(),
            Self::Buckets(buckets) => buckets
                .iter()
                .filter_map(|bucket| {
                    let (metric, conversion) = of(&bucket.key)?;
                    let boolean = metric.kind == "boolean";
                    let (value, rollup) =
                        resolution::bucket(bucket, boolean, |number| conversion.number(number))?;
                    Some(MeasurementItem {
                        metric: &metric.name,
                        recorded_at: Timestamp(bucket.key.recorded_at),
                        value: Value(value),
                        unit: conversion.unit,
                        quality: "rolled_up".to_owned(),
                        rollup: Some(rollup),
                    })
                })
                .collect(),
        }
    }
}

impl Query {
    fn read(serial: &str, mut params: Params) -> Result<Self, Problem> {
        let names = params.many("metric");
        let (from, to) = params.interval();
        let now = Utc::now();
        let resolution = params
            .choice("resolution", &RESOLUTIONS)
            .unwrap_or(Resolution::Raw);
        let level = resolution.level(from, to, now);
        let as_of = params.time("as_of");
        if as_of.is_some_and(|as_of| as_of > now) {
            params.fault("as_of", "as_of must not lie in the future");
        }
        let unit = params.text("unit");
        let order = params.choice("order", &ORDERS).unwrap_or(Order::Ascending);
        let limit = params.limit(1000, 10_000);
        let cursor = params.text("cursor");
        params.finish()?;
        let micros =
            |time: Option<DateTime<Utc>>| time.map(|time| time.timestamp_micros().to_string());
        let [from_text, to_text, as_of_text] =
            [from, to, as_of].map(|time| micros(time).unwrap_or_default());
        let order_name = if order == Order::Ascending {
            "asc"
        } else {
            "desc"
        };
        let source = level.map_or("raw", Level::table);
        let mut parts = vec![
            "measurements",
            serial,
            &from_text,
            &to_text,
            order_name,
            source,
            &as_of_text,
        ];
        parts.extend(names.iter().map(String::as_str));
        let fingerprint = Fingerprint::of(&parts);
        let after = cursor::decode(fingerprint, cursor.as_deref(), read_place)?;
        let metrics = (!names.is_empty()).then_some(names);
        Ok(Self {
            metrics,
            range: Range {
                from,
                to,
                order,
                after,
            },
            level,
            as_of,
            unit,
            limit,
            fingerprint,
        })
    }

    /// A conversion for each metric. A unit that none of them has is a fault; metrics without it stay as they are.
    fn conversions<'a>(&self, metrics: &'a [DeviceMetric]) -> Result<Vec<Conversion<'a>>, Problem> {
        let wanted = self.unit.as_deref();
        let known = |metric| Conversion::of(metric, wanted);
        if !metrics.is_empty() && metrics.iter().all(|metric| known(metric).is_none()) {
            let mut params = Params::default();
            params.fault(
                "unit",
                "none of these metrics has this unit or converts to it",
            );
            params.finish()?;
        }
        let stored = |metric| Conversion::of(metric, None);
        Ok(metrics
            .iter()
            .filter_map(|metric| known(metric).or_else(|| stored(metric)))
            .collect())
    }
}

fn write_place(key: &ReadingKey) -> String {
    format!(
        "{}:{}:{}:{}",
        key.recorded_at.timestamp_micros(),
        key.device_id,
        key.metric_id,
        key.dedup
    )
}

fn read_place(place: &str) -> Option<ReadingKey> {
    let mut parts = place.split(':');
    let recorded_at = DateTime::from_timestamp_micros(parts.next()?.parse().ok()?)?;
    let key = ReadingKey {
        recorded_at,
        device_id: parts.next()?.parse().ok()?,
        metric_id: parts.next()?.parse().ok()?,
        dedup: parts.next()?.parse().ok()?,
    };
    parts.next().is_none().then_some(key)
}

/// RFC 8288: the same address with the next cursor.
fn next_link(uri: &axum::http::Uri, cursor: &str) -> Option<HeaderValue> {
    let kept = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let mut query: String = kept.flat_map(|pair| [pair, "&"]).collect();
    query.push_str("cursor=");
    query.push_str(cursor);
    HeaderValue::from_str(&format!("<{}?{query}>; rel=\"next\"", uri.path())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_back() {
        let recorded_at = DateTime::from_timestamp_micros(-5).unwrap();
        let key = ReadingKey {
            recorded_at,
            device_id: 9,
            metric_id: 3,
            dedup: i64::MIN,
        };
        assert_eq!(read_place(&write_place(&key)), Some(key));
        for bad in ["", "1:2:3", "1:2:3:4:5", "x:2:3:4"] {
            assert_eq!(read_place(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_next_link_keeps_the_filters() {
        let uri = "/v1/devices/A/measurements?metric=a&cursor=old&limit=5"
            .parse()
            .unwrap();
        let link = next_link(&uri, "new").unwrap();
        assert_eq!(
            link,
            "</v1/devices/A/measurements?metric=a&limit=5&cursor=new>; rel=\"next\""
        );
    }
}
