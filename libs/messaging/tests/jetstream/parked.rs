//! Messages over a quota: parked by device, bounded by device, moved on once.

use sens_messaging::{ParkedDevice, PublishError};
use sens_schema::{DeviceRef, Serial};

use crate::support::{Server, outgoing};

fn device(name: &str) -> anyhow::Result<DeviceRef> {
    Ok(DeviceRef::Serial(Serial::parse(name)?))
}

#[tokio::test]
async fn a_device_without_room_is_refused_alone() -> anyhow::Result<()> {
    let server = Server::start().await?;
    let jetstream = async_nats::jetstream::new(async_nats::connect(server.nats.url()).await?);
    let mut stream = jetstream.get_stream("SENS_PARKED").await?;
    let mut config = stream.info().await?.config.clone();
    config.max_messages_per_subject = 3;
    jetstream.update_stream(config).await?;

    let (noisy, other) = (device("a.b")?, device("c")?);
    let message = outgoing(1, 10);
    let results = server.messaging.park(&[(&noisy, &message); 5]).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 3);
    for refused in results.iter().filter_map(|result| result.as_ref().err()) {
        assert!(matches!(refused, PublishError::Full(_)), "{refused:?}");
    }
    let results = server.messaging.park(&[(&other, &message)]).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");

    let parked = |serial: &str, waiting| ParkedDevice {
        serial: serial.to_owned(),
        waiting,
    };
    assert_eq!(
        server.messaging.parked_devices().await?,
        [parked("a.b", 3), parked("c", 1)]
    );
    let mut consumer = server.messaging.consume_parked(10).await?;
    let mut seen = 0;
    while seen < 4 {
        for delivery in consumer.next().await? {
            assert_eq!(delivery.payload, message.payload);
            assert_eq!(delivery.envelope.topic, message.envelope.topic);
            delivery.ack().await?;
            seen += 1;
        }
    }
    sens_testkit::assert_eventually!(
        std::time::Duration::from_secs(10),
        server.messaging.parked_devices().await.unwrap().is_empty(),
        "an empty stream"
    );
    Ok(())
}

#[tokio::test]
async fn what_the_raw_stream_would_not_take_is_not_parked() -> anyhow::Result<()> {
    let server = Server::with_max_payload(64 * 1024).await?;
    let large = outgoing(1, 63 * 1024);
    let later = server
        .messaging
        .publisher()
        .publish(std::slice::from_ref(&large))
        .await;
    let parked = server.messaging.park(&[(&device("a")?, &large)]).await;
    for refused in [later, parked] {
        assert!(
            matches!(refused.as_slice(), [Err(PublishError::TooLarge(_))]),
            "{refused:?}"
        );
    }
    Ok(())
}
