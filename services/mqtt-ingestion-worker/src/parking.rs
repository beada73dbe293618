//! Packets of a device over its quota wait in a stream of their own until it is their turn: the device is slowed down for
//! itself, and nobody waits for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sens_messaging::{Delivery, Messaging, Outgoing, PublishError, RawConsumer, RawPublisher};
use sens_schema::{DeviceRef, Topic, speaker};
use tokio_util::sync::CancellationToken;

use crate::metrics::Metrics;
use crate::quota::Quotas;

/// Most parked messages looked at together.
const BATCH: usize = 500;
/// A turn that is this near is taken at once.
const NEAR: Duration = Duration::from_millis(20);
/// Pause after the stream could not be read, and between two counts of what waits.
const PAUSE: Duration = Duration::from_secs(2);

/// The quotas and where the rest waits. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Parking {
    messaging: Messaging,
    quotas: Arc<Mutex<Quotas>>,
    metrics: Metrics,
}

impl Parking {
    pub(crate) fn new(messaging: Messaging, quotas: Quotas, metrics: Metrics) -> Self {
        Self {
            messaging,
            quotas: Arc::new(Mutex::new(quotas)),
            metrics,
        }
    }

    /// The device that is over its quota with this message; `None` when the message may go on. An admitted message is
    /// counted.
    pub(crate) fn over_quota(&self, message: &Outgoing) -> Option<DeviceRef> {
        let device = device_of(message)?;
        let now = Instant::now();
        let mut quotas = self.quotas();
        if quotas.admit(&device, now) {
            return None;
        }
        if quotas.tell(&device, now) {
            tracing::warn!(
                device.serial = %device,
                "sends more than its quota: what is above waits in SENS_PARKED (SENS_INGEST__DEVICE_RATE)"
            );
        }
        Some(device)
    }

    /// Parks the messages; `Ok` for each that need not be kept here any longer. One of a device that has no more room is
    /// refused for that device alone: it is counted and told, not kept.
    pub(crate) async fn park(
        &self,
        messages: &[(&DeviceRef, &Outgoing)],
    ) -> Vec<Result<(), PublishError>> {
        let results = self.messaging.park(messages).await;
        results
            .into_iter()
            .zip(messages)
            .map(|(result, (device, _))| match result {
                Ok(_) => {
                    self.metrics.quota_parked.inc();
                    Ok(())
                }
                Err(PublishError::Full(reason)) => {
                    self.refused(device, &reason);
                    Ok(())
                }
                Err(error) => Err(error),
            })
            .collect()
    }

    fn refused(&self, device: &DeviceRef, reason: &str) {
        self.metrics.quota_refused.inc();
        if self.quotas().tell(device, Instant::now()) {
            tracing::error!(
                device.serial = %device,
                reason,
                "floods beyond its quota and its room in SENS_PARKED: its packets are refused until it slows down"
            );
        }
    }

    /// Moves parked messages into the raw stream when it is their turn, until shutdown.
    pub(crate) async fn run(self, publisher: RawPublisher, shutdown: CancellationToken) {
        tokio::join!(self.move_on(&publisher, &shutdown), async {
            tokio::select! {
                () = self.count_waiting() => {}
                () = shutdown.cancelled() => {}
            }
        });
    }

    async fn move_on(&self, publisher: &RawPublisher, shutdown: &CancellationToken) {
        loop {
            let opened = tokio::select! {
                opened = Box::pin(self.messaging.consume_parked(BATCH)) => opened,
                () = shutdown.cancelled() => return,
            };
            match opened {
                Ok(consumer) => self.follow(consumer, publisher, shutdown).await,
                Err(error) => tracing::debug!(%error, "parked messages cannot be read now"),
            }
            if !pause(shutdown).await {
                return;
            }
        }
    }

    async fn follow(
        &self,
        mut consumer: RawConsumer,
        publisher: &RawPublisher,
        shutdown: &CancellationToken,
    ) {
        loop {
            let next = tokio::select! {
                next = consumer.next() => next,
                () = shutdown.cancelled() => return,
            };
            match next {
                Ok(deliveries) => self.forward(deliveries, publisher).await,
                Err(error) => {
                    tracing::debug!(%error, "reading the parked messages was interrupted");
                    return;
                }
            }
        }
    }

    /// Publishes those whose turn it is and sends the others back until theirs. One that comes again has had its wait.
    async fn forward(&self, deliveries: Vec<Delivery>, publisher: &RawPublisher) {
        let mut due = Vec::with_capacity(deliveries.len());
        for delivery in deliveries {
            let wait = if delivery.attempt > 1 {
                Duration::ZERO
            } else {
                self.turn(&delivery)
            };
            if wait <= NEAR {
                due.push(delivery);
            } else if let Err(error) = delivery.postpone(wait).await {
                tracing::debug!(%error, "a parked message comes again sooner than its turn");
            }
        }
        let outgoing: Vec<Outgoing> = due.iter().map(outgoing).collect();
        let results = publisher.publish(&outgoing).await;
        for (delivery, result) in due.iter().zip(results) {
            let settled = match result {
                Ok(_) => delivery.ack().await,
                Err(_) => delivery.postpone(PAUSE).await,
            };
            if let Err(error) = settled {
                tracing::debug!(%error, "a parked message may be moved twice");
            }
        }
    }

    fn turn(&self, delivery: &Delivery) -> Duration {
        device_of(&outgoing(delivery)).map_or(Duration::ZERO, |device| {
            self.quotas().turn(&device, Instant::now())
        })
    }

    /// Keeps the gauge of waiting messages.
    async fn count_waiting(&self) {
        loop {
            match self.messaging.parked_devices().await {
                Ok(devices) => {
                    let waiting: usize = devices.iter().map(|device| device.waiting).sum();
                    self.metrics
                        .quota_waiting
                        .set(i64::try_from(waiting).unwrap_or(i64::MAX));
                }
                Err(error) => tracing::debug!(%error, "parked messages cannot be counted now"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn quotas(&self) -> MutexGuard<'_, Quotas> {
        self.quotas.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives `false` when the service stops.
async fn pause(shutdown: &CancellationToken) -> bool {
    tokio::select! {
        () = tokio::time::sleep(PAUSE) => true,
        () = shutdown.cancelled() => false,
    }
}

fn device_of(message: &Outgoing) -> Option<DeviceRef> {
    speaker(&Topic::parse(&message.envelope.topic), &message.payload)
}

fn outgoing(delivery: &Delivery) -> Outgoing {
    Outgoing {
        envelope: delivery.envelope.clone(),
        payload: delivery.payload.clone(),
    }
}
