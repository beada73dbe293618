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
use crate::{Certificate, DataDir, ports, programs};

const START_DEADLINE: Duration = Duration::from_secs(20);

/// What stands around a payload of the largest size. (With `message_size_limit` mosquitto acknowledges what it drops.)
const AROUND: u64 = 64 * 1024;

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
    /// A second way in, for clients with a certificate and a login.
    pub secured: Option<SecuredListener>,
}

/// A listener with TLS that asks for a client certificate, and the login of those who give a user. Clients without one may
/// come to the other listener: with `per_listener_settings` a restarted mosquitto 2.0 drops what it should queue for clients
/// that have not come back yet.
#[derive(Debug, Clone)]
pub struct SecuredListener {
    /// Its certificate.
    pub certificate: Certificate,
    /// The authorities whose clients may come.
    pub authorities: PathBuf,
    /// User and password.
    pub login: (String, String),
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
            secured: None,
        }
    }
}

/// A running (or stopped) broker.
#[derive(Debug)]
pub struct Mosquitto {
    process: Option<Process>,
    launch: Launch,
    port: u16,
    secured_port: u16,
    options: MosquittoOptions,
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
        let secured_port = ports::free_port()?;
        let config = dir.path().join("mosquitto.conf");
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
            secured_port,
            options,
            dir,
        };
        mosquitto.configure()?;
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
        self.options
            .login
            .as_ref()
            .map(|(user, password)| (user.as_str(), password.as_str()))
    }

    /// The port of the listener with TLS.
    pub fn secured_port(&self) -> u16 {
        self.secured_port
    }

    /// Changes what the listener with TLS shows and asks for, without a restart. New connections are held to it.
    ///
    /// # Errors
    /// When the broker is stopped.
    pub fn secure(&mut self, listener: SecuredListener) -> Result<()> {
        self.options.secured = Some(listener);
        self.configure()?;
        self.process()?.signal(Signal::HUP)
    }

    fn configure(&self) -> Result<()> {
        let (dir, options) = (self.dir.path(), &self.options);
        let passwords = write_passwords(&dir.join("passwords"), options.login.as_ref())?;
        let mut text = configuration(options, dir, self.port, passwords.as_deref());
        if let Some(secured) = &options.secured {
            let file = dir.join("passwords-secured");
            write_passwords(&file, Some(&secured.login))?;
            text.push_str(&secured_listener(secured, self.secured_port, &file));
        }
        let file = dir.join("mosquitto.conf");
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
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
fn write_passwords(file: &Path, login: Option<&(String, String)>) -> Result<Option<PathBuf>> {
    let Some((user, password)) = login else {
        return Ok(None);
    };
    fs::write(file, format!("{user}:{password}\n"))?;
    let status = Command::new("mosquitto_passwd")
        .arg("-U")
        .arg(file)
        .status()
        .context("cannot run mosquitto_passwd")?;
    if !status.success() {
        bail!("mosquitto_passwd failed ({status})");
    }
    Ok(Some(file.to_path_buf()))
}

fn secured_listener(secured: &SecuredListener, port: u16, passwords: &Path) -> String {
    format!(
        "listener {port} 127.0.0.1\ncertfile {}\nkeyfile {}\ncafile {}\nrequire_certificate true\n\
         password_file {}\n",
        secured.certificate.cert.display(),
        secured.certificate.key.display(),
        secured.authorities.display(),
        passwords.display()
    )
}

fn configuration(
    options: &MosquittoOptions,
    dir: &Path,
    port: u16,
    passwords: Option<&Path>,
) -> String {
    let mut text = format!(
        "listener {port} {}\npersistence true\npersistence_location {}/\nautosave_interval {}\n\
         max_inflight_messages 0\nmax_queued_messages 0\nmax_packet_size {}\nset_tcp_nodelay true\n\
         log_dest stderr\nlog_type error\nlog_type warning\nlog_type notice\n",
        options.address,
        dir.display(),
        options.autosave_seconds,
        u64::from(options.message_size_limit) + AROUND,
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
