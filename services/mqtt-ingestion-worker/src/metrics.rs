//! The metrics of this service.

use prometheus::{Histogram, IntCounter, IntCounterVec, IntGauge, Registry};
use sens_observability::metrics as spec;

/// Everything mqtt-ingestion-worker counts.
#[derive(Clone)]
pub(crate) struct Metrics {
    /// Packets received, redeliveries included.
    pub(crate) received: IntCounter,
    /// Packets acknowledged to the broker.
    pub(crate) acked: IntCounter,
    /// Connections after the first.
    pub(crate) reconnects: IntCounter,
    /// Whether another worker serves the session too.
    pub(crate) contested: IntGauge,
    /// Connections lost to another client with the same client id.
    pub(crate) takeovers: IntCounter,
    /// Acknowledgements whose connection was gone.
    pub(crate) stale_acks: IntCounter,
    /// Sessions that nobody serves.
    pub(crate) orphaned_sessions: IntGauge,
    /// Packets parked because their device is over its quota.
    pub(crate) quota_parked: IntCounter,
    /// Packets refused because their device has no more room to park.
    pub(crate) quota_refused: IntCounter,
    /// Parked messages.
    pub(crate) quota_waiting: IntGauge,
    /// Commands by what became of them on their way to the broker.
    pub(crate) commands: IntCounterVec,
    /// Packets between receipt and acknowledgement.
    pub(crate) in_flight: IntGauge,
    /// Time of one publish to JetStream.
    pub(crate) publish_seconds: Histogram,
    /// Messages in one publish.
    pub(crate) publish_batch: Histogram,
    /// Messages that were not taken at an attempt.
    pub(crate) publish_failures: IntCounter,
}

impl Metrics {
    pub(crate) fn register(registry: &Registry) -> Result<Self, spec::MetricError> {
        Ok(Self {
            received: spec::counter(registry, &spec::MQTT_MESSAGES_RECEIVED)?,
            acked: spec::counter(registry, &spec::MQTT_MESSAGES_ACKED)?,
            reconnects: spec::counter(registry, &spec::MQTT_RECONNECTS)?,
            contested: spec::gauge(registry, &spec::MQTT_SESSION_CONTESTED)?,
            takeovers: spec::counter(registry, &spec::MQTT_TAKEOVERS)?,
            stale_acks: spec::counter(registry, &spec::MQTT_STALE_ACKS_DROPPED)?,
            orphaned_sessions: spec::gauge(registry, &spec::MQTT_ORPHANED_SESSIONS)?,
            quota_parked: spec::counter(registry, &spec::QUOTA_PARKED)?,
            quota_refused: spec::counter(registry, &spec::QUOTA_REFUSED)?,
            quota_waiting: spec::gauge(registry, &spec::QUOTA_WAITING)?,
            commands: spec::counter_vec(registry, &spec::COMMANDS)?,
            in_flight: spec::gauge(registry, &spec::MQTT_IN_FLIGHT)?,
            publish_seconds: spec::histogram(registry, &spec::JETSTREAM_PUBLISH_SECONDS)?,
            publish_batch: spec::histogram(registry, &spec::JETSTREAM_PUBLISH_BATCH_SIZE)?,
            publish_failures: spec::counter(registry, &spec::JETSTREAM_PUBLISH_FAILURES)?,
        })
    }
}
