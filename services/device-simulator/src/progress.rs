//! Progress on standard error: a bar at a terminal, a line now and then elsewhere.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Time between two lines where there is no terminal.
const PAUSE: Duration = Duration::from_secs(5);

/// Shows progress.
pub(crate) enum Progress {
    /// A terminal.
    Bar(ProgressBar),
    /// A file or a pipe.
    Lines { total: Option<u64>, last: Instant },
}

impl Progress {
    /// Towards `total`, or without an end.
    pub(crate) fn new(total: Option<u64>) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self::Lines {
                total,
                last: Instant::now(),
            };
        }
        let (bar, template) = match total {
            Some(total) => (
                ProgressBar::new(total),
                "{bar:30} {human_pos}/{human_len} ({per_sec}) {msg}",
            ),
            None => (
                ProgressBar::new_spinner(),
                "{spinner} {human_pos} ({per_sec}) {msg}",
            ),
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self::Bar(bar)
    }

    /// Shows the position and a few words.
    pub(crate) fn update(&mut self, position: u64, words: &str) {
        match self {
            Self::Bar(bar) => {
                bar.set_message(words.to_owned());
                bar.set_position(position);
            }
            Self::Lines { total, last } if last.elapsed() >= PAUSE => {
                *last = Instant::now();
                match total {
                    Some(total) => eprintln!("{position}/{total} acknowledged, {words}"),
                    None => eprintln!("{position} acknowledged, {words}"),
                }
            }
            Self::Lines { .. } => {}
        }
    }

    /// Says something without disturbing the bar.
    pub(crate) fn say(&self, words: &str) {
        match self {
            Self::Bar(bar) => bar.suspend(|| eprintln!("{words}")),
            Self::Lines { .. } => eprintln!("{words}"),
        }
    }

    /// Removes the bar.
    pub(crate) fn finish(self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}
