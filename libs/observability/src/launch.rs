//! From the command line to the exit code.

use std::error::Error;
use std::io::Write as _;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use sens_config::{Config, Need};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::cli::{self, Command};
use crate::signals::StopSignals;
use crate::{Health, logging, metrics, ops, probe, traces};

/// Why a service failed.
pub type RunError = Box<dyn Error + Send + Sync>;

/// What a service says about itself.
#[derive(Debug, Clone, Copy)]
pub struct ServiceInfo {
    /// Name of the binary.
    pub name: &'static str,
    /// Version, `env!("CARGO_PKG_VERSION")`.
    pub version: &'static str,
    /// One sentence for the help text.
    pub about: &'static str,
    /// What the service cannot do without.
    pub needs: &'static [Need],
    /// What the binary can do besides serving.
    pub modes: &'static [Mode],
}

/// Another way to run the binary, named on its command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mode {
    /// The argument that chooses it.
    pub name: &'static str,
    /// One sentence for the help text.
    pub about: &'static str,
}

/// Which build runs.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct BuildInfo {
    /// Name of the service.
    pub service: &'static str,
    /// Version of the service.
    pub version: String,
    /// Git SHA of the build.
    pub build_sha: String,
}

/// What a running service is given.
#[derive(Debug, Clone)]
pub struct Runtime {
    /// The configuration, loaded and valid.
    pub config: Arc<Config>,
    /// Where the service registers its metrics.
    pub registry: prometheus::Registry,
    /// Where the service reports the state of its components.
    pub health: Health,
    /// Fires when the service is to drain and return.
    pub shutdown: CancellationToken,
    /// Which build runs.
    pub build: BuildInfo,
    /// The mode that was asked for; `None` is to serve.
    pub mode: Option<Mode>,
}

const FAILED: u8 = 1;
const BAD_CONFIGURATION: u8 = 2;

/// Runs a service from its command line to its exit code.
///
/// Reads the command line (`--help`, `--version`, `check-config`, `healthcheck`) and the configuration (exit 2
/// with a line per fault), starts logging, listens on the ops address, and calls `run`. On the
/// first SIGTERM or SIGINT [`Runtime::shutdown`] fires and `run` has
/// `shutdown_grace_seconds` to return; a second signal ends the process at once. Gives 0 when
/// `run` returns `Ok` in time, else 1.
pub fn launch<F, Fut>(info: ServiceInfo, run: F) -> ExitCode
where
    F: FnOnce(Runtime) -> Fut,
    Fut: Future<Output = Result<(), RunError>>,
{
    let command = match cli::parse(&info, std::env::args_os().skip(1)) {
        Ok(command) => command,
        Err(fault) => return refuse(&fault),
    };
    match command {
        Command::Help => return print(&cli::help(&info)),
        Command::Version => return print(&format!("{} {}\n", info.name, info.version)),
        Command::Healthcheck => return healthcheck(),
        Command::Run(_) | Command::CheckConfig => {}
    }
    let config = match sens_config::load(info.needs) {
        Ok(config) => config,
        Err(faults) => return refuse(&faults.to_string()),
    };
    if let Err(fault) = logging::filter(&config.log) {
        return refuse(&fault.to_string());
    }
    let settings = match traces::settings() {
        Ok(settings) => settings,
        Err(fault) => return refuse(&fault),
    };
    if command == Command::CheckConfig {
        return print(&cli::checked(&config, info.needs));
    }
    if let Err(fault) = logging::init(&config.log) {
        return refuse(&fault.to_string());
    }
    let mode = if let Command::Run(mode) = command {
        mode
    } else {
        None
    };
    start(info, config, settings, mode, run)
}

/// Prints `text`; a reader that went away is no failure.
fn print(text: &str) -> ExitCode {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => ExitCode::from(FAILED),
        _ => ExitCode::SUCCESS,
    }
}

/// Asks the service that runs on this machine with the same settings. What else it needs is not looked at.
fn healthcheck() -> ExitCode {
    match sens_config::load(&[]) {
        Err(faults) => refuse(&faults.to_string()),
        Ok(config) => match probe::ready(config.ops.listen) {
            Ok(()) => print("ready\n"),
            Err(fault) => {
                eprintln!("{fault}");
                ExitCode::from(FAILED)
            }
        },
    }
}

