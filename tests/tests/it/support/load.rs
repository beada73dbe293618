//! A fleet that publishes without pause and knows exactly what the broker has acknowledged.

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use sens_testkit::{Platform, assert_eventually, poll_interval};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::JoinHandle;

use super::mqtt::Device;
use super::{PATIENCE, number};

/// The metric whose value is the number of the message; unlisted, so it has no range.
const METRIC: &str = "message_number";

/// Messages between two breaths.
const CHUNK: u64 = 40;

/// A running fleet. Its connection goes straight to the broker, so that each message is published exactly once.
pub(crate) struct Load {
    acknowledged: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    pause: Arc<Mutex<()>>,
    task: JoinHandle<u64>,
}

impl Load {
    /// Begins to publish v1 batches of one reading each, at most about 2,000 a second.
    pub(crate) async fn start(platform: &Platform) -> Self {
        let port = platform.mosquitto.port();
        let mut device = Device::connect(port, "load").await;
        let acknowledged = Arc::new(AtomicU64::new(0));
        let stop = Arc::new(AtomicBool::new(false));
        let (counter, stopped) = (Arc::clone(&acknowledged), Arc::clone(&stop));
        let pause = Arc::new(Mutex::new(()));
        let paused = Arc::clone(&pause);
        let task = tokio::spawn(async move {
            let mut sent = 0;
            while !stopped.load(Ordering::Relaxed) {
                let _running = paused.lock().await;
                // Without an answer the device cannot know: it sends all of them again, as devices do.
                while publish(&mut device, sent..sent + CHUNK).await.is_err() {
                    device = reconnected(port).await;
                }
                sent += CHUNK;
                counter.store(sent, Ordering::Relaxed);
                tokio::time::sleep(poll_interval()).await;
            }
            sent
        });
        Self {
            acknowledged,
            stop,
            pause,
            task,
        }
    }

    /// Waits until the broker has acknowledged `count` more messages.
    pub(crate) async fn goes_on(&self, count: u64) {
        let until = self.acknowledged.load(Ordering::Relaxed) + count;
        assert_eventually!(
            Duration::from_secs(30),
            self.acknowledged.load(Ordering::Relaxed) >= until,
            "more load"
        );
    }

    /// Publishes nothing as long as the guard lives.
    ///
    /// mosquitto 2.0 brings shared subscriptions not back from its store: what is published after its restart and before
    /// the worker has subscribed again finds no subscriber ("no matching subscribers" in its PUBACK).
    pub(crate) async fn pause(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.pause).lock_owned().await
    }

    /// How many messages the broker has acknowledged so far.
    pub(crate) fn acknowledged(&self) -> u64 {
        self.acknowledged.load(Ordering::Relaxed)
    }

    /// Ends the load and waits until every acknowledged message is stored, exactly once.
    pub(crate) async fn all_stored_once(self, platform: &Platform) {
        self.stop.store(true, Ordering::Relaxed);
        let sent = self.task.await.unwrap();
        assert!(sent > 0);
        assert_eventually!(
            Duration::from_mins(2),
            stored(platform) >= sent,
            "{sent} acknowledged messages stored; there are {}",
            stored(platform)
        );
        ledger_balances(platform).await;
        let found = platform
            .sql(&format!(
                "SELECT count(*), count(DISTINCT value), min(value), max(value) FROM processed_record p
                 JOIN metric m ON m.id = p.metric_id AND m.name = '{METRIC}'"
            ))
            .unwrap();
        assert_eq!(
            found,
            format!("{sent}|{sent}|0|{}", sent - 1),
            "count, distinct, first, last"
        );
        assert_eq!(number(platform, "SELECT count(*) FROM ingest_error"), 0);
    }
}

async fn publish(device: &mut Device, messages: Range<u64>) -> io::Result<()> {
    for index in messages {
        let topic = format!("sens/v1/AI-{}/telemetry", index % 20);
        device
            .publish(&topic, payload(index).as_bytes(), false)
            .await?;
    }
    device.try_settle().await
}

async fn reconnected(port: u16) -> Device {
    loop {
        match Device::try_connect(port, "load").await {
            Ok(device) => return device,
            Err(_) => tokio::time::sleep(poll_interval()).await,
        }
    }
}

/// How many of the load's readings are stored.
pub(crate) fn stored(platform: &Platform) -> u64 {
    number(
        platform,
        &format!(
            "SELECT count(*) FROM processed_record p JOIN metric m ON m.id = p.metric_id AND m.name = '{METRIC}'"
        ),
    )
}

/// Waits until redelivered messages are through as well: the ledger knows each raw record, and its sums agree.
async fn ledger_balances(platform: &Platform) {
    assert_eventually!(
        PATIENCE,
        balanced(&platform.sql(BOOKS).unwrap()),
        "balanced books; raw, positions, messages, dead, decoded, outcomes, processed, readings: {}; \
         in the ledger more than once: {}; in the ledger without a raw record: {}; raw records without ledger: {}",
        platform.sql(BOOKS).unwrap(),
        platform.sql(TWICE).unwrap(),
        platform.sql(NO_RECORD).unwrap(),
        platform.sql(NO_LEDGER).unwrap(),
    );
}

fn balanced(books: &str) -> bool {
    let sums: Vec<u64> = books.split('|').map(|sum| sum.parse().unwrap()).collect();
    let [
        raw,
        positions,
        messages,
        dead,
        decoded,
        outcomes,
        processed,
        readings,
    ] = sums[..]
    else {
        panic!("{books}")
    };
    raw == positions && raw == messages && dead == 0 && decoded == outcomes && processed == readings
}

const BOOKS: &str = "SELECT (SELECT count(*) FROM raw_record), (SELECT count(DISTINCT (epoch, seq)) FROM raw_record),
    sum(parsed + failed + control), sum(dead), sum(decoded), sum(processed + duplicate + error), sum(processed),
    (SELECT count(*) FROM processed_record) FROM ingest_ledger";

/// Pairs of ledger rows that speak of the same positions.
const TWICE: &str = "SELECT coalesce(string_agg(a.id || '+' || b.id || ' ' || (a.seqs * b.seqs)::text, ', '), 'none')
    FROM ingest_ledger a JOIN ingest_ledger b ON a.id < b.id AND a.epoch = b.epoch AND a.seqs && b.seqs";

const NO_RECORD: &str =
    "SELECT coalesce(sum(upper(r) - lower(r)), 0) || ' of ' || (SELECT count(*) FROM raw_record)
    FROM (SELECT unnest((SELECT range_agg(r) FROM ingest_ledger l, unnest(l.seqs) r)
                      - (SELECT range_agg(int8range(seq, seq + 1)) FROM raw_record)) r) missing";

const NO_LEDGER: &str = "SELECT count(*) FROM raw_record w
    WHERE NOT EXISTS (SELECT FROM ingest_ledger l WHERE l.epoch = w.epoch AND l.seqs @> w.seq)";

fn payload(index: u64) -> String {
    let at = format!(
        "2026-11-20T{:02}:{:02}:{:02}.{:03}Z",
        index / 3_600_000 % 24,
        index / 60_000 % 60,
        index / 1000 % 60,
        index % 1000
    );
    format!(
        r#"{{"v":1,"seq":{index},"readings":[{{"metric":"{METRIC}","value":{index},"at":"{at}"}}]}}"#
    )
}
