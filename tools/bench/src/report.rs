//! The results as a table for people and as JSON for programs.

use std::fmt::Write as _;

use anyhow::Result;
use sens_testkit::grouped;
use serde_json::json;

use crate::figures::{Latency, Measure, Quantiles, Round, median, ratio};
use crate::options::Options;
use crate::ours::{NARROW, SINGLE};
use crate::parts::write_path::{COPY_NARROW, COPY_SINGLE, WRITE_NARROW, WRITE_SINGLE};

/// Processes in the order in which a message meets them.
const PROCESSES: [&str; 7] = [
    "bench",
    "mosquitto",
    "mqtt-ingestion-worker",
    "nats-server",
    "telemetry-worker",
    "postgres",
    "platform-api",
];

/// Processes of the peers.
const PEERS: [&str; 3] = ["telegraf", "bento take", "bento store"];

/// The workers, whose CPU time is given together as well.
const WORKERS: [&str; 2] = ["mqtt-ingestion-worker", "telemetry-worker"];

/// Memory is given for processes that are one: a database server with a process for each connection is not.
const ONE_PROCESS: [&str; 5] = [
    "mqtt-ingestion-worker",
    "telemetry-worker",
    "platform-api",
    "nats-server",
    "mosquitto",
];

/// One of the two times of a latency.
type Of = fn(&Latency) -> Quantiles;

/// Everything as a table.
pub(crate) fn table(options: &Options, rounds: &[Round]) -> String {
    let mut text = String::new();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    line(&mut text, "");
    line(
        &mut text,
        &format!(
            "{cores} cores, {} messages in each measurement, {} (medians). Everything acknowledged is on the disk.",
            thousands(options.messages as f64),
            plural(rounds.len(), "run"),
        ),
    );
    throughput(&mut text, rounds);
    cpu(&mut text, rounds);
    memory(&mut text, rounds);
    latency(&mut text, rounds);
    write_path(&mut text, rounds);
    if options.write_path {
        return text;
    }
    line(&mut text, "");
    line(
        &mut text,
        "Every message that was sent is accounted for: in the ledger, as a raw record, and by its readings.",
    );
    text
}

fn throughput(text: &mut String, rounds: &[Round]) {
    line(text, "");
    line(
        text,
        &format!(
            "{:46} {:>10} {:>9} {:>11} {:>13}",
            "", "messages/s", "CPU µs", "4 readings:", "1 reading:"
        ),
    );
    line(
        text,
        &format!(
            "{:46} {:>10} {:>9} {:>11} {:>13}",
            "", "", "a message", "platform is", "platform is"
        ),
    );
    for measure in measures(rounds) {
        let key = measure.key;
        let rate = median(rounds.iter().map(|round| round.rate(key)));
        let ours = [NARROW.0, SINGLE.0].contains(&key);
        // Rows of one shape say nothing about the other.
        let other_shape = |of: &str| {
            let other = if of == NARROW.0 { "_single" } else { "_narrow" };
            key.ends_with(other)
        };
        let compared = |of: &str| match ratio(rounds, of, key) {
            Some(ratio) if !ours && !other_shape(of) => format!("{ratio:.2}×"),
            _ => String::new(),
        };
        line(
            text,
            &format!(
                "{:46} {:>10} {:>9} {:>11} {:>13}",
                measure.label,
                rate.map(thousands).unwrap_or_default(),
                figure(cpu_of_all(rounds, key)),
                compared(NARROW.0),
                compared(SINGLE.0)
            ),
        );
    }
}

fn cpu(text: &mut String, rounds: &[Round]) {
    if cpu_of(rounds, NARROW.0, "postgres").is_none() {
        return;
    }
    line(text, "");
    line(
        text,
        &format!(
            "{:46} {:>10} {:>9}",
            "CPU µs a message, end to end", "4 readings", "1 reading"
        ),
    );
    for process in PROCESSES {
        let name = match process {
            "bench" => "the load itself",
            other => other,
        };
        line(
            text,
            &format!(
                "  {name:44} {:>10} {:>9}",
                figure(cpu_of(rounds, NARROW.0, process)),
                figure(cpu_of(rounds, SINGLE.0, process))
            ),
        );
    }
    let both = |key| {
        let values: Option<Vec<f64>> = WORKERS
            .iter()
            .map(|worker| cpu_of(rounds, key, worker))
            .collect();
        values.map(|values| values.iter().sum())
    };
    line(
        text,
        &format!(
            "  {:44} {:>10} {:>9}",
            "both workers together",
            figure(both(NARROW.0)),
            figure(both(SINGLE.0))
        ),
    );
}

