//! The command line that all services share.

use std::ffi::OsString;
use std::fmt::Write as _;

use sens_config::{Config, Need};

use crate::launch::{Mode, ServiceInfo};

/// What the caller asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Command {
    /// Run the service, in a mode of its own where one is named.
    Run(Option<Mode>),
    /// Check the configuration and show it.
    CheckConfig,
    /// Ask the running service whether it is ready.
    Healthcheck,
    /// Print the help text.
    Help,
    /// Print the version.
    Version,
}

/// Reads the arguments after the program's name; the error is a line for the caller.
pub(crate) fn parse(
    info: &ServiceInfo,
    arguments: impl Iterator<Item = OsString>,
) -> Result<Command, String> {
    let mut command = Command::Run(None);
    for argument in arguments {
        let text = argument.to_string_lossy();
        match text.as_ref() {
            "-h" | "--help" | "help" => return Ok(Command::Help),
            "-V" | "--version" => return Ok(Command::Version),
            "check-config" if command == Command::Run(None) => command = Command::CheckConfig,
            "healthcheck" if command == Command::Run(None) => command = Command::Healthcheck,
            other => match info.modes.iter().find(|mode| mode.name == other) {
                Some(mode) if command == Command::Run(None) => command = Command::Run(Some(*mode)),
                _ => {
                    return Err(format!(
                        "unexpected argument {text:?}; see {} --help",
                        info.name
                    ));
                }
            },
        }
    }
    Ok(command)
}

/// The help text: usage, examples, and the settings this service reads.
pub(crate) fn help(info: &ServiceInfo) -> String {
    let name = info.name;
    let mut text = format!(
        "{about}

Usage: {name} [COMMAND]

Commands:
  check-config   Check the configuration, show it with secrets masked, and exit
  healthcheck    Ask the service that runs here whether it is ready: exit 0 or 1 (for containers)
{modes}
Options:
  -h, --help     Print this help
  -V, --version  Print the version

Exit codes:
  0  clean stop, also after SIGTERM or SIGINT
  1  any failure
  2  bad configuration or arguments

Examples:
  {name} check-config
  {example} {name}
  SENS_CONFIG=/etc/sens/sens.toml {name}

Settings (environment, or keys of the TOML file named by SENS_CONFIG; secrets also as <NAME>_FILE):
",
        about = info.about,
        modes = modes(info.modes),
        example = example(info.needs),
    );
    for key in sens_config::reference() {
        if key.need.is_none_or(|need| info.needs.contains(&need)) {
            let default = match key.default {
                "" => String::new(),
                default => format!(" [{default}]"),
            };
            // Writing to a String cannot fail.
            _ = writeln!(text, "  {}\n      {}{default}", key.name, key.description);
        }
    }
    text
}

fn modes(modes: &[Mode]) -> String {
    let mut text = String::new();
    for mode in modes {
        _ = writeln!(text, "  {:<13}  {}", mode.name, mode.about);
    }
    text
}

fn example(needs: &[Need]) -> String {
    let parts: Vec<_> = needs
        .iter()
        .map(|need| match need {
            Need::Database => "DATABASE_URL=postgres://sens:sens@127.0.0.1:5432/sens",
            Need::Nats => "SENS_NATS__URL=nats://127.0.0.1:4222",
            Need::Mqtt => "SENS_MQTT__URL=mqtt://127.0.0.1:1883",
            Need::Api => "SENS_API__LISTEN=127.0.0.1:8080",
        })
        .chain(["SENS_OPS__LISTEN=127.0.0.1:9090"])
        .collect();
    parts.join(" \\\n    ")
}

/// What `check-config` prints: warnings and the settings in force, secrets masked.
pub(crate) fn checked(config: &Config, needs: &[Need]) -> String {
    let mut text = String::from("configuration is valid\n");
    for warning in &config.warnings {
        _ = writeln!(text, "warning: {warning}");
    }
    let settings = config.effective(needs);
    let width = settings
        .iter()
        .map(|(key, _)| key.len())
        .max()
        .unwrap_or_default();
    for (key, value) in settings {
        _ = writeln!(text, "  {key:width$} = {value}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const INFO: ServiceInfo = ServiceInfo {
        name: "worker",
        version: "1.0.0",
        about: "Works.",
        needs: &[Need::Database],
        modes: &[RETIRE],
    };
    const RETIRE: Mode = Mode {
        name: "retire",
        about: "Ends its session.",
    };

    fn parse(arguments: &[&str]) -> Result<Command, String> {
        super::parse(&INFO, arguments.iter().map(Into::into))
    }

    #[test]
    fn reads_the_command_line() {
        assert_eq!(parse(&[]), Ok(Command::Run(None)));
        assert_eq!(parse(&["retire"]), Ok(Command::Run(Some(RETIRE))));
        assert_eq!(parse(&["check-config"]), Ok(Command::CheckConfig));
        assert_eq!(parse(&["check-config", "--help"]), Ok(Command::Help));
        assert_eq!(parse(&["-V"]), Ok(Command::Version));
        for bad in ["--listen", "retired"] {
            let fault = parse(&[bad]).unwrap_err();
            assert_eq!(
                fault,
                format!("unexpected argument {bad:?}; see worker --help")
            );
        }
        assert!(parse(&["retire", "check-config"]).is_err());
    }

    #[test]
    fn help_lists_the_settings_of_the_service() {
        let text = help(&INFO);
        assert!(
            text.contains("  retire         Ends its session.\n"),
            "{text}"
        );
        assert!(text.contains("DATABASE_URL=postgres://"), "{text}");
        assert!(text.contains("  SENS_OPS__LISTEN\n"), "{text}");
        assert!(!text.contains("SENS_MQTT__URL"), "{text}");
    }
}
