//! What a run came to.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::Target;

/// What a run came to.
#[derive(Debug, Default)]
pub struct Report {
    /// Inputs tried.
    pub inputs: u64,
    /// How long it took.
    pub took: Duration,
    /// Kinds of outcomes seen.
    pub outcomes: usize,
    /// The longest an input took, and of which target it was.
    pub slowest: Option<(Duration, Target)>,
    /// Inputs with which something did not hold: where each is kept, and what was said.
    pub findings: Vec<(PathBuf, String)>,
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.took.as_secs_f64();
        write!(
            formatter,
            "{} inputs in {seconds:.1} s, {:.0} inputs/s, {} kinds of outcomes, {} findings",
            self.inputs,
            self.inputs as f64 / seconds.max(f64::MIN_POSITIVE),
            self.outcomes,
            self.findings.len()
        )?;
        if let Some((took, target)) = self.slowest {
            write!(formatter, "; the slowest took {took:.1?} ({target})")?;
        }
        for (path, message) in &self.findings {
            write!(formatter, "\n{}: {message}", path.display())?;
        }
        Ok(())
    }
}
