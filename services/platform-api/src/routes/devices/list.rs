//! `GET /v1/devices`.

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use sens_storage::query::devices::Count;
use serde::Serialize;
use utoipa::ToSchema;

use super::device::Device;
use super::select::Selected;
use crate::app::App;
use crate::auth::Reader;
use crate::http::cursor;
use crate::http::params::Params;
use crate::problem::{AccessErrors, ParameterErrors, Problem};

/// A page of devices.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DevicePage {
    /// The devices, in the order that was asked for.
    items: Vec<Device>,
    /// Continues after this page; `null` on the last one.
    next_cursor: Option<String>,
    /// How many there are on all pages, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<Total>,
}

/// How many devices there are.
#[derive(Debug, Serialize, ToSchema)]
struct Total {
    /// Their number.
    count: i64,
    /// Whether they were counted one by one.
    exact: bool,
}

const COUNTS: [(&str, Count); 2] = [("estimate", Count::Estimate), ("exact", Count::Exact)];

/// List devices
///
/// A `Link` header names the next page. A device that is linked to a legacy number stands here once, with what both tell. With
/// a key that is limited to some devices only those are listed.
#[utoipa::path(
    get,
    path = "/v1/devices",
    tag = "devices",
    params(
        ("q" = Option<String>, Query, description = "part of the serial, name or model"),
        ("label" = Option<Vec<String>>, Query, description = "label selector, such as `site=vie,line!=3,area in (a,b),!old`; several have to hold all"),
        ("status" = Option<String>, Query, description = "`online`, `silent` or `never_seen`"),
        ("erring" = Option<bool>, Query, description = "`true`: only devices with something refused within the last 24 hours; `false`: only the others"),
        ("firmware" = Option<String>, Query, description = "only this firmware"),
        ("model" = Option<String>, Query, description = "only this model"),
        ("last_seen_from" = Option<String>, Query, description = "heard of then or later, RFC 3339"),
        ("last_seen_to" = Option<String>, Query, description = "heard of last before then, RFC 3339"),
        ("sort" = Option<String>, Query, description = "`serial` (default), `last_seen_at`, `name` or `firmware`; `-` in front for descending"),
        ("count" = Option<String>, Query, description = "`estimate` or `exact`: say how many there are on all pages"),
        ("limit" = Option<u32>, Query, description = "page size, 1 to 1000, default 100"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before; belongs to its filters and order")
    ),
    responses((status = 200, description = "a page of devices", body = DevicePage), ParameterErrors, AccessErrors)
)]
pub(crate) async fn list_devices_route(
    Reader(scope): Reader,
    State(app): State<App>,
    uri: Uri,
    mut params: Params,
) -> Result<Response, Problem> {
    let selected = Selected::take(scope, &mut params);
    let count = params.choice("count", &COUNTS);
    let limit = params.limit(100, 1000);
    let cursor = params.text("cursor");
    params.finish()?;
    let fingerprint = selected.fingerprint();
    let after = cursor::decode(fingerprint, cursor.as_deref(), |text| {
        selected.read_place(text)
    })?;
    let (pool, offline_after) = (&app.pools.read, app.offline_after());
    let mut devices = selected
        .page(pool, offline_after, after, cursor::one_more(limit))
        .await?;
    let next_cursor = cursor::next(fingerprint, &mut devices, limit, |device| {
        selected.write_place(device)
    });
    let total = match count {
        Some(how) => Some(Total {
            count: selected.count(pool, offline_after, how).await?,
            exact: how == Count::Exact,
        }),
        None => None,
    };
    let link = next_cursor.as_deref().map(|next| cursor::link(&uri, next));
    let page = DevicePage {
        items: devices.into_iter().map(Device::from).collect(),
        next_cursor,
        total,
    };
    Ok((link, Json(page)).into_response())
}
