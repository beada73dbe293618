//! The feed of outcomes continues where a follower left off, without gap or double.

use std::time::Duration;

use sens_schema::event::{BatchCounts, BatchEvent, ReadingEvent};

use crate::support::Server;

fn event(number: i64) -> BatchEvent<'static> {
    BatchEvent {
        epoch: 1,
        committed_at: number,
        readings: Vec::new(),
        outcomes: Vec::new(),
        counts: BatchCounts::default(),
    }
}

#[tokio::test]
async fn a_feed_resumes_without_gap_or_double_also_over_a_restart() -> anyhow::Result<()> {
    let mut server = Server::start().await?;
    for number in 1..=3 {
        server.messaging.publish_event(&event(number)).await?;
    }
    let mut feed = server.messaging.events(Some(2)).await?;
    for number in 2..=3 {
        let item = tokio::time::timeout(Duration::from_secs(10), feed.next()).await??;
        assert_eq!(
            (item.sequence, item.event.committed_at),
            (number, i64::try_from(number)?)
        );
    }
    server.nats.kill9().await?;
    server.nats.restart().await?;
    sens_testkit::eventually(
        Duration::from_secs(20),
        "events are taken again",
        || async { server.messaging.publish_event(&event(4)).await.ok() },
    )
    .await?;
    let item = loop {
        match tokio::time::timeout(Duration::from_secs(30), feed.next()).await? {
            Ok(item) => break item,
            Err(_) => feed = server.messaging.events(Some(4)).await?,
        }
    };
    assert_eq!((item.sequence, item.event.committed_at), (4, 4));
    Ok(())
}

#[tokio::test]
async fn a_batch_that_is_more_than_the_server_takes_is_told_in_several_events() -> anyhow::Result<()>
{
    let server = Server::with_max_payload(64 * 1024).await?;
    let reading = |number: i64| ReadingEvent {
        serial: "A-1".into(),
        metric: "battery_charge".into(),
        value: serde_json::json!(number),
        unit: None,
        recorded_at: number,
        received_at: number,
    };
    let batch = BatchEvent {
        readings: (0..5000).map(reading).collect(),
        ..event(1)
    };
    let last = server.messaging.publish_event(&batch).await?;
    assert!(last > 1, "{last} events");
    let mut feed = server.messaging.events(Some(1)).await?;
    let mut told = Vec::new();
    while told.len() < batch.readings.len() {
        let item = tokio::time::timeout(Duration::from_secs(10), feed.next()).await??;
        told.extend(item.event.readings);
    }
    assert_eq!(told, batch.readings);
    Ok(())
}
