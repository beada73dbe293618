//! The account balances, whatever is under way, and does not when something is lost.

use anyhow::Result;
use serde_json::json;

use crate::support::{Bench, flat};

#[tokio::test]
async fn everything_is_accounted_for() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let empty = bench.json("/v1/accounting").await?;
    assert_eq!(
        (&empty["messages"]["received"], &empty["balanced"]),
        (&json!(0), &json!(true))
    );

    let topic = "sens/legacy/telemetry";
    let (good, bad) = (
        flat(1, "battery_charge", 50.0, 0),
        flat(1, "battery_charge", 500.0, 1),
    );
    bench
        .commit(&[(topic, &good), (topic, &good), (topic, &bad)])
        .await?;
    bench
        .commit(&[("sens/v1/AI-1/status", r#"{"online":true}"#)])
        .await?;
    bench.publish(&[(topic, &good), (topic, &good)]).await?;
    let account = bench.json("/v1/accounting").await?;
    let messages =
        json!({ "received": 6, "parsed": 2, "failed": 1, "control": 1, "dead": 0, "in_flight": 2 });
    assert_eq!(account["messages"], messages);
    assert_eq!(
        account["readings"],
        json!({ "decoded": 3, "processed": 1, "duplicate": 1, "error": 1 })
    );
    assert_eq!(account["balanced"], true);

    let past = bench.json("/v1/accounting?to=2026-01-01T00:00:00Z").await?;
    assert_eq!(
        (&past["messages"]["received"], &past["balanced"]),
        (&json!(0), &json!(true))
    );
    assert_eq!(past["to"], "2026-01-01T00:00:00.000000Z");
    let since = bench
        .json("/v1/accounting?from=2026-01-01T00:00:30Z")
        .await?;
    assert_eq!(
        (
            &since["messages"]["received"],
            &since["messages"]["in_flight"]
        ),
        (&json!(6), &json!(2))
    );
    assert_eq!(since["from"], "2026-01-01T00:00:00.000000Z");

    // A ledger that lacks what it said before: the sums no longer agree with the positions.
    bench
        .postgres
        .sql("UPDATE ingest_ledger SET parsed = parsed - 1 WHERE parsed > 0")?;
    assert_eq!(bench.json("/v1/accounting").await?["balanced"], false);
    Ok(())
}
