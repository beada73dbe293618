//! Traces by OTLP: one packet is one trace, from the broker to the row and to whoever reads it.

use sens_testkit::{OtlpReceiver, Platform, ReceivedSpan, assert_eventually};

use crate::support::mqtt::Device;
use crate::support::rest::{Rest, answer};
use crate::support::{PATIENCE, raw_records};

const GIVEN: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

async fn traced(receiver: &OtlpReceiver) -> Platform {
    Platform::builder()
        .durable(false)
        .env("*", "OTEL_EXPORTER_OTLP_ENDPOINT", &receiver.endpoint())
        .env("*", "OTEL_BSP_SCHEDULE_DELAY", "100")
        .start()
        .await
        .unwrap()
}

fn battery(value: u32) -> String {
    format!(
        r#"{{"device_id":7,"event_type":"battery_charge","value":{value},"timestamp":1790000000}}"#
    )
}

fn of<'a>(spans: &'a [ReceivedSpan], service: &str) -> Option<&'a ReceivedSpan> {
    spans.iter().find(|span| span.service == service)
}

#[tokio::test]
async fn a_packet_is_one_trace_from_the_broker_to_the_row() {
    let receiver = OtlpReceiver::start().await.unwrap();
    let mut platform = traced(&receiver).await;
    let admin = Rest::of(&platform);

    // A device that knows nothing of traces: its trace begins at the broker.
    let mut device = Device::connect(platform.mosquitto.port(), "device-7").await;
    device
        .publish_all("sens/legacy/telemetry", [battery(71)])
        .await;
    raw_records(&platform, 1).await;
    let traceparent = platform.sql("SELECT traceparent FROM raw_record").unwrap();
    let trace_id = traceparent.split('-').nth(1).unwrap().to_owned();
    assert_eventually!(
        PATIENCE,
        receiver.trace(&trace_id).len() == 2,
        "both workers tell of the packet"
    );
    let spans = receiver.trace(&trace_id);
    let forwarded = of(&spans, "mqtt-ingestion-worker").unwrap();
    let stored = of(&spans, "telemetry-worker").unwrap();
    assert_eq!(
        (forwarded.name.as_str(), forwarded.parent_id.as_str()),
        ("forward packet", "")
    );
    assert_eq!(
        (stored.name.as_str(), &stored.parent_id),
        ("store message", &forwarded.span_id)
    );
    assert_eq!(stored.attributes["sens.readings"], "1");
    assert_eq!(stored.attributes["sens.device.serial"], "legacy-7");

    // A client that has a trace: it goes on through the API to the row, and when the row is read.
    let record = format!(
        "/v1/raw-records/{}",
        stored.attributes["sens.raw_record.id"]
    );
    let traceparent = format!("00-{GIVEN}-{PARENT}-01");
    let sent = admin
        .request("POST", "/v1/ingest")
        .header("traceparent", &traceparent)
        .header("content-type", "application/json")
        .body(battery(72));
    assert_eq!(answer(sent).await.unwrap().status, 202);
    let read = admin
        .request("GET", &record)
        .header("traceparent", &traceparent);
    assert_eq!(answer(read).await.unwrap().status, 200);
    assert_eventually!(
        PATIENCE,
        receiver.trace(GIVEN).len() == 3,
        "the request, the row and the reading of a row"
    );
    let spans = receiver.trace(GIVEN);
    assert!(
        spans.iter().all(|span| span.parent_id == PARENT),
        "{spans:?}"
    );
    let names: std::collections::BTreeSet<&str> =
        spans.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "GET /v1/raw-records/{id}",
            "POST /v1/ingest",
            "store message"
        ]
        .into()
    );

    // Who does not want his trace recorded is not recorded.
    let unwanted = "1".repeat(32);
    let asked = admin
        .request("GET", "/v1/whoami")
        .header("traceparent", format!("00-{unwanted}-{PARENT}-00"));
    assert_eq!(answer(asked).await.unwrap().status, 200);
    // What is not sent yet is sent at the end.
    let before = receiver.count();
    let asked = admin.get("/v1/whoami").await;
    assert_eq!(asked.status, 200);
    let api = platform.api.as_mut().unwrap();
    assert_eq!(api.terminate(PATIENCE).await.unwrap(), 0);
    assert!(receiver.count() > before);
    assert_eq!(receiver.trace(&unwanted), []);
}

#[tokio::test]
async fn a_collector_that_is_away_holds_nothing_up() {
    let receiver = OtlpReceiver::start().await.unwrap();
    let endpoint = receiver.endpoint();
    drop(receiver);
    let platform = Platform::builder()
        .durable(false)
        .env("*", "OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint)
        .env("*", "OTEL_BSP_SCHEDULE_DELAY", "100")
        .start()
        .await
        .unwrap();
    let admin = Rest::of(&platform);
    let stored = admin.ingest(battery(71), Some(10)).await.unwrap();
    assert_eq!(stored.body["items"][0]["status"], "processed");
}
