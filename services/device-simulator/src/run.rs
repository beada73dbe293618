//! `run`: plays a fleet.

use std::sync::Arc;
use std::time::{Duration as Time, SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail};
use sens_schema::Micros;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::cli::{Duration, Format, Rate, RunOptions};
use crate::commands::Commands;
use crate::deliver::Delivery;
use crate::fleet::{Device, Faults};
use crate::ledger::Ledger;
use crate::limits;
use crate::pacer::Pacer;
use crate::progress::Progress;
use crate::stop::Stop;
use crate::tally::Tally;
use crate::target::{self, BadArgument};

/// Connections when the caller does not say.
const MOST_CONNECTIONS: u32 = 200;
/// Messages of a connection that wait while the broker is away; then its devices pause.
const QUEUE: usize = 1000;
/// How long the end of a run waits for acknowledgements.
const GRACE: Time = Time::from_secs(10);

/// Plays the fleet until it is stopped or its time is over.
///
/// # Errors
/// When arguments make no sense, or messages stay unacknowledged at the end.
pub(crate) async fn run(options: RunOptions) -> Result<()> {
    let target = target::resolve(&options.connection)?;
    let ledger = options
        .connection
        .ledger
        .as_deref()
        .map(Ledger::create)
        .transpose()?;
    let connections = split(devices(&options)?, connections(&options));
    limits::make_room(connections.len())?;
    let stop = Stop::listen()?;
    let storms = options
        .storm_every
        .map(|every| storms(every, stop.finish.clone()));
    let tally = Arc::new(Tally::new(ledger));
    let broker = Arc::new(target.broker);
    let count = connections.len();
    eprintln!(
        "playing {} devices over {count} connections to {broker} at {} messages/s",
        options.devices, options.rate
    );
    let mut clients = JoinSet::new();
    for (index, devices) in connections.into_iter().enumerate() {
        let (sender, source) = mpsc::channel(QUEUE);
        let delivery = Delivery {
            broker: Arc::clone(&broker),
            client_id: format!("sens-sim-{}-{}-{index}", options.seed, std::process::id()),
            window: options.connection.window,
            require_subscribers: options.connection.require_subscribers,
            storms: storms.clone(),
            greeting: devices
                .iter()
                .filter_map(|device| device.status(true))
                .collect(),
            commands: Commands::new(options.answer_commands, &devices),
            will: devices.iter().find_map(|device| device.status(false)),
            tally: Arc::clone(&tally),
        };
        let share = devices.len() as f64 / f64::from(options.devices);
        let group = Group {
            devices,
            pacer: Pacer::new(
                Rate::PerSecond(options.rate * share),
                index as f64 / count as f64,
            ),
            startup: options
                .formats
                .contains(&Format::Startup)
                .then(|| options.provision_secret.clone()),
            faults: Faults {
                malformed: options.malformed_share,
                duplicate: options.duplicate_share,
                clock: options.clock_fault_share,
            },
            bursts: options
                .burst_every
                .map(|every| (every, deal(options.burst_messages as usize, count, index))),
        };
        clients.spawn(delivery.run(source, stop.abandon.clone()));
        tokio::spawn(group.play(sender, stop.finish.clone()));
    }
    watch(&options, &tally, &stop, count).await;
    finish(clients, &tally, &stop).await
}

/// The devices, their formats taking turns.
fn devices(options: &RunOptions) -> Result<Vec<Device>, BadArgument> {
    let formats: Vec<_> = options
        .formats
        .iter()
        .copied()
        .filter(|format| *format != Format::Startup)
        .collect();
    if formats.is_empty() {
        return Err(BadArgument(
            "--formats names no readings; add one of flat, v1, senml".into(),
        ));
    }
    let format = |index: u32| formats[index as usize % formats.len()];
    Ok((0..options.devices)
        .map(|i| Device::new(i, format(i), options.seed))
        .collect())
}

fn connections(options: &RunOptions) -> u32 {
    options
        .connections
        .unwrap_or(MOST_CONNECTIONS)
        .min(options.devices)
}

/// Deals the devices out to the connections.
fn split(devices: Vec<Device>, connections: u32) -> Vec<Vec<Device>> {
    let mut groups: Vec<Vec<Device>> = (0..connections).map(|_| Vec::new()).collect();
    let count = groups.len();
    for (index, device) in devices.into_iter().enumerate() {
        groups[index % count].push(device);
    }
    groups
}

/// How many of `messages` fall to connection `index` of `count`.
fn deal(messages: usize, count: usize, index: usize) -> usize {
    messages / count + usize::from(index < messages % count)
}

/// Breaks all connections again and again, until the fleet is to stop.
fn storms(every: Time, finish: CancellationToken) -> watch::Receiver<()> {
    let (sender, receiver) = watch::channel(());
    tokio::spawn(async move {
        while finish
            .run_until_cancelled(tokio::time::sleep(every))
            .await
            .is_some()
        {
            sender.send_replace(());
        }
    });
    receiver
}

