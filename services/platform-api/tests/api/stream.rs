//! Live readings, and resuming without gap or double.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::devices;
use crate::support::{ADMIN, Bench, PATIENCE, flat};

const LEGACY: &str = "sens/legacy/telemetry";

/// An open stream and what was read of it.
pub(crate) struct Reader {
    response: reqwest::Response,
    buffer: String,
}

impl Reader {
    async fn open(bench: &Bench, path: &str, last: Option<&str>) -> Result<Self> {
        Self::of(bench.request("GET", path, ADMIN)?, last).await
    }

    /// Opens what a request asks for.
    pub(crate) async fn of(request: reqwest::RequestBuilder, last: Option<&str>) -> Result<Self> {
        let mut request = request.timeout(Duration::from_mins(1));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await?.error_for_status()?;
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut reader = Self {
            response,
            buffer: String::new(),
        };
        // The opening comment: from here on nothing is missed.
        reader.block().await?;
        Ok(reader)
    }

    /// The next block of lines, up to an empty line.
    async fn block(&mut self) -> Result<String> {
        loop {
            if let Some((block, rest)) = self.buffer.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.buffer = rest;
                return Ok(block);
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk())
                .await??
                .context("the stream ended")?;
            self.buffer.push_str(std::str::from_utf8(&chunk)?);
        }
    }

    /// The next event: its name, id and data.
    pub(crate) async fn event(&mut self) -> Result<(String, String, Value)> {
        loop {
            let block = self.block().await?;
            let field = |name: &str| {
                block
                    .lines()
                    .find_map(|line| line.strip_prefix(name))
                    .unwrap_or_default()
                    .to_owned()
            };
            let name = field("event: ");
            if !name.is_empty() {
                return Ok((name, field("id: "), serde_json::from_str(&field("data: "))?));
            }
        }
    }

    /// The values of the next readings.
    pub(crate) async fn values(&mut self, count: usize) -> Result<Vec<f64>> {
        let mut values = Vec::new();
        for _ in 0..count {
            let (name, _, data) = self.event().await?;
            assert_eq!(name, "reading", "{data}");
            values.push(data["value"].as_f64().context("no number")?);
        }
        Ok(values)
    }
}

async fn commit(bench: &Bench, device: u32, values: &[f64]) -> Result<()> {
    let events: Vec<String> = values
        .iter()
        .map(|value| flat(device, "battery_charge", *value, 0))
        .collect();
    let payloads: Vec<(&str, &str)> = events
        .iter()
        .map(|event| (LEGACY, event.as_str()))
        .collect();
    bench.commit(&payloads).await?;
    Ok(())
}

#[tokio::test]
async fn readings_arrive_live_and_filtered() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    commit(&bench, 7, &[1.0]).await?;
    let mut all = Reader::open(&bench, "/v1/stream", None).await?;
    let mut device = Reader::open(&bench, "/v1/devices/legacy-7/stream", None).await?;
    let mut other = Reader::open(
        &bench,
        "/v1/stream?device=legacy-8&metric=battery_charge",
        None,
    )
    .await?;
    commit(&bench, 8, &[2.0]).await?;
    commit(&bench, 7, &[3.0]).await?;
    commit(&bench, 8, &[4.0]).await?;
    let (name, id, data) = all.event().await?;
    assert_eq!(name, "reading");
    assert!(id.ends_with("-0"), "{id}");
    assert_eq!(
        (&data["serial"], &data["metric"], &data["value"]),
        (&json!("legacy-8"), &json!("battery_charge"), &json!(2))
    );
    assert_eq!(data["recorded_at"], "2026-09-21T14:13:20.000000Z");
    assert_eq!(all.values(2).await?, [3.0, 4.0]);
    assert_eq!(device.values(1).await?, [3.0]);
    assert_eq!(other.values(2).await?, [2.0, 4.0]);
    bench
        .get("/v1/devices/none/stream")
        .await?
        .assert_problem(404, "device_not_found");
    for path in [
        "/v1/stream?typo=1",
        "/v1/stream?device=no%20serial",
        "/v1/events/stream?device=no%20serial",
    ] {
        bench
            .get(path)
            .await?
            .assert_problem(400, "invalid_parameter");
    }
    let foreign = bench
        .request("GET", "/v1/stream", ADMIN)?
        .header("last-event-id", "foreign");
    bench
        .send(foreign)
        .await?
        .assert_problem(400, "bad_request");
    Ok(())
}

#[tokio::test]
async fn a_stream_resumes_without_gap_or_double() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let mut first = Reader::open(&bench, "/v1/stream", None).await?;
    commit(&bench, 7, &[1.0, 2.0, 3.0]).await?;
    let (_, _, one) = first.event().await?;
    let (_, last, two) = first.event().await?;
    assert_eq!((&one["value"], &two["value"]), (&json!(1), &json!(2)));
    drop(first);
    for value in 4..30 {
        commit(&bench, 7, &[f64::from(value)]).await?;
    }
    let mut resumed = Reader::open(&bench, "/v1/stream", Some(&last)).await?;
    for value in 30..40 {
        commit(&bench, 7, &[f64::from(value)]).await?;
    }
    let expected: Vec<f64> = (3..40).map(f64::from).collect();
    assert_eq!(resumed.values(37).await?, expected);

    let mut beyond = Reader::open(&bench, "/v1/stream", Some("999999-0")).await?;
    assert_eq!(beyond.event().await?.0, "gap");
    commit(&bench, 7, &[50.0]).await?;
    assert_eq!(beyond.values(1).await?, [50.0]);
    Ok(())
}

