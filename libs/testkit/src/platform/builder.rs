//! Starting a whole platform.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::environment::Environment;
use super::secrets::{Secrets, write_private};
use super::secured::{SecretFile, Secured};
use super::{Platform, Proxies};
use crate::{
    Certificate, DataDir, Mosquitto, MosquittoOptions, Nats, NatsOptions, Postgres,
    PostgresOptions, Service, TcpProxy, free_port,
};

/// How long the services may take until they are ready; the slowest thing in it is a recovery after a kill.
const READY_DEADLINE: Duration = Duration::from_mins(1);

/// Fixed ports; `None` for free ones.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ports {
    /// REST and console.
    pub api: Option<u16>,
    /// The MQTT broker.
    pub mqtt: Option<u16>,
    /// PostgreSQL.
    pub postgres: Option<u16>,
    /// nats-server.
    pub nats: Option<u16>,
    /// The first of the services' own ports for health and metrics; the others follow it.
    pub ops: Option<u16>,
}

/// The files of a secured platform, and the first certificate of its servers.
type Lock = (Secured, Certificate);

type Progress = Arc<dyn Fn(&str, Duration) + Send + Sync>;

/// What is between the services and the servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Network {
    Plain,
    Proxied,
    Secured,
}

/// What to start; see [`Platform::builder`].
#[derive(Clone)]
pub struct PlatformBuilder {
    dir: Option<PathBuf>,
    secrets: Secrets,
    ports: Ports,
    durable: bool,
    network: Network,
    nats_max_payload: u64,
    ingestion_workers: usize,
    telemetry_workers: usize,
    api: bool,
    mqtt_login: Option<(String, String)>,
    pub(super) env: Vec<(String, String, String)>,
    progress: Option<Progress>,
}

impl Default for PlatformBuilder {
    fn default() -> Self {
        Self {
            dir: None,
            secrets: Secrets::for_tests(),
            ports: Ports::default(),
            durable: true,
            network: Network::Plain,
            nats_max_payload: NatsOptions::default().max_payload,
            ingestion_workers: 1,
            telemetry_workers: 1,
            api: true,
            mqtt_login: None,
            env: Vec::new(),
            progress: None,
        }
    }
}

impl PlatformBuilder {
    /// Keeps all data in `dir` instead of a temporary folder, and goes on with what is there.
    #[must_use]
    pub fn dir(mut self, dir: &Path) -> Self {
        self.dir = Some(dir.to_path_buf());
        self
    }

    /// Uses these secrets instead of fixed ones for tests.
    #[must_use]
    pub fn secrets(mut self, secrets: Secrets) -> Self {
        self.secrets = secrets;
        self
    }

    /// Uses fixed ports.
    #[must_use]
    pub fn ports(mut self, ports: Ports) -> Self {
        self.ports = ports;
        self
    }

    /// Whether PostgreSQL and NATS write through to the disk (default: yes). Off is faster, and a kill may lose data.
    #[must_use]
    pub fn durable(mut self, durable: bool) -> Self {
        self.durable = durable;
        self
    }

    /// Puts a [`TcpProxy`] between the services and each of the three servers.
    #[must_use]
    pub fn proxied(mut self) -> Self {
        self.network = Network::Proxied;
        self
    }

    /// Lets the workers come to NATS, the broker and PostgreSQL over TLS, with passwords and certificates from files. The
    /// broker has a second, open listener for devices. Not together with [`Self::proxied`].
    #[must_use]
    pub fn secured(mut self) -> Self {
        self.network = Network::Secured;
        self
    }

    /// Replicas of mqtt-ingestion-worker (default 1).
    #[must_use]
    pub fn ingestion_workers(mut self, count: usize) -> Self {
        self.ingestion_workers = count;
        self
    }

    /// Replicas of telemetry-worker (default 1).
    #[must_use]
    pub fn telemetry_workers(mut self, count: usize) -> Self {
        self.telemetry_workers = count;
        self
    }

    /// Starts no platform-api.
    #[must_use]
    pub fn without_api(mut self) -> Self {
        self.api = false;
        self
    }

    /// The broker lets in only clients with this user and password.
    #[must_use]
    pub fn mqtt_login(mut self, user: &str, password: &str) -> Self {
        self.mqtt_login = Some((user.to_owned(), password.to_owned()));
        self
    }

    /// The largest message that NATS takes.
    #[must_use]
    pub fn nats_max_payload(mut self, bytes: u64) -> Self {
        self.nats_max_payload = bytes;
        self
    }

