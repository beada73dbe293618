//! Single messages, pipelined: each has its own acknowledgement.

use async_nats::HeaderMap;
use async_nats::header::NATS_MESSAGE_ID;
use bytes::Bytes;
use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};
use sens_schema::subject;

use super::{Outgoing, PublishError, reply, room};
use crate::Messaging;
use crate::headers::to_headers;

/// Requests under way at once; more would only queue in the server.
const IN_FLIGHT: usize = 64;

pub(super) async fn publish_each(
    messaging: &Messaging,
    messages: &[Outgoing],
) -> Vec<Result<u64, PublishError>> {
    publish_each_as(messaging, messages, None).await
}

/// The same; with an id, a message that was published under it before is not published again and has its sequence of then.
pub(super) async fn publish_each_as(
    messaging: &Messaging,
    messages: &[Outgoing],
    id: Option<&str>,
) -> Vec<Result<u64, PublishError>> {
    // Collected first: a closure kept across the await would hide from the compiler that all this is `Send`.
    let requests: Vec<_> = messages
        .iter()
        .enumerate()
        .map(|(index, message)| {
            let id = id.map(|id| format!("{id}-{index}"));
            let subject = subject::raw(&message.envelope.topic, messaging.shards);
            publish_one(messaging, subject, message, id)
        })
        .collect();
    if requests.len() <= IN_FLIGHT {
        return join_all(requests).await;
    }
    stream::iter(requests).buffered(IN_FLIGHT).collect().await
}

/// Publishes one message to a subject and gives its sequence once it is durable; with an id, as [`publish_each_as`] says.
pub(crate) async fn publish_one(
    messaging: &Messaging,
    subject: String,
    message: &Outgoing,
    id: Option<String>,
) -> Result<u64, PublishError> {
    room::check(messaging, message)?;
    let mut headers = to_headers(&message.envelope);
    if let Some(id) = id {
        headers.insert(NATS_MESSAGE_ID, id);
    }
    publish_to(messaging, subject, headers, message.payload.clone()).await
}

/// Publishes headers and a payload to a subject and gives the sequence once it is durable.
pub(crate) async fn publish_to(
    messaging: &Messaging,
    subject: String,
    headers: HeaderMap,
    payload: Bytes,
) -> Result<u64, PublishError> {
    let request = messaging
        .client
        .request_with_headers(subject, headers, payload);
    let answer = while_connected(messaging, request)
        .await?
        .map_err(|error| unanswered(&error))?;
    reply::parse(&answer.payload).map(|ack| ack.sequence)
}

/// Waits for the work as long as the connection stands on which it began.
pub(super) async fn while_connected<T>(
    messaging: &Messaging,
    work: impl Future<Output = T>,
) -> Result<T, PublishError> {
    tokio::select! {
        biased;
        done = work => Ok(done),
        () = messaging.lost() => Err(PublishError::Unanswered("the connection was lost".to_owned())),
    }
}

/// What a failed request means for its message.
pub(super) fn unanswered(error: &async_nats::RequestError) -> PublishError {
    match error.kind() {
        async_nats::RequestErrorKind::MaxPayloadExceeded => {
            PublishError::TooLarge(error.to_string())
        }
        _ => PublishError::Unanswered(error.to_string()),
    }
}
