//! `load`: publishes rendered messages as fast as wanted or possible.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use sens_schema::{Serial, topic};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::cli::{Format, LoadOptions, Rate};
use crate::commands::Commands;
use crate::deliver::Delivery;
use crate::ledger::Ledger;
use crate::message::{Kind, Message};
use crate::pacer::Pacer;
use crate::payload::{Sample, flat, v1};
use crate::progress::Progress;
use crate::run::now;
use crate::stop::Stop;
use crate::tally::Tally;
use crate::target;

/// How long nothing may change before a command gives up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience(pub(crate) Duration);

impl Patience {
    /// So many seconds.
    pub(crate) fn new(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }
}

/// Publishes the messages and prints the rate of acknowledgements.
///
/// # Errors
/// When arguments make no sense, the broker does not answer, or messages are refused or left.
pub(crate) async fn load(options: LoadOptions) -> Result<()> {
    let target = target::resolve(&options.connection)?;
    let ledger = options
        .connection
        .ledger
        .as_deref()
        .map(Ledger::create)
        .transpose()?;
    let stop = Stop::listen()?;
    let tally = Arc::new(Tally::new(ledger));
    let broker = Arc::new(target.broker);
    eprintln!("rendering {} messages", options.messages);
    let shares = render(&options);
    eprintln!(
        "publishing to {broker} over {} connections",
        options.connections
    );
    let count = f64::from(options.connections);
    let mut clients = JoinSet::new();
    for (index, messages) in shares.into_iter().enumerate() {
        let (sender, source) = mpsc::channel(usize::from(options.connection.window));
        let delivery = Delivery {
            broker: Arc::clone(&broker),
            client_id: format!("sens-load-{}-{index}", std::process::id()),
            window: options.connection.window,
            require_subscribers: options.connection.require_subscribers,
            storms: None,
            greeting: Vec::new(),
            will: None,
            commands: Commands::default(),
            tally: Arc::clone(&tally),
        };
        clients.spawn(delivery.run(source, stop.abandon.clone()));
        let rate = match options.rate {
            Rate::Max => Rate::Max,
            Rate::PerSecond(rate) => Rate::PerSecond(rate / count),
        };
        let mut pacer = Pacer::new(rate, index as f64 / count);
        let finish = stop.finish.clone();
        tokio::spawn(async move {
            for message in messages {
                pacer.wait().await;
                if finish.is_cancelled() || sender.send(message).await.is_err() {
                    return;
                }
            }
        });
    }
    let patience = Patience::new(options.patience);
    let time = settle(clients, options.messages, &tally, &stop, patience)
        .await?
        .as_secs_f64();
    let end = tally.snapshot();
    println!(
        "{} messages with {} readings acknowledged in {time:.2} s: {:.0} PUBACK/s, {:.0} readings/s",
        end.acked,
        end.readings,
        end.acked as f64 / time,
        end.readings as f64 / time
    );
    Ok(())
}

/// All messages, dealt out to the connections. Each reading has a time of its own, a
/// millisecond apart and up to now, so that none is a duplicate.
fn render(options: &LoadOptions) -> Vec<Vec<Message>> {
    let per_message = u64::from(options.readings_per_message);
    let total = options.messages.saturating_mul(per_message);
    let start = now() - i64::try_from(total).unwrap_or(i64::MAX / 1000) * 1000;
    let mut shares: Vec<Vec<Message>> = (0..options.connections).map(|_| Vec::new()).collect();
    let count = shares.len();
    let (legacy, topics) = topics(options);
    for index in 0..options.messages {
        let device = usize::try_from(index % u64::from(options.devices)).unwrap_or_default();
        let samples: Vec<_> = (0..per_message)
            .map(|reading| {
                let number = i64::try_from(index * per_message + reading).unwrap_or_default();
                Sample {
                    metric: "battery_charge",
                    unit: "%",
                    value: (number % 1001) as f64 / 10.0,
                    at: Some(start + number * 1000),
                }
            })
            .collect();
        let id = i64::try_from(device).unwrap_or_default() + 1;
        let (kind, payload) = match options.format {
            Format::V1 => {
                let seq = index / u64::from(options.devices) + 1;
                (Kind::V1, v1::render(seq, now(), "2.0.0", &samples))
            }
            _ => (Kind::Flat, flat::render(id, &samples)),
        };
        let topic = topics.get(device).unwrap_or(&legacy);
        let message = Message {
            topic: Arc::clone(topic),
            payload: payload.into(),
            retain: false,
            kind,
            readings: options.readings_per_message,
        };
        shares[device % count].push(message);
    }
    shares
}

/// The legacy topic, and the topic of each device for formats that have one.
fn topics(options: &LoadOptions) -> (Arc<str>, Vec<Arc<str>>) {
    let own = |device: u32| {
        Serial::parse(&format!("LOAD-{device:06}"))
            .ok()
            .map(|serial| Arc::from(format!("sens/v1/{serial}/telemetry")))
    };
    let topics = match options.format {
        Format::V1 => (0..options.devices).filter_map(own).collect(),
        _ => Vec::new(),
    };
    (topic::LEGACY_TELEMETRY.into(), topics)
}

/// Waits until the clients are done, showing progress; gives the time until the
/// last acknowledgement.
///
/// # Errors
/// When nothing is acknowledged for longer than `patience`, the caller stops it, or messages are
/// refused or left over.
pub(crate) async fn settle(
    mut clients: JoinSet<usize>,
    total: u64,
    tally: &Tally,
    stop: &Stop,
    patience: Patience,
) -> Result<Duration> {
    let mut progress = Progress::new(Some(total));
    let mut tick = tokio::time::interval(Duration::from_millis(100));
    let start = Instant::now();
    let (mut last, mut changed) = (tally.snapshot(), start);
    let (mut left, mut trouble) = (0, String::new());
    loop {
        tokio::select! {
            client = clients.join_next() => match client {
                Some(client) => left += client?,
                None => break,
            },
            _ = tick.tick() => {}
        }
        let now = tally.snapshot();
        if let Some(what) = tally.take_trouble() {
            if what != trouble {
                progress.say(&what);
            }
            trouble = what;
        }
        if now.acked + now.refused != last.acked + last.refused {
            changed = Instant::now();
        } else if changed.elapsed() > patience.0 {
            stop.abandon.cancel();
        }
        last = now;
        progress.update(now.acked, &format!("{} connected", now.connected));
    }
    let time = start.elapsed();
    progress.finish();
    let end = tally.snapshot();
    if end.acked == total {
        return Ok(time);
    }
    let why = if trouble.is_empty() {
        String::new()
    } else {
        format!("; last trouble: {trouble}")
    };
    if end.refused > 0 {
        bail!(
            "the broker acknowledged {} of {total} messages and refused {}{why}",
            end.acked,
            end.refused
        );
    }
    bail!(
        "the broker acknowledged {} of {total} messages, {left} are left{why}",
        end.acked
    )
}
