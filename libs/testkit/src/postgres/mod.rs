//! A PostgreSQL cluster of our own, or databases in one that is given.

mod log;
mod place;
mod standby;
mod tls;
mod tools;
mod wire;

pub use place::remove_server_folder;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, anyhow, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::DataDir;
use crate::ports;
use crate::process::{Launch, Process};
use tools::{SUPERUSER, Tools};

/// The password of the superuser in clusters for tests.
const TEST_PASSWORD: &str = "test-superuser";

/// Recovery after a kill replays the log; give it time on a slow machine.
const START_DEADLINE: Duration = Duration::from_mins(1);

/// How to run a cluster.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    /// Write through to the disk (`fsync` on): for kills, the demo and benchmarks. Off makes tests faster.
    pub durable: bool,
    /// The folder of the cluster, kept and used again at the next start; `None` for a temporary one.
    pub dir: Option<PathBuf>,
    /// The port on 127.0.0.1; `None` for a free one.
    pub port: Option<u16>,
    /// The superuser's password, set when the cluster is made.
    pub password: String,
    /// The database that [`Postgres::url`] names.
    pub database: String,
    /// More settings, `name` and `value` as in `postgresql.conf`.
    pub settings: Vec<(String, String)>,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self {
            durable: false,
            dir: None,
            port: None,
            password: TEST_PASSWORD.to_owned(),
            database: "sens".to_owned(),
            settings: Vec::new(),
        }
    }
}

/// A running cluster (or, with `SENS_TEST_DATABASE_URL`, a fresh database in the cluster that URL names).
#[derive(Debug)]
pub struct Postgres {
    tools: Option<Tools>,
    kind: Kind,
    /// `postgres://user:password@host:port`, without a database.
    base_url: String,
    database: String,
}

#[derive(Debug)]
enum Kind {
    Own(Box<Own>),
    Given { query: String },
}

#[derive(Debug)]
struct Own {
    process: Option<Process>,
    launch: Launch,
    port: u16,
    dir: DataDir,
}

impl Postgres {
    /// A fast, temporary cluster on a free port with the empty database `sens`; or, when `SENS_TEST_DATABASE_URL` is
    /// set, a fresh database in that cluster (which cannot be killed or restarted).
    ///
    /// # Errors
    /// When PostgreSQL is not installed, does not start, or refuses the database.
    pub async fn start() -> Result<Self> {
        match std::env::var("SENS_TEST_DATABASE_URL") {
            Ok(url) if !url.is_empty() => Self::in_given_cluster(&url),
            _ => Self::with(PostgresOptions::default()).await,
        }
    }

    /// As [`Self::start`], always a cluster of our own that survives kills (`fsync` on).
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn start_durable() -> Result<Self> {
        Self::with(PostgresOptions {
            durable: true,
            ..PostgresOptions::default()
        })
        .await
    }

