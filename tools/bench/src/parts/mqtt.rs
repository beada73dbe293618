//! The broker alone: published at `QoS` 1 and received by one subscriber at `QoS` 1.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use sens_testkit::Mosquitto;
use tokio::sync::Semaphore;

use crate::figures::Measure;
use crate::options::Options;
use crate::progress::Progress;
use crate::usage::Meter;
use crate::wire::{Pace, Publishers, subscribe};
use crate::workload::{Shape, Workload, origin};

/// The name of the measurement.
pub(crate) const MQTT: (&str, &str) = ("mqtt", "MQTT alone: QoS 1 in, 1 subscriber");

/// Measures it on a fresh broker.
pub(crate) async fn measure(options: &Options, progress: &Progress) -> Result<Measure> {
    let mut broker = Mosquitto::start().await?;
    let workload = Workload {
        shape: Shape::Narrow,
        origin: origin(),
        first: 0,
        count: options.messages,
    };
    progress.begin(MQTT.1, workload.count);
    let connections = usize::try_from(options.connections)?;
    let publishers = Publishers::prepare(broker.port(), &workload, connections).await?;
    let gate = Arc::new(Semaphore::new(usize::try_from(options.backlog)?));
    let received = Arc::new(AtomicU64::new(0));
    let subscriber = subscribe(
        broker.port(),
        workload.count,
        Arc::clone(&gate),
        Arc::clone(&received),
    )
    .await?;
    let meter = Meter::start(vec![("mosquitto", broker.process()?.pid())]);
    let begun = Instant::now();
    let receiving = async {
        let mut tick = tokio::time::interval(Duration::from_millis(200));
        tokio::pin!(subscriber);
        loop {
            tokio::select! {
                done = &mut subscriber => return done?,
                _ = tick.tick() => progress.set(received.load(Ordering::Relaxed)),
            }
        }
    };
    tokio::try_join!(publishers.run(Pace::Gated(gate)), receiving)?;
    let took = begun.elapsed();
    let cpu = meter.per_message(workload.count);
    Ok(Measure::new(MQTT, workload.count, took, cpu))
}
