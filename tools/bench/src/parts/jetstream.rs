//! JetStream alone: our publisher against a fresh stream that syncs before every acknowledgement.

use std::time::Instant;

use anyhow::{Context, Result};
use chrono::Utc;
use futures_util::{TryStreamExt, stream};
use sens_config::Config;
use sens_messaging::{Bytes, Messaging, Outgoing, RawPublisher};
use sens_schema::envelope::{Envelope, Source};
use sens_testkit::Nats;

use crate::figures::Measure;
use crate::options::Options;
use crate::progress::Progress;
use crate::usage::Meter;
use crate::workload::{Shape, Workload, origin};

/// One message, one acknowledgement.
pub(crate) const SINGLY: (&str, &str) =
    ("jetstream_singly", "JetStream alone: singly, 256 in flight");
/// Atomic batches, one after the other.
pub(crate) const BATCHES_256: (&str, &str) = (
    "jetstream_batches_256",
    "JetStream alone: atomic batches of 256",
);
/// The largest batches that the ingestion worker makes.
pub(crate) const BATCHES_1000: (&str, &str) = (
    "jetstream_batches_1000",
    "JetStream alone: atomic batches of 1,000",
);

/// Fewer messages than the publisher makes a batch of.
const FEW: usize = 16;
/// So many of these at once.
const AT_ONCE: usize = 16;

/// Measures the three ways, each on a fresh server.
pub(crate) async fn measure(options: &Options, progress: &Progress) -> Result<Vec<Measure>> {
    let ways = [
        (SINGLY, FEW, AT_ONCE),
        (BATCHES_256, 256, 1),
        (BATCHES_1000, 1000, 1),
    ];
    let mut measures = Vec::new();
    for (what, size, at_once) in ways {
        measures.push(publish(options, progress, what, size, at_once).await?);
    }
    Ok(measures)
}

async fn publish(
    options: &Options,
    progress: &Progress,
    what: (&'static str, &'static str),
    size: usize,
    at_once: usize,
) -> Result<Measure> {
    let mut nats = Nats::start().await?;
    let mut config = Config::default().nats;
    config.url = nats.url();
    let messaging = Messaging::connect(&config, "sens-bench").await?;
    messaging.ensure_streams(&config).await?;
    let publisher = messaging.publisher();
    let messages = messages(options.messages);
    progress.begin(what.1, options.messages);
    let meter = Meter::start(vec![("nats-server", nats.process()?.pid())]);
    let begun = Instant::now();
    stream::iter(messages.chunks(size).map(Ok))
        .try_for_each_concurrent(at_once, |chunk| store(&publisher, chunk))
        .await?;
    let took = begun.elapsed();
    let cpu = meter.per_message(options.messages);
    progress.set(options.messages);
    Ok(Measure::new(what, options.messages, took, cpu))
}

async fn store(publisher: &RawPublisher, chunk: &[Outgoing]) -> Result<()> {
    for result in publisher.publish(chunk).await {
        result.context("JetStream did not take a message")?;
    }
    Ok(())
}

/// The messages as the ingestion worker makes them.
fn messages(count: u64) -> Vec<Outgoing> {
    let workload = Workload {
        shape: Shape::Narrow,
        origin: origin(),
        first: 0,
        count,
    };
    let received_at = Utc::now().timestamp_micros();
    workload
        .numbers()
        .map(|number| Outgoing {
            envelope: Envelope {
                topic: workload.topic(number),
                source: Source::Mqtt,
                received_at,
                content_type: None,
                traceparent: Some(format!("00-{number:032x}-{:016x}-01", number + 1)),
                truncated: None,
                wait: false,
            },
            payload: Bytes::from(workload.payload(number)),
        })
        .collect()
}
