//! `GET /v1/devices/{serial}/commands`.

use axum::Json;
use axum::extract::{Path, State};
use chrono::DateTime;
use sens_schema::command::{CommandState, is_command_id};
use sens_storage::command::{CommandFilter, CommandPlace, list_commands};
use sens_storage::query::family::find_family;
use serde::Serialize;
use utoipa::ToSchema;

use super::command::Command;
use crate::app::App;
use crate::auth::Reader;
use crate::http::cursor::{self, Fingerprint};
use crate::http::params::Params;
use crate::problem::{AccessErrors, NotFoundError, ParameterErrors, Problem};
use crate::routes::devices::not_found;

/// A page of commands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CommandPage {
    /// The commands, newest first.
    items: Vec<Command>,
    /// Continues after this page; null on the last one.
    next_cursor: Option<String>,
}

/// The commands of a device, newest first
#[utoipa::path(
    get,
    path = "/v1/devices/{serial}/commands",
    tag = "commands",
    params(
        ("serial" = String, Path, description = "serial of the device"),
        ("state" = Option<String>, Query, description = "only those in this state"),
        ("limit" = Option<u32>, Query, description = "page size, 1 to 1000, default 100"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before")
    ),
    responses(
        (status = 200, description = "a page of commands", body = CommandPage),
        ParameterErrors,
        NotFoundError,
        AccessErrors
    )
)]
pub(crate) async fn list_device_commands(
    Reader(scope): Reader,
    State(app): State<App>,
    Path(serial): Path<String>,
    mut params: Params,
) -> Result<Json<CommandPage>, Problem> {
    let state = params.choice(
        "state",
        &CommandState::ALL.map(|state| (state.as_str(), state)),
    );
    let limit = params.limit(100, 1000);
    let cursor = params.text("cursor");
    params.finish()?;
    let fingerprint = Fingerprint::of(&[
        "commands",
        &serial,
        state.map(CommandState::as_str).unwrap_or_default(),
    ]);
    let before = cursor::decode(fingerprint, cursor.as_deref(), read_place)?;
    let pool = &app.pools.primary;
    let family = find_family(pool, &scope, &serial).await?;
    let family = family.ok_or_else(|| not_found(&serial))?;
    let filter = CommandFilter {
        serial: &family.serial,
        state,
        before,
    };
    let mut commands = list_commands(pool, &filter, cursor::one_more(limit)).await?;
    let next_cursor = cursor::next(fingerprint, &mut commands, limit, |last| {
        format!("{}:{}", last.requested_at.timestamp_micros(), last.id)
    });
    Ok(Json(CommandPage {
        items: commands.into_iter().map(Command::from).collect(),
        next_cursor,
    }))
}

fn read_place(place: &str) -> Option<CommandPlace> {
    let (micros, id) = place.split_once(':')?;
    is_command_id(id).then_some(())?;
    Some(CommandPlace {
        requested_at: DateTime::from_timestamp_micros(micros.parse().ok()?)?,
        id: id.to_owned(),
    })
}
