//! Fetching and decoding.

use std::time::{Duration, Instant};

use sens_messaging::{ConnectionState, Delivery, RawConsumer};

use super::queue::Sender;
use super::{Pipeline, decode};
use crate::hold::{Hold, stopped_for, unless_stopped};

/// After a stop the writers finish what they hold; a batch they will not take any more is delivered to another worker.
const HAND_OVER: Duration = Duration::from_secs(5);
/// How long handing deliveries back may take: those that are not come again when their time is up.
const GIVE_BACK: Duration = Duration::from_secs(1);

/// Feeds the writers until shutdown. A broken subscription is opened again; what was delivered on it and is not
/// acknowledged comes again.
pub(super) async fn run(pipeline: &Pipeline, senders: Vec<Sender>) {
    let mut hold = Hold::default();
    while !pipeline.shutdown.is_cancelled() {
        let open = pipeline
            .messaging
            .consume_raw(pipeline.config.worker.batch_size);
        let Some(opened) = unless_stopped(&pipeline.shutdown, Duration::ZERO, open).await else {
            return;
        };
        match opened {
            Ok(consumer) => {
                pipeline.jetstream.set_ok();
                hold = Hold::default();
                follow(pipeline, consumer, &senders).await;
            }
            Err(error) => {
                pipeline.jetstream.set_failing(error.to_string());
                tracing::warn!(%error, "cannot read the raw stream, trying again");
                // The consumer may have been lost with the server's disk.
                let restore = Box::pin(restore_consumer(pipeline));
                if let Some(Err(error)) =
                    unless_stopped(&pipeline.shutdown, Duration::ZERO, restore).await
                {
                    tracing::debug!(%error, "the raw consumer is not back yet");
                }
            }
        }
        if !hold.wait(&pipeline.shutdown).await {
            return;
        }
    }
}

async fn restore_consumer(pipeline: &Pipeline) -> Result<(), sens_messaging::Error> {
    pipeline
        .messaging
        .ensure_streams(&pipeline.config.nats)
        .await?;
    pipeline.messaging.ensure_raw_consumer().await
}

async fn follow(pipeline: &Pipeline, mut consumer: RawConsumer, senders: &[Sender]) {
    loop {
        let deliveries = tokio::select! {
            biased;
            () = pipeline.shutdown.cancelled() => return give_back(pipeline, &consumer.ready()).await,
            next = consumer.next() => match next {
                Ok(deliveries) => deliveries,
                Err(error) => {
                    tracing::warn!(%error, "reading the raw stream was interrupted");
                    return;
                }
            },
        };
        let batches = decode::batches(pipeline, deliveries, senders.len());
        for chunk in batches.iter().flat_map(|batch| &batch.chunks) {
            pipeline.held.add(chunk, Instant::now());
        }
        for (batch, sender) in batches
            .into_iter()
            .zip(senders)
            .filter(|(batch, _)| !batch.messages.is_empty())
        {
            tokio::select! {
                biased;
                sent = sender.send(batch) => if sent.is_err() { return },
                () = stopped_for(&pipeline.shutdown, HAND_OVER) => return,
            }
        }
    }
}

/// Hands deliveries back at once instead of letting their acknowledgement time run out.
pub(super) async fn give_back<'a>(
    pipeline: &Pipeline,
    deliveries: impl IntoIterator<Item = &'a Delivery, IntoIter: Send>,
) {
    if pipeline.messaging.state() == ConnectionState::Down {
        return;
    }
    let deliveries = deliveries.into_iter();
    let all = async {
        for delivery in deliveries {
            if let Err(error) = delivery.give_back().await {
                tracing::debug!(%error, "a delivery was not given back; it comes again by itself");
                return;
            }
        }
    };
    if tokio::time::timeout(GIVE_BACK, all).await.is_err() {
        tracing::debug!("not all deliveries were given back; they come again by themselves");
    }
}
