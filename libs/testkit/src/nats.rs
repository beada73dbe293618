//! A nats-server with JetStream in a folder of its own.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use rustix::process::Signal;

use crate::process::{Launch, Process};
use crate::{Certificate, DataDir, http, ports, programs};

const START_DEADLINE: Duration = Duration::from_secs(30);

/// How to run nats-server.
#[derive(Debug, Clone)]
pub struct NatsOptions {
    /// Write through to the disk before every acknowledgement (`sync_interval: always`).
    pub sync_always: bool,
    /// The folder of the server, kept and used again; `None` for a temporary one.
    pub dir: Option<PathBuf>,
    /// The client port on 127.0.0.1; `None` for a free one.
    pub port: Option<u16>,
    /// The largest message in bytes.
    pub max_payload: u64,
    /// What JetStream may keep on disk, in bytes.
    pub max_file_store: u64,
    /// User and password that clients must give; `None` lets everybody in.
    pub login: Option<(String, String)>,
    /// The certificate to show; clients must speak TLS then.
    pub tls: Option<Certificate>,
}

impl Default for NatsOptions {
    fn default() -> Self {
        Self {
            sync_always: true,
            dir: None,
            port: None,
            max_payload: 8 << 20,
            max_file_store: 8 << 30,
            login: None,
            tls: None,
        }
    }
}

/// A running (or stopped) nats-server.
#[derive(Debug)]
pub struct Nats {
    process: Option<Process>,
    launch: Launch,
    port: u16,
    monitor: u16,
    options: NatsOptions,
    dir: DataDir,
}

impl Nats {
    /// A temporary server on a free port that syncs before every acknowledgement.
    ///
    /// # Errors
    /// When nats-server is not installed or does not start.
    pub async fn start() -> Result<Self> {
        Self::with(NatsOptions::default()).await
    }

    /// A server of the given kind.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn with(options: NatsOptions) -> Result<Self> {
        let program = programs::nats_server()?;
        let dir = DataDir::of(options.dir.as_deref(), "nats")?;
        let port = options.port.map_or_else(ports::free_port, Ok)?;
        let monitor = ports::free_port()?;
        let config = dir.path().join("nats.conf");
        let mut nats = Self {
            launch: Launch {
                name: "nats-server".into(),
                program,
                args: vec!["-c".into(), config.display().to_string()],
                env: Vec::new(),
                log: dir.path().join("nats.log"),
                user: None,
            },
            process: None,
            port,
            monitor,
            options,
            dir,
        };
        nats.configure()?;
        nats.restart().await?;
        Ok(nats)
    }

    /// `nats://127.0.0.1:port`, without the login.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// The client port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// User and password that clients must give.
    pub fn login(&self) -> Option<(&str, &str)> {
        self.options
            .login
            .as_ref()
            .map(|(user, password)| (user.as_str(), password.as_str()))
    }

    /// Where the server's own HTTP monitoring answers (`host:port`).
    pub fn monitor(&self) -> String {
        format!("127.0.0.1:{}", self.monitor)
    }

    /// Changes user and password without a restart. Connections with the old ones are ended.
    ///
    /// # Errors
    /// When the server is stopped.
    pub fn set_login(&mut self, user: &str, password: &str) -> Result<()> {
        self.options.login = Some((user.to_owned(), password.to_owned()));
        self.reload()
    }

    /// Shows another certificate from now on, without a restart.
    ///
    /// # Errors
    /// When the server is stopped.
    pub fn set_certificate(&mut self, certificate: &Certificate) -> Result<()> {
        self.options.tls = Some(certificate.clone());
        self.reload()
    }

    fn reload(&mut self) -> Result<()> {
        self.configure()?;
        self.process()?.signal(Signal::HUP)
    }

    fn configure(&self) -> Result<()> {
        let file = self.dir.path().join("nats.conf");
        let text = configuration(&self.options, self.dir.path(), self.port, self.monitor);
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
    }

    /// SIGKILL.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub async fn kill9(&mut self) -> Result<()> {
        match self.process.take() {
            Some(mut process) => process.kill9().await,
            None => Ok(()),
        }
    }

    /// Stops the server in order.
    ///
    /// # Errors
    /// When it still runs after 15 seconds (it is killed then).
    pub async fn stop(&mut self) -> Result<()> {
        if let Some(mut process) = self.process.take() {
            process.signal(Signal::TERM)?;
            process.wait(Duration::from_secs(15)).await?;
        }
        Ok(())
    }

    /// Starts the server again on the same port and store, and waits until JetStream has recovered. A running server
    /// is stopped first.
    ///
    /// # Errors
    /// When it does not come up; with the end of its log.
    pub async fn restart(&mut self) -> Result<()> {
        self.stop().await?;
        let mut process = Process::spawn(&self.launch)?;
        let monitor = self.monitor();
        process
            .wait_until(START_DEADLINE, "healthy", || async {
                http::get(&monitor, "/healthz", None)
                    .await
                    .is_ok_and(|answer| answer.status == 200)
            })
            .await?;
        self.process = Some(process);
        Ok(())
    }

    /// The server process, while it runs.
    ///
    /// # Errors
    /// When it is stopped.
    pub fn process(&mut self) -> Result<&mut Process> {
        self.process
            .as_mut()
            .ok_or_else(|| anyhow!("nats-server is stopped"))
    }

    /// The server's folder.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }
}

fn configuration(options: &NatsOptions, dir: &Path, port: u16, monitor: u16) -> String {
    let sync = if options.sync_always {
        "always"
    } else {
        "\"2m\""
    };
    let mut text = format!(
        "host: 127.0.0.1\nport: {port}\nhttp: \"127.0.0.1:{monitor}\"\nmax_payload: {}\n\
         jetstream {{\n  store_dir: {:?}\n  sync_interval: {sync}\n  max_file_store: {}\n}}\n",
        options.max_payload,
        dir.join("store").display().to_string(),
        options.max_file_store,
    );
    if let Some((user, password)) = &options.login {
        writeln!(
            text,
            "authorization {{ user: {user:?}, password: {password:?} }}"
        )
        .ok();
    }
    if let Some(certificate) = &options.tls {
        writeln!(
            text,
            "tls {{ cert_file: {:?}, key_file: {:?} }}",
            certificate.cert.display().to_string(),
            certificate.key.display().to_string()
        )
        .ok();
    }
    text
}
