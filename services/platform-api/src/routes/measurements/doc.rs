//! The answers as the OpenAPI document describes them; they are written by hand, see `text`.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{IntoResponses, ToSchema};

use super::format::Format;
use crate::http::time::Timestamp;
use crate::http::value::ValueSchema;
use crate::problem::{AccessErrors, NotFoundError, QueryErrors};

/// Answers of every query for readings.
pub(crate) struct Measurements;

impl IntoResponses for Measurements {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let mut readings = ResponseBuilder::new().description("readings, buckets or points");
        for (media_type, format) in Format::OFFERS {
            let schema = match format {
                Format::Json => RefOr::Ref(Ref::from_schema_name("MeasurementPage")),
                _ => ObjectBuilder::new()
                    .schema_type(Type::String)
                    .build()
                    .into(),
            };
            let content = ContentBuilder::new().schema(Some(schema)).build();
            readings = readings.content(media_type, content);
        }
        let mut responses = BTreeMap::from([("200".to_owned(), RefOr::T(readings.build()))]);
        responses.extend(QueryErrors::responses());
        responses.extend(NotFoundError::responses());
        responses.extend(AccessErrors::responses());
        responses
    }
}

/// Readings, buckets or points, with what is to be known about them as a whole.
#[derive(Serialize, ToSchema)]
pub(crate) struct MeasurementPage {
    /// The device, where the question was about one.
    #[schema(required = false, nullable = false)]
    serial: Option<String>,
    /// Where the answer comes from: `raw`, `rollup_1m`, `rollup_1h` or `rollup_1d`.
    source: String,
    /// Whether this is the whole rest of the interval, and nothing in it waits to be rolled up.
    complete: bool,
    /// Time of the newest reading of these metrics that the source holds.
    #[schema(required = true)]
    watermark: Option<Timestamp>,
    /// The moment whose knowledge the answer shows; only when one was asked for.
    #[schema(required = false, nullable = false)]
    as_of: Option<Timestamp>,
    /// The rows; not with `shape=columns`.
    #[schema(required = false, nullable = false)]
    items: Option<Vec<MeasurementItem>>,
    /// An array for each member of a row, all of one length; only with `shape=columns`. What is rolled up lies flat.
    #[schema(required = false, nullable = false, value_type = Option<std::collections::BTreeMap<String, Vec<serde_json::Value>>>)]
    columns: Option<()>,
    /// Continues after this page; `null` on the last one.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// A reading, a bucket of readings, or a point of a chart.
#[derive(Serialize, ToSchema)]
pub(crate) struct MeasurementItem {
    /// Serial of the device, where the question was about several.
    #[schema(required = false, nullable = false)]
    serial: Option<String>,
    /// Name of the metric.
    metric: String,
    /// When it was measured; the start of a bucket.
    recorded_at: Timestamp,
    /// When it arrived; only with `time=received`.
    #[schema(required = false, nullable = false)]
    received_at: Option<Timestamp>,
    /// The value. Of what is rolled up the mean, or the last one where there is none (booleans, text). Null in a bucket that is
    /// filled in with nothing; not with `agg`.
    #[schema(required = false, value_type = Option<ValueSchema>)]
    value: Option<()>,
    /// Unit of the value.
    #[schema(required = true)]
    unit: Option<String>,
    /// What is to be known about its time: `ok`, `scaled`, `arrival_time` or `implausible_clock`; `rolled_up` for many, `filled`
    /// for none.
    #[schema(required = false, nullable = false)]
    quality: Option<String>,
    /// The readings that are rolled up here; with `resolution`, without `agg`.
    #[schema(required = false, nullable = false)]
    rollup: Option<Rollup>,
    /// How many readings there are in the bucket; with `agg`, beside a member for each aggregate by its name, such as `avg` or
    /// `p95`.
    #[schema(required = false, nullable = false)]
    count: Option<i64>,
}

/// The readings of a bucket.
#[derive(Serialize, ToSchema)]
pub(crate) struct Rollup {
    /// How many there are.
    count: i64,
    /// The least; null for booleans and text, as the next two.
    #[schema(required = true)]
    min: Option<f64>,
    /// The greatest.
    #[schema(required = true)]
    max: Option<f64>,
    /// The sum; null also when it is too large for a number.
    #[schema(required = true)]
    sum: Option<f64>,
    /// The first; null for text.
    #[schema(required = true, value_type = Option<ValueSchema>)]
    first: Option<()>,
    /// The last.
    #[schema(required = true, value_type = Option<ValueSchema>)]
    last: Option<()>,
    /// Time of the first.
    #[schema(required = true)]
    first_at: Option<Timestamp>,
    /// Time of the last.
    #[schema(required = true)]
    last_at: Option<Timestamp>,
}
