//! `GET /v1/devices:export`.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use sens_storage::query::devices::Place;

use super::device::Device;
use super::select::Selected;
use crate::app::App;
use crate::auth::Reader;
use crate::http::negotiate;
use crate::http::params::Params;
use crate::problem::{AccessErrors, ParameterErrors, Problem};

/// Devices read at once: as much is in memory, however many there are.
const PAGE: usize = 1000;

/// A format of devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Ndjson,
    Csv,
}

const OFFERS: [(&str, Format); 2] = [
    ("application/x-ndjson", Format::Ndjson),
    ("text/csv", Format::Csv),
];

/// All devices that were asked for, in the middle of an export.
struct Export {
    app: App,
    selected: Selected,
    format: Format,
    after: Option<Place>,
    begun: bool,
    done: bool,
}

/// Export devices
///
/// All that the filters take, in the order that is asked for, as NDJSON or CSV by `Accept`; streamed. `POST /v1/devices:import`
/// reads it back.
#[utoipa::path(
    get,
    path = "/v1/devices:export",
    tag = "devices",
    params(
        ("q" = Option<String>, Query, description = "part of the serial, name or model"),
        ("label" = Option<Vec<String>>, Query, description = "label selector, as in the list of devices"),
        ("status" = Option<String>, Query, description = "`online`, `silent` or `never_seen`"),
        ("erring" = Option<bool>, Query, description = "`true`: only devices with something refused within the last 24 hours; `false`: only the others"),
        ("firmware" = Option<String>, Query, description = "only this firmware"),
        ("model" = Option<String>, Query, description = "only this model"),
        ("last_seen_from" = Option<String>, Query, description = "heard of then or later, RFC 3339"),
        ("last_seen_to" = Option<String>, Query, description = "heard of last before then, RFC 3339"),
        ("sort" = Option<String>, Query, description = "as in the list of devices")
    ),
    responses(
        (
            status = 200,
            description = "a device per line",
            content((Device = "application/x-ndjson"), (String = "text/csv"))
        ),
        ParameterErrors,
        AccessErrors
    )
)]
pub(crate) async fn export_devices(
    Reader(scope): Reader,
    State(app): State<App>,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Response, Problem> {
    let selected = Selected::take(scope, &mut params);
    params.finish()?;
    let format = negotiate::choose(&headers, &OFFERS)?;
    let (content_type, name) = match format {
        Format::Ndjson => ("application/x-ndjson", "devices.ndjson"),
        Format::Csv => ("text/csv; charset=utf-8; header=present", "devices.csv"),
    };
    let mut export = Export {
        app,
        selected,
        format,
        after: None,
        begun: false,
        done: false,
    };
    // What goes wrong at once is a problem; later the body ends early.
    let first = export.next().await?.unwrap_or_default();
    let rest = stream::try_unfold(export, async |mut export: Export| {
        let chunk = export.next().await;
        chunk
            .map(|chunk| chunk.map(|chunk| (chunk, export)))
            .map_err(|_| std::io::Error::other("the database went away"))
    });
    let first = stream::once(async { Ok::<Bytes, std::io::Error>(first) });
    let body = Body::from_stream(futures_util::StreamExt::chain(first, rest));
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [
        (header::CONTENT_TYPE, content_type.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, body).into_response())
}

impl Export {
    /// The next lines; `None` after the last.
    async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        if self.done {
            return Ok(None);
        }
        let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
        let (pool, offline_after) = (&self.app.pools.read, self.app.offline_after());
        let devices = self
            .selected
            .page(pool, offline_after, self.after.take(), limit)
            .await?;
        self.done = devices.len() < PAGE;
        self.after = devices.last().map(|device| self.selected.place(device));
        let mut lines = Vec::new();
        if !self.begun && self.format == Format::Csv {
            lines.extend_from_slice(Device::CSV_HEADER.as_bytes());
        }
        self.begun = true;
        for device in devices.into_iter().map(Device::from) {
            match self.format {
                Format::Csv => lines.extend_from_slice(device.csv().as_bytes()),
                Format::Ndjson => {
                    serde_json::to_writer(&mut lines, &device)
                        .map_err(|error| Problem::internal("cannot write a device", &error))?;
                    lines.push(b'\n');
                }
            }
        }
        Ok(Some(Bytes::from(lines)))
    }
}