#[tokio::test]
async fn a_stream_resumed_while_readings_come_has_each_of_them_once() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let mut first = Reader::open(&bench, "/v1/stream", None).await?;
    commit(&bench, 7, &[0.0]).await?;
    let (_, mut last, _) = first.event().await?;
    drop(first);
    let writing = async {
        for value in 1..=60 {
            commit(&bench, 7, &[f64::from(value)]).await?;
        }
        Ok::<_, anyhow::Error>(())
    };
    let reading = async {
        let mut seen = Vec::new();
        while seen.len() < 60 {
            // A few readings, then the connection is lost: in the middle of what was missed, or of what comes.
            let mut reader = Reader::open(&bench, "/v1/stream", Some(&last)).await?;
            for _ in 0..7.min(60 - seen.len()) {
                let (name, id, data) = reader.event().await?;
                assert_eq!(name, "reading", "{data}");
                seen.push(data["value"].as_f64().context("no number")?);
                last = id;
            }
        }
        Ok::<_, anyhow::Error>(seen)
    };
    let (written, seen) = tokio::join!(writing, reading);
    written?;
    assert_eq!(seen?, (1..=60).map(f64::from).collect::<Vec<_>>());
    Ok(())
}

#[tokio::test]
async fn streams_follow_labels_and_the_limits_of_keys() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    for (serial, site) in [("V", "vie"), ("G", "graz"), ("N", "")] {
        let labels = if site.is_empty() {
            json!({})
        } else {
            json!({"site": site})
        };
        devices::make(&bench, json!({"serial": serial, "labels": labels})).await?;
    }
    let body = json!({"name": "v", "role": "viewer", "labels": "site=vie"});
    let made = devices::send(&bench, "POST", "/v1/api-keys", "-", body)
        .await?
        .json();
    let key = made["key"].as_str().context("no key")?;
    let mut limited = Reader::of(bench.request("GET", "/v1/stream", key)?, None).await?;
    let mut mine = Reader::of(bench.request("GET", "/v1/devices/V/stream", key)?, None).await?;
    let mut graz = Reader::open(&bench, "/v1/stream?label=site%3Dgraz", None).await?;
    let mut elsewhere = Reader::open(&bench, "/v1/stream?label=site!%3Dvie&metric=x", None).await?;

    let say = async |serial: &str, value: f64| {
        let topic = format!("sens/v1/{serial}/telemetry");
        let payload = json!({"v": 1, "readings": [{"metric": "x", "value": value}]}).to_string();
        bench.commit(&[(topic.as_str(), payload.as_str())]).await
    };
    let label = async |serial: &str, site: &str| {
        let labels = json!({"labels": {"site": site}});
        let path = format!("/v1/devices/{serial}");
        let answer = devices::send(&bench, "PATCH", &path, "*", labels).await?;
        anyhow::ensure!(answer.status == 200, "{}", answer.text());
        Ok(())
    };
    say("G", 1.0).await?;
    say("V", 2.0).await?;
    say("N", 3.0).await?;
    // What is changed holds for every reading that is stored afterwards.
    label("V", "graz").await?;
    label("G", "vie").await?;
    say("V", 4.0).await?;
    say("G", 5.0).await?;
    label("V", "vie").await?;
    say("V", 6.0).await?;
    let (_, last, first) = limited.event().await?;
    assert_eq!(
        (&first["serial"], &first["value"]),
        (&json!("V"), &json!(2))
    );
    assert_eq!(limited.values(2).await?, [5.0, 6.0]);
    assert_eq!(mine.values(2).await?, [2.0, 6.0]);
    assert_eq!(graz.values(2).await?, [1.0, 4.0]);
    assert_eq!(elsewhere.values(3).await?, [1.0, 3.0, 4.0]);

    // Resumed, the labels of now count.
    let mut resumed = Reader::of(bench.request("GET", "/v1/stream", key)?, Some(&last)).await?;
    say("V", 7.0).await?;
    assert_eq!(resumed.values(4).await?, [4.0, 5.0, 6.0, 7.0]);
    bench
        .get("/v1/stream?label=a;b")
        .await?
        .assert_problem(400, "invalid_parameter");

    let path = format!("/v1/api-keys/{}", made["id"].as_str().unwrap_or_default());
    let revoked = devices::send(&bench, "DELETE", &path, "-", Value::Null).await?;
    assert_eq!(revoked.status, 204);
    let (name, _, why) = resumed.event().await?;
    assert_eq!(
        (name.as_str(), &why["detail"]),
        ("error", &json!("the API key is no longer valid"))
    );
    Ok(())
}

#[tokio::test]
async fn streams_beyond_the_limit_are_told_so() -> Result<()> {
    let bench = Bench::start(&[("SENS_API__MAX_STREAMS", "2")]).await?;
    let one = Reader::open(&bench, "/v1/stream", None).await?;
    let _two = Reader::open(&bench, "/v1/stream", None).await?;
    let full = bench.get("/v1/stream").await?;
    full.assert_problem(503, "too_many_streams");
    assert!(!full.header("retry-after").is_empty());
    drop(one);
    sens_testkit::eventually(PATIENCE, "the place is free again", || async {
        Reader::open(&bench, "/v1/stream", None).await.ok()
    })
    .await?;
    Ok(())
}

#[tokio::test]
async fn open_streams_do_not_hold_up_the_stop() -> Result<()> {
    let mut bench = Bench::start(&[]).await?;
    let mut open = Reader::open(&bench, "/v1/stream", None).await?;
    assert_eq!(bench.api.terminate(PATIENCE).await?, 0);
    while open.block().await.is_ok() {}
    Ok(())
}
