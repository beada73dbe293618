//! The platform end to end: from publishing at the broker to the committed row.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use sens_config::Config;
use sens_messaging::{EventFeed, Messaging};
use sens_schema::Micros;
use sens_testkit::Platform;
use sqlx::{Connection, PgConnection};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::committed::{self, Ended, Goal, PATIENCE};
use crate::disk::DiskProbe;
use crate::figures::{Latency, Measure, Quantiles};
use crate::options::Options;
use crate::progress::Progress;
use crate::usage::{Meter, Watched};
use crate::wire::{Pace, Publishers};
use crate::workload::{Shape, Workload, origin};

/// Four readings in a message.
pub(crate) const NARROW: (&str, &str) = ("end_to_end_narrow", "End to end: 4 readings a message");
/// One reading in a message.
pub(crate) const SINGLE: (&str, &str) = ("end_to_end_single", "End to end: 1 reading a message");

/// Messages before the first measurement: they make devices, partitions and plans.
const WARM_UP: u64 = 2000;

const COMMITTED: &str =
    "SELECT coalesce(sum(parsed + failed + control + dead), 0)::bigint FROM ingest_ledger";

const ACCOUNTS: &str = "
    SELECT coalesce(sum(parsed), 0)::bigint, coalesce(sum(failed + control + dead), 0)::bigint,
        coalesce(sum(processed), 0)::bigint, coalesce(sum(duplicate + error), 0)::bigint,
        (SELECT count(*) FROM raw_record), (SELECT count(*) FROM processed_record)
    FROM ingest_ledger";

/// A running platform and what was sent to it.
pub(crate) struct Ours {
    platform: Platform,
    sql: PgConnection,
    origin: Micros,
    /// Messages sent so far; also the number of the next one.
    sent: u64,
    /// Readings in them.
    readings: u64,
    connections: usize,
}

impl Ours {
    /// Starts everything afresh and sends the first messages.
    pub(crate) async fn start(options: &Options, progress: &Progress) -> Result<Self> {
        progress.begin("starting the platform", 1);
        let mut builder = Platform::builder().durable(true);
        for (name, value) in &options.set {
            builder = builder.env("*", name, value);
        }
        let platform = builder.start().await?;
        platform.postgres.recycle_log()?;
        let sql = PgConnection::connect(&platform.postgres.url())
            .await
            .context("connect to the platform's database")?;
        let mut ours = Self {
            platform,
            sql,
            origin: origin(),
            sent: 0,
            readings: 0,
            connections: usize::try_from(options.connections)?,
        };
        for shape in [Shape::Narrow, Shape::Single] {
            let workload = ours.next(shape, WARM_UP);
            ours.push(&workload, WARM_UP, progress).await?;
        }
        Ok(ours)
    }

    /// Its processes.
    pub(crate) fn watched(&mut self) -> Result<Watched> {
        let mut watched = vec![("mosquitto", self.platform.mosquitto.process()?.pid())];
        let platform = &mut self.platform;
        for service in &mut platform.ingestion {
            watched.push(("mqtt-ingestion-worker", service.process().pid()));
        }
        watched.push(("nats-server", platform.nats.process()?.pid()));
        for service in &mut platform.telemetry {
            watched.push(("telemetry-worker", service.process().pid()));
        }
        watched.push(("postgres", platform.postgres.process()?.pid()));
        if let Some(service) = &mut platform.api {
            watched.push(("platform-api", service.process().pid()));
        }
        Ok(watched)
    }

    /// Throughput with as many messages as the options say.
    pub(crate) async fn throughput(
        &mut self,
        what: (&'static str, &'static str),
        shape: Shape,
        options: &Options,
        progress: &Progress,
    ) -> Result<Measure> {
        let workload = self.next(shape, options.messages);
        progress.begin(what.1, workload.count);
        let meter = Meter::start(self.watched()?);
        let took = self
            .push(&workload, u64::from(options.backlog), progress)
            .await?;
        let cpu = meter.per_message(workload.count);
        Ok(Measure::new(what, workload.count, took, cpu))
    }