    /// Sets a variable for one binary (for example `telemetry-worker`), or with `*` for all of them.
    #[must_use]
    pub fn env(mut self, binary: &str, name: &str, value: &str) -> Self {
        self.env
            .push((binary.to_owned(), name.to_owned(), value.to_owned()));
        self
    }

    /// Calls `report` after each step with its name and how long it took.
    #[must_use]
    pub fn on_progress(mut self, report: impl Fn(&str, Duration) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(report));
        self
    }

    /// Starts everything and waits until every service says that it is ready.
    ///
    /// # Errors
    /// When a program is missing, a server or service does not come up, or a migration fails; with the end of its log.
    pub async fn start(self) -> Result<Platform> {
        let dir = DataDir::of(self.dir.as_deref(), "platform")?;
        let lock = self.make_secured(dir.path())?;
        let lock = lock.as_ref();
        let (postgres, nats, mosquitto) = tokio::try_join!(
            self.step("PostgreSQL", self.start_postgres(dir.path(), lock)),
            self.step("NATS JetStream", self.start_nats(dir.path(), lock)),
            self.step("MQTT broker", self.start_mosquitto(dir.path(), lock)),
        )?;
        let proxies = if self.network == Network::Proxied {
            Some(Proxies {
                mqtt: TcpProxy::start(&format!("127.0.0.1:{}", mosquitto.port())).await?,
                nats: TcpProxy::start(&format!("127.0.0.1:{}", nats.port())).await?,
                postgres: TcpProxy::start(&format!("127.0.0.1:{}", postgres.port()?)).await?,
            })
        } else {
            None
        };
        let environment = Environment {
            extra: self.env.clone(),
            secrets: self.secrets.clone(),
            log_dir: dir.path().join("logs"),
            postgres_port: postgres.port()?,
            nats_port: nats.port(),
            nats_monitor: nats.monitor(),
            mqtt_port: if lock.is_some() {
                mosquitto.secured_port()
            } else {
                mosquitto.port()
            },
            secured: lock.map(|(secured, _)| secured.clone()),
            mqtt_login: self.mqtt_login.clone(),
            proxy_ports: proxies.as_ref().map(Proxies::ports),
            api_port: self.ports.api.map_or_else(free_port, Ok)?,
            ops_base: self.ports.ops,
        };
        let mut platform = Platform {
            simulators: Vec::new(),
            ingestion: Vec::new(),
            telemetry: Vec::new(),
            api: None,
            mosquitto,
            nats,
            postgres,
            proxies,
            environment,
            dir,
        };
        self.step("database schema and logins", platform.prepare_database())
            .await?;
        self.start_services(&mut platform).await?;
        // The broker forgets sessions that were in no snapshot when it is killed.
        platform.mosquitto.save().await?;
        Ok(platform)
    }

    async fn start_services(&self, platform: &mut Platform) -> Result<()> {
        for _ in 0..self.telemetry_workers {
            platform.spawn_telemetry_worker()?;
        }
        for _ in 0..self.ingestion_workers {
            platform.spawn_ingestion_worker()?;
        }
        if self.api {
            platform.spawn_api()?;
        }
        let begun = Instant::now();
        for service in platform.services_mut() {
            service.wait_ready(READY_DEADLINE).await?;
            self.report(service.name(), begun.elapsed());
        }
        Ok(())
    }

    /// Files and the servers' certificates of a secured platform.
    fn make_secured(&self, dir: &Path) -> Result<Option<Lock>> {
        if self.network != Network::Secured {
            return Ok(None);
        }
        let (secured, authority) = Secured::make(&dir.join("tls"), &self.secrets.ingest_password)?;
        let certificate = authority.sign("server")?;
        Ok(Some((secured, certificate)))
    }

    async fn start_postgres(&self, dir: &Path, lock: Option<&Lock>) -> Result<Postgres> {
        let postgres = Postgres::with(PostgresOptions {
            durable: self.durable,
            dir: Some(dir.join("postgres")),
            port: self.ports.postgres,
            password: self.secrets.superuser_password.clone(),
            ..PostgresOptions::default()
        })
        .await?;
        // The owner makes roles and tables and is no superuser, as in production.
        let password = self.secrets.owner_password.replace('\'', "''");
        postgres.sql(&format!(
            "DO $$ BEGIN CREATE ROLE sens_owner; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
             ALTER ROLE sens_owner LOGIN CREATEROLE PASSWORD '{password}';
             ALTER DATABASE sens OWNER TO sens_owner;"
        ))?;
        if let Some((_, certificate)) = lock {
            postgres.set_certificate(certificate)?;
        }
        Ok(postgres)
    }

    async fn start_nats(&self, dir: &Path, lock: Option<&Lock>) -> Result<Nats> {
        let login = lock.map(|(secured, _)| secured.login(SecretFile::Nats));
        Nats::with(NatsOptions {
            sync_always: self.durable,
            dir: Some(dir.join("nats")),
            port: self.ports.nats,
            max_payload: self.nats_max_payload,
            login: login.transpose()?,
            tls: lock.map(|(_, certificate)| certificate.clone()),
            ..NatsOptions::default()
        })
        .await
    }

    async fn start_mosquitto(&self, dir: &Path, lock: Option<&Lock>) -> Result<Mosquitto> {
        let listener = lock.map(|(secured, certificate)| secured.listener(certificate));
        Mosquitto::with(MosquittoOptions {
            dir: Some(dir.join("mosquitto")),
            port: self.ports.mqtt,
            login: self.mqtt_login.clone(),
            secured: listener.transpose()?,
            ..MosquittoOptions::default()
        })
        .await
    }

    async fn step<T>(&self, name: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
        let begun = Instant::now();
        let done = work.await?;
        self.report(name, begun.elapsed());
        Ok(done)
    }

    fn report(&self, name: &str, took: Duration) {
        if let Some(progress) = &self.progress {
            progress(name, took);
        }
    }
}

