//! What runs beside the pipeline is interrupted half-way, and the database moves: nothing is lost, nothing is stuck.

use std::process::Stdio;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sens_testkit::{Platform, assert_eventually, binary_path, http};
use tokio::process::Command;

use crate::support::faults::told;
use crate::support::load::Load;
use crate::support::mqtt::Device;
use crate::support::{PATIENCE, number};

const TOPIC: &str = "sens/v1/AI-1/telemetry";

/// The primary dies, its standby is promoted, and the address leads there.
#[tokio::test]
async fn the_database_fails_over() {
    let mut platform = Platform::builder()
        .without_api()
        .proxied()
        .start()
        .await
        .unwrap();
    let load = Load::start(&platform).await;
    load.goes_on(400).await;
    platform.fail_over(Duration::from_secs(1)).await.unwrap();
    load.goes_on(400).await;
    platform.telemetry[0].wait_ready(PATIENCE).await.unwrap();
    load.all_stored_once(&platform).await;
}

#[tokio::test]
async fn rest_has_no_connection_for_a_while() {
    let platform = Platform::builder()
        .env(
            "platform-api",
            "SENS_DATABASE__ACQUIRE_TIMEOUT_SECONDS",
            "1",
        )
        .start()
        .await
        .unwrap();
    let login = "sens_platform_api";
    let path = "/v1/devices";
    assert_eq!(platform.get(path).await.unwrap().status, 200);
    platform
        .sql(&format!(
            "ALTER ROLE {login} CONNECTION LIMIT 0;
             SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = '{login}'"
        ))
        .unwrap();
    let answer = platform.get(path).await.unwrap();
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert!(
        answer.body.contains("database_unavailable"),
        "{}",
        answer.body
    );
    // What arrives is taken all the same.
    let address = platform.api_address();
    let taken = http::post(
        &address,
        "/v1/ingest",
        Some(platform.api_key()),
        r#"{"device_id":7,"event_type":"battery_charge","value":50}"#,
    );
    assert_eq!(taken.await.unwrap().status, 202);
    platform
        .sql(&format!("ALTER ROLE {login} CONNECTION LIMIT -1"))
        .unwrap();
    assert_eventually!(PATIENCE, platform.get(path).await.unwrap().status == 200);
    assert_eventually!(
        PATIENCE,
        number(&platform, "SELECT count(*) FROM processed_record") == 1
    );
}

/// Somebody waits where the test has planted a pause.
const PAUSED: &str = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";

const SLOW_ROLLUPS: &str =
    "CREATE FUNCTION slow_rollups() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END $$;
     CREATE TRIGGER slow BEFORE INSERT ON rollup_1h FOR EACH STATEMENT EXECUTE FUNCTION slow_rollups()";
const SLOW_DROP: &str =
    "CREATE FUNCTION slow_drop() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.5); END $$;
     CREATE EVENT TRIGGER slow_drop ON sql_drop EXECUTE FUNCTION slow_drop()";

const EACH: u64 = 60;

const DAY: u64 = 24 * 60 * 60;

