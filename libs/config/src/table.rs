//! The one table of settings. It drives the loader, the reference and the effective view, so
//! none of them can miss a setting or disagree about its default.

use crate::loader::Draft;
use crate::setting::Setting;
use crate::{Config, Need};

/// One setting, for generated reference pages and `--help`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Environment variable; secrets may also be given as `<name>_FILE`.
    pub name: &'static str,
    /// Key in the TOML file; secrets may also be given as `<toml>_file`.
    pub toml: &'static str,
    /// Default, or in words how it is found; empty when there is none.
    pub default: &'static str,
    /// What the setting means.
    pub description: &'static str,
    /// Whether the value must not be shown.
    pub secret: bool,
    /// What the setting belongs to: its faults are reported only to services with this need.
    pub need: Option<Need>,
}

/// All settings in the order of their sections.
pub fn reference() -> Vec<Key> {
    TABLE.iter().map(|row| row.key).collect()
}

impl Config {
    /// The settings in force that a service with these needs reads, as `(key of the TOML file,
    /// value)`. Secrets are masked, unset settings left out; the parts of a database address
    /// appear as the URL they make.
    pub fn effective(&self, needs: &[Need]) -> Vec<(&'static str, String)> {
        let draft = Draft::of(self);
        let matters = |row: &&Row| row.key.need.is_none_or(|need| needs.contains(&need));
        let shown = |row: &Row| Some((row.key.toml, (row.show)(&draft)?));
        TABLE.iter().filter(matters).filter_map(shown).collect()
    }
}

/// Where a default comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fallback {
    /// `key.default` is read like any given value.
    Literal,
    /// `key.default` is a description; the loader works the value out, or there is none.
    Computed,
}

/// A setting with everything the loader needs to know of it.
pub(crate) struct Row {
    pub(crate) key: Key,
    pub(crate) fallback: Fallback,
    /// Reads the text into the draft, or says what is wrong with it.
    pub(crate) set: fn(&mut Draft, &str) -> Result<(), String>,
    /// The value for people.
    pub(crate) show: fn(&Draft) -> Option<String>,
}

macro_rules! row {
    ($fallback:ident, $need:expr, $secret:expr, $name:literal, $toml:literal,
     $($field:ident).+, $default:literal, $description:literal) => {
        Row {
            key: Key {
                name: $name,
                toml: $toml,
                default: $default,
                description: $description,
                secret: $secret,
                need: $need,
            },
            fallback: Fallback::$fallback,
            set: |draft, text| {
                draft.$($field).+ = Setting::parse(text)?;
                Ok(())
            },
            show: |draft| draft.$($field).+.show(),
        }
    };
}
/// A setting with a literal default.
macro_rules! plain {
    ($need:expr, $($rest:tt)*) => { row!(Literal, $need, false, $($rest)*) };
}
/// A setting without default, or with one that depends on others.
macro_rules! computed {
    ($need:expr, $($rest:tt)*) => { row!(Computed, $need, false, $($rest)*) };
}
/// A secret.
macro_rules! secret {
    ($need:expr, $($rest:tt)*) => { row!(Computed, $need, true, $($rest)*) };
}

/// Settings that are lists of tables in the file. They stay text in TOML, for whoever knows what they mean.
pub(crate) const LISTS_OF_TABLES: [&str; 1] = ["ingest.decoders"];

const API: Option<Need> = Some(Need::Api);
const DATABASE: Option<Need> = Some(Need::Database);
const NATS: Option<Need> = Some(Need::Nats);
const MQTT: Option<Need> = Some(Need::Mqtt);