    /// A cluster of our own.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn with(options: PostgresOptions) -> Result<Self> {
        let tools = Tools::find()?;
        let dir = match &options.dir {
            Some(dir) => place::reachable(&tools, dir)?,
            None => DataDir::temporary("postgres")?,
        };
        let port = options.port.map_or_else(ports::free_port, Ok)?;
        prepare(&tools, &dir, &options)?;
        let launch = launch(&tools, dir.path(), port, &options);
        let mut postgres = Self {
            base_url: format!(
                "postgres://{SUPERUSER}:{}@127.0.0.1:{port}",
                options.password
            ),
            kind: Kind::Own(Box::new(Own {
                process: None,
                launch,
                port,
                dir,
            })),
            tools: Some(tools),
            database: options.database.clone(),
        };
        postgres.restart().await?;
        postgres.ensure_database(&options.database)?;
        Ok(postgres)
    }

    fn in_given_cluster(url: &str) -> Result<Self> {
        let (address, query) = url.split_once('?').unwrap_or((url, ""));
        let (base_url, _) = address
            .rsplit_once('/')
            .filter(|(base, _)| base.contains("//"))
            .ok_or_else(|| anyhow!("SENS_TEST_DATABASE_URL must look like postgres://user:password@host:port/database"))?;
        let mut postgres = Self {
            tools: Tools::find().ok(),
            base_url: base_url.to_owned(),
            kind: Kind::Given {
                query: query.to_owned(),
            },
            database: address[base_url.len() + 1..].to_owned(),
        };
        let fresh = fresh_name();
        postgres.create_database(&fresh)?;
        postgres.database = fresh;
        Ok(postgres)
    }

    /// The URL of the cluster's first database, as superuser.
    pub fn url(&self) -> String {
        self.url_of(&self.database)
    }

    /// The URL of another database of the cluster, as superuser.
    pub fn url_of(&self, database: &str) -> String {
        self.compose(&self.base_url, database)
    }

    /// The URL of the first database for another login.
    ///
    /// # Errors
    /// When the given cluster's URL has no host.
    pub fn url_as(&self, user: &str, password: &str) -> Result<String> {
        let (scheme, rest) = self
            .base_url
            .split_once("://")
            .ok_or_else(|| anyhow!("the database URL has no scheme"))?;
        let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        Ok(self.compose(
            &format!("{scheme}://{user}:{password}@{host}"),
            &self.database,
        ))
    }

    fn compose(&self, base: &str, database: &str) -> String {
        match &self.kind {
            Kind::Given { query } if !query.is_empty() => format!("{base}/{database}?{query}"),
            _ => format!("{base}/{database}"),
        }
    }

    /// The port of our own cluster.
    ///
    /// # Errors
    /// When the cluster was given by URL.
    pub fn port(&self) -> Result<u16> {
        Ok(self.own()?.port)
    }

    /// Makes an empty database and gives its URL (as superuser).
    ///
    /// # Errors
    /// When it exists or the server refuses.
    pub fn create_database(&self, name: &str) -> Result<String> {
        self.sql_in(
            &self.maintenance_database(),
            &format!("CREATE DATABASE {}", quoted(name)),
        )?;
        Ok(self.url_of(name))
    }

    /// Makes an empty database under a new name and gives its URL.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn create_fresh_database(&self) -> Result<String> {
        self.create_database(&fresh_name())
    }

    /// Runs SQL in the first database as superuser and gives what `psql` prints: a line per row, columns parted by `|`.
    ///
    /// # Errors
    /// When the server refuses a statement.
    pub fn sql(&self, sql: &str) -> Result<String> {
        self.sql_in(&self.database, sql)
    }

    /// [`Self::sql`] in another database.
    ///
    /// # Errors
    /// When the server refuses a statement.
    pub fn sql_in(&self, database: &str, sql: &str) -> Result<String> {
        let found;
        let tools = if let Some(tools) = &self.tools {
            tools
        } else {
            found = Tools::find()?;
            &found
        };
        Ok(tools
            .psql(&self.url_of(database), sql)?
            .trim_end()
            .to_owned())
    }

    fn ensure_database(&self, name: &str) -> Result<()> {
        let known = format!(
            "SELECT count(*) FROM pg_database WHERE datname = {}",
            literal(name)
        );
        if self.sql_in("postgres", &known)? == "0" {
            self.create_database(name)?;
        }
        Ok(())
    }

    fn maintenance_database(&self) -> String {
        match &self.kind {
            Kind::Own(_) => "postgres".to_owned(),
            Kind::Given { .. } => self.database.clone(),
        }
    }

    /// SIGKILL to the postmaster and to every process it started, as a power cut would.
    ///
    /// # Errors
    /// When the cluster was given by URL, or the kernel refuses.
    pub async fn kill9(&mut self) -> Result<()> {
        let own = self.own_mut()?;
        if let Some(mut process) = own.process.take() {
            let children = children_of(process.pid())?;
            process.kill9().await?;
            for child in &children {
                // A child may have noticed the postmaster's end and be gone already.
                kill_process(*child, Signal::KILL).ok();
            }
            wait_gone(&children).await?;
        }
        Ok(())
    }

    /// Fast shutdown: connections are ended, everything is written.
    ///
    /// # Errors
    /// When the server does not stop within 30 seconds (it is killed then), or the cluster was given by URL.
    pub async fn stop(&mut self) -> Result<()> {
        let own = self.own_mut()?;
        if let Some(mut process) = own.process.take() {
            process.signal(Signal::INT)?;
            process.wait(Duration::from_secs(30)).await?;
        }
        Ok(())
    }

    /// Starts the stopped or killed server again on the same port and waits until it takes logins. A running server is
    /// stopped first.
    ///
    /// # Errors
    /// When it does not come up; with the end of its log.
    pub async fn restart(&mut self) -> Result<()> {
        self.stop().await?;
        let own = self.own_mut()?;
        let port = own.port;
        place::remove_stale_lock(own.dir.path())?;
        let mut process = Process::spawn(&own.launch)?;
        process
            .wait_until(START_DEADLINE, "taking logins", || wire::takes_logins(port))
            .await?;
        own.process = Some(process);
        Ok(())
    }

    /// The server process, while it runs.
    ///
    /// # Errors
    /// When it is stopped, or the cluster was given by URL.
    pub fn process(&mut self) -> Result<&mut Process> {
        self.own_mut()?
            .process
            .as_mut()
            .ok_or_else(|| anyhow!("PostgreSQL is stopped"))
    }

    /// The folder of our own cluster.
    ///
    /// # Errors
    /// When the cluster was given by URL.
    pub fn dir(&self) -> Result<&Path> {
        Ok(self.own()?.dir.path())
    }

    fn own(&self) -> Result<&Own> {
        match &self.kind {
            Kind::Own(own) => Ok(own),
            Kind::Given { .. } => bail!(NOT_OURS),
        }
    }

    fn own_mut(&mut self) -> Result<&mut Own> {
        match &mut self.kind {
            Kind::Own(own) => Ok(own),
            Kind::Given { .. } => bail!(NOT_OURS),
        }
    }
}

