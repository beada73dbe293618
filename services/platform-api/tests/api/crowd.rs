//! Many open streams at once: everybody hears everything, soon, and who does not listen is cut off.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use crate::support::{ADMIN, Bench, PATIENCE, flat};

const TOPIC: &str = "sens/legacy/telemetry";
/// What the listeners ask for: not what makes the slow ones slow.
const PATH: &str = "/v1/stream?device=legacy-7";

/// When each reading was committed, by its value.
type Committed = Arc<Mutex<Vec<Instant>>>;

/// A client that notes how late each reading is. The first piece of the answer says that the stream is open.
async fn listen(
    request: reqwest::RequestBuilder,
    open: tokio::sync::mpsc::Sender<()>,
    committed: Committed,
    count: usize,
) -> Result<Vec<Duration>> {
    let mut response = request
        .timeout(Duration::from_mins(10))
        .send()
        .await?
        .error_for_status()?;
    let (mut late, mut text) = (Vec::with_capacity(count), String::new());
    let mut told = false;
    while late.len() < count {
        let chunk = response.chunk().await?.context("the stream ended")?;
        let now = Instant::now();
        if !told {
            open.send(()).await?;
            told = true;
        }
        text.push_str(std::str::from_utf8(&chunk)?);
        while let Some((line, rest)) = text.split_once('\n') {
            if let Some(data) = line.strip_prefix("data: ") {
                let data: serde_json::Value = serde_json::from_str(data)?;
                let value = data["value"].as_u64().context("an error")?;
                ensure!(value == late.len() as u64, "{value} after {}", late.len());
                let committed = committed.lock().await;
                let at = committed.get(late.len()).context("from the future")?;
                late.push(now.saturating_duration_since(*at));
            }
            text = rest.to_owned();
        }
    }
    Ok(late)
}

/// Memory of the service in bytes: now, and the most it ever took.
fn memory(bench: &mut Bench) -> Result<(u64, u64)> {
    let pid = bench.api.process().pid();
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kilobytes = line.context("no memory")?.trim().trim_end_matches(" kB");
        anyhow::Ok(kilobytes.parse::<u64>()? * 1024)
    };
    Ok((of("VmRSS:")?, of("VmHWM:")?))
}

/// Opens `streams`, commits `count` readings, one every `pause`, and waits until everybody has all of them.
async fn crowd(bench: &mut Bench, streams: usize, count: usize, pause: Duration) -> Result<()> {
    let committed = Committed::default();
    let (sender, mut open) = tokio::sync::mpsc::channel(64);
    let mut listeners = JoinSet::new();
    let (empty, begun) = (memory(bench)?.0, Instant::now());
    for started in 0..streams {
        let request = bench.request("GET", PATH, ADMIN)?;
        listeners.spawn(listen(
            request,
            sender.clone(),
            Arc::clone(&committed),
            count,
        ));
        // A few connect at a time.
        if started >= 64 {
            open.recv().await.context("nobody opens")?;
        }
    }
    for _ in 0..streams.min(64) {
        open.recv().await.context("nobody opens")?;
    }
    let opened = begun.elapsed();
    let mut rhythm = tokio::time::interval(pause);
    for value in 0..u32::try_from(count)? {
        rhythm.tick().await;
        let event = flat(7, "platform_extension_ticks", f64::from(value), value);
        committed.lock().await.push(Instant::now());
        bench.commit(&[(TOPIC, event.as_str())]).await?;
    }
    let mut late = Vec::with_capacity(streams * count);
    while let Some(heard) = listeners.join_next().await {
        late.extend(heard??);
    }
    assert_eq!(late.len(), streams * count, "everybody has everything");
    late.sort_unstable();
    let at = |percent: usize| late[(late.len() - 1) * percent / 100].as_secs_f64() * 1000.0;
    let (now, most) = memory(bench)?;
    println!(
        "{streams} streams, opened in {:.1} s; {count} readings to each, from before COMMIT to the client: p50 {:.1} ms, p99 {:.1} ms, \
         slowest {:.1} ms; memory of the API {} MB before, {} MB after, {} MB at most",
        opened.as_secs_f64(),
        at(50),
        at(99),
        at(100),
        empty / 1_000_000,
        now / 1_000_000,
        most / 1_000_000,
    );
    Ok(())
}

/// Those who read nothing: they ask for everything, and what comes then fills their connections.
async fn deaf(bench: &mut Bench, streams: usize) -> Result<()> {
    let mut silent = Vec::new();
    for _ in 0..streams {
        let request = bench.request("GET", "/v1/stream", ADMIN)?;
        let opened = request.timeout(Duration::from_mins(10)).send().await?;
        silent.push(opened.error_for_status()?);
    }
    let begun = Instant::now();
    let within = Duration::from_mins(5);
    // The service's stalled writes are given up after half a minute; a full backlog cuts at once.
    let open = sens_testkit::eventually(within, "the deaf are cut off", || async {
        let events: Vec<String> = (0..500)
            .map(|number| flat(8, "battery_charge", 50.0, number))
            .collect();
        let payloads: Vec<(&str, &str)> =
            events.iter().map(|event| (TOPIC, event.as_str())).collect();
        bench.tell(&payloads).await.ok()?;
        let open = bench.api.metric("sens_sse_streams", "").await.ok()?;
        (open < 0.5).then_some(open)
    })
    .await?;
    println!(
        "{streams} clients that read nothing were cut off after {:.0} s ({open} left); memory of the API {} MB at most",
        begun.elapsed().as_secs_f64(),
        memory(bench)?.1 / 1_000_000
    );
    for mut client in silent {
        let mut last = Vec::new();
        while let Ok(Ok(Some(chunk))) = tokio::time::timeout(PATIENCE, client.chunk()).await {
            last = chunk.to_vec();
        }
        let last = String::from_utf8_lossy(&last);
        ensure!(last.contains("the client reads too slowly"), "{last}");
    }
    Ok(())
}

#[tokio::test]
async fn two_hundred_streams_hear_everything() -> Result<()> {
    let mut bench = Box::pin(Bench::start(&[])).await?;
    Box::pin(crowd(&mut bench, 200, 20, Duration::from_millis(10))).await
}

/// `just streams` runs it with a release build.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes; run by just streams"]
async fn thousands_of_streams_hear_everything_soon() -> Result<()> {
    let streams = std::env::var("SENS_STREAMS").ok();
    let streams = streams
        .and_then(|streams| streams.parse().ok())
        .unwrap_or(2000);
    let mut bench = Box::pin(Bench::start(&[("SENS_API__MAX_STREAMS", "100000")])).await?;
    Box::pin(crowd(&mut bench, streams, 150, Duration::from_millis(200))).await?;
    Box::pin(deaf(&mut bench, 20)).await
}
