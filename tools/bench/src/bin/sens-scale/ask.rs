//! The questions: by the same functions as the REST API asks them.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use sens_storage::PgPool;
use sens_storage::query::Scope;
use sens_storage::query::buckets::{Aggregation, read_buckets};
use sens_storage::query::latest::latest_values;
use sens_storage::query::measurements::{Clock, Order, Range, Selection, Series, read_range};
use sens_storage::query::targets::find_targets;
use sens_storage::rollup::Level;

use crate::options::Options;

const LATEST_OF_ALL: &str = "
    SELECT d.serial, m.name, l.value, l.recorded_at FROM latest_value l
    JOIN device d ON d.id = l.device_id JOIN metric m ON m.id = l.metric_id";

/// Asks each question some times, of other devices each time, and prints the times.
pub(crate) async fn everything(pool: &PgPool, options: &Options) -> Result<()> {
    println!(
        "\n{:44} {:>10} {:>10} {:>8}",
        "", "median ms", "slowest", "rows"
    );
    let mut ask = Ask::new(options);
    for _ in 0..options.questions {
        let serial = ask.serial();
        let begun = Instant::now();
        let values = latest_values(pool, &Scope::EVERYTHING, &serial)
            .await?
            .context("no such device")?;
        ask.note(begun, values.values.len());
    }
    ask.print("newest values of a device");
    for _ in 0..options.questions {
        let serial = ask.serial();
        let begun = Instant::now();
        let found = find_targets(pool, &Scope::EVERYTHING, Some(&[serial]), None, 1000).await?;
        let rows = read_range(pool, &found.selection(last(TimeDelta::days(1))), 10_000).await?;
        ask.note(begun, rows.len());
    }
    ask.print("24 hours of a device, every reading");
    for _ in 0..options.questions {
        let serial = ask.serial();
        let begun = Instant::now();
        let found = find_targets(pool, &Scope::EVERYTHING, Some(&[serial]), None, 1000).await?;
        let selection = found.selection(last(TimeDelta::days(30)));
        let rows = read_buckets(pool, &selection, &Aggregation::of(Level::Hour), 10_000).await?;
        ask.note(begun, rows.len());
    }
    ask.print("30 days of a device by the hour");
    for _ in 0..options.questions {
        let selection = Selection {
            series: ask.fleet(100),
            range: last(TimeDelta::days(7)),
            clock: Clock::Device,
            as_of: None,
            corrected: true,
        };
        let begun = Instant::now();
        let rows = read_buckets(pool, &selection, &Aggregation::of(Level::Hour), 100_000).await?;
        ask.note(begun, rows.len());
    }
    ask.print("7 days of 100 devices by the hour");
    for _ in 0..options.questions {
        let begun = Instant::now();
        let rows = sqlx::query(LATEST_OF_ALL).fetch_all(pool).await?;
        ask.note(begun, rows.len());
    }
    ask.print("newest values of all devices");
    ensure!(
        ask.answered,
        "a question had no answer: nothing was measured"
    );
    Ok(())
}

fn last(span: TimeDelta) -> Range {
    let now: DateTime<Utc> = Utc::now();
    let today = now.date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
    Range {
        from: Some(today - span),
        to: Some(today),
        order: Order::Ascending,
        after: None,
    }
}

/// The times of one question, and which device is next.
struct Ask {
    devices: i64,
    next: i64,
    times: Vec<Duration>,
    rows: usize,
    answered: bool,
}

impl Ask {
    fn new(options: &Options) -> Self {
        Self {
            devices: i64::try_from(options.devices()).unwrap_or(i64::MAX),
            next: 0,
            times: Vec::new(),
            rows: 0,
            answered: true,
        }
    }

    /// Far from the one before.
    fn device(&mut self) -> i64 {
        self.next = (self.next + 7919) % self.devices;
        self.next + 1
    }

    fn serial(&mut self) -> String {
        format!("SCALE-{:07}", self.device())
    }

    fn fleet(&mut self, count: i64) -> Vec<Series> {
        let first = self.device();
        (0..count.min(self.devices))
            .map(|place| {
                let device_id = (first + place * 31) % self.devices + 1;
                Series {
                    device_id,
                    metric_id: i32::try_from(1 + device_id % 4).unwrap_or(1),
                    boolean: false,
                    answered_as: device_id,
                }
            })
            .collect()
    }

    fn note(&mut self, begun: Instant, rows: usize) {
        self.times.push(begun.elapsed());
        self.rows = rows;
        self.answered &= rows > 0;
    }

    fn print(&mut self, what: &str) {
        self.times.sort_unstable();
        let millis = |time: Option<&Duration>| time.map_or(0.0, |time| time.as_secs_f64() * 1e3);
        println!(
            "{what:44} {:>10.1} {:>10.1} {:>8}",
            millis(self.times.get(self.times.len() / 2)),
            millis(self.times.last()),
            self.rows
        );
        self.times.clear();
    }
}
