//! A platform with its REST interface, a device that publishes and somebody who asks what became of it.

use sens_testkit::{Platform, assert_eventually};
use serde_json::Value;

use super::mqtt::Device;
use super::rest::Rest;
use super::{PATIENCE, jetstream, number};

/// Who publishes and asks.
pub(crate) struct Scene {
    pub(crate) platform: Platform,
    pub(crate) rest: Rest,
    device: Device,
    last: u64,
}

impl Scene {
    /// On a platform with one replica of everything.
    pub(crate) async fn plain() -> Self {
        Self::of(Platform::builder().start().await.unwrap()).await
    }

    pub(crate) async fn of(platform: Platform) -> Self {
        let rest = Rest::of(&platform);
        let device = Device::connect(platform.mosquitto.port(), "device").await;
        Self {
            platform,
            rest,
            device,
            last: 0,
        }
    }

    /// Publishes, waits until the message is in the stream, and gives its id.
    pub(crate) async fn publish(&mut self, topic: &str, payload: impl AsRef<[u8]>) -> String {
        self.device
            .publish(topic, payload.as_ref(), false)
            .await
            .unwrap();
        self.device.settle().await;
        let port = self.platform.nats.port();
        assert_eventually!(
            PATIENCE,
            jetstream::last_sequence(port).await > self.last,
            "{topic} is in the stream"
        );
        self.last += 1;
        format!("1-{}", self.last)
    }

    /// The same, and waits until it is committed.
    pub(crate) async fn stored(&mut self, topic: &str, payload: impl AsRef<[u8]>) -> String {
        let id = self.publish(topic, payload).await;
        self.committed(&id).await;
        id
    }

    /// Waits until the ledger knows a message.
    pub(crate) async fn committed(&self, id: &str) {
        let sql = format!(
            "SELECT count(*) FROM ingest_ledger WHERE seqs @> {}::int8",
            sequence(id)
        );
        assert_eventually!(
            PATIENCE,
            number(&self.platform, &sql) == 1,
            "{id} is committed"
        );
    }

    /// The life of a message.
    pub(crate) async fn life(&self, id: &str) -> Value {
        self.json(&format!("/v1/messages/{id}")).await
    }

    /// What happened to a device around now, or at the time in the query.
    pub(crate) async fn explain(&self, serial: &str, query: &str) -> Value {
        self.json(&format!("/v1/devices/{serial}/explain{query}"))
            .await
    }

    pub(crate) async fn json(&self, path: &str) -> Value {
        let answer = self.rest.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    }
}

/// The sequence in an id.
pub(crate) fn sequence(id: &str) -> u64 {
    id.split_once('-').unwrap().1.parse().unwrap()
}

/// Where telemetry of a device goes.
pub(crate) fn topic(serial: &str) -> String {
    format!("sens/v1/{serial}/telemetry")
}

/// A batch with one good reading that nobody else sends.
pub(crate) fn batch(seq: u32) -> String {
    format!(
        r#"{{"v":1,"seq":{seq},"readings":[{{"metric":"battery_charge","value":{},"at":"2026-11-20T10:00:{:02}Z"}}]}}"#,
        seq % 100,
        seq % 60
    )
}
