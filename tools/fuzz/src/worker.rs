//! The loop: mutate, run, keep what behaves in a new way, keep what breaks.

use std::any::Any;
use std::collections::HashSet;
use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rand::SeedableRng;
use rand::rngs::SmallRng;
use sha2::{Digest, Sha256};

use crate::corpus::{Corpus, findings_folder};
use crate::mutate::mutated;
use crate::report::Report;
use crate::target::Target;

/// Inputs between two looks at the clock and at the others' count.
const ROUND: u64 = 256;
/// Most inputs a thread keeps for a target because they behaved in a new way.
const KEPT: usize = 4_096;
/// Findings after which a thread gives up.
const ENOUGH: usize = 20;

/// When a run ends.
#[derive(Debug, Clone, Copy)]
pub enum Limit {
    /// After so many inputs, or some more.
    Inputs(u64),
    /// After that time.
    Time(Duration),
}

/// How to run.
#[derive(Debug, Clone)]
pub struct Options {
    /// When to end.
    pub limit: Limit,
    /// Where randomness begins: the same seed, threads, targets and number of inputs try the same.
    pub seed: u64,
    /// Threads at work.
    pub threads: u32,
    /// What to fuzz.
    pub targets: Vec<Target>,
    /// Where findings are kept, when not with the versioned payloads.
    pub findings: Option<PathBuf>,
}

/// Fuzzes until the limit. Panics of the targets become findings.
///
/// # Errors
/// When the versioned payloads cannot be read, or a finding cannot be kept.
pub fn run(options: &Options) -> Result<Report> {
    let corpus = Corpus::load()?;
    let folder = options.findings.clone().unwrap_or_else(findings_folder);
    let started = Instant::now();
    let done = AtomicU64::new(0);
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {})); // findings are reported at the end, each once
    let results: Vec<Result<Part>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..options.threads.max(1))
            .map(|number| {
                let worker = Worker::new(options, &corpus, number, &folder);
                let done = &done;
                scope.spawn(move || worker.run(options.limit, started, done))
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| {
                thread.join().unwrap_or_else(|_| {
                    Err(anyhow::anyhow!("a thread of the fuzzer itself failed"))
                })
            })
            .collect()
    });
    panic::set_hook(hook);
    let mut report = Report {
        took: started.elapsed(),
        ..Report::default()
    };
    let mut outcomes = HashSet::new();
    for part in results {
        let part = part?;
        report.inputs += part.inputs;
        report.slowest = report.slowest.max_by_time(part.slowest);
        report.findings.extend(part.findings);
        outcomes.extend(part.outcomes);
    }
    report.findings.sort();
    report.findings.dedup_by(|one, other| one.0 == other.0);
    report.outcomes = outcomes.len();
    Ok(report)
}

/// What one thread came to.
#[derive(Default)]
struct Part {
    inputs: u64,
    slowest: Option<(Duration, Target)>,
    outcomes: HashSet<(Target, u64)>,
    findings: Vec<(PathBuf, String)>,
}

trait MaxByTime {
    fn max_by_time(self, other: Self) -> Self;
}

impl MaxByTime for Option<(Duration, Target)> {
    fn max_by_time(self, other: Self) -> Self {
        [self, other]
            .into_iter()
            .flatten()
            .max_by_key(|entry| entry.0)
    }
}

struct Worker<'a> {
    random: SmallRng,
    /// Targets with the inputs to mutate.
    pools: Vec<(Target, Vec<Vec<u8>>)>,
    folder: &'a Path,
    part: Part,
}

impl<'a> Worker<'a> {
    fn new(options: &Options, corpus: &Corpus, number: u32, folder: &'a Path) -> Self {
        let pool = |target: &Target| (*target, corpus.inputs(*target).to_vec());
        Self {
            random: SmallRng::seed_from_u64(
                options
                    .seed
                    .wrapping_mul(0x9E37_79B9)
                    .wrapping_add(number.into()),
            ),
            pools: options.targets.iter().map(pool).collect(),
            folder,
            part: Part::default(),
        }
    }

    fn run(mut self, limit: Limit, started: Instant, done: &AtomicU64) -> Result<Part> {
        let goes_on = || match limit {
            Limit::Inputs(most) => done.fetch_add(ROUND, Ordering::Relaxed) < most,
            Limit::Time(most) => started.elapsed() < most,
        };
        while self.part.findings.len() < ENOUGH && goes_on() {
            for number in 0..ROUND {
                let count = self.pools.len();
                let Some((target, pool)) = self.pools.get_mut(usize::try_from(number)? % count)
                else {
                    break;
                };
                let input = mutated(&mut self.random, pool);
                self.part.inputs += 1;
                let began = Instant::now();
                let outcome = panic::catch_unwind(AssertUnwindSafe(|| target.run(&input)));
                self.part.slowest = self
                    .part
                    .slowest
                    .max_by_time(Some((began.elapsed(), *target)));
                match outcome {
                    Ok(likeness) => {
                        if self.part.outcomes.insert((*target, likeness)) && pool.len() < KEPT {
                            pool.push(input);
                        }
                    }
                    Err(cause) => {
                        let path = keep(self.folder, *target, &input)?;
                        self.part.findings.push((path, message(cause.as_ref())));
                    }
                }
            }
        }
        Ok(self.part)
    }
}

/// Keeps an input under a name made of its target and its hash.
fn keep(folder: &Path, target: Target, input: &[u8]) -> Result<PathBuf> {
    let hash = hex::encode(&Sha256::digest(input)[..8]);
    let path = folder.join(format!("{target}-{hash}.input"));
    fs::write(&path, input).with_context(|| format!("keep a finding in {}", path.display()))?;
    Ok(path)
}

fn message(cause: &(dyn Any + Send)) -> String {
    let text = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without words")
        .lines()
        .collect::<Vec<_>>()
        .join(" | ")
}
