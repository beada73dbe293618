//! The configuration as the services see it. Every field has a default.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use crate::Secret;

/// Where the platform runs. Outside [`Environment::Local`] weak defaults are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// A developer's machine or the demo.
    Local,
    /// Automated tests against a deployed platform.
    Test,
    /// The rehearsal of production.
    Staging,
    /// Production.
    Production,
}

impl Environment {
    /// Whether weak defaults are tolerated.
    pub fn is_local(self) -> bool {
        self == Self::Local
    }

    /// The name used in configuration, in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Test => "test",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }
}

/// A thing a service cannot do without. Faults of settings that belong to a need are reported
/// only to services that name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// `PostgreSQL`.
    Database,
    /// NATS `JetStream`.
    Nats,
    /// The MQTT broker.
    Mqtt,
    /// The REST listener.
    Api,
}

/// Which browser origins may call the REST API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CorsOrigin {
    /// Any origin (local only).
    Permissive,
    /// No cross-origin calls.
    SameOrigin,
    /// Exactly these origins, each `scheme://host[:port]`.
    List(Vec<String>),
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object per line.
    Json,
    /// For people at a terminal.
    Pretty,
}

/// The configuration of every service.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the platform runs.
    pub environment: Environment,
    /// REST API.
    pub api: Api,
    /// Metrics and health listener.
    pub ops: Ops,
    /// `PostgreSQL`.
    pub database: Database,
    /// NATS `JetStream`.
    pub nats: Nats,
    /// MQTT broker.
    pub mqtt: Mqtt,
    /// Limits on what arrives.
    pub ingest: Ingest,
    /// telemetry-worker.
    pub worker: Worker,
    /// Feature flags.
    pub features: Features,
    /// Device provisioning.
    pub provision: Provision,
    /// What this replica says of itself.
    pub replica: Replica,
    /// Logging.
    pub log: Log,
    /// How long a service may drain after a stop signal.
    pub shutdown_grace_seconds: u64,
    /// Git SHA of the build, for health and version.
    pub build_sha: String,
    /// What is odd but does not stop a start, one line each; the service logs them.
    pub warnings: Vec<String>,
}

/// REST API settings.
#[derive(Debug, Clone)]
pub struct Api {
    /// Listen address.
    pub listen: SocketAddr,
    /// An admin API key valid from the first start.
    pub bootstrap_key: Option<Secret>,
    /// Browser origins that may call.
    pub cors_origin: CorsOrigin,
    /// A built single-page app to serve.
    pub static_dir: Option<PathBuf>,
    /// Largest accepted request body.
    pub max_body_bytes: usize,
    /// Requests a second that a key may make for ever; 0 is no limit.
    pub rate_limit: u32,
    /// Requests that a key may make at once, before its rate holds.
    pub rate_burst: u32,
    /// A request that takes longer is answered 503.
    pub request_timeout_seconds: u64,
    /// A device not heard of for this long counts as silent.
    pub offline_after_seconds: u64,
    /// Live streams that may be open at once.
    pub max_streams: usize,
    /// Keys, newest values, the catalogue and the registry are kept in memory for at most this long; 0 keeps nothing.
    pub cache_seconds: u64,
    /// Largest file of an export.
    pub export_max_bytes: u64,
    /// What the files of all exports may take together.
    pub export_total_bytes: u64,
    /// How long the file of an export is kept.
    pub export_kept_seconds: u64,
}

/// Metrics and health listener settings.
#[derive(Debug, Clone)]
pub struct Ops {
    /// Listen address.
    pub listen: SocketAddr,
}

/// `PostgreSQL` settings.
#[derive(Debug, Clone)]
pub struct Database {
    /// Connection URL, whether given whole or in parts.
    pub url: Option<Secret>,
    /// Connection URL of a read replica.
    pub read_url: Option<Secret>,
    /// Schema that holds the tables, when not `public`.
    pub schema: Option<String>,
    /// Pool size.
    pub max_connections: u32,
    /// How long a caller waits for a connection.
    pub acquire_timeout_seconds: u64,
    /// How far a read replica may be behind before reads go to the primary.
    pub read_max_lag_seconds: u64,
}

/// There is no database URL in the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "no database is configured; set DATABASE_URL (or DATABASE_HOST, DATABASE_USER, DATABASE_PASSWORD and DATABASE_NAME)"
)]
pub struct NoDatabase;

impl Database {
    /// The connection URL. Fails when none is configured; [`crate::load`] with
    /// [`Need::Database`] refuses such a configuration already.
    pub fn url(&self) -> Result<&str, NoDatabase> {
        self.url.as_ref().map(Secret::expose).ok_or(NoDatabase)
    }

    /// The URL for reads: the replica's where there is one, else the primary's.
    pub fn read_url(&self) -> Result<&str, NoDatabase> {
        self.read_url
            .as_ref()
            .map_or_else(|| self.url(), |url| Ok(url.expose()))
    }
}

/// NATS settings.
#[derive(Debug, Clone)]
pub struct Nats {
    /// Server URL, or several separated by commas.
    pub url: String,
    /// User name.
    pub user: Option<String>,
    /// Password.
    pub password: Option<Secret>,
    /// Credentials file (JWT and seed).
    pub creds_file: Option<PathBuf>,
    /// CA certificates for TLS.
    pub ca_file: Option<PathBuf>,
    /// Replicas of each stream.
    pub replicas: usize,
    /// Size limit of `SENS_RAW`; when reached, publishing is refused.
    pub raw_max_bytes: u64,
    /// How long events are kept in `SENS_EVENTS`.
    pub events_max_age_seconds: u64,
    /// Number of subjects the raw stream is spread over.
    pub subject_shards: u16,
    /// Monitoring endpoint of the server, `http://`.
    pub monitor_url: Option<String>,
}