    /// The next messages, none of which was sent before.
    fn next(&mut self, shape: Shape, count: u64) -> Workload {
        let workload = Workload {
            shape,
            origin: self.origin,
            first: self.sent,
            count,
        };
        self.sent += count;
        self.readings += count * shape.readings();
        workload
    }

    /// Publishes at full speed with at most `backlog` messages on their way. Gives the time from the first to the
    /// commit of the last.
    async fn push(
        &mut self,
        workload: &Workload,
        backlog: u64,
        progress: &Progress,
    ) -> Result<Duration> {
        let gate = Arc::new(Semaphore::new(usize::try_from(backlog)?));
        let port = self.platform.mosquitto.port();
        let publishers = Publishers::prepare(port, workload, self.connections).await?;
        let begun = Instant::now();
        let publishing = publishers.run(Pace::Gated(Arc::clone(&gate)));
        let committing = self.follow_ledger(workload, &gate, progress);
        let (_, committed) = tokio::try_join!(publishing, committing)?;
        Ok(committed - begun)
    }

    /// Asks the ledger until the last message is committed, and lets as many new ones in as were.
    async fn follow_ledger(
        &mut self,
        workload: &Workload,
        gate: &Semaphore,
        progress: &Progress,
    ) -> Result<Instant> {
        let goal = Goal {
            query: COMMITTED,
            before: workload.first,
            count: workload.count,
        };
        let platform = &mut self.platform;
        let ended = committed::follow(&mut self.sql, goal, gate, progress, || {
            match platform.casualty() {
                None => Ok(()),
                Some(casualty) => bail!(
                    "{} ended by itself ({})\n{}",
                    casualty.name,
                    casualty.how,
                    casualty.log
                ),
            }
        });
        match ended.await? {
            Ended::All(at) => Ok(at),
            Ended::Stuck(done) => bail!(
                "{done} of {} messages are committed, and none in the last {} s; {}",
                workload.count,
                PATIENCE.as_secs(),
                self.whereabouts().await?
            ),
        }
    }

    /// Where messages are that do not arrive, by what the ingestion worker counts.
    async fn whereabouts(&self) -> Result<String> {
        let mut text = Vec::new();
        for service in &self.platform.ingestion {
            let mut counts = Vec::new();
            for (what, metric) in [
                ("received", "sens_mqtt_messages_received_total"),
                ("acknowledged", "sens_mqtt_messages_acked_total"),
                (
                    "acknowledgements dropped",
                    "sens_mqtt_stale_acks_dropped_total",
                ),
                ("in flight", "sens_mqtt_in_flight"),
            ] {
                counts.push(format!("{what} {}", service.metric(metric, "").await?));
            }
            text.push(format!("{}: {}", service.name(), counts.join(", ")));
        }
        Ok(format!(
            "{} were sent in all; {}",
            self.sent,
            text.join("; ")
        ))
    }

