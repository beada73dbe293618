//! Whole intervals: memory stays flat however long they are, and clients that go away leave nothing behind.

use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::measurements::bulk;
use crate::support::{ADMIN, Bench, PATIENCE, flat};

const PATH: &str = "/v1/devices/legacy-7/measurements?metric=battery_charge";
const FORMATS: [&str; 4] = [
    "application/x-ndjson",
    "text/csv",
    "application/vnd.apache.parquet",
    "application/vnd.apache.arrow.stream",
];

async fn filled(rows: u32) -> Result<Bench> {
    let bench = Box::pin(Bench::start(&[("SENS_DATABASE__MAX_CONNECTIONS", "3")])).await?;
    let first = flat(7, "battery_charge", 80.0, 0);
    bench
        .commit(&[("sens/legacy/telemetry", first.as_str())])
        .await?;
    bulk(&bench, rows)?;
    Ok(bench)
}

/// The most memory the service has taken since the last call, in bytes.
fn peak(bench: &mut Bench) -> Result<u64> {
    let pid = bench.api.process().pid();
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.context("no peak")?.trim().trim_end_matches(" kB");
    std::fs::write(format!("/proc/{pid}/clear_refs"), "5")?;
    Ok(kilobytes.parse::<u64>()? * 1024)
}

/// Reads an answer to its end without keeping it: its bytes, and its lines.
async fn drain(bench: &Bench, accept: &str, within: Duration) -> Result<(u64, u64)> {
    let request = bench.request("GET", PATH, ADMIN)?.timeout(within);
    let mut response = request
        .header("accept", accept)
        .send()
        .await?
        .error_for_status()?;
    let (mut bytes, mut lines) = (0, 0);
    while let Some(chunk) = response.chunk().await? {
        bytes += chunk.len() as u64;
        lines += chunk.split(|byte| *byte == b'\n').count() as u64 - 1;
    }
    Ok((bytes, lines))
}

async fn export(rows: u32, within: Duration) -> Result<u64> {
    let mut bench = Box::pin(filled(rows)).await?;
    let mut most = 0;
    for accept in FORMATS {
        peak(&mut bench)?;
        let begun = std::time::Instant::now();
        let (bytes, lines) = drain(&bench, accept, within).await?;
        let peak = peak(&mut bench)?;
        println!(
            "{accept}: {rows} rows, {} MB in {:.1} s, at most {} MB of memory",
            bytes / 1_000_000,
            begun.elapsed().as_secs_f64(),
            peak / 1_000_000
        );
        let expected = u64::from(rows) + 1;
        match accept {
            "application/x-ndjson" => assert_eq!(lines, expected),
            "text/csv" => assert_eq!(lines, expected + 1),
            _ => assert!(bytes > u64::from(rows), "{accept}: {bytes} bytes"),
        }
        most = most.max(peak);
    }
    Ok(most)
}

#[tokio::test]
async fn memory_is_flat_however_long_an_export_is() -> Result<()> {
    let short = Box::pin(export(20_000, PATIENCE)).await?;
    let long = Box::pin(export(200_000, Duration::from_mins(2))).await?;
    ensure!(
        long < short + 16_000_000,
        "ten times the rows took {} MB instead of {} MB",
        long / 1_000_000,
        short / 1_000_000
    );
    Ok(())
}

/// `just export-memory` runs it with a release build.
#[tokio::test]
#[ignore = "takes minutes; run by just export-memory"]
async fn an_export_of_many_millions_stays_small() -> Result<()> {
    let rows = std::env::var("SENS_EXPORT_ROWS").ok();
    let rows = rows
        .and_then(|rows| rows.parse().ok())
        .unwrap_or(20_000_000);
    let most = Box::pin(export(rows, Duration::from_mins(30))).await?;
    ensure!(most < 100_000_000, "it took {} MB", most / 1_000_000);
    Ok(())
}

#[tokio::test]
async fn clients_that_go_away_leave_every_connection_clean() -> Result<()> {
    let bench = Box::pin(filled(100_000)).await?;
    // Some leave while the first piece is read, some in the middle, some while buckets are computed.
    let computed = "/v1/measurements?resolution=10s&agg=p50,p99&limit=10000";
    for round in 0..30_u64 {
        let path = if round % 3 == 0 { computed } else { PATH };
        let request = bench
            .request("GET", path, ADMIN)?
            .header("accept", FORMATS[0]);
        let left = async {
            let mut response = request.send().await?;
            while response.chunk().await?.is_some() {}
            Ok::<_, reqwest::Error>(())
        };
        drop(tokio::time::timeout(Duration::from_millis(round * 7), left).await);
    }
    // Every connection of the pool answers, at the same time, and none is inside a transaction or still at work.
    let answers = futures_util::future::join_all((0..12).map(|_| bench.json("/v1/overview"))).await;
    answers.into_iter().collect::<Result<Vec<_>>>()?;
    sens_testkit::eventually(PATIENCE, "all connections are idle", || async {
        let busy = bench.postgres.sql(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'platform-api' AND state <> 'idle'",
        );
        busy.ok().filter(|busy| busy.trim() == "0").map(drop)
    })
    .await?;
    let (_, lines) = drain(&bench, FORMATS[0], PATIENCE).await?;
    assert_eq!(lines, 100_001);
    Ok(())
}
