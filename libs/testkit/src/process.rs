//! A child process that cannot outlive its owner.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::programs;

/// What a child keeps of our environment; everything else is given explicitly, so that a `DATABASE_URL` in a
/// developer's shell reaches no server under test.
const INHERITED: [&str; 8] = [
    "PATH",
    "HOME",
    "USER",
    "TMPDIR",
    "TZ",
    "RUST_BACKTRACE",
    "LLVM_PROFILE_FILE",
    "SSL_CERT_FILE",
];

/// How to start a process; kept so that it can be started again in the same way.
#[derive(Debug, Clone)]
pub struct Launch {
    /// How messages call it, for example `telemetry-worker-1`.
    pub name: String,
    /// The program file.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<String>,
    /// Its environment, beside `PATH`, `HOME` and a few like them.
    pub env: Vec<(String, String)>,
    /// Where stdout and stderr go (appended).
    pub log: PathBuf,
    /// The operating system's user to run as; `None` for our own.
    pub user: Option<String>,
}

/// A running (or ended) child process. Dropping it kills it by its process id.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    pid: Pid,
    log: PathBuf,
    ended: Option<ExitStatus>,
}

impl Process {
    /// Starts the process. On Linux the kernel kills it when this process ends in whatever way.
    ///
    /// # Errors
    /// When the log file or the program cannot be opened.
    pub fn spawn(launch: &Launch) -> Result<Self> {
        let log = open_log(&launch.log)?;
        let mut command = command(launch);
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0);
        let child = spawn_from_lasting_thread(command).with_context(|| {
            format!(
                "cannot start {} ({})",
                launch.name,
                launch.program.display()
            )
        })?;
        let pid = i32::try_from(child.id())
            .ok()
            .and_then(Pid::from_raw)
            .ok_or_else(|| anyhow!("{}: process id {} makes no sense", launch.name, child.id()))?;
        Ok(Self {
            name: launch.name.clone(),
            child,
            pid,
            log: launch.log.clone(),
            ended: None,
        })
    }

    /// How messages call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The exit status when the process has ended, else `None`.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().ok().flatten();
        }
        self.ended
    }

    /// Whether the process still runs.
    pub fn is_running(&mut self) -> bool {
        self.ended().is_none()
    }

    /// Sends a signal; nothing happens when the process has ended already.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn signal(&mut self, signal: Signal) -> Result<()> {
        if self.is_running() {
            kill_process(self.pid, signal)
                .with_context(|| format!("cannot send {signal:?} to {}", self.name))?;
        }
        Ok(())
    }

    /// Stands still (SIGSTOP) until [`Self::resume`]: connections stay open, nothing answers.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn pause(&mut self) -> Result<()> {
        self.signal(Signal::STOP)
    }

    /// Goes on after [`Self::pause`].
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn resume(&mut self) -> Result<()> {
        self.signal(Signal::CONT)
    }

    /// Waits for the end of the process.
    ///
    /// # Errors
    /// When it still runs after `within`.
    pub async fn wait(&mut self, within: Duration) -> Result<ExitStatus> {
        let deadline = Instant::now() + within;
        loop {
            if let Some(status) = self.ended() {
                return Ok(status);
            }
            if Instant::now() >= deadline {
                bail!(
                    "{} still runs {within:?} after it was told to stop",
                    self.name
                );
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// SIGKILL, then waits until the process is gone.
    ///
    /// # Errors
    /// When the kernel refuses, or the process sits in a system call that does not end.
    pub async fn kill9(&mut self) -> Result<()> {
        self.signal(Signal::KILL)?;
        self.wait(Duration::from_secs(10)).await.map(drop)
    }

    /// [`Self::kill9`] for places that cannot wait asynchronously.
    pub(crate) fn kill_now(&mut self) -> Result<()> {
        self.signal(Signal::KILL)?;
        if self.ended.is_none() {
            self.ended = Some(self.child.wait()?);
        }
        Ok(())
    }

    /// Whether it ends within a time, for places that cannot wait asynchronously.
    #[expect(
        clippy::disallowed_methods,
        reason = "runs inside drop, which cannot wait asynchronously"
    )]
    pub(crate) fn ends_within(&mut self, within: Duration) -> bool {
        let deadline = Instant::now() + within;
        while self.is_running() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(2));
        }
        !self.is_running()
    }

    /// Calls `probe` until it gives true.
    ///
    /// # Errors
    /// When the process ends first or `within` passes; with the last lines of its log.
    pub async fn wait_until<F, Fut>(
        &mut self,
        within: Duration,
        what: &str,
        mut probe: F,
    ) -> Result<()>
    where
        F: FnMut() -> Fut,
        Fut: Future<Output = bool>,
    {
        let deadline = Instant::now() + within;
        loop {
            if let Some(status) = self.ended() {
                bail!(
                    "{} ended ({}) before it was {what}\n{}",
                    self.name,
                    describe(status),
                    self.log_tail(15)
                );
            }
            if probe().await {
                return Ok(());
            }
            if Instant::now() >= deadline {
                bail!(
                    "{} was not {what} within {within:?}\n{}",
                    self.name,
                    self.log_tail(15)
                );
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Everything it wrote to stdout and stderr so far, over all its starts.
    pub fn logs(&self) -> String {
        fs::read(&self.log).map_or_else(
            |_| String::new(),
            |bytes| String::from_utf8_lossy(&bytes).into_owned(),
        )
    }

    /// The last `count` lines of [`Self::logs`], indented.
    pub fn log_tail(&self, count: usize) -> String {
        tail(&self.logs(), count)
    }

    /// The log file.
    pub fn log_path(&self) -> &Path {
        &self.log
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.is_running() && self.kill_now().is_err() {
            eprintln!("{}: process {} could not be killed", self.name, self.pid());
        }
        if thread::panicking() {
            eprintln!(
                "--- end of the log of {} ---\n{}",
                self.name,
                self.log_tail(20)
            );
        }
    }
}

/// The exit code or the signal, in words.
pub(crate) fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => status.to_string(),
    }
}

