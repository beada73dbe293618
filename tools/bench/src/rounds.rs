//! All measurements, as often as asked for.

use std::fs;

use anyhow::{Context, Result};

use crate::figures::{Measure, Round};
use crate::options::Options;
use crate::ours::{self, Ours};
use crate::parts::{insert, jetstream, mqtt, write_path};
use crate::peers;
use crate::progress::Progress;
use crate::report;
use crate::usage;
use crate::workload::Shape;

/// Runs everything and prints the results.
pub(crate) async fn run(options: &Options) -> Result<()> {
    let options = options.settled();
    sens_testkit::check_programs()?;
    let progress = Progress::new();
    let mut rounds = Vec::new();
    for number in 1..=options.runs {
        progress.say(&format!("run {number} of {}", options.runs));
        rounds.push(Box::pin(round(&options, &progress)).await?);
    }
    progress.finish();
    print!("{}", report::table(&options, &rounds));
    if let Some(file) = &options.json {
        fs::write(file, report::json(&options, &rounds)?)
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}

/// The parts and the platform once, each on fresh servers.
async fn round(options: &Options, progress: &Progress) -> Result<Round> {
    let mut round = Round::default();
    if !options.platform_only {
        for measure in write_path::measure(options, progress).await? {
            note(&mut round, progress, measure);
        }
    }
    if options.write_path {
        return Ok(round);
    }
    if !options.platform_only {
        note(
            &mut round,
            progress,
            mqtt::measure(options, progress).await?,
        );
        for measure in jetstream::measure(options, progress).await? {
            note(&mut round, progress, measure);
        }
        for measure in insert::measure(options, progress).await? {
            note(&mut round, progress, measure);
        }
    }
    if let Some(programs) = &options.peers {
        for measure in peers::measure(options, programs, progress).await? {
            note(&mut round, progress, measure);
        }
    }
    let mut ours = Ours::start(options, progress).await?;
    for (what, shape) in [(ours::NARROW, Shape::Narrow), (ours::SINGLE, Shape::Single)] {
        let measure = ours.throughput(what, shape, options, progress).await?;
        note(&mut round, progress, measure);
    }
    round.memory = usage::memory(&ours.watched()?);
    round.latency = ours.latency(options, progress).await?;
    ours.verify().await?;
    ours.stop().await?;
    Ok(round)
}

fn note(round: &mut Round, progress: &Progress, measure: Measure) {
    progress.say(&format!(
        "  {:46} {:>8.0} messages/s",
        measure.label, measure.messages_per_second
    ));
    round.measures.push(measure);
}
