//! Devices of which something was refused lately: in the list, of one device and in the overview.

use anyhow::Result;
use sens_testkit::assert_eventually;
use serde_json::{Value, json};

use crate::devices::serials;
use crate::support::{Bench, PATIENCE, flat};

const TOPIC: &str = "sens/legacy/telemetry";

#[tokio::test]
async fn devices_that_err_are_found_for_a_day() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let good = |device| flat(device, "battery_charge", 50.0, 0);
    let bad = flat(7, "battery_charge", 150.0, 1);
    let unknown = flat(9, "battery_charge", 150.0, 1);
    bench
        .commit(&[(TOPIC, &good(7)), (TOPIC, &good(8))])
        .await?;
    assert_eq!(
        bench.json("/v1/devices/legacy-7").await?["last_error_at"],
        Value::Null
    );

    bench.commit(&[(TOPIC, &bad), (TOPIC, &unknown)]).await?;
    let listed = async |query: &str| bench.json(&format!("/v1/devices?{query}")).await;
    assert_eq!(serials(&listed("erring=true").await?), ["legacy-7"]);
    assert_eq!(serials(&listed("erring=false").await?), ["legacy-8"]);
    assert_eq!(
        serials(&listed("erring=true&status=silent").await?),
        [""; 0]
    );
    let device = bench.json("/v1/devices/legacy-7").await?;
    assert!(device["last_error_at"].is_string(), "{device}");
    let counted = listed("erring=true&count=exact").await?;
    assert_eq!(counted["total"]["count"], 1);
    let exported = bench.get("/v1/devices:export?erring=true").await?;
    assert_eq!(exported.text().lines().count(), 1, "{}", exported.text());
    bench
        .get("/v1/devices?erring=perhaps")
        .await?
        .assert_problem(400, "invalid_parameter");
    // The overview is kept for a moment.
    assert_eventually!(
        PATIENCE,
        bench.json("/v1/overview").await?["devices"]["erring"] == json!(1),
        "one device errs"
    );

    // A day later it is forgotten.
    bench.postgres.sql(
        "UPDATE device SET last_error_at = now() - interval '24 hours 1 minute' WHERE serial = 'legacy-7'",
    )?;
    assert_eq!(serials(&listed("erring=true").await?), [""; 0]);
    assert_eventually!(
        PATIENCE,
        bench.json("/v1/overview").await?["devices"]["erring"] == json!(0),
        "none errs"
    );
    Ok(())
}
