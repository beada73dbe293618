//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::{feed, load, run, target, verify};

/// Plays devices: fleets for the demo and for tests, files of payloads, and load.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Exit codes: 0 success, 1 failure, 2 bad arguments.\n
Examples:
  device-simulator run --devices 50 --rate 20
  device-simulator run --formats v1,startup --malformed-share 0.05 --duration 60 --ledger acked.ndjson
  device-simulator run --devices 10000 --connections 20 --rate 500
  device-simulator run --devices 2000 --connections 2000 --storm-every 60 --burst-every 10
  device-simulator feed events.ndjson
  device-simulator load --messages 100000 --rate max --connections 4
  device-simulator verify function --api-url http://platform-api --mqtt"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Plays a fleet until stopped; survives restarts of the broker
    Run(RunOptions),
    /// Publishes the payloads of a file, one per line, and says what became of them
    Feed(FeedOptions),
    /// Publishes as fast as wanted or possible and prints the rate of acknowledgements
    Load(LoadOptions),
    /// Checks a deployment: health, function, security, ports or a light load; fails when one check does
    Verify(VerifyOptions),
    /// Checks where messages would go, shows it and exits
    CheckConfig(Connection),
}

/// How to reach the broker.
#[derive(Debug, Clone, Args)]
pub(crate) struct Connection {
    /// Broker, mqtt:// or mqtts:// [default: the running demo's, else port 1883 of this machine]
    #[arg(
        long,
        env = "SENS_MQTT__URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub(crate) mqtt_url: Option<String>,
    /// User name
    #[arg(long, env = "SENS_MQTT__USERNAME")]
    pub(crate) username: Option<String>,
    /// Password; a file is safer
    #[arg(long, env = "SENS_MQTT__PASSWORD", hide_env_values = true, hide = true)]
    pub(crate) password: Option<String>,
    /// File that holds the password
    #[arg(long, env = "SENS_MQTT__PASSWORD_FILE", value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// CA certificates (PEM) to verify the broker with
    #[arg(long, env = "SENS_MQTT__CA_FILE", value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// MQTT version: 5, or 3 for 3.1.1
    #[arg(long, default_value = "5")]
    pub(crate) protocol: Protocol,
    /// Most unacknowledged messages of a connection
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) window: u16,
    /// File that gets a JSON line for each message the broker acknowledged
    #[arg(long, value_name = "FILE")]
    pub(crate) ledger: Option<PathBuf>,
    /// Publish again what the broker acknowledges with "no matching subscribers" (MQTT 5), until somebody subscribes
    #[arg(long)]
    pub(crate) require_subscribers: bool,
}

/// The MQTT version to speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Protocol {
    /// MQTT 3.1.1.
    #[value(name = "3")]
    V3,
    /// MQTT 5.
    #[value(name = "5")]
    V5,
}

/// How devices answer a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CommandAnswer {
    /// Received, then done.
    Done,
    /// Received, then failed.
    Failed,
    /// Received, and nothing more.
    Received,
    /// Not at all.
    Silent,
}

/// What devices send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Flat legacy events on sens/legacy/telemetry.
    Flat,
    /// SENS v1 batches.
    V1,
    /// A `device_startup` before everything else, from devices that have a serial.
    Startup,
    /// SenML packs.
    Senml,
}