fn tail(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.len().saturating_sub(count);
    lines[from..]
        .iter()
        .map(|line| format!("    {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn open_log(path: &Path) -> Result<File> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .with_context(|| format!("cannot write the log file {}", path.display()))
}

/// The command with the kernel's "die with the parent" and the change of user in front, where `setpriv` exists.
fn command(launch: &Launch) -> Command {
    let mut command = match programs::on_path("setpriv") {
        Some(setpriv) => {
            let mut command = Command::new(setpriv);
            if let Some(user) = &launch.user {
                command.args([
                    format!("--reuid={user}"),
                    format!("--regid={user}"),
                    "--clear-groups".into(),
                ]);
            }
            command
                .args(["--pdeathsig", "KILL", "--"])
                .arg(&launch.program);
            command
        }
        None => Command::new(&launch.program),
    };
    command.args(&launch.args).env_clear();
    for name in INHERITED {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.envs(launch.env.iter().map(|(name, value)| (name, value)));
    command
}

type Job = (Command, Sender<io::Result<Child>>);

/// The kernel's "die with the parent" looks at the *thread* that started the child, and threads of tests and
/// runtimes come and go: so one thread that lasts as long as the process starts all children.
fn spawn_from_lasting_thread(command: Command) -> Result<Child> {
    static SPAWNER: OnceLock<Sender<Job>> = OnceLock::new();
    let spawner = SPAWNER.get_or_init(|| {
        let (jobs, inbox) = mpsc::channel::<Job>();
        thread::spawn(move || {
            for (mut command, answer) in inbox {
                // Nobody waits for the answer only when the asking thread is gone; its child then dies here.
                if let Err(unwanted) = answer.send(command.spawn())
                    && let Ok(mut child) = unwanted.0
                {
                    child.kill().and_then(|()| child.wait()).ok();
                }
            }
        });
        jobs
    });
    let (answer, result) = mpsc::channel();
    spawner
        .send((command, answer))
        .map_err(|_| anyhow!("the thread that starts processes is gone"))?;
    Ok(result.recv()??)
}
