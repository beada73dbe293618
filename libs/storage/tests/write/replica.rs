//! A real streaming replica: reads go there while it is near enough, and to the primary while it is not.

use std::time::Duration;

use sens_config::Secret;
use sens_storage::Pools;
use sens_testkit::{Postgres, eventually};

use crate::support::config;

const PATIENCE: Duration = Duration::from_mins(1);

async fn is_replica(pools: &Pools) -> Option<bool> {
    sqlx::query_scalar("SELECT pg_is_in_recovery()")
        .fetch_one(&pools.read)
        .await
        .ok()
}

async fn reads_go_to(pools: &Pools, replica: bool) -> anyhow::Result<()> {
    let what = if replica {
        "reads of the replica"
    } else {
        "reads of the primary"
    };
    eventually(PATIENCE, what, || async {
        let state = pools.replica.as_ref()?;
        (state.is_used() == replica && is_replica(pools).await? == replica).then_some(())
    })
    .await
}

#[tokio::test]
async fn reads_go_to_the_replica_while_it_is_near_enough() -> anyhow::Result<()> {
    if std::env::var_os("SENS_TEST_DATABASE_URL").is_some() {
        // The server that is given has no standby of ours.
        return Ok(());
    }
    let primary = Postgres::start_durable().await?;
    let mut standby = primary.standby().await?;
    // Nobody waits for a replica that is only read.
    primary.sql("ALTER SYSTEM RESET synchronous_standby_names")?;
    primary.sql("SELECT pg_reload_conf()")?;
    let mut database = config(primary.url())?.database;
    database.read_url = Some(Secret::new(standby.url()));
    database.read_max_lag_seconds = 1;
    let pools = sens_storage::connect(&database, "test", Some(Duration::from_secs(5)))?;
    let state = pools
        .replica
        .clone()
        .ok_or_else(|| anyhow::anyhow!("no replica"))?;
    reads_go_to(&pools, true).await?;
    assert_eq!(
        (state.fault(), state.lag() <= Duration::from_secs(1)),
        (None, true)
    );

    standby.sql("SELECT pg_wal_replay_pause()")?;
    primary.sql("CREATE TABLE marker AS SELECT 7 AS value")?;
    reads_go_to(&pools, false).await?;
    let fault = state.fault().unwrap_or_default();
    assert!(fault.ends_with("s behind the primary"), "{fault}");
    assert!(state.lag() > Duration::from_secs(1));
    let value: i32 = sqlx::query_scalar("SELECT value FROM marker")
        .fetch_one(&pools.read)
        .await?;
    assert_eq!(value, 7);

    standby.sql("SELECT pg_wal_replay_resume()")?;
    reads_go_to(&pools, true).await?;

    standby.kill9().await?;
    reads_go_to(&pools, false).await?;
    assert_eq!(state.fault().as_deref(), Some("it does not answer"));
    standby.restart().await?;
    reads_go_to(&pools, true).await?;
    Ok(())
}
