//! Every `Ok` is a message that the stream holds, also after the server was killed.

use std::time::Duration;

use sens_messaging::{Outgoing, PublishError};

use crate::support::{Server, outgoing};

#[tokio::test]
async fn few_messages_and_many_get_the_sequences_they_are_stored_at() -> anyhow::Result<()> {
    let server = Server::start().await?;
    let publisher = server.messaging.publisher();
    let mut next = 1;
    for count in [1_usize, 5, 23, 24, 300, 1500] {
        let messages: Vec<Outgoing> = (0..count).map(|number| outgoing(number, 8)).collect();
        let sequences: Vec<u64> = publisher
            .publish(&messages)
            .await
            .into_iter()
            .collect::<Result<_, _>>()?;
        let mut sorted = sequences.clone();
        sorted.sort_unstable();
        assert_eq!(
            sorted,
            (next..next + count as u64).collect::<Vec<_>>(),
            "{count} messages"
        );
        next += count as u64;
    }
    let mut consumer = server.messaging.consume_raw(4096).await?;
    let mut seen = 0;
    while seen < next - 1 {
        for delivery in consumer.next().await? {
            seen += 1;
            assert_eq!(delivery.sequence, seen);
            assert_eq!(delivery.attempt, 1);
            assert!(delivery.envelope.traceparent.is_some());
            let number: usize = std::str::from_utf8(&delivery.payload)?.parse()?;
            assert_eq!(
                delivery.envelope.topic,
                format!("sens/v1/AI-{number}/telemetry")
            );
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_full_stream_refuses_and_keeps_what_it_has() -> anyhow::Result<()> {
    let server = Server::with_raw_bytes(1024 * 1024).await?;
    let publisher = server.messaging.publisher();
    let mut stored = 0;
    let mut refused = 0;
    for round in 0..8 {
        let messages: Vec<Outgoing> = (0..100)
            .map(|number| outgoing(round * 100 + number, 4000))
            .collect();
        for result in publisher.publish(&messages).await {
            match result {
                Ok(_) => stored += 1,
                Err(PublishError::Full(_)) => refused += 1,
                Err(other) => anyhow::bail!("{other}"),
            }
        }
    }
    assert!(refused > 0);
    let status = server.messaging.raw_status().await?;
    assert_eq!(status.messages, stored);
    assert_eq!(status.first_sequence, 1);
    Ok(())
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() -> anyhow::Result<()> {
    let mut server = Server::start().await?;
    let messages: Vec<Outgoing> = (0..200).map(|number| outgoing(number, 100)).collect();
    let publisher = server.messaging.publisher();
    let stored = publisher
        .publish(&messages)
        .await
        .iter()
        .filter(|result| result.is_ok())
        .count();
    server.nats.kill9().await?;
    let unanswered =
        tokio::time::timeout(Duration::from_secs(30), publisher.publish(&messages[..2])).await?;
    assert!(unanswered.iter().all(Result::is_err), "{unanswered:?}");
    server.nats.restart().await?;
    let status = sens_testkit::eventually(
        Duration::from_secs(20),
        "the stream answers again",
        || async { server.messaging.raw_status().await.ok() },
    )
    .await?;
    assert_eq!(stored, 200);
    // The two that were not answered may or may not have been taken; nothing that was acknowledged is missing.
    assert!(status.messages >= 200, "{status:?}");
    let after = publisher.publish(&messages).await;
    assert!(
        after.iter().all(Result::is_ok),
        "the publisher works again by itself"
    );
    Ok(())
}
