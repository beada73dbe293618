//! Reads through a real streaming replica that has to end them.

use anyhow::Result;
use sens_testkit::{Nats, Postgres, assert_eventually};

use crate::support::{ADMIN, Bench, PATIENCE};

/// Slow on a standby, and at once on the primary.
const SLOW: &str = "
    CREATE OR REPLACE VIEW metric_battery_summary AS
    SELECT 'AI-7'::text AS serial, 1::float8 AS min_pct, 3::float8 AS max_pct, 2::float8 AS avg_pct, 3::float8 AS last_pct,
           created_at AS last_seen
    FROM metric WHERE name = 'battery_charge'
      AND CASE WHEN pg_is_in_recovery() THEN pg_sleep(120)::text = '' ELSE true END";

/// What the standby cannot take over while somebody reads the table there.
const IN_THE_WAY: &str = "BEGIN; LOCK TABLE metric IN ACCESS EXCLUSIVE MODE; COMMIT";

const WAITING: &str = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";

#[tokio::test]
async fn a_read_that_the_replica_ends_is_done_on_the_primary() -> Result<()> {
    if std::env::var_os("SENS_TEST_DATABASE_URL").is_some() {
        // The server that is given has no standby of ours.
        return Ok(());
    }
    let primary = Postgres::start_durable().await?;
    let standby = primary.standby().await?;
    // Nobody waits for a replica that is only read, and what it takes over waits for nobody.
    primary.sql("ALTER SYSTEM RESET synchronous_standby_names")?;
    primary.sql("SELECT pg_reload_conf()")?;
    standby.sql("ALTER SYSTEM SET max_standby_streaming_delay = 0")?;
    standby.sql("SELECT pg_reload_conf()")?;
    let read_url = standby.url_as("api_login", "api-password")?;
    let env = [
        ("DATABASE_READ_URL", read_url.as_str()),
        ("SENS_DATABASE__READ_MAX_LAG_SECONDS", "600"),
    ];
    let bench = Bench::start_with(primary, Nats::start().await?, &env).await?;
    bench.postgres.sql(SLOW)?;
    assert_eventually!(
        PATIENCE,
        bench.api.metric("sens_db_read_replica_used", "").await? > 0.0,
        "reads go to the replica"
    );
    let query = r#"{"devices": ["AI-7"], "last": "1h"}"#;
    for (method, path) in [
        ("GET", "/v1/analytics/battery-summary"),
        ("HEAD", "/v1/analytics/battery-summary"),
    ] {
        let request = bench.request(method, path, ADMIN)?.send();
        let request = tokio::spawn(request);
        assert_eventually!(
            PATIENCE,
            standby.sql(WAITING)?.trim() == "1",
            "the replica is being read"
        );
        bench.postgres.sql(IN_THE_WAY)?;
        let answer = request.await??;
        assert_eq!(answer.status(), 200, "{method}");
        let text = answer.text().await?;
        assert_eq!(text.contains("AI-7"), method == "GET", "{text}");
    }
    let answer = bench
        .send(
            bench
                .request("POST", "/v1/measurements:query", ADMIN)?
                .header("content-type", "application/json")
                .body(query),
        )
        .await?;
    assert_ne!(answer.status, 500, "{}", answer.text());
    Ok(())
}
