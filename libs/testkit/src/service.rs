//! Our own binaries as child processes.

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use rustix::process::Signal;

use crate::process::{Launch, Process, describe};
use crate::{DataDir, http};

/// The variable that names a service's own port for health and metrics.
const OPS_LISTEN: &str = "SENS_OPS__LISTEN";

/// How to run one of our binaries.
#[derive(Debug, Clone, Default)]
pub struct ServiceSpec {
    /// The binary, for example `telemetry-worker`.
    pub binary: String,
    /// How messages and the log file call this one; empty for the binary's name.
    pub name: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Its environment; nothing of ours but `PATH`, `HOME` and a few like them is added.
    pub env: Vec<(String, String)>,
    /// The folder of its log file, kept; `None` for a temporary one.
    pub log_dir: Option<PathBuf>,
}

/// A running (or ended) service. Dropping it kills it.
#[derive(Debug)]
pub struct Service {
    process: Process,
    launch: Launch,
    ops: Option<String>,
    _log_dir: DataDir,
}

impl Service {
    /// Starts `binary` with arguments and environment; its log goes to a temporary file.
    ///
    /// # Errors
    /// When the binary is not built or cannot be started.
    pub fn spawn(binary: &str, args: &[&str], env: &[(&str, &str)]) -> Result<Self> {
        Self::launch(&ServiceSpec {
            binary: binary.to_owned(),
            args: args.iter().map(ToString::to_string).collect(),
            env: env
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            ..ServiceSpec::default()
        })
    }

    /// Starts a service as `spec` says.
    ///
    /// # Errors
    /// As [`Self::spawn`].
    pub fn launch(spec: &ServiceSpec) -> Result<Self> {
        let name = if spec.name.is_empty() {
            &spec.binary
        } else {
            &spec.name
        };
        let log_dir = DataDir::of(spec.log_dir.as_deref(), name)?;
        let launch = Launch {
            name: name.clone(),
            program: binary_path(&spec.binary)?,
            args: spec.args.clone(),
            env: spec.env.clone(),
            log: log_dir.path().join(format!("{name}.log")),
            user: None,
        };
        let ops = spec
            .env
            .iter()
            .find(|(name, _)| name == OPS_LISTEN)
            .map(|(_, address)| address.clone());
        Ok(Self {
            process: Process::spawn(&launch)?,
            launch,
            ops,
            _log_dir: log_dir,
        })
    }

    /// How messages call it.
    pub fn name(&self) -> &str {
        &self.launch.name
    }

    /// Host and port of its health and metrics.
    ///
    /// # Errors
    /// When it was started without `SENS_OPS__LISTEN`.
    pub fn ops(&self) -> Result<&str> {
        self.ops
            .as_deref()
            .ok_or_else(|| anyhow!("{} was started without {OPS_LISTEN}", self.name()))
    }

    /// Waits until `/health/ready` on its ops port answers 200.
    ///
    /// # Errors
    /// When it ends first or `within` passes; with the end of its log.
    pub async fn wait_ready(&mut self, within: Duration) -> Result<()> {
        let ops = self.ops()?.to_owned();
        self.process
            .wait_until(within, "ready", || async {
                http::get(&ops, "/health/ready", None)
                    .await
                    .is_ok_and(|answer| answer.status == 200)
            })
            .await
    }

    /// Whether it is ready at this moment.
    pub async fn is_ready(&self) -> bool {
        let Some(ops) = &self.ops else { return false };
        http::get(ops, "/health/ready", None)
            .await
            .is_ok_and(|answer| answer.status == 200)
    }

    /// The text of `/metrics` on its ops port.
    ///
    /// # Errors
    /// When it does not answer with 200.
    pub async fn metrics(&self) -> Result<String> {
        let answer = http::get(self.ops()?, "/metrics", None).await?;
        if answer.status != 200 {
            bail!("{}: /metrics answered {}", self.name(), answer.status);
        }
        Ok(answer.body)
    }

    /// The sum over all label sets of one metric that contain `labels` (for example `outcome="processed"`; empty for all).
    ///
    /// # Errors
    /// When `/metrics` does not answer.
    pub async fn metric(&self, name: &str, labels: &str) -> Result<f64> {
        Ok(sum_of(&self.metrics().await?, name, labels))
    }

