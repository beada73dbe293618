//! `GET /v1/devices/{serial}/measurements`.

use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use chrono::{DateTime, Utc};
use sens_storage::query::measurements::{self, Measurement, Order, Range, ReadingKey};
use serde::Serialize;
use utoipa::ToSchema;

use super::device::not_found;
use super::table::{self, Format};
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
    /// Where the readings come from: `raw`.
    pub(super) source: &'static str,
    /// Whether the page holds the whole rest of the interval.
    pub(super) complete: bool,
    /// Time of the newest reading stored for these metrics.
    pub(super) watermark: Option<Timestamp>,
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
    /// When it was measured.
    pub(super) recorded_at: Timestamp,
    /// The value.
    #[schema(value_type = ValueSchema)]
    pub(super) value: Value,
    /// Unit of the value.
    pub(super) unit: Option<&'a str>,
    /// What is to be known about its time: `ok`, `scaled`, `arrival_time` or `implausible_clock`.
    pub(super) quality: String,
}

const ORDERS: [(&str, Order); 2] = [("asc", Order::Ascending), ("desc", Order::Descending)];

/// A request for readings, its parameters understood.
struct Query {
    metrics: Option<Vec<String>>,
    range: Range,
    limit: usize,
    fingerprint: Fingerprint,
}

/// Readings of a device over time
///
/// The interval is half open, `[from, to)`. CSV and NDJSON have the same pages; their next one is named by `Link`.
#[utoipa::path(
    get,
    path = "/v1/devices/{serial}/measurements",
    tag = "measurements",
    params(
        ("serial" = String, Path, description = "serial of the device"),
        ("metric" = Option<Vec<String>>, Query, description = "only these metrics; may be repeated"),
        ("from" = Option<String>, Query, description = "inclusive start, RFC 3339"),
        ("to" = Option<String>, Query, description = "exclusive end, RFC 3339"),
        ("resolution" = Option<String>, Query, description = "`raw` or `auto`; both give raw readings"),
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
    let device =
        measurements::device_metrics(&app.pools.read, &serial, query.metrics.as_deref()).await?;
    let device = device.ok_or_else(|| not_found(&serial))?;
    let mut readings = measurements::read_range(
        &app.pools.read,
        &device,
        &query.range,
        cursor::one_more(query.limit),
    )
    .await?;
    let more = cursor::cut(&mut readings, query.limit);
    let next_cursor = readings
        .last()
        .filter(|_| more)
        .map(|last| cursor::encode(query.fingerprint, &write_place(&last.key)));
    let link = next_cursor
        .as_deref()
        .and_then(|cursor| next_link(&uri, cursor));
    let page = MeasurementPage {
        serial: &serial,
        source: "raw",
        complete: !more,
        watermark: device
            .metrics
            .iter()
            .map(|metric| metric.newest)
            .max()
            .map(Timestamp),
        items: readings
            .into_iter()
            .filter_map(|reading| item(&device.metrics, reading))
            .collect(),
        next_cursor,
    };
    let mut response = table::write(format, &page)?;
    if let Some(link) = link {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

impl Query {
    fn read(serial: &str, mut params: Params) -> Result<Self, Problem> {
        let names = params.many("metric");
        let (from, to) = params.interval();
        params.choice("resolution", &[("raw", ()), ("auto", ())]);
        let order = params.choice("order", &ORDERS).unwrap_or(Order::Ascending);
        let limit = params.limit(1000, 10_000);
        let cursor = params.text("cursor");
        params.finish()?;
        let micros =
            |time: Option<DateTime<Utc>>| time.map(|time| time.timestamp_micros().to_string());
        let (from_text, to_text) = (
            micros(from).unwrap_or_default(),
            micros(to).unwrap_or_default(),
        );
        let order_name = if order == Order::Ascending {
            "asc"
        } else {
            "desc"
        };
        let mut parts = vec!["measurements", serial, &from_text, &to_text, order_name];
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
            limit,
            fingerprint,
        })
    }
}

fn item(
    metrics: &[measurements::DeviceMetric],
    reading: Measurement,
) -> Option<MeasurementItem<'_>> {
    let metric = metrics
        .iter()
        .find(|metric| metric.id == reading.key.metric_id)?;
    Some(MeasurementItem {
        metric: &metric.name,
        recorded_at: Timestamp(reading.key.recorded_at),
        value: Value(reading.value),
        unit: metric.unit.as_deref(),
        quality: reading.quality,
    })
}

fn write_place(key: &ReadingKey) -> String {
    format!(
        "{}:{}:{}",
        key.recorded_at.timestamp_micros(),
        key.metric_id,
        key.dedup
    )
}

fn read_place(place: &str) -> Option<ReadingKey> {
    let mut parts = place.split(':');
    let recorded_at = DateTime::from_timestamp_micros(parts.next()?.parse().ok()?)?;
    let key = ReadingKey {
        recorded_at,
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
            metric_id: 3,
            dedup: i64::MIN,
        };
        assert_eq!(read_place(&write_place(&key)), Some(key));
        for bad in ["", "1:2", "1:2:3:4", "x:2:3"] {
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
