//! `GET /v1/system/replicas`.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use chrono::Utc;
use sens_messaging::Replica;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Viewer;
use crate::http::time::Timestamp;
use crate::problem::{AccessErrors, Problem};

/// How long replicas may take to answer.
const PATIENCE: Duration = Duration::from_millis(700);

/// What runs at this moment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Replicas {
    /// When they were asked.
    asked_at: Timestamp,
    /// Those that answered within 0.7 seconds, by service and name. One that is cut off from NATS is not among them.
    items: Vec<RunningReplica>,
}

/// A running replica of a service.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RunningReplica {
    /// `platform-api`, `mqtt-ingestion-worker` or `telemetry-worker`.
    service: String,
    /// Its name: its host's, on Kubernetes its pod's.
    name: String,
    /// Version it runs.
    version: String,
    /// Git SHA of its build.
    build_sha: String,
    /// Whether it is one of the first of a new version.
    canary: bool,
    /// When it started.
    started_at: Timestamp,
}

/// Running replicas and their versions
///
/// All replicas of all services are asked at once over NATS, and each answers for itself: nothing is remembered, so that one
/// that has gone is never shown.
#[utoipa::path(
    get,
    path = "/v1/system/replicas",
    tag = "operation",
    responses((status = 200, description = "what runs", body = Replicas), AccessErrors)
)]
pub(crate) async fn replicas(_: Viewer, State(app): State<App>) -> Result<Json<Replicas>, Problem> {
    let asked_at = Timestamp(Utc::now());
    let found = app.link.get()?.replicas(PATIENCE).await?;
    let items = found.into_iter().map(RunningReplica::from).collect();
    Ok(Json(Replicas { asked_at, items }))
}

impl From<Replica> for RunningReplica {
    fn from(replica: Replica) -> Self {
        Self {
            service: replica.service,
            name: replica.name,
            version: replica.version,
            build_sha: replica.build_sha,
            canary: replica.canary,
            started_at: Timestamp::from_micros(replica.started_at),
        }
    }
}
