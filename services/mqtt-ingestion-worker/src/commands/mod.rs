//! Commands on their way down: from `SENS_COMMANDS` to the broker. At least once, never after their time is over.
//!
//! Before a command is handed to the broker its newest step is replaced by "sending", which nobody can do who has not seen
//! the step before: a command that was taken back is not sent, and one that is being sent is not taken back. The message
//! is acknowledged when the broker has it and that is written down. One for which nobody listens waits, and is tried again.

mod link;

use std::sync::Arc;
use std::time::Duration;

use chrono::{SecondsFormat, Utc};
use sens_config::Mqtt;
use sens_messaging::{Delivery, Messaging, RawConsumer};
use sens_schema::command::{CommandOrder, CommandPayload, CommandReport, CommandStep};
use sens_schema::time::to_datetime;
use sens_schema::{Serial, topic};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::metrics::Metrics;
use link::{Link, Outbound, Taken};

/// Commands looked at together.
const BATCH: usize = 64;
/// Pause after JetStream or the broker was away.
const PAUSE: Duration = Duration::from_secs(1);
/// Longest pause between two tries for a device that does not listen.
const LONGEST: Duration = Duration::from_mins(1);
/// Another worker has begun with it: it may have died, and is given this time.
const GRACE: Duration = Duration::from_secs(5);

/// Sends commands.
#[derive(Clone)]
struct Sender {
    messaging: Messaging,
    link: Link,
    metrics: Metrics,
}

/// What is to be done with a delivery.
enum Next {
    /// The command is settled.
    Done,
    /// It is tried again after that time.
    Again(Duration),
}

/// Sends commands until shutdown.
pub(crate) async fn run(
    messaging: Messaging,
    config: Mqtt,
    metrics: Metrics,
    shutdown: CancellationToken,
) {
    let link = Link::start(config, shutdown.clone());
    let sender = Sender {
        messaging,
        link,
        metrics,
    };
    loop {
        let opened = tokio::select! {
            opened = Box::pin(sender.messaging.consume_commands(BATCH)) => opened,
            () = shutdown.cancelled() => return,
        };
        match opened {
            Ok(consumer) => sender.follow(consumer, &shutdown).await,
            Err(error) => tracing::debug!(%error, "commands cannot be read now"),
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = shutdown.cancelled() => return,
        }
    }
}

impl Sender {
    async fn follow(&self, mut consumer: RawConsumer, shutdown: &CancellationToken) {
        let tasks = TaskTracker::new();
        let room = Arc::new(Semaphore::new(BATCH));
        loop {
            let next = tokio::select! {
                next = consumer.next() => next,
                () = shutdown.cancelled() => break,
            };
            let deliveries = match next {
                Ok(deliveries) => deliveries,
                Err(error) => {
                    tracing::debug!(%error, "reading the commands was interrupted");
                    break;
                }
            };
            for delivery in deliveries {
                let Ok(permit) = Arc::clone(&room).acquire_owned().await else {
                    break;
                };
                let sender = self.clone();
                tasks.spawn(async move {
                    sender.settle(delivery).await;
                    drop(permit);
                });
            }
        }
        tasks.close();
        tasks.wait().await;
    }

    async fn settle(&self, delivery: Delivery) {
        let order = match serde_json::from_slice::<CommandOrder>(&delivery.payload) {
            Ok(order) => order,
            Err(error) => {
                tracing::error!(%error, "a command that cannot be read was passed over");
                drop(delivery.ack().await);
                return;
            }
        };
        let next = self
            .attempt(&order, delivery.attempt)
            .await
            .unwrap_or_else(|error| {
                tracing::debug!(%error, command.id = order.id, "a command is tried again");
                Next::Again(PAUSE)
            });
        let settled = match next {
            Next::Done => match delivery.ack().await {
                Ok(()) => self.messaging.forget_command(delivery.sequence).await,
                lost => lost,
            },
            Next::Again(delay) => delivery.postpone(delay).await,
        };
        if let Err(error) = settled {
            tracing::debug!(%error, command.id = order.id, "a command may come again");
        }
    }

    async fn attempt(
        &self,
        order: &CommandOrder,
        attempt: u64,
    ) -> Result<Next, sens_messaging::Error> {
        let mut seen = 0;
        if attempt > 1 {
            match self.messaging.command_step(&order.id).await? {
                None => {}
                Some((step, _)) if step.is_settled() => return Ok(Next::Done),
                Some((_, sequence)) => seen = sequence,
            }
        }
        let is_late = order.expires_at <= Utc::now().timestamp_micros();
        let step = if is_late {
            CommandStep::Expired
        } else {
            CommandStep::Sending
        };
        let report = report(
            order,
            step,
            is_late.then_some("it could not be sent in time"),
        );
        if !self.messaging.claim_command(&report, seen).await? {
            return Ok(Next::Again(GRACE));
        }
        if is_late {
            self.count(step);
            return Ok(Next::Done);
        }
        self.send(order, attempt).await
    }

