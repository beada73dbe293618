//! A message stays until it is acknowledged; only acknowledged ones are purged.

use std::time::Duration;

use anyhow::Context;
use sens_messaging::{
    DeadLetter, DeadLetterCause, Delivery, Messaging, Outgoing, PublishError, RawConsumer,
};
use sens_schema::Position;

use crate::support::{Server, outgoing};

async fn publish(messaging: &Messaging, count: usize) -> anyhow::Result<()> {
    let messages: Vec<Outgoing> = (0..count).map(|number| outgoing(number, 8)).collect();
    for result in messaging.publisher().publish(&messages).await {
        result?;
    }
    Ok(())
}

async fn take(consumer: &mut RawConsumer, count: usize) -> anyhow::Result<Vec<Delivery>> {
    let mut taken = Vec::new();
    while taken.len() < count {
        taken.extend(tokio::time::timeout(Duration::from_secs(20), consumer.next()).await??);
    }
    Ok(taken)
}

#[tokio::test]
async fn the_purge_stops_at_the_first_message_that_is_not_acknowledged() -> anyhow::Result<()> {
    let server = Server::start().await?;
    publish(&server.messaging, 100).await?;
    let mut consumer = server.messaging.consume_raw(200).await?;
    let deliveries = take(&mut consumer, 100).await?;
    for delivery in deliveries.iter().filter(|delivery| delivery.sequence != 51) {
        delivery.ack().await?;
    }
    server.messaging.close().await?;
    sens_testkit::eventually(
        Duration::from_secs(10),
        "everything below 51 is purged",
        || async {
            server
                .messaging
                .purge_committed()
                .await
                .ok()
                .filter(|status| status.first_sequence == 51)
        },
    )
    .await?;
    let status = server.messaging.raw_status().await?;
    assert_eq!((status.messages, status.ack_floor), (50, 50));
    Ok(())
}

#[tokio::test]
async fn nothing_is_purged_without_our_consumer() -> anyhow::Result<()> {
    let server = Server::start().await?;
    publish(&server.messaging, 10).await?;
    let administrator = async_nats::connect(server.nats.url()).await?;
    let stream = async_nats::jetstream::new(administrator)
        .get_stream("SENS_RAW")
        .await?;
    stream.delete_consumer("telemetry-worker").await?;
    assert!(server.messaging.purge_committed().await.is_err());
    server.messaging.ensure_raw_consumer().await?;
    assert_eq!(server.messaging.purge_committed().await?.messages, 10);
    Ok(())
}

#[tokio::test]
async fn what_is_given_back_goes_to_another_worker_at_once() -> anyhow::Result<()> {
    let server = Server::start().await?;
    publish(&server.messaging, 20).await?;
    let mut first = server.messaging.consume_raw(20).await?;
    let held = take(&mut first, 20).await?;
    for delivery in &held {
        delivery.give_back().await?;
    }
    drop(first.ready());
    let mut second = server.messaging.consume_raw(20).await?;
    let again = take(&mut second, 20).await?;
    assert!(again.iter().all(|delivery| delivery.attempt > 1));
    Ok(())
}

#[tokio::test]
async fn the_largest_message_that_is_taken_can_be_buried() -> anyhow::Result<()> {
    let server = Server::with_max_payload(64 * 1024).await?;
    let publisher = server.messaging.publisher();
    let refused = publisher.publish(&vec![outgoing(1, 63 * 1024); 30]).await;
    assert!(
        refused
            .iter()
            .all(|result| matches!(result, Err(PublishError::TooLarge(_)))),
        "{refused:?}"
    );
    let mut sizes = (50 * 1024..64 * 1024).rev().step_by(16);
    let (message, taken) = loop {
        let size = sizes.next().context("nothing is taken")?;
        let message = outgoing(1, size);
        let mut results = publisher.publish(std::slice::from_ref(&message)).await;
        if let Some(Ok(taken)) = results.pop() {
            break (message, taken);
        }
    };
    assert_eq!(taken, 1);
    let letter = DeadLetter {
        origin: Position {
            epoch: i32::MAX,
            seq: u64::MAX,
        },
        envelope: message.envelope,
        payload: message.payload,
        cause: DeadLetterCause {
            code: "22P02".to_owned(),
            text: "\u{1f4a5}".repeat(10_000),
            attempts: u64::MAX,
        },
    };
    server.messaging.bury(&letter).await?;
    let stored = server.messaging.dead_letters(1, 10).await?;
    assert_eq!(stored[0].letter.payload, letter.payload);
    Ok(())
}

#[tokio::test]
async fn where_nothing_was_ever_buried_nothing_is_found() -> anyhow::Result<()> {
    let server = Server::start().await?;
    assert!(server.messaging.dead_letters(0, 10).await?.is_empty());
    assert!(server.messaging.newest_dead_letters(10).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_dead_letter_keeps_its_payload_and_its_cause() -> anyhow::Result<()> {
    let server = Server::start().await?;
    let message = outgoing(7, 8);
    let letter = DeadLetter {
        origin: Position { epoch: 3, seq: 99 },
        envelope: message.envelope.clone(),
        payload: message.payload.clone(),
        cause: DeadLetterCause {
            code: "22P02".to_owned(),
            text: "refused\nfor good".to_owned(),
            attempts: 2,
        },
    };
    server.messaging.bury(&letter).await?;
    server.messaging.bury(&letter).await?;
    assert_eq!(
        server.messaging.dead_letter_count().await?,
        1,
        "buried twice, kept once"
    );
    let other = DeadLetter {
        origin: Position { epoch: 3, seq: 100 },
        ..letter.clone()
    };
    server.messaging.bury(&other).await?;
    let stored = server.messaging.dead_letters(1, 10).await?;
    assert_eq!(stored.len(), 2);
    assert_eq!(stored[0].letter.origin, letter.origin);
    assert_eq!(stored[0].letter.payload, letter.payload);
    assert_eq!(stored[0].letter.envelope.topic, letter.envelope.topic);
    assert_eq!(stored[0].letter.cause.text, "refused for good");
    assert!(
        server
            .messaging
            .remove_dead_letter(stored[0].sequence)
            .await?
    );
    assert!(
        !server
            .messaging
            .remove_dead_letter(stored[0].sequence)
            .await?
    );
    let rest = server.messaging.dead_letters(1, 10).await?;
    assert_eq!(
        rest.iter()
            .map(|letter| letter.sequence)
            .collect::<Vec<_>>(),
        [2]
    );
    Ok(())
}