/// Readings of 900 days ago and before, one a day, and as many of yesterday.
async fn old_and_new(device: &mut Device, from: u64) {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let payloads = (from..from + EACH).flat_map(|number| {
        [now - (900 + number) * DAY, now - DAY + number].map(|at| {
            format!(r#"{{"v":1,"readings":[{{"metric":"level","value":{number},"at":{at}}}]}}"#)
        })
    });
    device.publish_all(TOPIC, payloads).await;
}

async fn killed_while_paused(platform: &mut Platform) {
    assert_eventually!(
        PATIENCE,
        number(platform, PAUSED) > 0,
        "maintenance is at it"
    );
    for worker in &mut platform.telemetry {
        worker.kill9().await.unwrap();
    }
    for worker in &mut platform.telemetry {
        worker.restart().await.unwrap();
    }
    for worker in &mut platform.telemetry {
        worker.wait_ready(PATIENCE).await.unwrap();
    }
}

fn ask_for_retention(platform: &Platform) {
    let ask = "INSERT INTO retention_run (dry_run, requested_by) VALUES (false, 'test')";
    platform.sql(ask).unwrap();
}

/// Workers are killed while they recompute rollups, and while they drop a partition: the next ones finish both.
#[tokio::test]
async fn workers_die_in_the_middle_of_rollups_and_retention() {
    let mut platform = Platform::builder()
        .without_api()
        .telemetry_workers(2)
        .start()
        .await
        .unwrap();
    let mut device = Device::connect(platform.mosquitto.port(), "device").await;
    platform.sql(SLOW_ROLLUPS).unwrap();
    old_and_new(&mut device, 0).await;
    killed_while_paused(&mut platform).await;
    platform.sql("DROP TRIGGER slow ON rollup_1h").unwrap();
    let daily = "SELECT coalesce(sum(n), 0) FROM rollup_1d";
    assert_eventually!(PATIENCE, number(&platform, daily) == 2 * EACH);

    platform.sql(SLOW_DROP).unwrap();
    ask_for_retention(&platform);
    killed_while_paused(&mut platform).await;
    platform.sql("DROP EVENT TRIGGER slow_drop").unwrap();
    let interrupted =
        "SELECT count(*) FROM retention_run WHERE state = 'failed' AND detail LIKE 'interrupted%'";
    assert_eventually!(PATIENCE, number(&platform, interrupted) == 1);
    let lines = |worker| told(worker, "a run of retention was interrupted", "");
    assert_eq!(platform.telemetry.iter().map(lines).sum::<usize>(), 1);
    let old =
        "SELECT count(*) FROM processed_record WHERE recorded_at < now() - interval '800 days'";
    let open = "SELECT count(*) FROM retention_run WHERE state IN ('requested', 'running')";
    assert_eventually!(PATIENCE, {
        if number(&platform, open) == 0 && number(&platform, old) > 0 {
            ask_for_retention(&platform);
        }
        number(&platform, open) == 0 && number(&platform, old) == 0
    });
    let new =
        "SELECT count(*) FROM processed_record WHERE recorded_at > now() - interval '800 days'";
    assert_eq!(number(&platform, new), EACH);
    for level in ["1m", "1h", "1d"] {
        let all = format!("SELECT sum(n) FROM rollup_{level}");
        assert_eq!(number(&platform, &all), 2 * EACH, "{level}");
    }
    old_and_new(&mut device, EACH).await;
    assert_eventually!(PATIENCE, number(&platform, new) == 2 * EACH);
}

/// Everything that a migration makes, but for what grows with time.
const OBJECTS: &str = "
    SELECT md5(string_agg(line, E'\\n' ORDER BY line COLLATE \"C\")), count(*) FROM (
        SELECT format('%s %s', c.relkind, c.relname) AS line FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND NOT c.relispartition AND c.relname <> '_sqlx_migrations'
        UNION ALL
        SELECT format('column %s.%s %s %s', a.attrelid::regclass, a.attname, a.atttypid::regtype, a.attnotnull)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relnamespace = 'public'::regnamespace AND NOT c.relispartition AND c.relkind IN ('r', 'p', 'v') AND a.attnum > 0
        UNION ALL
        SELECT format('function %s', p.oid::regprocedure) FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace
    ) objects";

/// `sensctl migrate` and its session die again and again, each time further on: run once more, it makes the same schema.
#[tokio::test]
async fn a_migration_dies_half_way() {
    let platform = Platform::builder().without_api().start().await.unwrap();
    let url = platform.postgres.create_fresh_database().unwrap();
    let database = url.rsplit('/').next().unwrap().to_owned();
    let sql = |text: &str| platform.postgres.sql_in(&database, text).unwrap();
    sql("CREATE SCHEMA planted; CREATE TABLE planted.at (name text);
         CREATE FUNCTION planted.pause_at() RETURNS event_trigger LANGUAGE plpgsql AS $$
         BEGIN
             IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() c JOIN planted.at ON c.object_identity LIKE '%' || at.name) THEN
                 PERFORM pg_sleep(60);
             END IF;
         END $$;
         CREATE EVENT TRIGGER pause ON ddl_command_end EXECUTE FUNCTION planted.pause_at()");
    let migrate = || {
        let mut command = Command::new(binary_path("sensctl").unwrap());
        command
            .args(["migrate", "--skip-streams"])
            .env("DATABASE_URL", &url)
            .env("SENS_NATS__URL", platform.nats_url())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    };
    for table in ["ingest_error", "rollup_1d", "retention_run"] {
        sql(&format!(
            "TRUNCATE planted.at; INSERT INTO planted.at VALUES ('.{table}')"
        ));
        let mut half = migrate().spawn().unwrap();
        assert_eventually!(PATIENCE, number(&platform, PAUSED) > 0, "paused at {table}");
        half.kill().await.unwrap();
        sql(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'PgSleep'",
        );
        assert_eventually!(PATIENCE, number(&platform, PAUSED) == 0);
        let gone = format!("SELECT to_regclass('public.{table}') IS NULL");
        assert_eq!(sql(&gone), "t", "{table} is rolled back");
    }
    sql("DROP EVENT TRIGGER pause");
    let whole = migrate().output().await.unwrap();
    let said = String::from_utf8_lossy(&whole.stdout);
    assert!(
        whole.status.success(),
        "{said} {}",
        String::from_utf8_lossy(&whole.stderr)
    );
    assert!(said.contains("schema migrated from version"), "{said}");
    assert!(
        !said.contains("from version 0 to"),
        "what was done stays done: {said}"
    );
    assert_eq!(sql(OBJECTS), platform.sql(OBJECTS).unwrap());
}