/// Whether the server's programs are there.
///
/// # Errors
/// Says what to install.
pub(crate) fn check() -> Result<()> {
    Tools::find().map(drop)
}

const NOT_OURS: &str =
    "the PostgreSQL of SENS_TEST_DATABASE_URL is not ours to stop, kill or restart";

impl Drop for Own {
    /// An immediate shutdown ends all processes of the server within milliseconds and gives its shared memory back; what
    /// is left after two seconds is killed, so that nothing writes into a folder that is being removed.
    fn drop(&mut self) {
        let Some(mut process) = self.process.take() else {
            return;
        };
        let children = children_of(process.pid()).unwrap_or_default();
        if process.signal(Signal::QUIT).is_ok() && process.ends_within(Duration::from_secs(2)) {
            return;
        }
        if process.kill_now().is_ok() {
            for child in children {
                kill_process(child, Signal::KILL).ok();
            }
        }
    }
}

fn prepare(tools: &Tools, dir: &DataDir, options: &PostgresOptions) -> Result<()> {
    if dir.path().join("data/PG_VERSION").is_file() {
        return Ok(());
    }
    tools.give_to_server_user(dir.path())?;
    let result = if options.password == TEST_PASSWORD {
        tools.copy_cached(dir.path(), TEST_PASSWORD)
    } else {
        tools.initdb(dir.path(), &options.password)
    };
    result.with_context(|| {
        format!(
            "cannot make a PostgreSQL cluster in {}",
            dir.path().display()
        )
    })
}

fn launch(tools: &Tools, dir: &Path, port: u16, options: &PostgresOptions) -> Launch {
    let mut settings: Vec<(String, String)> = [
        ("listen_addresses", "127.0.0.1"),
        ("unix_socket_directories", ""),
        ("max_connections", "200"),
        ("log_checkpoints", "off"),
        ("timezone", "UTC"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    settings.push(("port".into(), port.to_string()));
    if !options.durable {
        // A durable server keeps its defaults, so that a test may change them while it runs.
        let lazy = ["fsync", "synchronous_commit", "full_page_writes"];
        settings.extend(lazy.map(|name| (name.to_owned(), "off".to_owned())));
    }
    settings.extend(options.settings.iter().cloned());
    let mut args = vec!["-D".to_owned(), dir.join("data").display().to_string()];
    for (name, value) in settings {
        args.push("-c".to_owned());
        args.push(format!("{name}={value}"));
    }
    Launch {
        name: "postgres".into(),
        program: tools.program("postgres"),
        args,
        env: vec![("LC_ALL".into(), "C".into())],
        log: dir.join("postgres.log"),
        user: tools.user.clone(),
    }
}

/// The direct children of a process: PostgreSQL's backends and helpers lead process groups of their own.
fn children_of(parent: u32) -> Result<Vec<Pid>> {
    let output = Command::new("ps")
        .args(["-A", "-o", "pid=,ppid="])
        .output()
        .context("cannot run ps")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(text
        .lines()
        .filter_map(|line| {
            let mut numbers = line.split_ascii_whitespace();
            let pid: i32 = numbers.next()?.parse().ok()?;
            let its_parent: u32 = numbers.next()?.parse().ok()?;
            if its_parent == parent {
                Pid::from_raw(pid)
            } else {
                None
            }
        })
        .collect())
}

async fn wait_gone(pids: &[Pid]) -> Result<()> {
    crate::eventually(
        Duration::from_secs(10),
        "the end of PostgreSQL's processes",
        || async {
            pids.iter()
                .all(|pid| rustix::process::test_kill_process(*pid).is_err() || is_zombie(*pid))
                .then_some(())
        },
    )
    .await
}

/// A killed orphan whose new parent has not collected it holds nothing any more.
fn is_zombie(pid: Pid) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
    stat.is_ok_and(|stat| {
        stat.rsplit(')')
            .next()
            .is_some_and(|rest| rest.trim_start().starts_with('Z'))
    })
}

fn fresh_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let nanos = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos());
    format!(
        "sens_test_{}_{nanos}_{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    )
}

fn quoted(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
