//! A whole platform: PostgreSQL, NATS, MQTT broker and our services, wired as an operator would wire them.

mod builder;
mod environment;
mod failover;
mod secrets;
mod secured;

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::process::Command;
use tokio::time::timeout;

pub use builder::{PlatformBuilder, Ports};
pub use secrets::{Secrets, write_private};
pub use secured::{SecretFile, Secured};

use crate::http::{self, Response};
use crate::{DataDir, Mosquitto, Nats, Postgres, Service, TcpProxy, binary_path};
use environment::{Environment, ProxyPorts};

/// How long `sensctl` may take for one command.
const SENSCTL_DEADLINE: Duration = Duration::from_mins(2);

/// How long a service may take to drain and end: its own grace is 25 seconds.
const DRAIN_DEADLINE: Duration = Duration::from_secs(30);

/// The proxies between the services and the servers.
#[derive(Debug)]
pub struct Proxies {
    /// In front of the MQTT broker.
    pub mqtt: TcpProxy,
    /// In front of nats-server.
    pub nats: TcpProxy,
    /// In front of PostgreSQL.
    pub postgres: TcpProxy,
}

impl Proxies {
    fn ports(&self) -> ProxyPorts {
        ProxyPorts {
            mqtt: self.mqtt.port(),
            nats: self.nats.port(),
            postgres: self.postgres.port(),
        }
    }
}

/// A running platform. Dropping it kills everything; the services go before the servers they use.
#[derive(Debug)]
pub struct Platform {
    /// The simulators that were added.
    pub simulators: Vec<Service>,
    /// The replicas of mqtt-ingestion-worker.
    pub ingestion: Vec<Service>,
    /// The replicas of telemetry-worker.
    pub telemetry: Vec<Service>,
    /// platform-api.
    pub api: Option<Service>,
    /// The MQTT broker.
    pub mosquitto: Mosquitto,
    /// nats-server.
    pub nats: Nats,
    /// The database.
    pub postgres: Postgres,
    /// The proxies, when asked for.
    pub proxies: Option<Proxies>,
    environment: Environment,
    dir: DataDir,
}

/// A process that ended although nobody told it to.
#[derive(Debug, Clone)]
pub struct Casualty {
    /// Which one.
    pub name: String,
    /// How it ended, in words.
    pub how: String,
    /// The last lines of its log, indented.
    pub log: String,
    /// The log file.
    pub log_path: String,
}

impl Platform {
    /// What to start; with nothing said: one replica of each service and all three servers, durable, in temporary
    /// folders on free ports.
    pub fn builder() -> PlatformBuilder {
        PlatformBuilder::default()
    }

    /// `http://127.0.0.1:port` of the REST interface.
    pub fn api_url(&self) -> String {
        format!("http://{}", self.api_address())
    }

    /// Host and port of the REST interface.
    pub fn api_address(&self) -> String {
        format!("127.0.0.1:{}", self.environment.api_port)
    }

    /// An admin API key.
    pub fn api_key(&self) -> &str {
        &self.environment.secrets.api_key
    }

    /// The key of provisioning tokens.
    pub fn provision_secret(&self) -> &str {
        &self.environment.secrets.provision_secret
    }

    /// `mqtt://127.0.0.1:port`, straight to the broker.
    pub fn mqtt_url(&self) -> String {
        self.mosquitto.url()
    }

    /// `nats://127.0.0.1:port`, straight to the server.
    pub fn nats_url(&self) -> String {
        self.nats.url()
    }

    /// The database's URL for its owner, straight to the server.
    pub fn sql_url(&self) -> String {
        self.environment.owner_url()
    }

