//! A schema must serve the programs of the release before it: during a rollout both run. The statements of the writing side are
//! kept in `testdata/statements`: `current.sql` is written by this test, and a release puts a copy of it beside it, under its
//! version. All of them are executed on today's schema with today's rights.

use sens_storage::maintenance::{
    compact_ledger, ensure_partitions_ahead, forget_redeliveries, note_redeliveries,
    unaccounted_positions,
};
use sens_storage::write::{
    BatchWriter, PendingMessage, VerifiedStartup, committed_high_water, load_catalogue,
    record_dead, stream_epoch,
};
use sens_storage::{LoginRole, PgPool};
use sens_storage::{command, presence, rollup};
use sqlx::{Connection, Row};

use crate::support::{NOON, Store, compare_golden, flat, message};

/// What a connection has prepared, with the types of the parameters.
const PREPARED: &str = "
    SELECT btrim(regexp_replace(statement, '\\s+', ' ', 'g')) COLLATE \"C\" AS statement,
           array_to_string(parameter_types::text[], ', ') AS types
    FROM pg_prepared_statements WHERE statement NOT LIKE '%pg_prepared_statements%'
    ORDER BY statement, types";

#[tokio::test]
async fn the_statements_of_the_writing_side_are_those_written_down() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let mut one = store.config.database.clone();
    one.max_connections = 1;
    let pool = sens_storage::connect(&one, "test", None)?.primary;
    everything(&pool).await?;
    let rows = sqlx::query(PREPARED).fetch_all(&pool).await?;
    let lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let (statement, types): (String, String) = (row.get(0), row.get(1));
            format!("({types}) {statement}")
        })
        .collect();
    assert!(lines.len() > 15, "{lines:#?}");
    compare_golden("statements/current.sql", &lines.join("\n"))
}

#[tokio::test]
async fn the_schema_serves_the_programs_of_earlier_releases() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let worker = store.login("previous", LoginRole::Ingest).await?;
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/testdata/statements");
    let mut tried = 0;
    for file in std::fs::read_dir(folder)? {
        let path = file?.path();
        for line in std::fs::read_to_string(&path)?.lines() {
            tried += 1;
            if let Err(error) = execute(&worker, line).await {
                panic!("{}: {error}\n{line}", path.display());
            }
        }
    }
    assert!(tried > 15);
    Ok(())
}

/// Executes with parameters that hold nothing: what is missing in the schema or not allowed fails all the same.
async fn execute(worker: &PgPool, line: &str) -> anyhow::Result<()> {
    let (types, statement) = line
        .strip_prefix('(')
        .and_then(|rest| rest.split_once(") "))
        .ok_or_else(|| anyhow::anyhow!("no parameter types in front"))?;
    let values: Vec<String> = types
        .split(", ")
        .filter(|kind| !kind.is_empty())
        .map(|kind| {
            if kind.ends_with("[]") {
                format!("'{{}}'::{kind}")
            } else {
                format!("NULL::{kind}")
            }
        })
        .collect();
    let (types, values) = if values.is_empty() {
        (String::new(), String::new())
    } else {
        (format!("({types})"), format!("({})", values.join(", ")))
    };
    let mut session = worker.acquire().await?;
    let mut transaction = session.begin().await?;
    let sql = format!("PREPARE previous {types} AS {statement}; EXECUTE previous {values}");
    let outcome = sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
        .execute(&mut *transaction)
        .await;
    transaction.rollback().await?;
    // What is prepared does not go with the transaction.
    let undo = "DEALLOCATE previous";
    let missing = sqlx::raw_sql(undo).execute(&mut *session).await.is_err();
    anyhow::ensure!(!missing || outcome.is_err(), "it was not prepared");
    match outcome {
        // A value that is refused is one that no program sends; classes 42 and 0A mean that the statement does not fit.
        Err(sqlx::Error::Database(error))
            if !error
                .code()
                .is_some_and(|code| code.starts_with("42") || code.starts_with("0A")) =>
        {
            Ok(())
        }
        outcome => Ok(outcome.map(drop)?),
    }
}

/// Every statement that the writing side uses, at least once.
pub(crate) async fn everything(pool: &PgPool) -> anyhow::Result<()> {
    let epoch = stream_epoch(pool, NOON).await?;
    committed_high_water(pool, epoch).await?;
    load_catalogue(pool).await?;
    ensure_partitions_ahead(pool).await?;
    let writer = BatchWriter::new(pool.clone());
    let at = NOON / 1_000_000;
    let mut batch = vec![
        flat(1, 7, 1.0, at),
        message(
            2,
            "sens/v1/AI-1/telemetry",
            br#"{"v":1,"readings":[{"metric":"note","value":"hello"}]}"#,
        ),
        message(3, "sens/v1/AI-1/telemetry", b"no json"),
        message(4, "sens/v1/AI-1/status", b"online"),
        message(
            6,
            "sens/v1/AI-1/command/ack",
            br#"{"id":"01938d5e-7c1a-7bbb-8000-0123456789ab"}"#,
        ),
        started(5)?,
    ];
    writer.store(epoch, &batch).await?;
    for message in &mut batch {
        message.maybe_known = true;
    }
    writer.store(epoch, &batch).await?;
    record_dead(pool, epoch, 9, NOON).await?;
    unaccounted_positions(pool, epoch, 1..=9).await?;
    compact_ledger(pool).await?;
    note_redeliveries(pool, epoch, &[(1, 2)]).await?;
    forget_redeliveries(pool).await?;
    rollup::tick(pool).await?;
    while rollup::recompute(pool).await? != rollup::Pass::Idle {}
    rollup::backlog(pool).await?;
    presence::watch_presence(pool, std::time::Duration::from_mins(5)).await?;
    let changes = presence::untold_presence(pool).await?;
    let ids: Vec<i64> = changes.iter().map(|change| change.id).collect();
    presence::mark_presence_told(pool, &ids).await?;
    command::undispatched(pool, 1).await?;
    command::mark_dispatched(pool, &[]).await?;
    command::expire_overdue(pool).await?;
    let steps = command::untold_steps(pool).await?;
    command::mark_told(pool, &steps).await?;
    Ok(())
}

fn started(sequence: u64) -> anyhow::Result<PendingMessage> {
    let mut message = message(sequence, "sens/v1/AI-2/startup", b"{}");
    message.decoded.errors.clear();
    message.startups.push(VerifiedStartup {
        serial: sens_schema::Serial::parse("AI-2")?,
        firmware: Some("1.0".to_owned()),
        model: Some("A".to_owned()),
        started_at: NOON,
    });
    Ok(message)
}
