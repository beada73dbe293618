//! A nats-server of its own for each test.

use std::collections::BTreeMap;

use sens_config::Need;
use sens_messaging::{Bytes, Messaging, Outgoing};
use sens_schema::envelope::{Envelope, Source};
use sens_testkit::{Nats, NatsOptions};

/// A server with the platform's streams, and a connection to it.
pub(crate) struct Server {
    pub(crate) nats: Nats,
    pub(crate) messaging: Messaging,
}

impl Server {
    pub(crate) async fn start() -> anyhow::Result<Self> {
        Self::with_raw_bytes(64 * 1024 * 1024).await
    }

    pub(crate) async fn with_raw_bytes(limit: u64) -> anyhow::Result<Self> {
        Self::on(Nats::start().await?, limit).await
    }

    pub(crate) async fn with_max_payload(max_payload: u64) -> anyhow::Result<Self> {
        let options = NatsOptions {
            max_payload,
            ..NatsOptions::default()
        };
        Self::on(Nats::with(options).await?, 64 * 1024 * 1024).await
    }

    async fn on(nats: Nats, limit: u64) -> anyhow::Result<Self> {
        let variables = BTreeMap::from([
            ("SENS_NATS__URL".to_owned(), nats.url()),
            ("SENS_NATS__RAW_MAX_BYTES".to_owned(), limit.to_string()),
        ]);
        let config = sens_config::load_from(&variables, &[Need::Nats])?;
        let messaging = Messaging::connect(&config.nats, "test").await?;
        messaging.ensure_streams(&config.nats).await?;
        messaging.ensure_raw_consumer().await?;
        Ok(Self { nats, messaging })
    }
}

/// A message whose payload tells its number.
pub(crate) fn outgoing(number: usize, size: usize) -> Outgoing {
    let envelope = Envelope {
        topic: format!("sens/v1/AI-{number}/telemetry"),
        source: Source::Mqtt,
        received_at: 1_795_168_800_000_000,
        content_type: Some("application/json\r\nNats-Rollup: all".to_owned()),
        traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
        truncated: None,
        wait: false,
    };
    Outgoing {
        envelope,
        payload: Bytes::from(format!("{number:0>size$}")),
    }
}