/// Says why the configuration or the command line is refused.
fn refuse(faults: &str) -> ExitCode {
    eprintln!("{faults}");
    ExitCode::from(BAD_CONFIGURATION)
}

fn start<F, Fut>(
    info: ServiceInfo,
    config: Config,
    settings: Option<traces::Settings>,
    mode: Option<Mode>,
    run: F,
) -> ExitCode
where
    F: FnOnce(Runtime) -> Fut,
    Fut: Future<Output = Result<(), RunError>>,
{
    let executor = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(executor) => executor,
        Err(error) => {
            tracing::error!("cannot start the runtime: {error}");
            return ExitCode::from(FAILED);
        }
    };
    let build = BuildInfo {
        service: info.name,
        version: info.version.to_owned(),
        build_sha: config.build_sha.clone(),
    };
    if let Some(settings) = settings
        && let Err(fault) = traces::start(settings, &build, executor.handle())
    {
        return refuse(&fault);
    }
    // A panic in `run` is logged by the panic hook and must not change the exit code.
    let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| {
        executor.block_on(serve(info, build, config, mode, run))
    }));
    traces::finish();
    // Tasks that still run after the deadline are abandoned, blocking ones included.
    executor.shutdown_background();
    match outcome {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => {
            tracing::error!(service = info.name, "stopped: {}", chain(&*error));
            ExitCode::from(FAILED)
        }
        Err(_panic) => ExitCode::from(FAILED),
    }
}

/// An error with all its sources on one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let more = error.to_string();
        if !text.ends_with(&more) {
            text = format!("{text}: {more}");
        }
        source = error.source();
    }
    text
}

async fn serve<F, Fut>(
    info: ServiceInfo,
    build: BuildInfo,
    config: Config,
    mode: Option<Mode>,
    run: F,
) -> Result<(), RunError>
where
    F: FnOnce(Runtime) -> Fut,
    Fut: Future<Output = Result<(), RunError>>,
{
    let mut signals = StopSignals::install()?;
    tracing::info!(
        service = info.name,
        version = info.version,
        build_sha = config.build_sha,
        environment = config.environment.as_str(),
        "starting"
    );
    for warning in &config.warnings {
        tracing::warn!("configuration: {warning}");
    }
    let registry = metrics::service_registry(&build)?;
    let health = Health::default();
    let address = config.ops.listen;
    let listener = TcpListener::bind(address).await.map_err(|error| {
        format!("cannot listen on {address} for /metrics and /health ({error}); set SENS_OPS__LISTEN to a free address")
    })?;
    tracing::info!(address = %listener.local_addr()?, "serving /metrics and /health");
    let router = ops::router(&registry, &health, &build)?;
    // A service already: axum copies a router with all its routes for each connection.
    let ops = tokio::spawn(async move { axum::serve(listener, router.into_make_service()).await });

    let grace = Duration::from_secs(config.shutdown_grace_seconds);
    let shutdown = CancellationToken::new();
    let runtime = Runtime {
        config: Arc::new(config),
        registry,
        health: health.clone(),
        shutdown: shutdown.clone(),
        build,
        mode,
    };
    let outcome = supervise(run(runtime), &mut signals, &shutdown, &health, grace).await;
    ops.abort();
    if outcome.is_ok() {
        tracing::info!(service = info.name, "stopped");
    }
    outcome
}

/// Polls the service until it returns, its drain takes too long, or a second signal comes.
async fn supervise(
    service: impl Future<Output = Result<(), RunError>>,
    signals: &mut StopSignals,
    shutdown: &CancellationToken,
    health: &Health,
    grace: Duration,
) -> Result<(), RunError> {
    let mut service = pin!(service);
    let signal = tokio::select! {
        outcome = &mut service => return outcome,
        signal = signals.next() => Some(signal),
        () = shutdown.cancelled() => None,
    };
    health.set_draining();
    tracing::info!(signal, grace_seconds = grace.as_secs(), "draining");
    shutdown.cancel();
    tokio::select! {
        outcome = &mut service => outcome,
        signal = signals.next() => Err(format!("{signal} while draining: stopped at once").into()),
        () = tokio::time::sleep(grace) => {
            Err(format!("not drained within {} s; what is unacknowledged will be delivered again", grace.as_secs()).into())
        }
    }
}
