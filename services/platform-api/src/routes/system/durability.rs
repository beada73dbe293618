//! `GET /v1/system/durability`.

use axum::Json;
use axum::extract::State;
use sens_schema::durability::{
    DatabaseSetting, Known, NatsSync, SessionSettings, StreamSettings, Weakness,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::watch::Judged;
use crate::app::App;
use crate::auth::Viewer;
use crate::http::time::Timestamp;
use crate::problem::{AccessErrors, Problem};

/// What an acknowledgement of the platform is worth, by the settings in force.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Durability {
    /// `strict`: what is acknowledged survives a power cut. `degraded`: it may not, or it cannot be known.
    verdict: &'static str,
    /// When the settings were read.
    read_at: Timestamp,
    /// Why it is not strict.
    reasons: Vec<DurabilityReason>,
    /// What was read; a part that could not be read is `null`.
    settings: DurabilitySettings,
}

/// A setting that weakens the promise, or that cannot be read.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DurabilityReason {
    /// Stable code.
    code: &'static str,
    /// What is set, what follows and what to do.
    detail: String,
}

/// The settings in force.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DurabilitySettings {
    /// How the NATS server writes.
    nats: Option<NatsSettings>,
    /// Streams that must not lose messages.
    streams: Option<Vec<StreamPolicy>>,
    /// Settings of PostgreSQL.
    database: Option<Vec<DatabasePolicy>>,
    /// Sessions of the ingestion workers at their broker.
    mqtt_sessions: Option<Vec<SessionPolicy>>,
}

/// How the NATS server writes to its disk.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NatsSettings {
    /// Whether every message is on disk before it is acknowledged.
    sync_always: bool,
    /// Seconds between syncs otherwise.
    sync_interval_seconds: u64,
}

/// Policies of a stream.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StreamPolicy {
    /// Name of the stream.
    name: String,
    /// What happens when it is full: `new` or `old` messages are dropped.
    discard: &'static str,
    /// `limits`, `interest` or `workqueue`.
    retention: &'static str,
    /// Age at which messages are dropped; 0 for never.
    max_age_seconds: u64,
    /// Messages kept of each subject; `null` for all.
    max_messages_per_subject: Option<u64>,
    /// `file` or `memory`.
    storage: &'static str,
    /// Copies in the cluster.
    replicas: usize,
}

/// A setting of PostgreSQL.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DatabasePolicy {
    /// Name of the setting.
    name: String,
    /// Its value.
    value: String,
    /// The role or database it is set for; `null` for everybody.
    scope: Option<String>,
}

/// What an ingestion worker has agreed on with its broker.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionPolicy {
    /// Client id of the session.
    client_id: String,
    /// Whether its worker is there.
    served: bool,
    /// How long the broker keeps the session without its worker.
    session_expiry_seconds: u32,
    /// Quality of service of the subscriptions.
    qos: u8,
    /// Packets the broker may send without an acknowledgement.
    receive_maximum: u16,
}

/// Durability certificate
///
/// Reads the live settings of NATS, its streams, PostgreSQL and the MQTT sessions, and says whether an acknowledgement
/// survives a power cut. What cannot be read counts as a reason.
#[utoipa::path(
    get,
    path = "/v1/system/durability",
    tag = "operation",
    responses((status = 200, description = "the certificate", body = Durability), AccessErrors)
)]
pub(crate) async fn durability(
    _: Viewer,
    State(app): State<App>,
) -> Result<Json<Durability>, Problem> {
    Ok(Json(app.certificate.issue().await.into()))
}

impl From<Judged> for Durability {
    fn from(judged: Judged) -> Self {
        let settings = judged.settings;
        Self {
            verdict: judged.verdict.as_str(),
            read_at: Timestamp(judged.at),
            reasons: judged
                .reasons
                .into_iter()
                .map(DurabilityReason::from)
                .collect(),
            settings: DurabilitySettings {
                nats: settings.nats.ok().map(NatsSettings::from),
                streams: each(settings.streams),
                database: each(settings.database),
                mqtt_sessions: each(settings.sessions),
            },
        }
    }
}

fn each<T, U: From<T>>(known: Known<Vec<T>>) -> Option<Vec<U>> {
    Some(known.ok()?.into_iter().map(U::from).collect())
}

impl From<Weakness> for DurabilityReason {
    fn from(weakness: Weakness) -> Self {
        Self {
            code: weakness.code,
            detail: weakness.detail,
        }
    }
}

impl From<NatsSync> for NatsSettings {
    fn from(sync: NatsSync) -> Self {
        Self {
            sync_always: sync.always,
            sync_interval_seconds: sync.interval_seconds,
        }
    }
}

impl From<StreamSettings> for StreamPolicy {
    fn from(stream: StreamSettings) -> Self {
        Self {
            name: stream.name,
            discard: stream.discard,
            retention: stream.retention,
            max_age_seconds: stream.max_age_seconds,
            max_messages_per_subject: stream.max_messages_per_subject,
            storage: stream.storage,
            replicas: stream.replicas,
        }
    }
}

impl From<DatabaseSetting> for DatabasePolicy {
    fn from(DatabaseSetting { name, value, scope }: DatabaseSetting) -> Self {
        Self { name, value, scope }
    }
}

impl From<SessionSettings> for SessionPolicy {
    fn from(session: SessionSettings) -> Self {
        Self {
            client_id: session.client_id,
            served: session.served,
            session_expiry_seconds: session.session_expiry_seconds,
            qos: session.qos,
            receive_maximum: session.receive_maximum,
        }
    }
}