#[rustfmt::skip]
pub(crate) const TABLE: &[Row] = &[
    plain!(None, "SENS_ENVIRONMENT", "environment", config.environment, "local",
        "Where the platform runs: local, test, staging or production. Outside local, weak defaults are refused at start."),

    plain!(API, "SENS_API__LISTEN", "api.listen", config.api.listen, "0.0.0.0:8080",
        "Listen address of the REST API."),
    secret!(API, "SENS_API__BOOTSTRAP_KEY", "api.bootstrap_key", config.api.bootstrap_key, "",
        "An admin API key valid from the first start; at least 16 characters. Required outside local."),
    computed!(API, "CORS_ORIGIN", "api.cors_origin", cors_origin, "* in local, same origin elsewhere",
        "Browser origins that may call the API: a comma-separated list, or * (local only)."),
    computed!(API, "STATIC_DIR", "api.static_dir", config.api.static_dir, "",
        "Folder of a built single-page app to serve, with fallback to its index.html."),
    plain!(API, "SENS_API__MAX_BODY_BYTES", "api.max_body_bytes", config.api.max_body_bytes, "8388608",
        "Largest accepted request body, after decompression."),
    plain!(API, "SENS_API__RATE_LIMIT", "api.rate_limit", config.api.rate_limit, "0",
        "Requests a second that an API key may make for ever; what is above is answered 429. Counted by each replica. 0 is no limit."),
    plain!(API, "SENS_API__RATE_BURST", "api.rate_burst", config.api.rate_burst, "1000",
        "Requests that an API key may make at once, before its rate holds."),
    plain!(API, "SENS_API__REQUEST_TIMEOUT_SECONDS", "api.request_timeout_seconds", config.api.request_timeout_seconds, "30",
        "A request that takes longer is answered with an error."),
    plain!(None, "SENS_API__OFFLINE_AFTER_SECONDS", "api.offline_after_seconds", config.api.offline_after_seconds, "300",
        "A device not heard of for this long counts as silent. The same for platform-api, which shows it, and telemetry-worker, which tells it."),
    plain!(API, "SENS_API__MAX_STREAMS", "api.max_streams", config.api.max_streams, "2500",
        "Live streams and WebSockets that may be open at once; more are answered 503 `too_many_streams`."),
    plain!(API, "SENS_API__CACHE_SECONDS", "api.cache_seconds", config.api.cache_seconds, "5",
        "Longest time that keys, newest values, the catalogue and labels are kept in memory. A change is seen at once through NATS; without it after 5 seconds at the latest. 0 keeps nothing."),
    plain!(API, "SENS_API__EXPORT_MAX_BYTES", "api.export_max_bytes", config.api.export_max_bytes, "1073741824",
        "Largest file of an export. One that becomes larger fails with `export_too_large`."),
    plain!(API, "SENS_API__EXPORT_TOTAL_BYTES", "api.export_total_bytes", config.api.export_total_bytes, "4294967296",
        "What the files of all exports may take in the database together; more are answered 503 `exports_busy`."),
    plain!(API, "SENS_API__EXPORT_KEPT_SECONDS", "api.export_kept_seconds", config.api.export_kept_seconds, "86400",
        "How long the file of an export is kept."),

    plain!(None, "SENS_OPS__LISTEN", "ops.listen", config.ops.listen, "0.0.0.0:9090",
        "Listen address of /metrics and /health of every service."),

    secret!(DATABASE, "DATABASE_URL", "database.url", config.database.url, "",
        "PostgreSQL connection URL, postgres://user:password@host:5432/name. Wins over the parts below."),
    computed!(DATABASE, "DATABASE_DRIVER", "database.driver", parts.driver, "postgres",
        "postgres or postgresql."),
    computed!(DATABASE, "DATABASE_HOST", "database.host", parts.host, "",
        "PostgreSQL host, or the folder of its Unix socket."),
    computed!(DATABASE, "DATABASE_PORT", "database.port", parts.port, "5432",
        "PostgreSQL port."),
    computed!(DATABASE, "DATABASE_USER", "database.user", parts.user, "",
        "PostgreSQL user."),
    secret!(DATABASE, "DATABASE_PASSWORD", "database.password", parts.password, "",
        "PostgreSQL password, as it is (no percent-encoding)."),
    computed!(DATABASE, "DATABASE_NAME", "database.name", parts.name, "",
        "PostgreSQL database."),
    computed!(DATABASE, "DATABASE_SCHEMA", "database.schema", config.database.schema, "",
        "Schema that holds the tables, when not public."),
    secret!(DATABASE, "DATABASE_READ_URL", "database.read_url", config.database.read_url, "",
        "Connection URL of a read replica for reads that may lag."),
    plain!(DATABASE, "SENS_DATABASE__MAX_CONNECTIONS", "database.max_connections", config.database.max_connections, "10",
        "Most connections of one service."),
    plain!(DATABASE, "SENS_DATABASE__ACQUIRE_TIMEOUT_SECONDS", "database.acquire_timeout_seconds", config.database.acquire_timeout_seconds, "5",
        "How long a caller waits for a free connection."),
    plain!(DATABASE, "SENS_DATABASE__READ_MAX_LAG_SECONDS", "database.read_max_lag_seconds", config.database.read_max_lag_seconds, "10",
        "How far the read replica may be behind, in seconds; beyond that reads go to the primary until it has caught up."),

    plain!(NATS, "SENS_NATS__URL", "nats.url", config.nats.url, "nats://127.0.0.1:4222",
        "NATS server, nats:// or tls://; several separated by commas."),
    computed!(NATS, "SENS_NATS__USER", "nats.user", config.nats.user, "",
        "NATS user."),
    secret!(NATS, "SENS_NATS__PASSWORD", "nats.password", config.nats.password, "",
        "NATS password."),
    computed!(NATS, "SENS_NATS__CREDS_FILE", "nats.creds_file", config.nats.creds_file, "",
        "NATS credentials file (JWT and seed)."),
    computed!(NATS, "SENS_NATS__CA_FILE", "nats.ca_file", config.nats.ca_file, "",
        "CA certificates (PEM) that NATS is verified with."),
    plain!(NATS, "SENS_NATS__REPLICAS", "nats.replicas", config.nats.replicas, "1",
        "Replicas of each stream: 1, 3 or 5."),
    plain!(NATS, "SENS_NATS__RAW_MAX_BYTES", "nats.raw_max_bytes", config.nats.raw_max_bytes, "2147483648",
        "Size limit of SENS_RAW; when it is reached, the broker keeps the packets."),
    plain!(NATS, "SENS_NATS__EVENTS_MAX_AGE_SECONDS", "nats.events_max_age_seconds", config.nats.events_max_age_seconds, "3600",
        "How long events can be resumed from SENS_EVENTS."),
    plain!(NATS, "SENS_NATS__SUBJECT_SHARDS", "nats.subject_shards", config.nats.subject_shards, "1",
        "Number of subjects that raw messages are spread over."),
    computed!(NATS, "SENS_NATS__MONITOR_URL", "nats.monitor_url", config.nats.monitor_url, "",
        "Monitoring endpoint of nats-server (http://host:8222), read for the durability certificate: does it sync before it acknowledges?"),

    plain!(MQTT, "SENS_MQTT__URL", "mqtt.url", config.mqtt.url, "mqtt://127.0.0.1:1883",
        "MQTT broker, mqtt:// or mqtts:// for TLS."),
    computed!(MQTT, "SENS_MQTT__USERNAME", "mqtt.username", config.mqtt.username, "",
        "MQTT user name."),
    secret!(MQTT, "SENS_MQTT__PASSWORD", "mqtt.password", config.mqtt.password, "",
        "MQTT password."),
    computed!(MQTT, "SENS_MQTT__CA_FILE", "mqtt.ca_file", config.mqtt.ca_file, "",
        "CA certificates (PEM) that the broker is verified with."),
    computed!(MQTT, "SENS_MQTT__CLIENT_CERT_FILE", "mqtt.client_cert_file", config.mqtt.client_cert_file, "",
        "Client certificate (PEM)."),
    computed!(MQTT, "SENS_MQTT__CLIENT_KEY_FILE", "mqtt.client_key_file", config.mqtt.client_key_file, "",
        "Private key (PEM) of the client certificate."),
    plain!(MQTT, "SENS_MQTT__SHARE_GROUP", "mqtt.share_group", config.mqtt.share_group, "sens-ingest",
        "Group of the shared subscription; the same for all replicas."),
    computed!(MQTT, "SENS_MQTT__CLIENT_ID", "mqtt.client_id", client_id, "sens-ingest-<hostname>",
        "Client id; must differ between replicas and stay the same for each."),
    plain!(MQTT, "SENS_MQTT__RECEIVE_MAXIMUM", "mqtt.receive_maximum", config.mqtt.receive_maximum, "2048",
        "Packets the broker sends before it waits for acknowledgements."),
    plain!(MQTT, "SENS_MQTT__SESSION_EXPIRY_SECONDS", "mqtt.session_expiry_seconds", config.mqtt.session_expiry_seconds, "86400",
        "How long the broker keeps packets for an absent worker; longer than the longest outage."),
    plain!(MQTT, "SENS_MQTT__KEEP_ALIVE_SECONDS", "mqtt.keep_alive_seconds", config.mqtt.keep_alive_seconds, "30",
        "Keep-alive interval."),

    plain!(None, "SENS_INGEST__MAX_PAYLOAD_BYTES", "ingest.max_payload_bytes", config.ingest.max_payload_bytes, "262144",
        "A larger payload is kept truncated with payload_too_large. NATS must accept messages of this size."),
    computed!(None, "SENS_INGEST__DECODERS", "ingest.decoders", config.ingest.decoders, "the built-in rules",
        "Which decoders are asked for which topics and content types, before the built-in rules: a list of tables with topic, content_type and decoder."),

    plain!(None, "SENS_INGEST__DEVICE_RATE", "ingest.device_rate", config.ingest.device_rate, "200",
        "Messages a second that one device may send over MQTT for ever; what is above waits its turn in SENS_PARKED. Counted by each replica. 0 is no quota."),
    plain!(None, "SENS_INGEST__DEVICE_BURST", "ingest.device_burst", config.ingest.device_burst, "20000",
        "Messages that one device may send at once, as after an outage, before its rate holds."),

    plain!(None, "SENS_WORKER__BATCH_SIZE", "worker.batch_size", config.worker.batch_size, "1000",
        "Most messages written in one transaction."),
    plain!(None, "SENS_WORKER__WRITERS", "worker.writers", config.worker.writers, "1",
        "Batches written at the same time. One makes the largest batches, and is the fastest where database and worker share few cores; more help where the database has cores to spare."),
    computed!(None, "SENS_WORKER__STAND_DOWN_FILE", "worker.stand_down_file", config.worker.stand_down_file, "",
        "A file that makes the worker give back what it holds, take no more messages and be not ready, once it is there: the verdict of a canary's judge."),

    computed!(None, "SENS_FEATURES__DEVICE_STARTUP", "features.device_startup", device_startup, "true in local, false elsewhere",
        "Whether device_startup messages provision devices."),
    secret!(None, "PROVISION_SECRET", "provision.secret", provision_secret, "a well-known one in local",
        "HMAC key of device_startup tokens."),
    secret!(None, "PROVISION_SECRET_PREVIOUS", "provision.previous", config.provision.previous, "",
        "The key before the last rotation; still accepted."),

    computed!(None, "SENS_REPLICA__NAME", "replica.name", replica_name, "<hostname>",
        "Name of this replica, as GET /v1/system/replicas shows it."),
    plain!(None, "SENS_REPLICA__CANARY", "replica.canary", config.replica.canary, "false",
        "Whether this replica is one of the first of a new version. The chart sets it."),

    computed!(None, "SENS_LOG__FORMAT", "log.format", log_format, "pretty at a terminal, else json",
        "json or pretty."),
    plain!(None, "RUST_LOG", "log.filter", config.log.filter, "info",
        "Log filter directives, for example info,sens_storage=debug."),

    plain!(None, "SENS_SHUTDOWN_GRACE_SECONDS", "shutdown_grace_seconds", config.shutdown_grace_seconds, "25",
        "How long a service may drain after a stop signal."),
    plain!(None, "BUILD_SHA", "build_sha", config.build_sha, "unknown",
        "Git SHA of the build, shown by health and version."),
];
