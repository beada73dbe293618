//! Start, watch, stop.

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use sens_testkit::{Platform, Secrets, eventually};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::live::Figures;
use crate::options::Options;
use crate::screen::{self, LiveLine};
use crate::{preflight, screen::say};

/// For tools that want to talk to the running demo, such as `device-simulator feed`.
const CONNECTION_FILE: &str = "connection.json";

/// How long the first simulated reading may take with `--once-ready`.
const FIRST_READING: Duration = Duration::from_secs(30);

/// Ctrl-C and SIGTERM.
struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    fn new() -> Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn received(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Why the demo ends.
enum End {
    /// Somebody said so, or `--once-ready` has what it waited for.
    Wanted,
    /// Something failed, and was told.
    Failed,
}

/// Runs the demo to its end.
///
/// # Errors
/// When something it needs is missing or does not start.
pub(crate) async fn run(options: &Options) -> Result<ExitCode> {
    let mut signals = StopSignals::new()?;
    let hold = preflight::check(options).await?;
    fs::remove_file(hold.dir.join(CONNECTION_FILE)).ok();
    let console = preflight::console();
    let begun = Instant::now();
    say("Starting the platform:");
    let mut platform = tokio::select! {
        platform = start(options, &hold.dir, console.as_deref()) => platform?,
        // Dropping what has been started so far kills it.
        () = signals.received() => {
            say("\nStopped before it was ready.");
            return Ok(ExitCode::SUCCESS);
        }
    };
    write_connection(&platform)?;
    screen::welcome(&platform, console.is_some(), begun.elapsed());
    let end = if options.once_ready {
        first_reading(options, &mut platform, &mut signals).await
    } else {
        watch(&mut platform, &mut signals).await
    };
    fs::remove_file(hold.dir.join(CONNECTION_FILE)).ok();
    let in_order = stop(platform, &mut signals).await;
    Ok(match end {
        End::Wanted if in_order => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

async fn start(options: &Options, dir: &Path, console: Option<&Path>) -> Result<Platform> {
    let mut builder = Platform::builder()
        .dir(dir)
        .secrets(Secrets::kept(dir)?)
        .ports(options.ports())
        .on_progress(screen::step);
    if let Some(console) = console {
        builder = builder.env("platform-api", "STATIC_DIR", &console.display().to_string());
    }
    let mut platform = builder.start().await?;
    if !options.no_simulator {
        platform.add_simulator(&options.simulator_args())?;
    }
    Ok(platform)
}

fn write_connection(platform: &Platform) -> Result<()> {
    let file = platform.dir().join(CONNECTION_FILE);
    let connection = serde_json::json!({
        "mqtt_url": platform.mqtt_url(),
        "api_url": platform.api_url(),
        "api_key": platform.api_key(),
        "database_url": platform.sql_url(),
        "nats_url": platform.nats_url(),
    });
    sens_testkit::write_private(&file, &format!("{connection:#}"))
        .context("cannot tell other tools where the demo is")
}

/// Shows the live line until a signal comes or a process ends by itself.
async fn watch(platform: &mut Platform, signals: &mut StopSignals) -> End {
    let mut line = LiveLine::new();
    let mut second = tokio::time::interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            () = signals.received() => {
                line.end();
                return End::Wanted;
            }
            _ = second.tick() => {}
        }
        if let Some(casualty) = platform.casualty() {
            line.end();
            screen::casualty(&casualty);
            return End::Failed;
        }
        match Figures::ask(platform).await {
            Ok(figures) => line.show(&figures.line()),
            Err(error) => line.show(&format!("no figures: {error:#}")),
        }
    }
}

/// With `--once-ready`: waits until the simulated devices' first reading is stored.
async fn first_reading(
    options: &Options,
    platform: &mut Platform,
    signals: &mut StopSignals,
) -> End {
    if options.no_simulator {
        return End::Wanted;
    }
    // Earlier starts have left readings too.
    let before = Figures::ask(platform)
        .await
        .map_or(0, |figures| figures.readings);
    let readings = eventually(
        FIRST_READING,
        "a stored reading of a simulated device",
        || async {
            let figures = Figures::ask(platform).await.ok()?;
            (figures.readings > before).then_some(figures)
        },
    );
    let found = tokio::select! {
        found = readings => found,
        () = signals.received() => return End::Wanted,
    };
    match found {
        Ok(figures) => {
            say(&figures.line());
            End::Wanted
        }
        Err(error) => {
            match platform.casualty() {
                Some(casualty) => screen::casualty(&casualty),
                None => screen::fault(&format!("{error:#}")),
            }
            End::Failed
        }
    }
}

/// Stops everything in order; another signal kills what is left. Gives whether all ended as they should.
async fn stop(platform: Platform, signals: &mut StopSignals) -> bool {
    say("Stopping:");
    let mut in_order = true;
    let stopping = platform.stop(|name, took, fault| {
        screen::step(name, took);
        if let Some(fault) = fault {
            in_order = false;
            screen::fault(&format!("{name}: {fault}"));
        }
    });
    let finished = tokio::select! {
        () = stopping => true,
        () = signals.received() => false,
    };
    if !finished {
        say("Killed what was left.");
    }
    in_order && finished
}