/// Options of `run`.
#[derive(Debug, Clone, Args)]
pub(crate) struct RunOptions {
    #[command(flatten)]
    pub(crate) connection: Connection,
    /// Number of devices
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) devices: u32,
    /// Messages per second of the whole fleet
    #[arg(long, default_value_t = 10.0, value_name = "R", value_parser = positive)]
    pub(crate) rate: f64,
    /// What the devices send; each device keeps to one format of readings
    #[arg(long, value_delimiter = ',', default_value = "flat,v1,startup,senml")]
    pub(crate) formats: Vec<Format>,
    /// The same seed plays the same fleet
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Seconds to run, or forever
    #[arg(long, default_value = "forever", value_parser = duration)]
    pub(crate) duration: Duration,
    /// Connections the devices share [default: one each, at most 200]. A connection's last will
    /// speaks for its first device with a serial
    #[arg(long, value_name = "C", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) connections: Option<u32>,
    /// Secret that startup tokens are made with
    #[arg(
        long,
        env = "PROVISION_SECRET",
        hide_env_values = true,
        default_value = "local-provisioning-secret",
        hide_default_value = true
    )]
    pub(crate) provision_secret: String,
    /// Share of messages that are malformed, 0 to 1
    #[arg(long, default_value_t = 0.0, value_name = "P", value_parser = share)]
    pub(crate) malformed_share: f64,
    /// Share of messages that repeat the one before, 0 to 1
    #[arg(long, default_value_t = 0.0, value_name = "P", value_parser = share)]
    pub(crate) duplicate_share: f64,
    /// Share of messages stamped by a clock that is wrong by minutes, days or decades, 0 to 1
    #[arg(long, default_value_t = 0.0, value_name = "P", value_parser = share)]
    pub(crate) clock_fault_share: f64,
    /// Seconds between two bursts, which come on top of the rate
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) burst_every: Option<std::time::Duration>,
    /// Messages of the whole fleet in a burst
    #[arg(long, default_value_t = 1000, value_name = "N", requires = "burst_every", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) burst_messages: u32,
    /// Listen for commands, from devices that have a serial, and answer them
    #[arg(long, value_name = "HOW")]
    pub(crate) answer_commands: Option<CommandAnswer>,
    /// Seconds between two reconnect storms: all connections break at once and come back at once
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) storm_every: Option<std::time::Duration>,
}

/// Options of `feed`.
#[derive(Debug, Clone, Args)]
pub(crate) struct FeedOptions {
    /// File with one payload per line, or - for standard input; only line feeds separate, all other bytes are sent as they are
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) connection: Connection,
    /// Topic to publish to
    #[arg(long, default_value = sens_schema::topic::LEGACY_TELEMETRY)]
    pub(crate) topic: String,
    /// Messages per second, or max
    #[arg(long, default_value = "max", value_parser = rate)]
    pub(crate) rate: Rate,
    /// REST API to ask what became of the messages [default: the running demo's]
    #[arg(long, value_name = "URL", requires = "api_key")]
    pub(crate) api_url: Option<String>,
    /// API key with the role viewer
    #[arg(long, env = "SENS_API_KEY", hide_env_values = true, value_name = "KEY")]
    pub(crate) api_key: Option<String>,
    /// Give up when nothing changes for so many seconds
    #[arg(long, default_value_t = 30, value_name = "SECONDS")]
    pub(crate) patience: u64,
}

/// Options of `load`.
#[derive(Debug, Clone, Args)]
pub(crate) struct LoadOptions {
    #[command(flatten)]
    pub(crate) connection: Connection,
    /// Messages per second of all connections, or max
    #[arg(long, default_value = "max", value_parser = rate)]
    pub(crate) rate: Rate,
    /// Number of messages
    #[arg(long, default_value_t = 10_000, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) messages: u64,
    /// Readings in each message
    #[arg(long, default_value_t = 1, value_name = "K", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) readings_per_message: u32,
    /// Connections
    #[arg(long, default_value_t = 1, value_name = "C", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) connections: u32,
    /// Devices the messages come from
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) devices: u32,
    /// flat (legacy events, an array where a message has several readings) or v1
    #[arg(long, default_value = "flat", value_parser = load_format)]
    pub(crate) format: Format,
    /// Give up when nothing is acknowledged for so many seconds
    #[arg(long, default_value_t = 30, value_name = "SECONDS")]
    pub(crate) patience: u64,
}

/// Options of `verify`.
#[derive(Debug, Clone, Args)]
pub(crate) struct VerifyOptions {
    /// What to check
    #[command(subcommand)]
    pub(crate) what: VerifyCommand,
    #[command(flatten)]
    pub(crate) connection: Connection,
    /// REST API of the deployment
    #[arg(
        long,
        global = true,
        value_name = "URL",
        default_value = "http://127.0.0.1:8080"
    )]
    pub(crate) api_url: String,
    /// API key with the role admin
    #[arg(
        long,
        env = "SENS_API_KEY",
        hide_env_values = true,
        value_name = "KEY",
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) api_key: String,
    /// File to add the results to; then a check that fails does not fail the program: whoever reads the file decides
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// Wait until the API runs this build, a Git SHA as /version names it
    #[arg(long, global = true, value_name = "SHA")]
    pub(crate) build: Option<String>,
    /// Seconds to wait for the first answer, and for that build
    #[arg(long, global = true, default_value_t = 30, value_name = "SECONDS")]
    pub(crate) patience: u64,
}