fn memory(text: &mut String, rounds: &[Round]) {
    let of = |process, what: fn(&crate::usage::Memory) -> u64| {
        median(rounds.iter().map(|round| {
            let memory = round.memory.get(process)?;
            Some(what(memory) as f64 / 1e6)
        }))
    };
    if of("telemetry-worker", |memory| memory.peak_bytes).is_none() {
        return;
    }
    line(text, "");
    line(
        text,
        &format!("{:46} {:>10} {:>9}", "Resident memory, MB", "peak", "after"),
    );
    for process in ONE_PROCESS {
        line(
            text,
            &format!(
                "  {process:44} {:>10} {:>9}",
                figure(of(process, |memory| memory.peak_bytes)),
                figure(of(process, |memory| memory.resident_bytes))
            ),
        );
    }
}

fn latency(text: &mut String, rounds: &[Round]) {
    let Some(rate) = rounds
        .iter()
        .find_map(|round| Some(round.latency.as_ref()?.rate))
    else {
        return;
    };
    line(text, "");
    line(
        text,
        &format!(
            "{:46} {:>10} {:>9} {:>11}",
            format!("Latency at {} messages/s, ms", thousands(f64::from(rate))),
            "p50",
            "p99",
            "slowest"
        ),
    );
    let rows: [(&str, Of); 3] = [
        ("arrival at the worker → queryable", |latency| {
            latency.arrival_to_queryable_ms
        }),
        ("published → queryable", |latency| {
            latency.publish_to_queryable_ms
        }),
        ("the disk meanwhile: 4 KiB appended, synced", |latency| {
            latency.disk_ms
        }),
    ];
    for (name, of) in rows {
        let all = |what: fn(Quantiles) -> f64| {
            median(
                rounds
                    .iter()
                    .map(|round| Some(what(of(round.latency.as_ref()?)))),
            )
        };
        line(
            text,
            &format!(
                "  {name:44} {:>10} {:>9} {:>11}",
                figure(all(|times| times.p50)),
                figure(all(|times| times.p99)),
                figure(all(|times| times.max))
            ),
        );
    }
}

/// What the write path reaches of what `COPY` reaches with the same rows, by shape.
fn beside_copy(rounds: &[Round]) -> (Option<f64>, Option<f64>) {
    (
        ratio(rounds, WRITE_NARROW.0, COPY_NARROW.0),
        ratio(rounds, WRITE_SINGLE.0, COPY_SINGLE.0),
    )
}

fn write_path(text: &mut String, rounds: &[Round]) {
    let (Some(narrow), Some(single)) = beside_copy(rounds) else {
        return;
    };
    line(text, "");
    line(
        text,
        &format!(
            "Write path beside COPY of the same rows into the same tables and indexes: {narrow:.2}× (4 readings), {single:.2}× (1 reading)."
        ),
    );
}

/// All figures of all runs, and their medians.
pub(crate) fn json(options: &Options, rounds: &[Round]) -> Result<String> {
    let medians: Vec<_> = measures(rounds)
        .map(|measure| {
            json!({
                "key": measure.key,
                "messages_per_second": median(rounds.iter().map(|round| round.rate(measure.key))),
                "narrow_ratio": ratio(rounds, NARROW.0, measure.key),
                "single_ratio": ratio(rounds, SINGLE.0, measure.key),
            })
        })
        .collect();
    let (narrow, single) = beside_copy(rounds);
    let document = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "cores": std::thread::available_parallelism().map_or(1, usize::from),
        "messages": options.messages,
        "connections": options.connections,
        "backlog": options.backlog,
        "medians": medians,
        "write_path_beside_copy": { "narrow": narrow, "single": single },
        "runs": rounds,
    });
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

/// What was measured, in order.
fn measures(rounds: &[Round]) -> impl Iterator<Item = &Measure> {
    rounds.iter().take(1).flat_map(|round| &round.measures)
}

/// CPU time of one process in one measurement.
fn cpu_of(rounds: &[Round], key: &str, process: &str) -> Option<f64> {
    median(rounds.iter().map(|round| {
        let measure = round.measures.iter().find(|measure| measure.key == key)?;
        measure.cpu_micros_per_message.get(process).copied()
    }))
}

/// CPU time of all processes in one measurement, but for the load itself.
fn cpu_of_all(rounds: &[Round], key: &str) -> Option<f64> {
    let values: Vec<f64> = PROCESSES
        .iter()
        .chain(&PEERS)
        .filter(|process| **process != "bench")
        .filter_map(|process| cpu_of(rounds, key, process))
        .collect();
    (!values.is_empty()).then(|| values.iter().sum())
}

fn line(text: &mut String, line: &str) {
    // Writing to a String cannot fail.
    writeln!(text, "{}", line.trim_end()).ok();
}

fn figure(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.1}"))
}

/// A whole number with commas.
fn thousands(value: f64) -> String {
    let whole = format!("{value:.0}");
    whole.parse().map_or(whole, grouped)
}

fn plural(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        assert_eq!(thousands(1_234_567.4), "1,234,567");
        assert_eq!(thousands(999.6), "1,000");
        assert_eq!(thousands(12.0), "12");
        assert_eq!(figure(Some(1.25)), "1.2");
        assert_eq!(figure(None), "–");
    }
}