impl Platform {
    /// Migrations, streams, and the services' logins.
    async fn prepare_database(&mut self) -> Result<()> {
        self.sensctl(&["migrate"])
            .await
            .context("sensctl migrate")?;
        let secrets = self.environment.secrets.clone();
        for (login, role, password) in [
            ("sens_telemetry_worker", "ingest", secrets.ingest_password),
            ("sens_platform_api", "api", secrets.api_password),
        ] {
            let file = self.dir.path().join(format!("login-{role}"));
            write_private(&file, &password)?;
            let path = file.display().to_string();
            self.sensctl(&[
                "logins",
                "set",
                login,
                "--role",
                role,
                "--password-file",
                &path,
            ])
            .await
            .with_context(|| format!("sensctl logins set {login}"))?;
        }
        Ok(())
    }

    fn spawn_telemetry_worker(&mut self) -> Result<()> {
        let name = format!("telemetry-worker-{}", self.telemetry.len() + 1);
        let spec = self
            .environment
            .telemetry_worker(&name, self.next_ops_port()?);
        self.telemetry.push(Service::launch(&spec)?);
        Ok(())
    }

    fn spawn_ingestion_worker(&mut self) -> Result<()> {
        let name = format!("mqtt-ingestion-worker-{}", self.ingestion.len() + 1);
        let spec = self
            .environment
            .ingestion_worker(&name, self.next_ops_port()?);
        self.ingestion.push(Service::launch(&spec)?);
        Ok(())
    }

    fn spawn_api(&mut self) -> Result<()> {
        let spec = self.environment.api("platform-api", self.next_ops_port()?);
        self.api = Some(Service::launch(&spec)?);
        Ok(())
    }

    /// Starts one more telemetry-worker and waits until it is ready.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn add_telemetry_worker(&mut self) -> Result<()> {
        self.spawn_telemetry_worker()?;
        let last = self.telemetry.len() - 1;
        self.telemetry[last].wait_ready(READY_DEADLINE).await
    }

    /// Starts one more mqtt-ingestion-worker and waits until it is ready.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn add_ingestion_worker(&mut self) -> Result<()> {
        self.spawn_ingestion_worker()?;
        let last = self.ingestion.len() - 1;
        self.ingestion[last].wait_ready(READY_DEADLINE).await
    }

    /// Starts one more mqtt-ingestion-worker without waiting for it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn launch_ingestion_worker(&mut self) -> Result<()> {
        self.spawn_ingestion_worker()
    }

    fn next_ops_port(&self) -> Result<u16> {
        let taken = self.telemetry.len()
            + self.ingestion.len()
            + self.simulators.len()
            + usize::from(self.api.is_some());
        match self.environment.ops_base {
            Some(base) => Ok(base + u16::try_from(taken)?),
            None => free_port(),
        }
    }

    /// Starts a device-simulator against the broker with these arguments.
    ///
    /// # Errors
    /// When it is not built or cannot be started.
    pub fn add_simulator(&mut self, args: &[String]) -> Result<()> {
        let name = if self.simulators.is_empty() {
            "device-simulator".to_owned()
        } else {
            format!("device-simulator-{}", self.simulators.len() + 1)
        };
        let spec = self
            .environment
            .simulator(&name, args, self.next_ops_port()?);
        self.simulators.push(Service::launch(&spec)?);
        Ok(())
    }
}