    async fn send(
        &self,
        order: &CommandOrder,
        attempt: u64,
    ) -> Result<Next, sens_messaging::Error> {
        let Some(outbound) = outbound(order) else {
            return self
                .note(order, CommandStep::Refused, Some("it has no device"))
                .await;
        };
        match self.link.publish(outbound).await {
            Ok(Taken::Accepted) => self.note(order, CommandStep::Sent, None).await,
            Ok(Taken::Refused(reason)) => {
                let detail = format!("the broker refuses it: {reason}");
                tracing::warn!(command.id = order.id, device.serial = order.serial, %detail, "a command failed");
                self.note(order, CommandStep::Refused, Some(&detail)).await
            }
            Ok(Taken::Late) => {
                let detail = "it could not be sent in time";
                self.note(order, CommandStep::Expired, Some(detail)).await
            }
            Ok(Taken::Nobody) => {
                let detail = "nobody listens on the device's topic: it is tried again";
                self.messaging
                    .report_command(&report(order, CommandStep::Waiting, Some(detail)))
                    .await?;
                Ok(Next::Again(wait(attempt)))
            }
            Err(reason) => {
                tracing::debug!(reason, command.id = order.id, "a command is tried again");
                let detail = format!("the broker cannot be reached: {reason}");
                self.messaging
                    .report_command(&report(order, CommandStep::Waiting, Some(&detail)))
                    .await?;
                Ok(Next::Again(PAUSE))
            }
        }
    }

    async fn note(
        &self,
        order: &CommandOrder,
        step: CommandStep,
        detail: Option<&str>,
    ) -> Result<Next, sens_messaging::Error> {
        self.messaging
            .report_command(&report(order, step, detail))
            .await?;
        self.count(step);
        Ok(Next::Done)
    }

    fn count(&self, step: CommandStep) {
        let outcome = match step {
            CommandStep::Sent => "sent",
            CommandStep::Refused => "refused",
            CommandStep::Expired => "expired",
            CommandStep::Sending | CommandStep::Waiting | CommandStep::Cancelled => return,
        };
        self.metrics.commands.with_label_values(&[outcome]).inc();
    }
}

fn report(order: &CommandOrder, step: CommandStep, detail: Option<&str>) -> CommandReport {
    CommandReport {
        id: order.id.clone(),
        step,
        at: Utc::now().timestamp_micros(),
        detail: detail.map(str::to_owned),
    }
}

/// As the device gets it; nothing for an order that names no device.
fn outbound(order: &CommandOrder) -> Option<Outbound> {
    let serial = Serial::parse(&order.serial).ok()?;
    let expires_at = to_datetime(order.expires_at)?.to_rfc3339_opts(SecondsFormat::Micros, true);
    let payload = serde_json::to_vec(&CommandPayload {
        id: &order.id,
        name: &order.name,
        payload: &order.payload,
        expires_at: &expires_at,
    })
    .ok()?;
    Some(Outbound {
        topic: topic::command(&serial),
        answer_to: topic::command_ack(&serial),
        id: order.id.clone(),
        payload: payload.into(),
        expires_at: order.expires_at,
        traceparent: order.traceparent.clone(),
    })
}

/// Grows with the number of tries.
fn wait(attempt: u64) -> Duration {
    let exponent = u32::try_from(attempt.saturating_sub(1).min(6)).unwrap_or(6);
    LONGEST.min(Duration::from_secs(1) * 2_u32.pow(exponent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_gets_the_payload_as_it_was_given() {
        let order: CommandOrder = serde_json::from_str(
            r#"{"id":"i","serial":"AI-1","name":"move","payload":{"to":1.50},"expires_at":1795168800000000}"#,
        )
        .unwrap();
        let outbound = outbound(&order).unwrap();
        assert_eq!(outbound.topic, "sens/v1/AI-1/command");
        assert_eq!(outbound.answer_to, "sens/v1/AI-1/command/ack");
        assert_eq!(
            outbound.payload,
            r#"{"id":"i","name":"move","payload":{"to":1.50},"expires_at":"2026-11-20T10:00:00.000000Z"}"#
        );
    }

    #[test]
    fn tries_become_rarer() {
        assert_eq!(wait(1), Duration::from_secs(1));
        assert_eq!(wait(4), Duration::from_secs(8));
        assert_eq!(wait(u64::MAX), LONGEST);
    }
}
