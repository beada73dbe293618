//! Devices over their quota are visible.

use anyhow::Result;
use sens_messaging::{Bytes, Outgoing};
use sens_schema::envelope::{Envelope, Source};
use sens_schema::{DeviceRef, Serial};
use serde_json::json;

use crate::support::Bench;

#[tokio::test]
async fn who_waits_is_listed_with_the_most_waiting_first() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let message = Outgoing {
        envelope: Envelope {
            topic: "sens/v1/AI-1/telemetry".to_owned(),
            source: Source::Mqtt,
            received_at: 0,
            content_type: None,
            traceparent: None,
            truncated: None,
            wait: false,
        },
        payload: Bytes::from_static(b"{}"),
    };
    for (serial, count) in [("AI-1", 1), ("AI.2", 3)] {
        let device = DeviceRef::Serial(Serial::parse(serial)?);
        for parked in bench
            .messaging
            .park(&vec![(&device, &message); count])
            .await
        {
            parked?;
        }
    }
    assert_eq!(
        bench.json("/v1/system/quotas").await?,
        json!({"waiting": 4, "items": [{"serial": "AI.2", "waiting": 3}, {"serial": "AI-1", "waiting": 1}]})
    );
    Ok(())
}
