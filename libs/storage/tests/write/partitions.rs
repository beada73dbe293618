//! Partitions under many hands, and the move of a database that has data to hypertables.

use sens_storage::maintenance::ensure_partitions_ahead;
use sens_storage::{MigrationOptions, StorageWish, migrate_with};

use crate::support::{NOON, Store, config, flat, message};

const AT: i64 = NOON / 1_000_000;
const WEEK: i64 = 7 * 24 * 60 * 60;

#[tokio::test]
async fn partitions_are_made_ahead() -> anyhow::Result<()> {
    let store = Store::start().await?;
    ensure_partitions_ahead(&store.pool).await?;
    ensure_partitions_ahead(&store.pool).await?;
    // A hypertable makes its chunks when rows come.
    let expected = if store.has_hypertables().await { 0 } else { 2 };
    let made = "SELECT count(*) FROM time_partitions('raw_record')";
    assert_eq!(store.number(made).await, expected);
    Ok(())
}

#[tokio::test]
async fn many_sessions_that_need_the_same_partitions_do_not_disturb_each_other()
-> anyhow::Result<()> {
    let store = Store::start().await?;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let pool = store.pool.clone();
        tasks.spawn(async move {
            let mut session = pool.acquire().await?;
            for week in 0..20 {
                sqlx::query("SELECT ensure_partition('processed_record', to_timestamp($1))")
                    .bind((AT + week * WEEK) as f64)
                    .execute(&mut *session)
                    .await?;
            }
            Ok::<_, sqlx::Error>(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    let expected = if store.has_hypertables().await { 0 } else { 20 };
    let made = "SELECT count(*) FROM time_partitions('processed_record')";
    assert_eq!(store.number(made).await, expected);
    Ok(())
}

#[tokio::test]
async fn the_spans_that_writers_assume_are_those_of_the_schema() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let spans: Vec<(String, String)> = sqlx::query_as(
        "SELECT name, span FROM time_table WHERE name NOT LIKE 'rollup%' ORDER BY name",
    )
    .fetch_all(&store.pool)
    .await?;
    let spans: Vec<_> = spans
        .iter()
        .map(|(name, span)| (name.as_str(), span.as_str()))
        .collect();
    let expected = [
        ("ingest_error", "week"),
        ("processed_record", "week"),
        ("raw_record", "day"),
        ("text_record", "week"),
    ];
    assert_eq!(spans, expected);
    Ok(())
}

/// What TimescaleDB's functions leave behind as far as the move is concerned: a table that takes rows of any time.
const STAND_IN: &str = "
    CREATE SCHEMA stand_in;
    CREATE FUNCTION stand_in.by_range(name, interval) RETURNS text LANGUAGE sql AS 'SELECT $1::text';
    CREATE FUNCTION stand_in.create_hypertable(regclass, text, create_default_indexes boolean) RETURNS regclass
        LANGUAGE sql AS 'SELECT $1'";

const TABLES: [&str; 3] = ["raw_record", "processed_record", "text_record"];

const INDEXES: &str = "
    SELECT string_agg(indexname || substring(indexdef from ' USING .*'), '; ' ORDER BY indexname)
    FROM pg_indexes WHERE tablename = $1";

/// The SQL of the move, with a stand-in for the two functions of the extension: runs on any server.
#[tokio::test]
async fn tables_move_without_loss_while_a_worker_writes() -> anyhow::Result<()> {
    let store = Store::start_plain().await?;
    sqlx::raw_sql(STAND_IN).execute(&store.pool).await?;
    store.writer.store(1, &mixed(1)).await?;
    let mut indexes_before = Vec::new();
    for table in TABLES {
        sqlx::query("SELECT timescale_prepare($1, 'stand_in')")
            .bind(table)
            .execute(&store.pool)
            .await?;
        sqlx::query(
            "SELECT timescale_copy($1, part, lower_bound, upper_bound) FROM time_partitions($1)",
        )
        .bind(table)
        .execute(&store.pool)
        .await?;
        indexes_before.push(indexes(&store, table).await?);
    }
    // What comes after the copy: in a partition that was copied, and in a new one.
    store.writer.store(1, &mixed(100)).await?;
    let writer = store.writer.clone();
    let writing = tokio::spawn(async move {
        for round in 2..20 {
            while let Err(error) = writer.store(1, &mixed(round * 100)).await {
                assert_eq!(error.verdict(), sens_storage::Verdict::Transient, "{error}");
            }
        }
    });
    for (table, before) in TABLES.into_iter().zip(indexes_before) {
        // The migration gives way to writers and tries again as well.
        while let Err(error) = sqlx::query("SELECT timescale_switch($1)")
            .bind(table)
            .execute(&store.pool)
            .await
        {
            let code = error
                .as_database_error()
                .and_then(sqlx::error::DatabaseError::code);
            assert_eq!(code.as_deref(), Some("40P01"), "{error}");
        }
        assert_eq!(indexes(&store, table).await?, before, "{table}");
    }
    writing.await?;
    assert_eq!(
        store.number("SELECT count(*) FROM raw_record").await,
        20 * 4
    );
    assert_eq!(
        store.number("SELECT count(*) FROM processed_record").await,
        20 * 2
    );
    assert_eq!(store.number("SELECT count(*) FROM text_record").await, 20);
    // Views look at the new tables, the ledger agrees, and a repetition is still known.
    assert_eq!(
        store.number("SELECT count(*) FROM ingest_parse").await,
        20 * 4
    );
    assert_eq!(
        store
            .number("SELECT sum(processed)::bigint FROM ingest_ledger")
            .await,
        20 * 3
    );
    let again = store.writer.store(1, &mixed(100)).await?;
    assert!(again.messages.iter().all(|message| message.known_before));
    let rights = "SELECT count(*) FROM information_schema.role_table_grants
        WHERE table_name = 'raw_record' AND grantee = 'sens_readonly' AND privilege_type = 'SELECT'";
    assert_eq!(store.number(rights).await, 1);
    Ok(())
}

/// The same on the real extension, where the server of `SENS_TEST_DATABASE_URL` has it.
#[tokio::test]
async fn an_existing_database_moves_to_timescaledb_without_loss() -> anyhow::Result<()> {
    let store = Store::start_plain().await?;
    let usable = "SELECT count(*) FROM pg_available_extensions
        WHERE name = 'timescaledb' AND current_setting('timescaledb.disable_load', true) IS NOT NULL";
    if store.number(usable).await == 0 {
        eprintln!("skipped: this server has no TimescaleDB; name one by SENS_TEST_DATABASE_URL");
        return Ok(());
    }
    for round in 0..5 {
        store.writer.store(1, &mixed(1 + round * 100)).await?;
    }
    let mut before = Vec::new();
    for table in TABLES {
        before.push(store.dump(table).await);
    }
    let options = MigrationOptions {
        storage: StorageWish::Timescale,
        ..MigrationOptions::default()
    };
    let report = migrate_with(&store.config.database, &options).await?;
    assert!(
        report.notes.iter().any(|note| note.contains("hypertables")),
        "{report:?}"
    );
    assert!(store.has_hypertables().await);
    for (table, before) in TABLES.into_iter().zip(&before) {
        assert_eq!(&store.dump(table).await, before, "{table}");
    }
    // Compressed chunks take late readings and know the ones they have.
    sqlx::raw_sql(
        "SELECT compress_chunk(c, true) FROM show_chunks('processed_record') AS c;
         SELECT compress_chunk(c, true) FROM show_chunks('raw_record') AS c",
    )
    .execute(&store.pool)
    .await?;
    let again = store.writer.store(1, &mixed(1)).await?;
    assert!(again.messages.iter().all(|message| message.known_before));
    let twin = [flat(901, 7, 1.0, AT), flat(902, 7, 902.0 / 10.0, AT)];
    let stored = store.writer.store(2, &twin).await?;
    assert_eq!(
        stored
            .messages
            .iter()
            .map(sens_storage::write::MessageOutcome::processed)
            .collect::<Vec<_>>(),
        [0, 1],
        "a known and a new reading in one statement"
    );
    Ok(())
}

/// A new database on a server with the extension has hypertables at once; without it native partitions.
#[tokio::test]
async fn a_second_migration_changes_nothing_about_the_storage() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let before = store.has_hypertables().await;
    migrate_with(&store.config.database, &MigrationOptions::default()).await?;
    assert_eq!(store.has_hypertables().await, before);
    let fresh = config(store.postgres.create_fresh_database()?)?;
    let options = MigrationOptions {
        storage: StorageWish::Plain,
        ..MigrationOptions::default()
    };
    migrate_with(&fresh.database, &options).await?;
    Ok(())
}

async fn indexes(store: &Store, table: &str) -> anyhow::Result<Option<String>> {
    Ok(sqlx::query_scalar(INDEXES)
        .bind(table)
        .fetch_one(&store.pool)
        .await?)
}

/// Four messages: a reading, a reading in a week of its own, a text, and a refused payload.
fn mixed(sequence: u64) -> Vec<sens_storage::write::PendingMessage> {
    let round = i64::try_from(sequence).unwrap_or_default();
    let text = format!(r#"{{"v":1,"readings":[{{"metric":"note","value":"n{sequence}"}}]}}"#);
    vec![
        flat(sequence, 7, 1.0, AT + round - 1),
        flat(sequence + 1, 8, 2.0, AT - (round + 1) * WEEK),
        message(sequence + 2, "sens/v1/AI-1/telemetry", text.as_bytes()),
        message(sequence + 3, "sens/v1/AI-1/telemetry", b"no json"),
    ]
}
