//! `DELETE /v1/devices/{serial}/commands/{id}`.

use axum::Json;
use axum::extract::{Path, State};
use chrono::Utc;
use sens_schema::command::{CommandReport, CommandState, CommandStep};
use sens_storage::command::{cancel_command, find_command};
use sens_storage::query::family::find_family;

use super::command::CommandDetail;
use super::get::{find, missing};
use crate::app::App;
use crate::auth::Operator;
use crate::problem::{AccessErrors, Code, NotFoundError, Problem};

/// How often it is tried while workers take steps at the same time.
const TRIES: usize = 5;

/// Cancel a command
///
/// As long as it is `queued`: what is on its way to the device cannot be taken back. A command that is cancelled is not sent.
#[utoipa::path(
    delete,
    path = "/v1/devices/{serial}/commands/{id}",
    tag = "commands",
    params(
        ("serial" = String, Path, description = "serial of the device"),
        ("id" = String, Path, description = "id of the command")
    ),
    responses(
        (status = 200, description = "the cancelled command", body = CommandDetail),
        (status = 409, description = "`command_not_queued`", content_type = "application/problem+json"),
        NotFoundError,
        AccessErrors
    )
)]
pub(crate) async fn cancel_device_command(
    Operator(caller): Operator,
    State(app): State<App>,
    Path((serial, id)): Path<(String, String)>,
) -> Result<Json<CommandDetail>, Problem> {
    let pool = &app.pools.primary;
    let family = find_family(pool, &caller.scope, &serial).await?;
    let serial = family.ok_or_else(|| missing(&serial, &id))?.serial;
    let command = find_command(pool, &serial, &id)
        .await?
        .ok_or_else(|| missing(&serial, &id))?;
    if command.state == CommandState::Cancelled {
        return find(&app, &serial, &id).await.map(Json);
    }
    if command.state != CommandState::Queued {
        return Err(not_queued(command.state.as_str()));
    }
    let now = Utc::now();
    let detail = format!("cancelled by {}", caller.name);
    let report = CommandReport {
        id: id.clone(),
        step: CommandStep::Cancelled,
        at: now.timestamp_micros(),
        detail: Some(detail.clone()),
    };
    claim(&app, &report).await?;
    cancel_command(pool, &id, now, &detail, &caller.actor()).await?;
    tracing::info!(
        command.id = id,
        actor = caller.name,
        "a command was cancelled"
    );
    find(&app, &serial, &id).await.map(Json)
}

/// Decides in the stream, where workers decide too.
async fn claim(app: &App, report: &CommandReport) -> Result<(), Problem> {
    let messaging = app.link.get()?;
    for _ in 0..TRIES {
        let seen = match messaging.command_step(&report.id).await? {
            None => 0,
            Some((CommandStep::Waiting, sequence)) => sequence,
            Some((CommandStep::Cancelled, _)) => return Ok(()),
            Some((CommandStep::Sending, _)) => return Err(not_queued("being sent")),
            Some((CommandStep::Sent | CommandStep::Refused | CommandStep::Expired, _)) => {
                return Err(not_queued("on its way"));
            }
        };
        if messaging.claim_command(report, seen).await? {
            return Ok(());
        }
    }
    Err(not_queued("being sent"))
}

fn not_queued(state: &str) -> Problem {
    let detail = format!("the command is {state}: only a queued one can be cancelled");
    Problem::new(Code::CommandNotQueued, detail)
}
