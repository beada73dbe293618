//! Single messages, pipelined: each has its own acknowledgement.

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};
use sens_schema::subject;

use super::{Outgoing, PublishError, reply};
use crate::Messaging;
use crate::headers::to_headers;

/// Requests under way at once; more would only queue in the server.
const IN_FLIGHT: usize = 64;

pub(super) async fn publish_each(
    messaging: &Messaging,
    messages: &[Outgoing],
) -> Vec<Result<u64, PublishError>> {
    if messages.len() <= IN_FLIGHT {
        return join_all(
            messages
                .iter()
                .map(|message| publish_raw(messaging, message)),
        )
        .await;
    }
    // Collected first: a closure kept across the await would hide from the compiler that all this is `Send`.
    let requests: Vec<_> = messages
        .iter()
        .map(|message| publish_raw(messaging, message))
        .collect();
    stream::iter(requests).buffered(IN_FLIGHT).collect().await
}

async fn publish_raw(messaging: &Messaging, message: &Outgoing) -> Result<u64, PublishError> {
    let subject = subject::raw(&message.envelope.topic, messaging.shards);
    publish_one(messaging, subject, message).await
}

/// Publishes one message to a subject and gives its sequence once it is durable.
pub(crate) async fn publish_one(
    messaging: &Messaging,
    subject: String,
    message: &Outgoing,
) -> Result<u64, PublishError> {
    let headers = to_headers(&message.envelope);
    let answer = messaging
        .client
        .request_with_headers(subject, headers, message.payload.clone())
        .await
        .map_err(|error| PublishError::Unanswered(error.to_string()))?;
    reply::parse(&answer.payload).map(|ack| ack.sequence)
}