    /// SIGTERM, and the exit code.
    ///
    /// # Errors
    /// When it still runs after `within`, or a signal ended it.
    pub async fn terminate(&mut self, within: Duration) -> Result<i32> {
        self.process.signal(Signal::TERM)?;
        let status = self.process.wait(within).await?;
        status
            .code()
            .ok_or_else(|| anyhow!("{} ended by {}", self.name(), describe(status)))
    }

    /// Waits for the end without telling it to end.
    ///
    /// # Errors
    /// When it still runs after `within`.
    pub async fn wait(&mut self, within: Duration) -> Result<ExitStatus> {
        self.process.wait(within).await
    }

    /// SIGKILL.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub async fn kill9(&mut self) -> Result<()> {
        self.process.kill9().await
    }

    /// Stands still (SIGSTOP) until [`Self::resume`]: connections stay open, nothing answers.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn pause(&mut self) -> Result<()> {
        self.process.pause()
    }

    /// Goes on after [`Self::pause`].
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn resume(&mut self) -> Result<()> {
        self.process.resume()
    }

    /// Kills it where it still runs and starts it again in the same way; its log goes on in the same file.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn restart(&mut self) -> Result<()> {
        self.process.kill9().await?;
        self.process = Process::spawn(&self.launch)?;
        Ok(())
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        self.process.is_running()
    }

    /// How it ended, in words; `None` while it runs.
    pub fn ended(&mut self) -> Option<String> {
        self.process.ended().map(describe)
    }

    /// The process.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// Everything it wrote so far.
    pub fn logs(&self) -> String {
        self.process.logs()
    }

    /// The last lines it wrote, indented.
    pub fn log_tail(&self, count: usize) -> String {
        self.process.log_tail(count)
    }

    /// Its log file.
    pub fn log_path(&self) -> &Path {
        self.process.log_path()
    }
}

/// Where the binary is: in `SENS_BIN_DIR`, else in the cargo target folder that holds this executable.
///
/// # Errors
/// When it is not there; with the command that builds it.
pub fn binary_path(binary: &str) -> Result<PathBuf> {
    let folder = match env::var_os("SENS_BIN_DIR").filter(|value| !value.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None => beside_this_executable()?,
    };
    let path = folder.join(binary);
    if path.is_file() {
        return Ok(path);
    }
    let profile = if folder.ends_with("release") {
        " --release"
    } else {
        ""
    };
    bail!(
        "{} is not built: run `cargo build{profile} -p {binary}`",
        path.display()
    )
}

/// Test executables are in `deps`, ordinary ones in the folder above.
fn beside_this_executable() -> Result<PathBuf> {
    let executable = env::current_exe().context("cannot find this executable")?;
    let folder = executable
        .parent()
        .ok_or_else(|| anyhow!("this executable is in no folder"))?;
    let above = if folder.ends_with("deps") || folder.ends_with("examples") {
        folder.parent()
    } else {
        Some(folder)
    };
    Ok(above.unwrap_or(folder).to_path_buf())
}

fn sum_of(metrics: &str, name: &str, labels: &str) -> f64 {
    metrics
        .lines()
        .filter_map(|line| line.strip_prefix(name))
        .filter(|rest| rest.starts_with(['{', ' ']) && rest.contains(labels))
        .filter_map(|rest| rest.rsplit(' ').next()?.parse::<f64>().ok())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_a_metric_over_its_labels() {
        let text = "# HELP a_total x\na_total{outcome=\"processed\"} 3\na_total{outcome=\"error\"} 2\na_total_more 9\nb 1\n";
        for (name, labels, expected) in [
            ("a_total", "", 5.0),
            ("a_total", "outcome=\"error\"", 2.0),
            ("b", "", 1.0),
            ("c", "", 0.0),
        ] {
            assert!(
                (sum_of(text, name, labels) - expected).abs() < f64::EPSILON,
                "{name} {labels}"
            );
        }
    }

    #[test]
    fn a_missing_binary_says_how_to_build_it() {
        let error = binary_path("no-such-service").unwrap_err().to_string();
        assert!(error.contains("cargo build -p no-such-service"), "{error}");
    }
}
