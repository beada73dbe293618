//! What each binary is told by its environment.

use std::path::PathBuf;

use super::secrets::Secrets;
use super::secured::Secured;
use crate::ServiceSpec;

/// Ports of the proxies in front of the servers.
#[derive(Debug, Clone, Copy)]
pub(super) struct ProxyPorts {
    pub(super) mqtt: u16,
    pub(super) nats: u16,
    pub(super) postgres: u16,
}

/// Where everything is, and the secrets.
#[derive(Debug, Clone)]
pub(super) struct Environment {
    /// More variables: binary (or `*`), name, value.
    pub(super) extra: Vec<(String, String, String)>,
    pub(super) secrets: Secrets,
    pub(super) log_dir: PathBuf,
    pub(super) postgres_port: u16,
    pub(super) nats_port: u16,
    pub(super) nats_monitor: String,
    pub(super) mqtt_port: u16,
    pub(super) mqtt_login: Option<(String, String)>,
    pub(super) secured: Option<Secured>,
    pub(super) proxy_ports: Option<ProxyPorts>,
    pub(super) api_port: u16,
    pub(super) ops_base: Option<u16>,
}

/// Variables as pairs, with names that are known at compile time.
type Variables = Vec<(&'static str, String)>;

impl Environment {
    /// The database URL of a login, straight to the server.
    pub(super) fn database_url(&self, user: &str, password: &str) -> String {
        format!(
            "postgres://{user}:{password}@127.0.0.1:{}/sens",
            self.postgres_port
        )
    }

    /// The owner's URL.
    pub(super) fn owner_url(&self) -> String {
        self.database_url("sens_owner", &self.secrets.owner_password)
    }

    /// The same, through the proxy where there is one.
    fn service_database_url(&self, user: &str, password: &str) -> String {
        let port = self
            .proxy_ports
            .map_or(self.postgres_port, |ports| ports.postgres);
        format!("postgres://{user}:{password}@127.0.0.1:{port}/sens")
    }

    fn nats(&self) -> Variables {
        let port = self.proxy_ports.map_or(self.nats_port, |ports| ports.nats);
        match &self.secured {
            Some(secured) => secured.nats(port),
            None => vec![("SENS_NATS__URL", format!("nats://127.0.0.1:{port}"))],
        }
    }

    /// The same, straight to the server.
    fn direct_nats(&self) -> Variables {
        match &self.secured {
            Some(secured) => secured.nats(self.nats_port),
            None => vec![(
                "SENS_NATS__URL",
                format!("nats://127.0.0.1:{}", self.nats_port),
            )],
        }
    }

    fn nats_monitor(&self) -> (&'static str, String) {
        let url = format!("http://{}", self.nats_monitor);
        ("SENS_NATS__MONITOR_URL", url)
    }

    fn mqtt(&self) -> Variables {
        let port = self.proxy_ports.map_or(self.mqtt_port, |ports| ports.mqtt);
        if let Some(secured) = &self.secured {
            return secured.mqtt(port);
        }
        let mut variables = vec![("SENS_MQTT__URL", format!("mqtt://127.0.0.1:{port}"))];
        if let Some((user, password)) = &self.mqtt_login {
            variables.push(("SENS_MQTT__USERNAME", user.clone()));
            variables.push(("SENS_MQTT__PASSWORD", password.clone()));
        }
        variables
    }

    fn provision(&self) -> (&'static str, String) {
        ("PROVISION_SECRET", self.secrets.provision_secret.clone())
    }

    pub(super) fn sensctl(&self) -> Vec<(String, String)> {
        let mut variables = self.direct_nats();
        variables.push(("DATABASE_URL", self.owner_url()));
        variables.push(self.nats_monitor());
        self.complete("sensctl", variables)
    }

    pub(super) fn telemetry_worker(&self, name: &str, ops: u16) -> ServiceSpec {
        let mut variables = self.nats();
        variables.push(self.provision());
        match &self.secured {
            Some(secured) => variables.extend(secured.database(self.postgres_port)),
            None => variables.push((
                "DATABASE_URL",
                self.service_database_url("sens_telemetry_worker", &self.secrets.ingest_password),
            )),
        }
        self.service("telemetry-worker", name, ops, variables)
    }

    pub(super) fn ingestion_worker(&self, name: &str, ops: u16) -> ServiceSpec {
        let mut variables = self.mqtt();
        variables.extend(self.nats());
        variables.push(("SENS_MQTT__CLIENT_ID", name.to_owned()));
        self.service("mqtt-ingestion-worker", name, ops, variables)
    }

    pub(super) fn api(&self, name: &str, ops: u16) -> ServiceSpec {
        let url = self.service_database_url("sens_platform_api", &self.secrets.api_password);
        let mut variables = self.nats();
        variables.extend([
            ("DATABASE_URL", url),
            self.nats_monitor(),
            self.provision(),
            ("SENS_API__LISTEN", format!("127.0.0.1:{}", self.api_port)),
            ("SENS_API__BOOTSTRAP_KEY", self.secrets.api_key.clone()),
        ]);
        self.service("platform-api", name, ops, variables)
    }

    pub(super) fn simulator(&self, name: &str, args: &[String], ops: u16) -> ServiceSpec {
        let mut spec = self.service("device-simulator", name, ops, vec![self.provision()]);
        spec.args = args.to_vec();
        spec
    }

    fn service(&self, binary: &str, name: &str, ops: u16, mut variables: Variables) -> ServiceSpec {
        variables.push(("SENS_OPS__LISTEN", format!("127.0.0.1:{ops}")));
        ServiceSpec {
            binary: binary.to_owned(),
            name: name.to_owned(),
            args: Vec::new(),
            env: self.complete(binary, variables),
            log_dir: Some(self.log_dir.clone()),
        }
    }

    /// Adds what all binaries get, and last, so that it wins, what the caller set.
    fn complete(&self, binary: &str, variables: Variables) -> Vec<(String, String)> {
        let common = [
            ("SENS_ENVIRONMENT", "local"),
            ("RUST_LOG", "info"),
            ("SENS_LOG__FORMAT", "json"),
        ];
        let mut all: Vec<(String, String)> = common
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .chain(
                variables
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value)),
            )
            .collect();
        all.extend(
            self.extra
                .iter()
                .filter(|(whose, _, _)| whose == "*" || whose == binary)
                .map(|(_, name, value)| (name.clone(), value.clone())),
        );
        all
    }
}
