//! JetStream atomic batch publishing (NATS ADR-50): all messages of a batch become durable together, with one fsync.

use std::ops::RangeInclusive;

use async_nats::Request;
use async_nats::header::{
    NATS_BATCH_COMMIT, NATS_BATCH_COMMIT_FINAL, NATS_BATCH_ID, NATS_BATCH_SEQUENCE,
};
use sens_schema::subject;
use uuid::Uuid;

use super::single::unanswered;
use super::{Outgoing, PublishError, reply};
use crate::Messaging;
use crate::headers::to_headers;

/// Publishes all messages as one batch and gives their sequences, which have no gap.
///
/// The batch id is fresh on every attempt: the server refuses a batch whose id it has open.
pub(super) async fn publish_atomic(
    messaging: &Messaging,
    messages: &[Outgoing],
) -> Result<RangeInclusive<u64>, PublishError> {
    let Some((last, before)) = messages.split_last() else {
        return Err(PublishError::Refused("an empty batch".to_owned()));
    };
    let id = Uuid::new_v4().simple().to_string();
    for (index, message) in before.iter().enumerate() {
        let mut headers = to_headers(&message.envelope);
        headers.insert(NATS_BATCH_ID, id.as_str());
        headers.insert(NATS_BATCH_SEQUENCE, (index + 1).to_string());
        messaging
            .client
            .publish_with_headers(
                subject::raw(&message.envelope.topic, messaging.shards),
                headers,
                message.payload.clone(),
            )
            .await
            .map_err(|error| match error.kind() {
                async_nats::client::PublishErrorKind::MaxPayloadExceeded => {
                    PublishError::TooLarge(error.to_string())
                }
                _ => PublishError::Unanswered(error.to_string()),
            })?;
    }
    let mut headers = to_headers(&last.envelope);
    headers.insert(NATS_BATCH_ID, id.as_str());
    headers.insert(NATS_BATCH_SEQUENCE, messages.len().to_string());
    headers.insert(NATS_BATCH_COMMIT, NATS_BATCH_COMMIT_FINAL);
    let request = Request::new()
        .headers(headers)
        .payload(last.payload.clone());
    let answer = messaging
        .client
        .send_request(
            subject::raw(&last.envelope.topic, messaging.shards),
            request,
        )
        .await
        .map_err(|error| unanswered(&error))?;
    let ack = reply::parse(&answer.payload)?;
    let count = messages.len() as u64;
    if ack.count != Some(count) || ack.sequence < count {
        return Err(PublishError::Unanswered(format!(
            "the acknowledgement covers {:?} of {count} messages",
            ack.count
        )));
    }
    Ok(ack.sequence - count + 1..=ack.sequence)
}
