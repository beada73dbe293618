//! `GET /v1/devices/{serial}/commands/{id}`.

use axum::Json;
use axum::extract::{Path, State};
use sens_storage::command::{find_command, list_steps};
use sens_storage::query::family::find_family;

use super::command::CommandDetail;
use crate::app::App;
use crate::auth::Reader;
use crate::problem::{AccessErrors, Code, NotFoundError, Problem};

/// A command and its history
#[utoipa::path(
    get,
    path = "/v1/devices/{serial}/commands/{id}",
    tag = "commands",
    params(
        ("serial" = String, Path, description = "serial of the device"),
        ("id" = String, Path, description = "id of the command")
    ),
    responses(
        (status = 200, description = "the command", body = CommandDetail),
        NotFoundError,
        AccessErrors
    )
)]
pub(crate) async fn get_command(
    Reader(scope): Reader,
    State(app): State<App>,
    Path((serial, id)): Path<(String, String)>,
) -> Result<Json<CommandDetail>, Problem> {
    let family = find_family(&app.pools.primary, &scope, &serial).await?;
    let family = family.ok_or_else(|| missing(&serial, &id))?;
    find(&app, &family.serial, &id).await.map(Json)
}

/// The command of that id. From the primary: whoever asked for it looks at it at once.
pub(super) async fn find(app: &App, serial: &str, id: &str) -> Result<CommandDetail, Problem> {
    let pool = &app.pools.primary;
    let command = find_command(pool, serial, id)
        .await?
        .ok_or_else(|| missing(serial, id))?;
    let steps = list_steps(pool, id).await?;
    Ok(CommandDetail::new(command, steps))
}

pub(super) fn missing(serial: &str, id: &str) -> Problem {
    let detail = format!("the device {serial} has no command {id}");
    Problem::new(Code::CommandNotFound, detail)
}
