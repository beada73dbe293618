//! A mosquitto broker in a folder of its own.
//!
//! Mosquitto's store is a snapshot: what came after the last one is lost with a kill. [`Mosquitto::save`] takes one
//! at once.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, anyhow, bail};
use rustix::process::Signal;
use tokio::net::TcpStream;

use crate::process::{Launch, Process};
use crate::{DataDir, ports, programs};

const START_DEADLINE: Duration = Duration::from_secs(20);

/// How to run mosquitto.
#[derive(Debug, Clone)]
pub struct MosquittoOptions {
    /// The folder of the broker, kept and used again; `None` for a temporary one.
    pub dir: Option<PathBuf>,
    /// The port; `None` for a free one.
    pub port: Option<u16>,
    /// The address to listen on.
    pub address: String,
    /// User and password that clients must give; `None` lets everybody in.
    pub login: Option<(String, String)>,
    /// Seconds between two snapshots of the store.
    pub autosave_seconds: u32,
    /// The largest payload in bytes.
    pub message_size_limit: u32,
}

impl Default for MosquittoOptions {
    fn default() -> Self {
        Self {
            dir: None,
            port: None,
            address: "127.0.0.1".into(),
            login: None,
            autosave_seconds: 2,
            message_size_limit: 1 << 20,
        }
    }
}

/// A running (or stopped) broker.
#[derive(Debug)]
pub struct Mosquitto {
    process: Option<Process>,
    launch: Launch,
    port: u16,
    login: Option<(String, String)>,
    dir: DataDir,
}

impl Mosquitto {
    /// A temporary broker on a free port, open to everybody on this machine.
    ///
    /// # Errors
    /// When mosquitto is not installed or does not start.
    pub async fn start() -> Result<Self> {
        Self::with(MosquittoOptions::default()).await
    }

    /// A broker of the given kind.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn with(options: MosquittoOptions) -> Result<Self> {
        let program = programs::mosquitto()?;
        let dir = DataDir::of(options.dir.as_deref(), "mosquitto")?;
        let port = options.port.map_or_else(ports::free_port, Ok)?;
        let config = dir.path().join("mosquitto.conf");
        let passwords = write_passwords(dir.path(), options.login.as_ref())?;
        fs::write(
            &config,
            configuration(&options, dir.path(), port, passwords.as_deref()),
        )
        .with_context(|| format!("cannot write {}", config.display()))?;
        let mut mosquitto = Self {
            launch: Launch {
                name: "mosquitto".into(),
                program,
                args: vec!["-c".into(), config.display().to_string()],
                env: Vec::new(),
                log: dir.path().join("mosquitto.log"),
                user: None,
            },
            process: None,
            port,
            login: options.login,
            dir,
        };
        mosquitto.restart().await?;
        Ok(mosquitto)
    }

    /// `mqtt://127.0.0.1:port`, without the login.
    pub fn url(&self) -> String {
        format!("mqtt://127.0.0.1:{}", self.port)
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// User and password that clients must give.
    pub fn login(&self) -> Option<(&str, &str)> {
        self.login
            .as_ref()
            .map(|(user, password)| (user.as_str(), password.as_str()))
    }

    /// SIGKILL: everything since the last snapshot is gone.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub async fn kill9(&mut self) -> Result<()> {
        match self.process.take() {
            Some(mut process) => process.kill9().await,
            None => Ok(()),
        }
    }

    /// Stops the broker in order; it writes its store.
    ///
    /// # Errors
    /// When it still runs after 10 seconds (it is killed then).
    pub async fn stop(&mut self) -> Result<()> {
        if let Some(mut process) = self.process.take() {
            process.signal(Signal::TERM)?;
            process.wait(Duration::from_secs(10)).await?;
        }
        Ok(())
    }

    /// Starts the broker again on the same port and store. A running broker is stopped first.
    ///
    /// # Errors
    /// When it does not come up; with the end of its log.
    pub async fn restart(&mut self) -> Result<()> {
        self.stop().await?;
        let mut process = Process::spawn(&self.launch)?;
        let port = self.port;
        process
            .wait_until(START_DEADLINE, "listening", || async move {
                TcpStream::connect(("127.0.0.1", port)).await.is_ok()
            })
            .await?;
        self.process = Some(process);
        Ok(())
    }

    /// Takes a snapshot of the store now and waits until it is written.
    ///
    /// # Errors
    /// When the broker is stopped or writes none within 5 seconds.
    pub async fn save(&mut self) -> Result<()> {
        let store = self.dir.path().join("mosquitto.db");
        let before = changed(&store);
        self.process()?.signal(Signal::USR1)?;
        crate::eventually(
            Duration::from_secs(5),
            "a snapshot of mosquitto's store",
            || async { (changed(&store) != before).then_some(()) },
        )
        .await
    }

    /// The broker process, while it runs.
    ///
    /// # Errors
    /// When it is stopped.
    pub fn process(&mut self) -> Result<&mut Process> {
        self.process
            .as_mut()
            .ok_or_else(|| anyhow!("mosquitto is stopped"))
    }

    /// The broker's folder.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }
}

fn changed(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|data| data.modified()).ok()
}

/// The password file with the login in it, hashed; `None` without a login.
fn write_passwords(dir: &Path, login: Option<&(String, String)>) -> Result<Option<PathBuf>> {
    let Some((user, password)) = login else {
        return Ok(None);
    };
    let file = dir.join("passwords");
    fs::write(&file, format!("{user}:{password}\n"))?;
    let status = Command::new("mosquitto_passwd")
        .arg("-U")
        .arg(&file)
        .status()
        .context("cannot run mosquitto_passwd")?;
    if !status.success() {
        bail!("mosquitto_passwd failed ({status})");
    }
    Ok(Some(file))
}

fn configuration(
    options: &MosquittoOptions,
    dir: &Path,
    port: u16,
    passwords: Option<&Path>,
) -> String {
    let mut text = format!(
        "listener {port} {}\npersistence true\npersistence_location {}/\nautosave_interval {}\n\
         max_inflight_messages 0\nmax_queued_messages 0\nmessage_size_limit {}\nset_tcp_nodelay true\n\
         log_dest stderr\nlog_type error\nlog_type warning\nlog_type notice\n",
        options.address,
        dir.display(),
        options.autosave_seconds,
        options.message_size_limit,
    );
    match passwords {
        Some(file) => writeln!(
            text,
            "allow_anonymous false\npassword_file {}",
            file.display()
        ),
        None => writeln!(text, "allow_anonymous true"),
    }
    .ok();
    // Started as root it would change to its own user, which can write neither our folder nor keep the kernel's
    // promise to end it with us.
    if programs::is_root() {
        text.push_str("user root\n");
    }
    text
}
