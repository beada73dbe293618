//! The database refuses: for a reason of its own everything is held and told; for a bad row only that row is given up.

use std::process::Stdio;

use sens_testkit::{Platform, assert_eventually, http};
use tokio::process::Command;

use crate::support::faults::{held_until_mended, says, told};
use crate::support::load::Load;
use crate::support::mqtt::Device;
use crate::support::{PATIENCE, number};

const LOGIN: &str = "sens_telemetry_worker";
/// Ends the worker's connections, so that its login's new settings hold.
const RECONNECT: &str = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'sens_telemetry_worker'";

#[tokio::test]
async fn a_revoked_permission() {
    held_until_mended(
        "REVOKE INSERT ON processed_record FROM sens_ingest",
        "permission denied for table processed_record",
        "GRANT INSERT ON processed_record TO sens_ingest",
    )
    .await;
}

#[tokio::test]
async fn a_dropped_table() {
    held_until_mended(
        "CREATE TABLE restored (LIKE latest_value INCLUDING ALL); DROP TABLE latest_value",
        r#"relation \"latest_value\" does not exist"#,
        "ALTER TABLE restored OWNER TO sens_owner; ALTER TABLE restored RENAME TO latest_value;
         GRANT SELECT, INSERT, UPDATE ON latest_value TO sens_ingest",
    )
    .await;
}

/// A demoted server goes on answering on the connections that stand: they must be given up.
#[tokio::test]
async fn a_server_that_takes_no_writes_any_more() {
    held_until_mended(
        &format!("ALTER ROLE {LOGIN} SET default_transaction_read_only = on; {RECONNECT}"),
        "read-only transaction",
        // The connections stay: the worker must find the server that takes writes by itself.
        &format!("ALTER ROLE {LOGIN} RESET default_transaction_read_only"),
    )
    .await;
}

#[tokio::test]
async fn too_many_connections() {
    held_until_mended(
        &format!("ALTER ROLE {LOGIN} CONNECTION LIMIT 0; {RECONNECT}"),
        "too many connections for role",
        &format!("ALTER ROLE {LOGIN} CONNECTION LIMIT -1"),
    )
    .await;
}

#[tokio::test]
async fn a_lost_password() {
    held_until_mended(
        &format!("ALTER ROLE {LOGIN} NOLOGIN; {RECONNECT}"),
        "is not permitted to log in",
        &format!("ALTER ROLE {LOGIN} LOGIN"),
    )
    .await;
}

/// Every reason that is not the data's own, as the server would give it.
#[tokio::test]
async fn reasons_that_are_not_the_data_s() {
    let mut platform = Platform::builder().without_api().start().await.unwrap();
    let plant = "CREATE TABLE planted (code text);
        CREATE FUNCTION plant() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        DECLARE
            now_planted text;
        BEGIN
            SELECT code INTO now_planted FROM planted;
            IF now_planted IS NOT NULL THEN
                RAISE EXCEPTION 'planted %', now_planted USING ERRCODE = now_planted;
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER plant BEFORE INSERT ON processed_record FOR EACH STATEMENT EXECUTE FUNCTION plant()";
    platform.sql(plant).unwrap();
    let load = Load::start(&platform).await;
    // Serialization, deadlock, lock timeout, disk full, out of memory, cancelled, shutdown, I/O error, corrupted index,
    // missing column, missing function, syntax error, read-only.
    for code in [
        "40001", "40P01", "55P03", "53100", "53200", "57014", "57P01", "58030", "XX002", "42703",
        "42883", "42601", "25006",
    ] {
        load.goes_on(40).await;
        platform
            .sql(&format!("INSERT INTO planted VALUES ('{code}')"))
            .unwrap();
        says(&platform.telemetry[0], &format!("planted {code}")).await;
        platform.sql("TRUNCATE planted").unwrap();
        platform.telemetry[0].wait_ready(PATIENCE).await.unwrap();
    }
    load.all_stored_once(&platform).await;
}

/// A worker that waits for longer than the acknowledgement time says so: nobody else is given its messages.
#[tokio::test]
async fn a_long_lock_does_not_hand_the_messages_to_others() {
    let platform = Platform::builder()
        .without_api()
        .telemetry_workers(2)
        .start()
        .await
        .unwrap();
    let load = Load::start(&platform).await;
    load.goes_on(400).await;
    let mut locking = Command::new("psql")
        .arg(platform.postgres.url())
        .args([
            "-qc",
            "BEGIN; LOCK TABLE raw_record; SELECT pg_sleep(16); COMMIT",
        ])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    load.goes_on(400).await;
    assert!(locking.wait().await.unwrap().success());
    load.all_stored_once(&platform).await;
    let streams = http::get(&platform.nats.monitor(), "/jsz?consumers=true", None)
        .await
        .unwrap();
    let redelivered = streams
        .body
        .lines()
        .filter(|line| line.contains("num_redelivered"))
        .all(|line| line.trim().trim_end_matches(',').ends_with(": 0"));
    assert!(redelivered, "{}", streams.body);
    for worker in &platform.telemetry {
        assert_eq!(told(worker, "the batch is held", ""), 0);
    }
}

/// One row that a rule of the operator's refuses: its message alone goes to the dead letters, and comes back from there.
#[tokio::test]
async fn a_refused_row_costs_only_itself() {
    const COUNT: u64 = 500;
    let platform = Platform::builder().without_api().start().await.unwrap();
    platform
        .sql("ALTER TABLE processed_record ADD CONSTRAINT planted CHECK (value <> 123) NOT VALID")
        .unwrap();
    let mut device = Device::connect(platform.mosquitto.port(), "device").await;
    let payloads = (0..COUNT).map(|value| {
        format!(r#"{{"v":1,"seq":{value},"readings":[{{"metric":"level","value":{value}}}]}}"#)
    });
    device.publish_all("sens/v1/AI-1/telemetry", payloads).await;
    let stored = || number(&platform, "SELECT count(*) FROM processed_record");
    assert_eventually!(PATIENCE, stored() == COUNT - 1, "there are {}", stored());
    let dead = || {
        number(
            &platform,
            "SELECT coalesce(sum(dead), 0) FROM ingest_ledger",
        )
    };
    assert_eventually!(PATIENCE, dead() == 1);
    let worker = &platform.telemetry[0];
    assert!((worker.metric("sens_dead_letters_total", "").await.unwrap() - 1.0).abs() < 0.1);
    assert_eq!(
        told(worker, "refuses a message for good", "planted"),
        1,
        "{}",
        worker.log_tail(10)
    );
    let letters = platform.sensctl(&["dead-letters", "list"]).await.unwrap();
    assert!(
        letters.contains("23514") && letters.contains("planted"),
        "{letters}"
    );
    assert!(worker.is_ready().await, "the database works");

    platform
        .sql("ALTER TABLE processed_record DROP CONSTRAINT planted")
        .unwrap();
    platform
        .sensctl(&["dead-letters", "requeue", "--all"])
        .await
        .unwrap();
    assert_eventually!(PATIENCE, stored() == COUNT, "there are {}", stored());
}
