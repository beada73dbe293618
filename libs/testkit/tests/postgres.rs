//! The real PostgreSQL: life, death and recovery.

use std::time::Duration;

use sens_testkit::{Postgres, PostgresOptions, assert_eventually};

#[tokio::test]
async fn starts_takes_sql_and_makes_databases() {
    let postgres = Postgres::start().await.unwrap();
    assert_eq!(
        postgres.sql("SELECT current_database(), 1 + 1").unwrap(),
        "sens|2"
    );
    let url = postgres.create_database("other \"one\"").unwrap();
    assert!(url.ends_with("/other \"one\""), "{url}");
    assert_ne!(
        postgres.create_fresh_database().unwrap(),
        postgres.create_fresh_database().unwrap()
    );
    let error = postgres.sql("SELECT 1; SELECT nonsense").unwrap_err();
    assert!(format!("{error:#}").contains("nonsense"), "{error:#}");
    postgres
        .sql("CREATE ROLE guest LOGIN PASSWORD 'guest'")
        .unwrap();
    assert!(
        postgres
            .url_as("guest", "guest")
            .unwrap()
            .contains("//guest:guest@127.0.0.1:")
    );
}

#[tokio::test]
async fn keeps_what_was_committed_before_a_kill() {
    let mut postgres = Postgres::start_durable().await.unwrap();
    postgres.sql("CREATE TABLE kept (n int)").unwrap();
    for round in 1..=3 {
        postgres
            .sql(&format!("INSERT INTO kept VALUES ({round})"))
            .unwrap();
        let port = postgres.port().unwrap();
        postgres.kill9().await.unwrap();
        assert!(postgres.sql("SELECT 1").is_err(), "a killed server answers");
        postgres.restart().await.unwrap();
        assert_eq!(postgres.port().unwrap(), port);
        assert_eq!(
            postgres.sql("SELECT count(*) FROM kept").unwrap(),
            round.to_string()
        );
    }
    postgres.stop().await.unwrap();
    postgres.restart().await.unwrap();
    assert_eq!(postgres.sql("SHOW fsync").unwrap(), "on");
}

#[tokio::test]
async fn a_kill_does_not_wait_for_busy_backends() {
    let mut postgres = Postgres::start_durable().await.unwrap();
    let url = postgres.url();
    let mut busy = tokio::process::Command::new("psql")
        .args(["-c", "SELECT pg_sleep(600)", &url])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    assert_eventually!(
        Duration::from_secs(10),
        postgres.sql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()").unwrap() == "1"
    );
    postgres.kill9().await.unwrap();
    assert!(!busy.wait().await.unwrap().success());
    postgres.restart().await.unwrap();
    assert_eq!(postgres.sql("SELECT 1").unwrap(), "1");
}

#[tokio::test]
async fn a_kept_folder_is_used_again() {
    let folder = sens_testkit::DataDir::temporary("kept").unwrap();
    let options = PostgresOptions {
        dir: Some(folder.path().join("postgres")),
        password: "of its own".into(),
        durable: true,
        ..PostgresOptions::default()
    };
    let first = Postgres::with(options.clone()).await.unwrap();
    first.sql("CREATE TABLE kept (n int)").unwrap();
    drop(first);
    let second = Postgres::with(options).await.unwrap();
    assert_eq!(second.sql("SELECT count(*) FROM kept").unwrap(), "0");
}

#[tokio::test]
async fn nothing_runs_after_a_drop() {
    let mut postgres = Postgres::start().await.unwrap();
    let pid = postgres.process().unwrap().pid();
    let folder = postgres.dir().unwrap().to_path_buf();
    drop(postgres);
    assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists());
    assert!(!folder.exists(), "the temporary folder stays behind");
}

#[tokio::test]
async fn a_standby_has_what_was_committed() {
    let mut first = Postgres::start_durable().await.unwrap();
    first
        .sql("CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")
        .unwrap();
    let second = first.standby().await.unwrap();
    first.sql("INSERT INTO kept VALUES (2)").unwrap();
    first.pause().unwrap();
    first.resume().unwrap();
    first.sql("INSERT INTO kept VALUES (3)").unwrap();
    assert!(second.sql("INSERT INTO kept VALUES (0)").is_err());
    first.kill9().await.unwrap();
    second.promote().unwrap();
    second.sql("INSERT INTO kept VALUES (4)").unwrap();
    assert_eq!(second.sql("SELECT sum(n) FROM kept").unwrap(), "10");
    // Its own COMMITs wait for nobody: it can be followed in turn.
    let third = second.standby().await.unwrap();
    assert_eq!(third.sql("SELECT sum(n) FROM kept").unwrap(), "10");
}
