//! Migrations twice and at once; logins that may do what they need and nothing else.

use sens_config::Secret;
use sens_storage::write::BatchWriter;
use sens_storage::{LoginRole, latest_version, migrate, schema_version, set_login};

use crate::support::{NOON, Store, config, flat};

#[tokio::test]
async fn migrations_run_twice_and_concurrently() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let again = migrate(&store.config.database).await?;
    assert_eq!((again.from, again.to), (latest_version(), latest_version()));
    let fresh = store.postgres.create_fresh_database()?;
    let config = config(fresh)?;
    let (left, right) = tokio::join!(migrate(&config.database), migrate(&config.database));
    assert_eq!((left?.to, right?.to), (latest_version(), latest_version()));
    let pool = sens_storage::connect(&config.database, "test", None)?.primary;
    assert_eq!(schema_version(&pool).await?, latest_version());
    Ok(())
}

#[tokio::test]
async fn a_login_can_do_its_work_and_no_more() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let name = |role: &str| format!("{role}_{}", std::process::id());
    let (worker, reader) = (name("worker"), name("reader"));
    set_login(
        &store.config.database,
        &worker,
        LoginRole::Ingest,
        &Secret::new("first'\"password"),
    )
    .await?;
    set_login(
        &store.config.database,
        &worker,
        LoginRole::Ingest,
        &Secret::new("second"),
    )
    .await?;
    set_login(
        &store.config.database,
        &reader,
        LoginRole::Readonly,
        &Secret::new("secret"),
    )
    .await?;

    let worker = store.as_login(&worker, "second")?;
    BatchWriter::new(worker.clone())
        .store(1, &[flat(1, 7, 1.0, NOON / 1_000_000)])
        .await?;
    for forbidden in [
        "DELETE FROM raw_record",
        "UPDATE processed_record SET value = 0",
        "SELECT secret_sha256 FROM api_key",
        "DROP TABLE device",
        "CREATE TABLE mine (id int)",
        "INSERT INTO api_key (id, name, role, secret_sha256) VALUES ('x', 'x', 'admin', sha256('x'))",
    ] {
        let refused = sqlx::query(forbidden).execute(&worker).await;
        assert!(refused.is_err(), "the worker may: {forbidden}");
    }

    let reader = store.as_login(&reader, "secret")?;
    let seen: i64 = sqlx::query_scalar("SELECT count(*) FROM ingest_parse")
        .fetch_one(&reader)
        .await?;
    assert_eq!(seen, 1);
    for forbidden in [
        "INSERT INTO metric (name) VALUES ('x')",
        "SELECT * FROM api_key",
        "SELECT ensure_partition('raw_record', now())",
    ] {
        assert!(
            sqlx::query(forbidden).execute(&reader).await.is_err(),
            "the reader may: {forbidden}"
        );
    }
    Ok(())
}
