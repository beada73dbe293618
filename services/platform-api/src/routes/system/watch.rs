//! Reads the settings that acknowledgements rest on, when asked and from time to time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use prometheus::{IntGauge, Registry};
use sens_config::Config;
use sens_messaging::nats_sync;
use sens_observability::CancellationToken;
use sens_observability::metrics::{self, MetricError};
use sens_schema::durability::{Settings, Verdict, Weakness, judge};
use sens_storage::PgPool;
use sens_storage::query::durability::durability_settings;

use crate::link::Link;

/// Pause between two looks while nobody asks.
const PAUSE: Duration = Duration::from_secs(15);
/// How long the database may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The verdict at one moment, and what it is based on.
#[derive(Debug, Clone)]
pub(crate) struct Judged {
    /// When the settings were read.
    pub(crate) at: DateTime<Utc>,
    /// Whether they are strict.
    pub(crate) verdict: Verdict,
    /// Why not.
    pub(crate) reasons: Vec<Weakness>,
    /// What was read.
    pub(crate) settings: Settings,
}

/// Issues durability certificates. Cheap to clone; clones share the last verdict.
#[derive(Clone)]
pub(crate) struct Certificate {
    config: Arc<Config>,
    link: Link,
    pool: PgPool,
    strict: IntGauge,
    summary: Arc<Mutex<Option<String>>>,
}

impl Certificate {
    /// A certificate that nobody has asked for yet.
    ///
    /// # Errors
    /// When the metric cannot be registered.
    pub(crate) fn new(
        config: Arc<Config>,
        link: Link,
        pool: PgPool,
        registry: &Registry,
    ) -> Result<Self, MetricError> {
        Ok(Self {
            config,
            link,
            pool,
            strict: metrics::gauge(registry, &metrics::DURABILITY_STRICT)?,
            summary: Arc::default(),
        })
    }

    /// Reads the settings as they are now and judges them.
    pub(crate) async fn issue(&self) -> Judged {
        let settings = self.read().await;
        let (verdict, reasons) = judge(&settings);
        self.strict.set(i64::from(verdict == Verdict::Strict));
        let mut codes: Vec<&str> = reasons.iter().map(|reason| reason.code).collect();
        codes.dedup();
        let summary = if codes.is_empty() {
            verdict.as_str().to_owned()
        } else {
            format!("{}: {}", verdict.as_str(), codes.join(", "))
        };
        *self.summary.lock().unwrap_or_else(PoisonError::into_inner) = Some(summary);
        Judged {
            at: Utc::now(),
            verdict,
            reasons,
            settings,
        }
    }

    /// The last verdict with the codes of its reasons; `None` before the first.
    pub(crate) fn summary(&self) -> Option<String> {
        self.summary
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    async fn read(&self) -> Settings {
        let now = Utc::now().timestamp_micros();
        let messaging = self.link.get().map_err(|_| "JetStream is away".to_owned());
        let streams = async {
            let found = messaging.as_ref().map_err(String::clone)?;
            found.stream_settings().await.map_err(|error| told(&error))
        };
        let sessions = async {
            let found = messaging.as_ref().map_err(String::clone)?;
            found
                .session_settings(now)
                .await
                .map_err(|error| told(&error))
        };
        let database = async {
            let reading = tokio::time::timeout(PATIENCE, durability_settings(&self.pool));
            let settings = reading
                .await
                .map_err(|_| "the database does not answer in time".to_owned())?;
            settings.map_err(|error| {
                tracing::warn!(%error, "the database's settings cannot be read");
                "the database does not answer".to_owned()
            })
        };
        let (nats, streams, database, sessions) =
            tokio::join!(nats_sync(&self.config.nats), streams, database, sessions);
        Settings {
            nats,
            streams,
            database,
            sessions,
        }
    }
}

fn told(error: &sens_messaging::Error) -> String {
    tracing::warn!(%error, "JetStream's settings cannot be read");
    "JetStream does not answer".to_owned()
}

/// Keeps the metric and the detail of readiness current until the service drains.
pub(crate) fn watch_durability(certificate: Certificate, shutdown: CancellationToken) {
    tokio::spawn(async move {
        let mut last = None;
        loop {
            certificate.issue().await;
            let summary = certificate.summary();
            if summary != last {
                tracing::info!(
                    durability = summary.as_deref().unwrap_or_default(),
                    "judged what acknowledgements rest on"
                );
                last = summary;
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = shutdown.cancelled() => return,
            }
        }
    });
}
