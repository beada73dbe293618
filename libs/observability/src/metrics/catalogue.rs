//! All metrics of the platform, grouped by the services that expose them.

use super::{Kind, MetricSpec};

const INGESTION: &[&str] = &["mqtt-ingestion-worker"];
const PUBLISHERS: &[&str] = &["mqtt-ingestion-worker", "platform-api"];
const TELEMETRY: &[&str] = &["telemetry-worker"];
const DATABASE: &[&str] = &["telemetry-worker", "platform-api"];
const API: &[&str] = &["platform-api"];

/// Seconds that a request or a write takes.
const FAST: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];
/// Seconds from arrival to commit, up to a long outage.
const PATIENT: &[f64] = &[
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0,
    3600.0, 21_600.0,
];
/// Messages in a batch.
const SIZES: &[f64] = &[
    1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0,
];

macro_rules! metrics {
    ($($constant:ident: $kind:ident $name:literal [$($label:literal),*] $buckets:expr, $services:expr,
       $help:literal;)*) => {
        $(
            #[doc = concat!("`", $name, "`")]
            pub const $constant: MetricSpec = MetricSpec {
                name: $name,
                kind: Kind::$kind,
                help: $help,
                labels: &[$($label),*],
                buckets: $buckets,
                services: $services,
            };
        )*
        /// Every metric, in the order of the reference page.
        pub const ALL: &[MetricSpec] = &[$($constant),*];
    };
}

