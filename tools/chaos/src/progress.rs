//! Progress on standard error: plain lines, and a bar below them at a terminal.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::plan::Fault;
use crate::stage::Back;

/// Shows what happens.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    total: usize,
}

impl Progress {
    /// Towards so many faults.
    pub(crate) fn new(total: usize) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(total as u64);
            let template = "{bar:30} {pos}/{len} faults, {elapsed} gone, {eta} left: {msg}";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(250));
            bar
        });
        Self { bar, total }
    }

    /// A fault begins.
    pub(crate) fn begin(&self, fault: &Fault) {
        if let Some(bar) = &self.bar {
            bar.set_message(fault.to_string());
        }
    }

    /// A fault is over, and everything is back.
    pub(crate) fn done(&self, number: usize, fault: &Fault, back: Back) {
        let total = self.total;
        let width = total.to_string().len();
        let held = if back.held {
            ", with the devices held"
        } else {
            ""
        };
        self.say(&format!(
            "{number:>width$}/{total}  {fault}; all back after {:.1} s{held}",
            back.after.as_secs_f64()
        ));
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }

    /// Writes a line that stays.
    pub(crate) fn say(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.println(line),
            None => eprintln!("{line}"),
        }
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