/// The devices of one connection.
struct Group {
    devices: Vec<Device>,
    pacer: Pacer,
    startup: Option<String>,
    faults: Faults,
    /// The time between two bursts, and the messages in one.
    bursts: Option<(Time, usize)>,
}

impl Group {
    /// Startups, then telemetry in turn, then farewells. A queue that stays full makes the
    /// devices wait; a queue that is closed ends the play.
    async fn play(
        mut self,
        queue: mpsc::Sender<crate::message::Message>,
        finish: CancellationToken,
    ) {
        if let Some(secret) = &self.startup {
            for startup in self
                .devices
                .iter()
                .filter_map(|device| device.startup(secret, now()))
            {
                if queue.send(startup).await.is_err() {
                    return;
                }
            }
        }
        let mut turn = 0;
        let mut bursts = self.bursts.map(|(every, messages)| {
            let first = tokio::time::Instant::now() + every;
            let mut interval = tokio::time::interval_at(first, every);
            // What was missed while the broker was away is not made up for.
            interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            (interval, messages)
        });
        let talk = async {
            loop {
                let messages = tokio::select! {
                    () = self.pacer.wait() => 1,
                    messages = burst(&mut bursts) => messages,
                };
                for _ in 0..messages {
                    let message = self.devices[turn].next(now(), self.faults);
                    turn = (turn + 1) % self.devices.len();
                    if queue.send(message).await.is_err() {
                        return;
                    }
                }
            }
        };
        tokio::select! {
            () = finish.cancelled() => {}
            () = talk => return,
        }
        for farewell in self
            .devices
            .iter()
            .filter_map(|device| device.status(false))
        {
            if queue.send(farewell).await.is_err() {
                return;
            }
        }
    }
}

/// Waits for the next burst and gives its messages.
async fn burst(bursts: &mut Option<(tokio::time::Interval, usize)>) -> usize {
    match bursts {
        Some((interval, messages)) => {
            interval.tick().await;
            *messages
        }
        None => std::future::pending().await,
    }
}

/// Shows progress until the fleet is to stop.
async fn watch(options: &RunOptions, tally: &Tally, stop: &Stop, connections: usize) {
    let mut progress = Progress::new(None);
    let mut tick = tokio::time::interval(Time::from_millis(500));
    let over = async {
        match options.duration {
            Duration::Forever => std::future::pending().await,
            Duration::For(time) => tokio::time::sleep(time).await,
        }
    };
    tokio::pin!(over);
    loop {
        tokio::select! {
            () = &mut over => break,
            () = stop.finish.cancelled() => break,
            _ = tick.tick() => {
                let now = tally.snapshot();
                if let Some(trouble) = tally.take_trouble() {
                    progress.say(&trouble);
                }
                progress.update(now.acked, &format!("{}/{connections} connected", now.connected));
            }
        }
    }
    stop.finish.cancel();
    progress.finish();
}

/// Waits for the last acknowledgements and sums up.
async fn finish(mut clients: JoinSet<usize>, tally: &Tally, stop: &Stop) -> Result<()> {
    let abandon = stop.abandon.clone();
    let deadline = tokio::spawn(async move {
        tokio::time::sleep(GRACE).await;
        abandon.cancel();
    });
    let mut left = 0;
    while let Some(client) = clients.join_next().await {
        left += client?;
    }
    deadline.abort();
    let end = tally.snapshot();
    println!(
        "{} messages with {} good readings acknowledged over {} connections",
        end.acked, end.readings, end.connects
    );
    if end.refused > 0 {
        bail!(
            "{} messages were refused; last: {}",
            end.refused,
            tally.take_trouble().unwrap_or_default()
        );
    }
    if left > 0 {
        bail!("{left} messages were not acknowledged in time");
    }
    Ok(())
}

/// The time of this machine.
pub(crate) fn now() -> Micros {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Micros::try_from(since.as_micros()).unwrap_or(Micros::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_dealt_to_the_last_message() {
        for (messages, count) in [(1000, 7), (3, 8), (0, 2), (16, 4)] {
            let dealt: Vec<_> = (0..count)
                .map(|index| deal(messages, count, index))
                .collect();
            assert_eq!(dealt.iter().sum::<usize>(), messages);
            let most = dealt.iter().max().unwrap();
            assert!(most - dealt.iter().min().unwrap() <= 1, "{dealt:?}");
        }
    }

    #[tokio::test]
    async fn storms_come_until_the_end() {
        let finish = CancellationToken::new();
        let mut storms = storms(Time::from_millis(5), finish.clone());
        for _ in 0..3 {
            storms.changed().await.unwrap();
        }
        finish.cancel();
        while storms.changed().await.is_ok() {}
    }
}