    /// Runs SQL as superuser and gives what `psql` prints: a line per row, columns parted by `|`.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn sql(&self, sql: &str) -> Result<String> {
        self.postgres.sql(sql)
    }

    /// `GET path` of the REST interface with the admin key.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn get(&self, path: &str) -> Result<Response> {
        http::get(&self.api_address(), path, Some(self.api_key())).await
    }

    /// `GET path` as JSON.
    ///
    /// # Errors
    /// When the status is not 200 or the body is no JSON.
    pub async fn get_json(&self, path: &str) -> Result<serde_json::Value> {
        let answer = self.get(path).await?;
        if answer.status != 200 {
            bail!("GET {path} answered {}: {}", answer.status, answer.body);
        }
        serde_json::from_str(&answer.body)
            .with_context(|| format!("GET {path} answered no JSON: {}", answer.body))
    }

    /// Runs `sensctl` as the database's owner and gives what it prints.
    ///
    /// # Errors
    /// When it fails (with what it says) or takes more than two minutes.
    pub async fn sensctl(&self, args: &[&str]) -> Result<String> {
        let mut command = Command::new(binary_path("sensctl")?);
        command
            .args(args)
            .env_clear()
            .stdin(Stdio::null())
            .kill_on_drop(true);
        for name in ["PATH", "HOME", "LLVM_PROFILE_FILE"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.envs(self.environment.sensctl());
        let output = timeout(SENSCTL_DEADLINE, command.output())
            .await
            .with_context(|| {
                format!(
                    "sensctl {} gave no answer in {SENSCTL_DEADLINE:?}",
                    args.join(" ")
                )
            })??;
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            return Ok(stdout);
        }
        let stderr = String::from_utf8_lossy(&output.stderr);
        bail!(
            "sensctl {} failed ({}): {} {}",
            args.join(" "),
            output.status,
            stderr.trim(),
            stdout.trim()
        )
    }

    /// The files of a platform that was [secured](PlatformBuilder::secured).
    ///
    /// # Errors
    /// When it was not.
    pub fn secured(&self) -> Result<&Secured> {
        self.environment
            .secured
            .as_ref()
            .context("this platform is not secured")
    }

    /// All services in the order in which they are told to stop.
    pub fn services_mut(&mut self) -> impl Iterator<Item = &mut Service> {
        self.simulators
            .iter_mut()
            .chain(&mut self.ingestion)
            .chain(&mut self.telemetry)
            .chain(&mut self.api)
    }

    /// The first service or server that ended by itself.
    pub fn casualty(&mut self) -> Option<Casualty> {
        let servers = [
            self.postgres.process(),
            self.nats.process(),
            self.mosquitto.process(),
        ];
        let services = self
            .simulators
            .iter_mut()
            .chain(&mut self.ingestion)
            .chain(&mut self.telemetry)
            .chain(&mut self.api)
            .map(Service::process);
        // A dead broker takes the services with it: name the cause first.
        servers
            .into_iter()
            .flatten()
            .chain(services)
            .find_map(|process| {
                let how = crate::process::describe(process.ended()?);
                Some(Casualty {
                    name: process.name().to_owned(),
                    how,
                    log: process.log_tail(15),
                    log_path: process.log_path().display().to_string(),
                })
            })
    }

    /// Stops everything in order: simulators, ingestion, telemetry, platform-api, broker, NATS, PostgreSQL. Each has a
    /// deadline and is killed after it. `report` hears of each what it is called, how long it took and what went wrong.
    pub async fn stop(mut self, mut report: impl FnMut(&str, Duration, Option<String>)) {
        for service in self.services_mut() {
            if !service.is_running() {
                continue;
            }
            let begun = Instant::now();
            let fault = match service.terminate(DRAIN_DEADLINE).await {
                Ok(0) => None,
                Ok(code) => Some(format!("exit code {code}")),
                Err(error) => Some(error.to_string()),
            };
            if service.is_running() {
                service.kill9().await.ok();
            }
            let name = service.name().to_owned();
            report(&name, begun.elapsed(), fault);
        }
        let begun = Instant::now();
        let fault = self.mosquitto.stop().await.err();
        report(
            "mosquitto",
            begun.elapsed(),
            fault.map(|fault| fault.to_string()),
        );
        let begun = Instant::now();
        let fault = self.nats.stop().await.err();
        report(
            "nats-server",
            begun.elapsed(),
            fault.map(|fault| fault.to_string()),
        );
        let begun = Instant::now();
        let fault = self.postgres.stop().await.err();
        report(
            "postgres",
            begun.elapsed(),
            fault.map(|fault| fault.to_string()),
        );
    }

    /// The folder with all data; logs of the services are in `logs` below it.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }
}
