//! The command line.

use std::path::PathBuf;

use clap::Parser;
use sens_testkit::Ports;

/// Runs the whole platform on this machine with simulated devices, until Ctrl-C.
///
/// PostgreSQL, nats-server, mosquitto and all services run as child processes on 127.0.0.1 and keep their data between
/// starts. Every write is durable, as in production.
#[derive(Debug, Clone, Parser)]
#[command(
    name = "sens-demo",
    version,
    after_help = "Exit codes: 0 stopped in order, 1 something failed, 2 bad arguments.\n
Examples:
  sens-demo                                  start, or go on where the last start ended
  sens-demo --fresh                          throw the demo's data away first
  sens-demo --devices 500 --rate 1000        a larger fleet
  sens-demo --no-simulator                   wait for messages of your own
  sens-demo --port 8081 --mqtt-port 1884     when the usual ports are taken
  sens-demo --once-ready                     start, see the first readings arrive, stop: a smoke test"
)]
pub(crate) struct Options {
    /// Deletes the demo's data before the start
    #[arg(long)]
    pub(crate) fresh: bool,
    /// Starts no simulated devices
    #[arg(long)]
    pub(crate) no_simulator: bool,
    /// Number of simulated devices
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) devices: u32,
    /// Messages per second of all simulated devices together
    #[arg(long, default_value_t = 20, value_name = "R", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) rate: u32,
    /// Stops with exit code 0 as soon as everything is ready
    #[arg(long)]
    pub(crate) once_ready: bool,
    /// Port of the console and the REST interface
    #[arg(long, default_value_t = 8080, value_name = "PORT", value_parser = port())]
    pub(crate) port: u16,
    /// Port of the MQTT broker
    #[arg(long, default_value_t = 1883, value_name = "PORT", value_parser = port())]
    pub(crate) mqtt_port: u16,
    /// Port of PostgreSQL
    #[arg(long, default_value_t = 54320, value_name = "PORT", value_parser = port())]
    pub(crate) postgres_port: u16,
    /// Port of nats-server
    #[arg(long, default_value_t = 42220, value_name = "PORT", value_parser = port())]
    pub(crate) nats_port: u16,
    /// First of the four ports for the services' own health and metrics
    #[arg(long, default_value_t = 9100, value_name = "PORT", value_parser = port())]
    pub(crate) ops_port: u16,
    /// Folder for all data, logs and keys
    #[arg(long, default_value = ".data/demo", value_name = "FOLDER")]
    pub(crate) dir: PathBuf,
}

/// A port that leaves room for the three after it.
fn port() -> clap::builder::RangedI64ValueParser<u16> {
    clap::value_parser!(u16).range(1..=65_532)
}

impl Options {
    /// Each port with what it is for and the option that changes it.
    pub(crate) fn named_ports(&self) -> Vec<(u16, &'static str, &'static str)> {
        let mut ports = vec![
            (self.port, "the console and the API", "--port"),
            (self.mqtt_port, "MQTT", "--mqtt-port"),
            (self.postgres_port, "PostgreSQL", "--postgres-port"),
            (self.nats_port, "NATS", "--nats-port"),
        ];
        ports.extend(
            (0..4).map(|offset| (self.ops_port + offset, "health and metrics", "--ops-port")),
        );
        ports
    }

    /// The ports as the platform takes them.
    pub(crate) fn ports(&self) -> Ports {
        Ports {
            api: Some(self.port),
            mqtt: Some(self.mqtt_port),
            postgres: Some(self.postgres_port),
            nats: Some(self.nats_port),
            ops: Some(self.ops_port),
        }
    }

    /// The simulator's arguments.
    pub(crate) fn simulator_args(&self) -> Vec<String> {
        let mqtt_url = format!("mqtt://127.0.0.1:{}", self.mqtt_port);
        let (devices, rate) = (self.devices.to_string(), self.rate.to_string());
        [
            "run",
            "--mqtt-url",
            &mqtt_url,
            "--devices",
            &devices,
            "--rate",
            &rate,
            "--formats",
            "flat,v1,startup,senml",
            "--malformed-share",
            "0.01",
            "--duplicate-share",
            "0.02",
            "--answer-commands",
            "done",
        ]
        .map(ToOwned::to_owned)
        .to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Options::command().debug_assert();
        assert!(Options::try_parse_from(["sens-demo", "--ops-port", "65535"]).is_err());
        assert!(Options::try_parse_from(["sens-demo", "--devices", "0"]).is_err());
    }
}
