//! What processes take, from `/proc`. Elsewhere than on Linux there is nothing to read, and the figures are left out.

use std::collections::{BTreeMap, HashMap};
use std::fs;

use serde::Serialize;

/// Processes to watch, by the name they have in the results.
pub(crate) type Watched = Vec<(&'static str, u32)>;

/// CPU time in microseconds, by process.
pub(crate) type Cpu = BTreeMap<&'static str, f64>;

/// Memory of a process in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Memory {
    /// Resident now.
    pub(crate) resident_bytes: u64,
    /// The most that was ever resident.
    pub(crate) peak_bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stat {
    parent: u32,
    /// Clock ticks of the process and of the children it has collected.
    ticks: u64,
}

/// CPU time of all processes at one moment.
struct Snapshot(HashMap<u32, Stat>);

impl Snapshot {
    fn take() -> Self {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        Self(
            entries
                .filter_map(|entry| {
                    let pid = entry.file_name().to_str()?.parse().ok()?;
                    let text = fs::read_to_string(entry.path().join("stat")).ok()?;
                    Some((pid, parse_stat(&text)?))
                })
                .collect(),
        )
    }

    /// Ticks of a process, its living children and those that have ended: a server with a process for each connection
    /// counts as one.
    fn ticks(&self, pid: u32) -> Option<u64> {
        let own = self.0.get(&pid)?.ticks;
        let children = self.0.values().filter(|stat| stat.parent == pid);
        Some(own + children.map(|stat| stat.ticks).sum::<u64>())
    }
}

/// Measures CPU time from its start on.
pub(crate) struct Meter {
    watched: Watched,
    before: Snapshot,
}

impl Meter {
    /// Begins to measure these processes, and this one as `bench`.
    pub(crate) fn start(mut watched: Watched) -> Self {
        watched.push(("bench", std::process::id()));
        Self {
            watched,
            before: Snapshot::take(),
        }
    }

    /// The CPU time since the start, for each of `messages`.
    pub(crate) fn per_message(&self, messages: u64) -> Cpu {
        let after = Snapshot::take();
        let tick = 1e6 / rustix::param::clock_ticks_per_second() as f64;
        self.watched
            .iter()
            .filter_map(|(name, pid)| {
                // The servers are children of this process, and are not part of it.
                let ticks = |snapshot: &Snapshot| match *name {
                    "bench" => Some(snapshot.0.get(pid)?.ticks),
                    _ => snapshot.ticks(*pid),
                };
                let spent = ticks(&after)?.saturating_sub(ticks(&self.before)?);
                Some((*name, spent as f64 * tick / messages.max(1) as f64))
            })
            .collect()
    }
}

/// utime, stime, cutime and cstime are the fields 14 to 17; the name before them may hold spaces and brackets.
fn parse_stat(text: &str) -> Option<Stat> {
    let (_, rest) = text.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    let ticks = fields
        .get(11..15)?
        .iter()
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    Some(Stat {
        parent: fields.get(1)?.parse().ok()?,
        ticks,
    })
}

/// The memory of each process that can be seen.
pub(crate) fn memory(watched: &Watched) -> BTreeMap<&'static str, Memory> {
    watched
        .iter()
        .filter_map(|(name, pid)| {
            let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
            Some((*name, parse_status(&status)?))
        })
        .collect()
}

fn parse_status(text: &str) -> Option<Memory> {
    let bytes = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        let kibibytes: u64 = line.split_ascii_whitespace().next()?.parse().ok()?;
        Some(kibibytes * 1024)
    };
    Some(Memory {
        resident_bytes: bytes("VmRSS:")?,
        peak_bytes: bytes("VmHWM:")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_cpu_time_behind_any_name() {
        let text = "7 (a) b (c) S 3 7 7 0 -1 4194560 1 2 0 0 10 20 30 40 20 0 1 0 9 1 1";
        assert_eq!(
            parse_stat(text),
            Some(Stat {
                parent: 3,
                ticks: 100
            })
        );
        assert_eq!(parse_stat("nonsense"), None);
    }

    #[test]
    fn reads_memory() {
        let text = "Name:\tx\nVmHWM:\t   20 kB\nVmRSS:\t   10 kB\n";
        assert_eq!(
            parse_status(text),
            Some(Memory {
                resident_bytes: 10_240,
                peak_bytes: 20_480
            })
        );
        assert_eq!(parse_status("Name:\tx\n"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_server_counts_with_its_children() {
        let stat = |parent, ticks| Stat { parent, ticks };
        let snapshot = Snapshot(HashMap::from([
            (1, stat(0, 1)),
            (2, stat(1, 10)),
            (3, stat(1, 100)),
            (4, stat(3, 1000)),
        ]));
        assert_eq!(snapshot.ticks(1), Some(111));
        assert_eq!(snapshot.ticks(9), None);
        assert!(Snapshot::take().ticks(std::process::id()).is_some());
    }
}
