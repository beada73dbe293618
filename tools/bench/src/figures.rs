//! What is measured, and what becomes of several runs of it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::usage::{Cpu, Memory};

/// Throughput of one thing in one run.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Measure {
    /// Stable name, for programs.
    pub(crate) key: &'static str,
    /// Name for people.
    #[serde(skip)]
    pub(crate) label: &'static str,
    /// Messages that went through.
    pub(crate) messages: u64,
    /// Time they took.
    pub(crate) seconds: f64,
    /// Messages per second.
    pub(crate) messages_per_second: f64,
    /// CPU time for each message, by process.
    pub(crate) cpu_micros_per_message: Cpu,
}

impl Measure {
    /// From a count and a time.
    pub(crate) fn new(
        what: (&'static str, &'static str),
        messages: u64,
        took: Duration,
        cpu: Cpu,
    ) -> Self {
        let seconds = took.as_secs_f64().max(1e-9);
        Self {
            key: what.0,
            label: what.1,
            messages,
            seconds,
            messages_per_second: messages as f64 / seconds,
            cpu_micros_per_message: cpu,
        }
    }
}

/// Times in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Quantiles {
    /// Half are faster.
    pub(crate) p50: f64,
    /// Ninety-nine of a hundred are faster.
    pub(crate) p99: f64,
    /// The slowest.
    pub(crate) max: f64,
}

impl Quantiles {
    /// Of times in microseconds; `None` when there are none.
    pub(crate) fn of(mut micros: Vec<i64>) -> Option<Self> {
        micros.sort_unstable();
        let last = micros.len().checked_sub(1)?;
        let at =
            |hundredths: usize| micros[(micros.len() * hundredths / 100).min(last)] as f64 / 1000.0;
        Some(Self {
            p50: at(50),
            p99: at(99),
            max: at(100),
        })
    }
}

/// Latency at a steady rate.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Latency {
    /// Messages per second that were published.
    pub(crate) rate: u32,
    /// Messages measured.
    pub(crate) messages: u64,
    /// From the arrival of the packet at the ingestion worker to the moment its rows can be queried.
    pub(crate) arrival_to_queryable_ms: Quantiles,
    /// From publishing, so with the broker.
    pub(crate) publish_to_queryable_ms: Quantiles,
    /// Of the disk meanwhile: a block appended and synced.
    pub(crate) disk_ms: Quantiles,
    /// CPU time for each message, by process.
    pub(crate) cpu_micros_per_message: Cpu,
}

/// One run of everything.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Round {
    /// The bare parts, then the platform.
    pub(crate) measures: Vec<Measure>,
    /// Latency, when it was measured.
    pub(crate) latency: Option<Latency>,
    /// Memory after full load, by process.
    pub(crate) memory: BTreeMap<&'static str, Memory>,
}

impl Round {
    /// The throughput measured under this name.
    pub(crate) fn rate(&self, key: &str) -> Option<f64> {
        let found = self.measures.iter().find(|measure| measure.key == key)?;
        Some(found.messages_per_second)
    }
}

/// The median of a figure over the runs that have it.
pub(crate) fn median(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let mut values: Vec<f64> = values.flatten().collect();
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    Some(f64::midpoint(values[last / 2], values[last.div_ceil(2)]))
}

/// The median over the runs of how one throughput compares with another in the same run.
pub(crate) fn ratio(rounds: &[Round], of: &str, to: &str) -> Option<f64> {
    median(
        rounds
            .iter()
            .map(|round| Some(round.rate(of)? / round.rate(to)?)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(parts: f64, ours: f64) -> Round {
        let measure = |key, rate| Measure {
            messages_per_second: rate,
            ..Measure::new((key, key), 1, Duration::from_secs(1), Cpu::new())
        };
        Round {
            measures: vec![measure("part", parts), measure("ours", ours)],
            ..Round::default()
        }
    }

    #[test]
    fn medians_and_ratios_are_taken_run_by_run() {
        let close =
            |left: Option<f64>, right: f64| left.is_some_and(|left| (left - right).abs() < 1e-9);
        assert!(close(median([Some(3.0), None, Some(1.0)].into_iter()), 2.0));
        assert!(close(
            median([Some(3.0), Some(9.0), Some(1.0)].into_iter()),
            3.0
        ));
        assert_eq!(median(std::iter::empty()), None);
        // A machine that is twice as slow in one run changes no ratio.
        let rounds = [round(100.0, 50.0), round(50.0, 25.0), round(100.0, 60.0)];
        assert!(close(ratio(&rounds, "ours", "part"), 0.5));
        assert_eq!(ratio(&rounds, "ours", "missing"), None);
    }

    #[test]
    fn quantiles_of_many_and_of_few() {
        let quantiles = Quantiles::of((1..=1000).rev().map(|micros| micros * 1000).collect());
        let expected = Quantiles {
            p50: 501.0,
            p99: 991.0,
            max: 1000.0,
        };
        assert_eq!(quantiles, Some(expected));
        assert!(Quantiles::of(vec![5]).is_some_and(|one| one.p99 < 0.006));
        assert_eq!(Quantiles::of(Vec::new()), None);
    }
}
