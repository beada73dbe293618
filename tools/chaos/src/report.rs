//! The devices' ledger beside the platform's.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use sens_testkit::grouped;
use sens_testkit::ledger::{Accounts, Findings};

use crate::plan::{Fault, Kind};
use crate::stage::Back;

/// All that is known at the end.
pub(crate) struct Report {
    pub(crate) seed: u64,
    pub(crate) faults: Vec<(Fault, Back)>,
    pub(crate) took: Duration,
    pub(crate) findings: Findings,
    pub(crate) accounts: Accounts,
}

impl Report {
    /// Nothing missing, nothing twice, balanced.
    pub(crate) fn is_good(&self) -> bool {
        self.findings.is_clean() && self.balanced()
    }

    fn balanced(&self) -> bool {
        self.accounts
            .agree(self.findings.arrivals, self.findings.stored)
    }

    /// The table, and the verdict in its last line.
    pub(crate) fn render(&self) -> String {
        let mut text = String::new();
        self.kinds(&mut text);
        self.ledgers(&mut text);
        for example in &self.findings.examples {
            writeln!(text, "  {example}").ok();
        }
        let f = &self.findings;
        let balanced = if self.balanced() {
            "balanced"
        } else {
            "NOT balanced"
        };
        write!(
            text,
            "seed {}: {} faults in {} min {:02} s: {} missing, {} twice, {} wrong, {} unknown, {balanced}",
            self.seed,
            self.faults.len(),
            self.took.as_secs() / 60,
            self.took.as_secs() % 60,
            f.missing,
            f.twice,
            f.wrong,
            f.unknown
        )
        .ok();
        text
    }

    /// How often each kind of fault occurred, and how long it took until everything was back.
    fn kinds(&self, text: &mut String) {
        let mut kinds: BTreeMap<Kind, (u32, Duration, Duration)> = BTreeMap::new();
        for (fault, back) in &self.faults {
            let (count, sum, most) = kinds.entry(fault.kind()).or_default();
            *count += 1;
            *sum += back.after;
            *most = (*most).max(back.after);
        }
        writeln!(
            text,
            "{:30} {:>6} {:>12} {:>12}",
            "fault", "times", "back (mean)", "back (most)"
        )
        .ok();
        for (kind, (count, sum, most)) in kinds {
            let mean = sum.as_secs_f64() / f64::from(count.max(1));
            let most = most.as_secs_f64();
            writeln!(text, "{kind:30} {count:>6} {mean:>10.1} s {most:>10.1} s").ok();
        }
        let held = self.faults.iter().filter(|(_, back)| back.held).count();
        if held > 0 {
            writeln!(
                text,
                "After {held} of them this machine did not keep up, and the devices were held; a lower --rate avoids it."
            )
            .ok();
        }
    }

    fn ledgers(&self, text: &mut String) {
        let (f, m, r) = (
            &self.findings,
            &self.accounts.messages,
            &self.accounts.readings,
        );
        let notes = [
            ("", "devices", "platform", String::new()),
            (
                "messages",
                &grouped(f.acknowledged),
                &grouped(f.arrivals),
                format!("{} arrived again", grouped(f.again)),
            ),
            (
                "readings",
                &grouped(f.readings),
                &grouped(f.stored),
                format!(
                    "{} without a time of their own arrived again",
                    grouped(f.timeless_again)
                ),
            ),
            (
                "malformed",
                &grouped(f.malformed),
                &grouped(f.failed),
                String::new(),
            ),
            (
                "startups and presence",
                &grouped(f.control),
                &grouped(m.control),
                String::new(),
            ),
        ];
        writeln!(text).ok();
        for (name, devices, platform, note) in notes {
            let line = format!("{name:24} {devices:>12} {platform:>12}  {note}");
            writeln!(text, "{}", line.trim_end()).ok();
        }
        writeln!(
            text,
            "accounting: {} received = {} parsed + {} failed + {} control + {} dead + {} in flight",
            m.received, m.parsed, m.failed, m.control, m.dead, m.in_flight
        )
        .ok();
        writeln!(
            text,
            "            {} decoded = {} processed + {} duplicate + {} error",
            r.decoded, r.processed, r.duplicate, r.error
        )
        .ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sens_testkit::ledger::{Messages, Readings};

    fn back(seconds: u64, held: bool) -> Back {
        Back {
            after: Duration::from_secs(seconds),
            held,
        }
    }

    fn report() -> Report {
        Report {
            seed: 7,
            faults: vec![
                (Fault::FullStream, back(2, false)),
                (Fault::FullStream, back(4, true)),
            ],
            took: Duration::from_secs(61),
            findings: Findings {
                acknowledged: 1234,
                arrivals: 1240,
                again: 6,
                readings: 2000,
                stored: 2000,
                ..Findings::default()
            },
            accounts: Accounts {
                messages: Messages {
                    received: 1240,
                    parsed: 1240,
                    ..Messages::default()
                },
                readings: Readings {
                    decoded: 2010,
                    processed: 2000,
                    duplicate: 10,
                    error: 0,
                },
                balanced: true,
            },
        }
    }

    #[test]
    fn the_last_line_is_the_verdict() {
        let good = report();
        assert!(good.is_good());
        let text = good.render();
        assert!(
            text.ends_with(
                "seed 7: 2 faults in 1 min 01 s: 0 missing, 0 twice, 0 wrong, 0 unknown, balanced"
            ),
            "{text}"
        );
        assert!(
            text.contains("1,234        1,240  6 arrived again"),
            "{text}"
        );
        assert!(text.contains("3.0 s        4.0 s"), "{text}");
        assert!(text.contains("After 1 of them"), "{text}");
        let mut bad = report();
        bad.accounts.messages.received += 1;
        assert!(!bad.is_good() && bad.render().ends_with("NOT balanced"));
        let mut bad = report();
        bad.findings.missing = 1;
        assert!(!bad.is_good());
    }
}
