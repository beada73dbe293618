//! The metrics of this service.

use prometheus::{Histogram, IntCounter, IntCounterVec, IntGauge, Registry};
use sens_observability::metrics as spec;

/// Everything telemetry-worker counts.
#[derive(Clone)]
pub(crate) struct Metrics {
    /// Readings by what became of them.
    pub(crate) records: IntCounterVec,
    /// Refused readings by reason.
    pub(crate) errors: IntCounterVec,
    /// Messages by what became of them.
    pub(crate) messages: IntCounterVec,
    /// Time of one batch transaction.
    pub(crate) insert_seconds: Histogram,
    /// Arrival to commit.
    pub(crate) end_to_end_seconds: Histogram,
    /// Messages in one transaction.
    pub(crate) batch_size: Histogram,
    /// Messages that wait in the raw stream.
    pub(crate) pending: IntGauge,
    /// Bytes in the raw stream.
    pub(crate) raw_bytes: IntGauge,
    /// Acknowledged positions that the ledger does not know.
    pub(crate) imbalance: IntGauge,
    /// Messages given up to the dead letters by this process.
    pub(crate) dead_letters: IntCounter,
    /// Steps of commands by the state they led to.
    pub(crate) command_steps: IntCounterVec,
    /// Failed attempts to reach the database.
    pub(crate) connection_failures: IntCounter,
    /// Hours of series whose rollups wait.
    pub(crate) rollup_pending: IntGauge,
    /// Seconds for which the oldest of them waits.
    pub(crate) rollup_lag: IntGauge,
    /// Recomputations of rollups by outcome.
    pub(crate) rollup_passes: IntCounterVec,
    /// Time of one recomputation.
    pub(crate) rollup_seconds: Histogram,
    /// Runs of retention by outcome.
    pub(crate) retention_runs: IntCounterVec,
    /// Rows that retention dropped, by class.
    pub(crate) retention_rows: IntCounterVec,
    /// Batches tried again.
    pub(crate) retries: IntCounter,
}

impl Metrics {
    pub(crate) fn register(registry: &Registry) -> Result<Self, spec::MetricError> {
        Ok(Self {
            records: spec::counter_vec(registry, &spec::INGEST_RECORDS)?,
            errors: spec::counter_vec(registry, &spec::INGEST_ERRORS)?,
            messages: spec::counter_vec(registry, &spec::INGEST_MESSAGES)?,
            insert_seconds: spec::histogram(registry, &spec::INGEST_INSERT_DURATION)?,
            end_to_end_seconds: spec::histogram(registry, &spec::INGEST_END_TO_END)?,
            batch_size: spec::histogram(registry, &spec::INGEST_BATCH_SIZE)?,
            pending: spec::gauge(registry, &spec::JETSTREAM_CONSUMER_PENDING)?,
            raw_bytes: spec::gauge(registry, &spec::JETSTREAM_RAW_BYTES)?,
            imbalance: spec::gauge(registry, &spec::LEDGER_IMBALANCE)?,
            dead_letters: spec::counter(registry, &spec::DEAD_LETTERS)?,
            command_steps: spec::counter_vec(registry, &spec::COMMAND_STEPS)?,
            connection_failures: spec::counter(registry, &spec::DB_CONNECTION_FAILURES)?,
            rollup_pending: spec::gauge(registry, &spec::ROLLUP_PENDING)?,
            rollup_lag: spec::gauge(registry, &spec::ROLLUP_LAG)?,
            rollup_passes: spec::counter_vec(registry, &spec::ROLLUP_PASSES)?,
            rollup_seconds: spec::histogram(registry, &spec::ROLLUP_DURATION)?,
            retention_runs: spec::counter_vec(registry, &spec::RETENTION_RUNS)?,
            retention_rows: spec::counter_vec(registry, &spec::RETENTION_ROWS)?,
            retries: spec::counter(registry, &spec::DB_RETRIES)?,
        })
    }
}
