//! What people see.

use std::io::{IsTerminal, Write, stderr, stdout};
use std::path::Path;
use std::time::Duration;

use sens_testkit::{Casualty, Platform};

/// Prints a line; a broken pipe ends the output, not the demo.
pub(crate) fn say(line: &str) {
    writeln!(stdout(), "{line}").ok();
}

/// Prints the one line that says what is wrong (and, of a process that failed, the end of its log).
pub(crate) fn fault(text: &str) {
    writeln!(stderr(), "sens-demo: {text}").ok();
}

/// A step that is done.
pub(crate) fn step(name: &str, took: Duration) {
    say(&format!("  {name:<28} {:>5.1} s", took.as_secs_f64()));
}

/// Where everything is.
pub(crate) fn welcome(platform: &Platform, console: bool, took: Duration) {
    let (api, mqtt, dir) = (
        platform.api_url(),
        platform.mosquitto.port(),
        platform.dir(),
    );
    let key_file = shown(&dir.join("api-key"));
    let first = if console {
        format!("  Console         {api}/")
    } else {
        "  Console         not built: npm --prefix services/web-console run build".to_owned()
    };
    say(&format!("\nReady in {:.1} s.\n", took.as_secs_f64()));
    say(&first);
    say(&format!("  API reference   {api}/docs"));
    say(&format!(
        "  API key         {}   (kept in {key_file})",
        platform.api_key()
    ));
    say(&format!("  PostgreSQL      {}", platform.sql_url()));
    say(&format!("  Data            {}", shown(dir)));
    say(&format!("  Logs            {}\n", shown(&dir.join("logs"))));
    say("Ask the API:");
    say(&format!(
        "  curl -H \"Authorization: Bearer $(cat {key_file})\" {api}/v1/overview\n"
    ));
    say("Send a reading as device 7:");
    say(&format!(
        "  mosquitto_pub -p {mqtt} -q 1 -t sens/legacy/telemetry -m '{{\"device_id\":7,\"event_type\":\"battery_charge\",\"value\":71.5}}'\n"
    ));
    say("Ctrl-C stops everything.\n");
}

/// A process that ended by itself, with the end of its log.
pub(crate) fn casualty(casualty: &Casualty) {
    fault(&format!(
        "{} ended by itself ({}); the end of {}:\n{}",
        casualty.name,
        casualty.how,
        shown(Path::new(&casualty.log_path)),
        casualty.log
    ));
}

/// One line that is written over again and again on a terminal, and written out now and then elsewhere.
#[derive(Debug)]
pub(crate) struct LiveLine {
    terminal: bool,
    ticks: u32,
}

impl LiveLine {
    pub(crate) fn new() -> Self {
        Self {
            terminal: stdout().is_terminal(),
            ticks: 0,
        }
    }

    /// Shows the text; to be called once a second.
    pub(crate) fn show(&mut self, text: &str) {
        if self.terminal {
            write!(stdout(), "\r\x1b[K{text}").ok();
            stdout().flush().ok();
        } else if self.ticks.is_multiple_of(10) {
            say(text);
        }
        self.ticks += 1;
    }

    /// Leaves the line as it is and goes on below it.
    pub(crate) fn end(&self) {
        if self.terminal && self.ticks > 0 {
            say("");
        }
    }
}

/// A path relative to the working folder where it is inside.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here)
        .unwrap_or(path)
        .display()
        .to_string()
}