    /// Latency at a steady rate, of every message: the telemetry worker tells `SENS_EVENTS` when its COMMIT returned.
    pub(crate) async fn latency(
        &mut self,
        options: &Options,
        progress: &Progress,
    ) -> Result<Option<Latency>> {
        let count = u64::from(options.latency_rate) * u64::from(options.latency_seconds);
        if count == 0 {
            return Ok(None);
        }
        let label = format!("Latency at {} messages/s", options.latency_rate);
        progress.begin(&label, count);
        let workload = self.next(Shape::Narrow, count);
        let mut config = Config::default().nats;
        config.url = self.platform.nats_url();
        let messaging = Messaging::connect(&config, "sens-bench").await?;
        let mut feed = messaging.events(None).await?;
        let port = self.platform.mosquitto.port();
        let publishers = Publishers::prepare(port, &workload, self.connections).await?;
        let disk = DiskProbe::start(self.platform.dir()).await?;
        let meter = Meter::start(self.watched()?);
        let publishing = publishers.run(Pace::PerSecond(f64::from(options.latency_rate)));
        let telling = follow_events(&mut feed, &workload, progress);
        let (sent, told) = tokio::try_join!(publishing, telling)?;
        let cpu = meter.per_message(count);
        if let Some(file) = &options.latency_trace {
            trace(file, &sent, &told)?;
        }
        let arrival = told.iter().map(|times| times.queryable - times.received);
        let publish = told
            .iter()
            .zip(&sent)
            .map(|(times, sent)| times.queryable - sent);
        let times = Quantiles::of(arrival.collect())
            .zip(Quantiles::of(publish.collect()))
            .zip(disk.finish().await?);
        Ok(times.map(|((arrival, publish), disk)| Latency {
            rate: options.latency_rate,
            messages: count,
            arrival_to_queryable_ms: arrival,
            publish_to_queryable_ms: publish,
            disk_ms: disk,
            cpu_micros_per_message: cpu,
        }))
    }

    /// Whether every message that was sent became exactly its rows.
    pub(crate) async fn verify(&mut self) -> Result<()> {
        let (parsed, other, processed, refused, raw, rows): (i64, i64, i64, i64, i64, i64) =
            sqlx::query_as(ACCOUNTS).fetch_one(&mut self.sql).await?;
        let (sent, readings) = (self.sent.cast_signed(), self.readings.cast_signed());
        let found = (parsed, other, processed, refused, raw, rows);
        if found == (sent, 0, readings, 0, sent, readings) {
            return Ok(());
        }
        bail!(
            "not every message is accounted for: sent {sent} with {readings} readings; the ledger has {parsed} parsed and \
             {other} others, {processed} readings processed and {refused} refused or twice; the tables have {raw} raw \
             records and {rows} readings"
        )
    }

    /// Stops everything.
    pub(crate) async fn stop(self) -> Result<()> {
        self.sql.close().await?;
        let mut faults = Vec::new();
        let note = |name: &str, _, fault: Option<String>| {
            faults.extend(fault.map(|fault| format!("{name}: {fault}")));
        };
        self.platform.stop(note).await;
        if faults.is_empty() {
            return Ok(());
        }
        bail!("the platform did not stop in order: {}", faults.join("; "))
    }
}

/// When a message arrived at the ingestion worker and when its rows could be queried.
#[derive(Debug, Clone, Copy, Default)]
struct Times {
    received: Micros,
    queryable: Micros,
}

/// Writes the times of every message, in the order in which they were published.
fn trace(file: &Path, sent: &[Micros], told: &[Times]) -> Result<()> {
    let mut text = String::from("sent,received,queryable\n");
    for (sent, times) in sent.iter().zip(told) {
        writeln!(text, "{sent},{},{}", times.received, times.queryable)?;
    }
    std::fs::write(file, text).with_context(|| format!("write {}", file.display()))
}

/// Follows the events until all messages of the workload are told.
async fn follow_events(
    feed: &mut EventFeed,
    workload: &Workload,
    progress: &Progress,
) -> Result<Vec<Times>> {
    let mut told = vec![Times::default(); usize::try_from(workload.count)?];
    let mut done = 0;
    while done < workload.count {
        let item = timeout(PATIENCE, feed.next())
            .await
            .context("nothing is committed any more")??;
        for reading in &item.event.readings {
            let place = workload.place_of(reading.recorded_at);
            let Some(times) = place.and_then(|place| told.get_mut(place)) else {
                continue;
            };
            if times.queryable == 0 {
                *times = Times {
                    received: reading.received_at,
                    queryable: item.event.committed_at,
                };
                done += 1;
            }
        }
        progress.set(done);
    }
    Ok(told)
}