/// MQTT settings.
#[derive(Debug, Clone)]
pub struct Mqtt {
    /// Broker URL, `mqtt://` or `mqtts://`.
    pub url: String,
    /// User name.
    pub username: Option<String>,
    /// Password.
    pub password: Option<Secret>,
    /// CA certificates for TLS.
    pub ca_file: Option<PathBuf>,
    /// Client certificate for TLS.
    pub client_cert_file: Option<PathBuf>,
    /// Key of the client certificate.
    pub client_key_file: Option<PathBuf>,
    /// Name of the shared subscription group.
    pub share_group: String,
    /// Client id, stable for a replica.
    pub client_id: String,
    /// In-flight window: packets the broker sends before it waits for acknowledgements.
    pub receive_maximum: u16,
    /// How long the broker keeps the session of an absent worker.
    pub session_expiry_seconds: u32,
    /// Keep-alive interval.
    pub keep_alive_seconds: u16,
}

/// Limits on what arrives.
#[derive(Debug, Clone)]
pub struct Ingest {
    /// Payloads larger than this are kept truncated with `payload_too_large`.
    pub max_payload_bytes: usize,
    /// Rules for decoders as a TOML list, to be read by the decoders' own crate; none means the built-in ones.
    pub decoders: Option<String>,
    /// Messages a second that a device may send over MQTT for ever; 0 is no quota.
    pub device_rate: u32,
    /// Messages that a device may send at once before its rate holds.
    pub device_burst: u32,
}

/// telemetry-worker settings.
#[derive(Debug, Clone)]
pub struct Worker {
    /// Most messages written in one transaction.
    pub batch_size: usize,
    /// Batches written at the same time.
    pub writers: usize,
    /// File that makes the worker take no more messages, once it is there.
    pub stand_down_file: Option<PathBuf>,
}

/// Feature flags.
#[derive(Debug, Clone)]
pub struct Features {
    /// Whether `device_startup` messages provision devices.
    pub device_startup: bool,
}

/// Device provisioning secrets.
#[derive(Debug, Clone)]
pub struct Provision {
    /// HMAC key for `device_startup`.
    pub secret: Option<Secret>,
    /// The key before the last rotation; still accepted.
    pub previous: Option<Secret>,
}

impl Provision {
    /// The keys to verify a token with, newest first.
    pub fn secrets(&self) -> Vec<&[u8]> {
        [&self.secret, &self.previous]
            .into_iter()
            .flatten()
            .map(|s| s.expose().as_bytes())
            .collect()
    }
}

/// What a replica says of itself.
#[derive(Debug, Clone)]
pub struct Replica {
    /// Its name: the host's, which on Kubernetes is the pod's.
    pub name: String,
    /// Whether it is one of the first of a new version, which others are rolled out after.
    pub canary: bool,
}

impl Default for Replica {
    fn default() -> Self {
        Self {
            name: "localhost".into(),
            canary: false,
        }
    }
}

/// Logging settings.
#[derive(Debug, Clone)]
pub struct Log {
    /// Line format.
    pub format: LogFormat,
    /// Filter directives as in `RUST_LOG`.
    pub filter: String,
}

impl Default for Api {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 8080)),
            bootstrap_key: None,
            cors_origin: CorsOrigin::Permissive,
            static_dir: None,
            max_body_bytes: 8_388_608,
            rate_limit: 0,
            rate_burst: 1000,
            request_timeout_seconds: 30,
            offline_after_seconds: 300,
            max_streams: 2500,
            cache_seconds: 5,
            export_max_bytes: 1_073_741_824,
            export_total_bytes: 4_294_967_296,
            export_kept_seconds: 86_400,
        }
    }
}

impl Default for Mqtt {
    fn default() -> Self {
        Self {
            url: "mqtt://127.0.0.1:1883".into(),
            username: None,
            password: None,
            ca_file: None,
            client_cert_file: None,
            client_key_file: None,
            share_group: "sens-ingest".into(),
            client_id: "sens-ingest-localhost".into(),
            receive_maximum: 2048,
            session_expiry_seconds: 86_400,
            keep_alive_seconds: 30,
        }
    }
}

impl Default for Config {
    /// The defaults of a local machine, without any file or variable.
    fn default() -> Self {
        Self {
            environment: Environment::Local,
            api: Api::default(),
            ops: Ops {
                listen: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 9090)),
            },
            database: Database {
                url: None,
                read_url: None,
                schema: None,
                max_connections: 10,
                acquire_timeout_seconds: 5,
                read_max_lag_seconds: 10,
            },
            nats: Nats {
                url: "nats://127.0.0.1:4222".into(),
                user: None,
                password: None,
                creds_file: None,
                ca_file: None,
                replicas: 1,
                raw_max_bytes: 2_147_483_648,
                events_max_age_seconds: 3600,
                subject_shards: 1,
                monitor_url: None,
            },
            mqtt: Mqtt::default(),
            ingest: Ingest {
                max_payload_bytes: 262_144,
                decoders: None,
                device_rate: 200,
                device_burst: 20_000,
            },
            worker: Worker {
                batch_size: 1000,
                writers: 1,
                stand_down_file: None,
            },
            features: Features {
                device_startup: true,
            },
            provision: Provision {
                secret: Some(Secret::new(crate::loader::LOCAL_PROVISIONING_SECRET)),
                previous: None,
            },
            replica: Replica::default(),
            log: Log {
                format: LogFormat::Json,
                filter: "info".into(),
            },
            shutdown_grace_seconds: 25,
            build_sha: "unknown".into(),
            warnings: Vec::new(),
        }
    }
}