/// What `verify` checks.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum VerifyCommand {
    /// The API is healthy and the pages are there
    Health {
        /// Page to fetch; may be repeated
        #[arg(long, value_name = "URL")]
        page: Vec<String>,
    },
    /// What is published can be read back, once
    Function {
        /// Publish by MQTT as well
        #[arg(long)]
        mqtt: bool,
    },
    /// Nothing is answered without a key, and ports are closed
    Security {
        /// Address that must not accept connections; may be repeated
        #[arg(long, value_name = "HOST:PORT")]
        closed: Vec<String>,
        /// The broker must refuse clients without a login
        #[arg(long)]
        mqtt: bool,
    },
    /// Ports accept connections, or do not
    Ports {
        /// Address that must accept connections; may be repeated
        #[arg(long, value_name = "HOST:PORT")]
        open: Vec<String>,
        /// Address that must not; may be repeated
        #[arg(long, value_name = "HOST:PORT")]
        closed: Vec<String>,
    },
    /// A light load arrives completely
    Load {
        /// Publish by MQTT instead of HTTP
        #[arg(long)]
        mqtt: bool,
        /// Number of messages
        #[arg(long, default_value_t = 2_000, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000))]
        messages: u64,
    },
}

/// How long to run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Duration {
    /// Until stopped.
    Forever,
    /// For so long.
    For(std::time::Duration),
}

/// How fast to publish.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Rate {
    /// As fast as the broker takes messages.
    Max,
    /// So many messages per second.
    PerSecond(f64),
}

fn number(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| format!("{text:?} is no number"))?;
    if number.is_finite() {
        Ok(number)
    } else {
        Err("must be finite".into())
    }
}

fn positive(text: &str) -> Result<f64, String> {
    number(text).and_then(|n| {
        if n > 0.0 {
            Ok(n)
        } else {
            Err("must be above 0".into())
        }
    })
}

fn share(text: &str) -> Result<f64, String> {
    number(text).and_then(|n| {
        if (0.0..=1.0).contains(&n) {
            Ok(n)
        } else {
            Err("must be 0 to 1".into())
        }
    })
}

fn duration(text: &str) -> Result<Duration, String> {
    if text == "forever" {
        return Ok(Duration::Forever);
    }
    seconds(text).map(Duration::For)
}

fn seconds(text: &str) -> Result<std::time::Duration, String> {
    std::time::Duration::try_from_secs_f64(positive(text)?).map_err(|e| e.to_string())
}

fn rate(text: &str) -> Result<Rate, String> {
    if text == "max" {
        Ok(Rate::Max)
    } else {
        positive(text).map(Rate::PerSecond)
    }
}

fn load_format(text: &str) -> Result<Format, String> {
    match text {
        "flat" => Ok(Format::Flat),
        "v1" => Ok(Format::V1),
        _ => Err("must be flat or v1".into()),
    }
}

impl Command {
    /// Does what was asked for.
    pub(crate) async fn execute(self) -> anyhow::Result<()> {
        match self {
            Self::Run(options) => run::run(options).await,
            Self::Feed(options) => feed::feed(options).await,
            Self::Load(options) => load::load(options).await,
            Self::Verify(options) => verify::verify(options).await,
            Self::CheckConfig(options) => check_config(&options),
        }
    }
}

/// Shows where messages would go.
fn check_config(connection: &Connection) -> anyhow::Result<()> {
    let target = target::resolve(connection)?;
    println!("configuration is valid");
    println!("  broker  = {}", target.broker);
    println!("  window  = {}", connection.window);
    if let Some(api) = &target.api {
        println!("  api     = {}", api.url);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn reads_rates_shares_and_durations() {
        assert_eq!(rate("max"), Ok(Rate::Max));
        assert_eq!(rate("2.5"), Ok(Rate::PerSecond(2.5)));
        assert_eq!(duration("forever"), Ok(Duration::Forever));
        assert_eq!(
            duration("1.5"),
            Ok(Duration::For(std::time::Duration::from_millis(1500)))
        );
        for bad in ["0", "-1", "NaN", "inf", "soon"] {
            assert!(rate(bad).is_err() && duration(bad).is_err(), "{bad}");
        }
        assert!(share("1.01").is_err());
    }
}