metrics! {
    BUILD_INFO: Gauge "sens_build_info" ["service", "version", "build_sha"] &[], &[],
        "Always 1; the labels say which build runs.";
    COMPONENT_UP: Gauge "sens_component_up" ["component"] &[], &[],
        "1 when the component works as /health/ready reports it, else 0.";

    MQTT_MESSAGES_RECEIVED: Counter "sens_mqtt_messages_received_total" [] &[], INGESTION,
        "Packets received from the MQTT broker, redeliveries included.";
    MQTT_MESSAGES_ACKED: Counter "sens_mqtt_messages_acked_total" [] &[], INGESTION,
        "Packets acknowledged to the MQTT broker after JetStream held them.";
    MQTT_RECONNECTS: Counter "sens_mqtt_reconnects_total" [] &[], INGESTION,
        "Connections to the MQTT broker made after the first one.";
    MQTT_TAKEOVERS: Counter "sens_mqtt_takeovers_total" [] &[], INGESTION,
        "Connections lost because another client came with the same client id. Must stay 0.";
    MQTT_SESSION_CONTESTED: Gauge "sens_mqtt_session_contested" [] &[], INGESTION,
        "1 while another worker announces the same client id. Must be 0.";
    MQTT_STALE_ACKS_DROPPED: Counter "sens_mqtt_stale_acks_dropped_total" [] &[], INGESTION,
        "Acknowledgements not sent because the connection of their packet was gone.";
    MQTT_ORPHANED_SESSIONS: Gauge "sens_mqtt_orphaned_sessions" [] &[], INGESTION,
        "Sessions at the broker that no ingestion worker serves: packets wait in them. Must be 0.";
    COMMANDS: Counter "sens_commands_total" ["outcome"] &[], INGESTION,
        "Commands by what became of them on their way to the broker: sent, refused or expired.";
    MQTT_IN_FLIGHT: Gauge "sens_mqtt_in_flight" [] &[], INGESTION,
        "Packets received on this connection and not yet acknowledged.";
    QUOTA_PARKED: Counter "sens_quota_parked_total" [] &[], INGESTION,
        "Packets over their device's quota, parked in SENS_PARKED until it is their turn.";
    QUOTA_REFUSED: Counter "sens_quota_refused_total" [] &[], INGESTION,
        "Packets not kept: over their device's quota while it had no more room in SENS_PARKED.";
    QUOTA_WAITING: Gauge "sens_quota_waiting" [] &[], INGESTION,
        "Messages in SENS_PARKED.";

    JETSTREAM_PUBLISH_SECONDS: Histogram "sens_jetstream_publish_seconds" [] FAST, PUBLISHERS,
        "Time from publishing a batch to its acknowledgement by JetStream.";
    JETSTREAM_PUBLISH_BATCH_SIZE: Histogram "sens_jetstream_publish_batch_size" [] SIZES, PUBLISHERS,
        "Messages published together.";
    JETSTREAM_PUBLISH_FAILURES: Counter "sens_jetstream_publish_failures_total" [] &[], PUBLISHERS,
        "Messages that JetStream did not take at an attempt; they are tried again.";

    INGEST_MESSAGES: Counter "sens_ingest_messages_total" ["outcome"] &[], TELEMETRY,
        "Messages committed, by outcome: parsed, failed, control or dead.";
    INGEST_RECORDS: Counter "sens_ingest_records_total" ["outcome"] &[], TELEMETRY,
        "Readings committed, by outcome: processed, duplicate or error.";
    INGEST_ERRORS: Counter "sens_ingest_errors_total" ["reason"] &[], TELEMETRY,
        "Errors in payloads, by reason.";
    INGEST_INSERT_DURATION: Histogram "sens_ingest_insert_duration_seconds" [] FAST, TELEMETRY,
        "Time to write and commit one batch.";
    INGEST_END_TO_END: Histogram "sens_ingest_end_to_end_seconds" [] PATIENT, TELEMETRY,
        "Time from the arrival of a message to its commit.";
    INGEST_BATCH_SIZE: Histogram "sens_ingest_batch_size" [] SIZES, TELEMETRY,
        "Messages committed in one transaction.";
    JETSTREAM_CONSUMER_PENDING: Gauge "sens_jetstream_consumer_pending" [] &[], TELEMETRY,
        "Messages in SENS_RAW that are not committed yet.";
    JETSTREAM_RAW_BYTES: Gauge "sens_jetstream_raw_bytes" [] &[], TELEMETRY,
        "Bytes held by SENS_RAW.";
    LEDGER_IMBALANCE: Gauge "sens_ledger_imbalance" [] &[], TELEMETRY,
        "Positions of SENS_RAW that are acknowledged and that the ledger does not know: lost messages. Must be 0.";
    COMMAND_STEPS: Counter "sens_command_steps_total" ["state"] &[], TELEMETRY,
        "Steps of commands that were told, by the state they led to.";
    DEAD_LETTERS: Counter "sens_dead_letters_total" [] &[], TELEMETRY,
        "Messages refused for good and moved to SENS_DLQ.";

    DB_CONNECTION_FAILURES: Counter "sens_db_connection_failures_total" [] &[], DATABASE,
        "Attempts to reach the database that failed.";
    DB_RETRIES: Counter "sens_db_retries_total" [] &[], DATABASE,
        "Transactions tried again after a transient error.";
    DB_READ_REPLICA_USED: Gauge "sens_db_read_replica_used" [] &[], API,
        "1 while reads go to the read replica; 0 while they go to the primary.";
    DB_READ_REPLICA_LAG: Gauge "sens_db_read_replica_lag_seconds" [] &[], API,
        "How far the read replica was behind the primary when it answered last.";
    ROLLUP_PENDING: Gauge "sens_rollup_pending_marks" [] &[], TELEMETRY,
        "Hours of series whose rollups wait to be recomputed.";
    ROLLUP_LAG: Gauge "sens_rollup_lag_seconds" [] &[], TELEMETRY,
        "How long the oldest of these waits.";
    ROLLUP_PASSES: Counter "sens_rollup_passes_total" ["outcome"] &[], TELEMETRY,
        "Recomputations of rollups by outcome: done, or failed and tried again.";
    ROLLUP_DURATION: Histogram "sens_rollup_duration_seconds" [] FAST, TELEMETRY,
        "Time of one recomputation of rollups.";
    RETENTION_RUNS: Counter "sens_retention_runs_total" ["outcome"] &[], TELEMETRY,
        "Runs of retention by outcome: done, refused (something due had to stay), failed.";
    RETENTION_ROWS: Counter "sens_retention_rows_dropped_total" ["class"] &[], TELEMETRY,
        "Rows that retention dropped with their partitions, by class.";

    HTTP_REQUEST_DURATION: Histogram "http_server_request_duration_seconds" ["method", "route", "status"] FAST, API,
        "Time to answer a request, by method, route template and status code.";
    HTTP_INGEST_ITEMS: Counter "http_ingest_items_total" [] &[], API,
        "Items taken by POST /v1/ingest.";
    DURABILITY_STRICT: Gauge "sens_durability_strict" [] &[], API,
        "1 while every setting that acknowledgements rest on is strict, else 0; /v1/system/durability says why.";
    CACHE_LOOKUPS: Counter "sens_cache_lookups_total" ["cache", "outcome"] &[], API,
        "Looks into what is kept in memory (api_key, device, latest, metric), by outcome: hit, or miss (the database was asked).";
    CACHE_FOLLOWING: Gauge "sens_cache_following" [] &[], API,
        "1 while changes are told through NATS; while 0 nothing is kept in memory for longer than 5 seconds.";
    SSE_STREAMS: Gauge "sens_sse_streams" [] &[], API,
        "Open live streams.";
}
