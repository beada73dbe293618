//! Migrations twice and at once; logins that may do what they need and nothing else.

use sens_config::Secret;
use sens_storage::write::BatchWriter;
use sens_storage::{LoginRole, latest_version, migrate, schema_version, set_login};

use crate::support::{NOON, Store, compare_golden, config, flat};

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

const RIGHTS: &str = "
    SELECT line FROM (
        SELECT format('%s %s: %s', a.grantee::regrole, c.relname, string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type)) AS line
        FROM pg_class c, aclexplode(c.relacl) AS a
        WHERE c.relnamespace = current_schema()::regnamespace AND NOT c.relispartition
          AND a.grantee <> c.relowner AND a.grantee <> 0
        GROUP BY a.grantee, c.relname
        UNION ALL
        SELECT format('%s %s(): EXECUTE', a.grantee::regrole, p.proname)
        FROM pg_proc p, aclexplode(p.proacl) AS a
        WHERE p.pronamespace = current_schema()::regnamespace AND a.grantee <> p.proowner AND a.grantee <> 0
        UNION ALL
        SELECT format('everybody %s(): EXECUTE, with the rights of the owner', p.proname)
        FROM pg_proc p
        WHERE p.pronamespace = current_schema()::regnamespace AND p.prosecdef
          AND (p.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(p.proacl) AS a WHERE a.grantee = 0))
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
    ) AS rights ORDER BY line COLLATE \"C\"";

/// Every change of a right is a change of this file, seen by whoever reviews it. No function with the owner's rights is open to
/// everybody.
#[tokio::test]
async fn the_rights_of_the_roles_are_those_written_down() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let rights: Vec<String> = sqlx::query_scalar(RIGHTS).fetch_all(&store.pool).await?;
    assert!(
        !rights.iter().any(|right| right.starts_with("everybody")),
        "{rights:#?}"
    );
    compare_golden("grants.txt", &rights.join("\n"))
}

#[tokio::test]
async fn the_api_changes_its_own_tables_and_no_telemetry() -> anyhow::Result<()> {
    let store = Store::start().await?;
    store
        .writer
        .store(1, &[flat(1, 7, 1.0, NOON / 1_000_000)])
        .await?;
    let api = store.login("api", LoginRole::Api).await?;
    for allowed in [
        "SELECT count(*) FROM processed_record",
        "INSERT INTO api_key (id, name, role, secret_sha256) VALUES ('x', 'x', 'admin', sha256('x'))",
        "UPDATE device SET name = 'a lift'",
        "INSERT INTO retention_run (dry_run, requested_by) VALUES (true, 'x')",
        "UPDATE retention_setting SET keep_days = 1000",
        "INSERT INTO audit_event (actor, action, object_kind, object_id) VALUES ('x', 'x', 'x', 'x')",
        "SELECT count(*) FROM audit_event",
    ] {
        sqlx::query(allowed).execute(&api).await?;
    }
    for forbidden in [
        "INSERT INTO raw_record SELECT * FROM raw_record",
        "DELETE FROM raw_record",
        "DELETE FROM processed_record",
        "DELETE FROM api_key",
        "UPDATE ingest_ledger SET processed = 0",
        "UPDATE latest_value SET value = 0",
        "UPDATE rollup_1d SET n = 0",
        "UPDATE audit_event SET actor = 'nobody'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
        "SELECT retention_drop('raw', now(), now(), 0)",
        "SELECT compact_ledger(interval '0', 1)",
        "SELECT ensure_partition('raw_record', now())",
        "TRUNCATE device",
        "CREATE TABLE mine (id int)",
        "ALTER TABLE device ADD COLUMN mine int",
        "CREATE ROLE mine",
        "SET ROLE sens_ingest",
    ] {
        let refused = sqlx::query(forbidden).execute(&api).await;
        assert!(refused.is_err(), "the API may: {forbidden}");
    }
    Ok(())
}

/// A function with the owner's rights does not look at tables that its caller puts in front of ours.
#[tokio::test]
async fn a_temporary_table_does_not_shadow_ours() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let mut session = store
        .login("sly", LoginRole::Ingest)
        .await?
        .acquire()
        .await?;
    sqlx::raw_sql("CREATE TEMP TABLE time_table AS SELECT 'device'::text AS name, 'created_at'::text AS time_column, 'day'::text AS span")
        .execute(&mut *session)
        .await?;
    let refused = sqlx::query("SELECT ensure_partition('device', now())")
        .execute(&mut *session)
        .await;
    assert!(refused.is_err());
    sqlx::query("SELECT ensure_partition('raw_record', now())")
        .execute(&mut *session)
        .await?;
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
