//! Applying migrations one by one, with limits on how long a statement waits and works.

use std::borrow::Cow;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{Executor, PgConnection};

use super::MigrationOptions;
use crate::Error;

/// Version, name and text.
pub(super) type Text = (i64, &'static str, &'static str);

/// How often a migration that gave way to others is tried.
const ATTEMPTS: u32 = 20;
const PAUSE: Duration = Duration::from_secs(1);

/// An index whose concurrent build was interrupted.
const BROKEN_INDEXES: &str = "
    SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE NOT i.indisvalid AND c.relkind = 'i' AND c.relnamespace = current_schema()::regnamespace";

/// Whether the migration's first line asks to run without a transaction, as `CREATE INDEX CONCURRENTLY` must. Such a
/// migration is one statement that may be repeated.
pub(super) fn outside_transaction(sql: &str) -> bool {
    sql.starts_with("-- no-transaction")
}

/// Applies what is not applied yet, in order. Each migration is all there or not at all.
pub(super) async fn all(
    connection: &mut PgConnection,
    texts: &[Text],
    options: &MigrationOptions,
) -> Result<(), Error> {
    let migrator = migrator(texts);
    for text in texts {
        one(connection, &migrator, *text, options).await?;
    }
    set_limits(connection, Duration::ZERO, Duration::ZERO).await
}

async fn one(
    connection: &mut PgConnection,
    migrator: &Migrator,
    (version, name, sql): Text,
    options: &MigrationOptions,
) -> Result<(), Error> {
    let alone = outside_transaction(sql);
    let statement = if alone {
        Duration::ZERO
    } else {
        options.statement_timeout
    };
    for attempt in 1.. {
        set_limits(connection, options.lock_timeout, statement).await?;
        if alone {
            drop_broken_indexes(connection, sql, options).await?;
        }
        let error = match migrator.run_direct(Some(version), connection, false).await {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        match code(&error).as_deref() {
            // Lock timeout, deadlock: others go first.
            Some("55P03" | "40P01") if attempt < ATTEMPTS => {
                (options.progress)(&format!(
                    "migration {version} ({name}) gives way to other sessions and is tried again: {error}"
                ));
                tokio::time::sleep(PAUSE).await;
            }
            Some("55P03" | "40P01") => {
                return Err(Error::Migration(format!(
                    "{version} ({name}) found its tables locked in {ATTEMPTS} attempts: {error}; look for long transactions in pg_stat_activity"
                )));
            }
            Some("57014") => {
                return Err(Error::Migration(format!(
                    "{version} ({name}) had a statement of more than {} s: {error}; run it again with a longer --statement-timeout",
                    statement.as_secs()
                )));
            }
            _ => return Err(Error::Migration(error.to_string())),
        }
    }
    Ok(())
}

async fn set_limits(
    connection: &mut PgConnection,
    lock: Duration,
    statement: Duration,
) -> Result<(), Error> {
    sqlx::query(
        "SELECT set_config('lock_timeout', $1, false), set_config('statement_timeout', $2, false)",
    )
    .bind(lock.as_millis().to_string())
    .bind(statement.as_millis().to_string())
    .execute(connection)
    .await
    .map(drop)
    .map_err(Error::during("set the time limits"))
}

/// A build that was interrupted leaves an index that is kept up to date and never used: it is made anew.
async fn drop_broken_indexes(
    connection: &mut PgConnection,
    sql: &str,
    options: &MigrationOptions,
) -> Result<(), Error> {
    let broken: Vec<String> = sqlx::query_scalar(BROKEN_INDEXES)
        .fetch_all(&mut *connection)
        .await
        .map_err(Error::during("look for interrupted index builds"))?;
    for name in broken {
        if !sql.split_whitespace().any(|word| word == name) {
            continue;
        }
        (options.progress)(&format!(
            "an interrupted build of the index {name} is done again"
        ));
        let statement = format!("DROP INDEX CONCURRENTLY IF EXISTS {}", super::quote(&name));
        connection
            .execute(sqlx::AssertSqlSafe(statement))
            .await
            .map_err(Error::during("remove an interrupted index build"))?;
    }
    Ok(())
}

fn migrator(texts: &[Text]) -> Migrator {
    let migrations = texts
        .iter()
        .map(|(version, name, sql)| {
            Migration::new(
                *version,
                Cow::Borrowed(*name),
                MigrationType::Simple,
                sqlx::SqlStr::from_static(sql),
                outside_transaction(sql),
            )
        })
        .collect();
    Migrator {
        migrations: Cow::Owned(migrations),
        ignore_missing: true,
        // Ours is taken before.
        locking: false,
        ..Migrator::DEFAULT
    }
}

fn code(error: &MigrateError) -> Option<String> {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::code)
            .map(Cow::into_owned),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use sens_testkit::Postgres;
    use sqlx::Connection;

    use super::*;
    use crate::migrate::lock;

    const TABLE: Text = (
        1,
        "table",
        "CREATE TABLE thing (id int); INSERT INTO thing VALUES (1)",
    );
    const INDEX: Text = (
        2,
        "index",
        "-- no-transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS thing_id ON thing (id)",
    );
    const COLUMN: Text = (3, "column", "ALTER TABLE thing ADD COLUMN note text");

    async fn connect(url: &str) -> PgConnection {
        PgConnection::connect(url).await.unwrap()
    }

    async fn valid_indexes(connection: &mut PgConnection) -> i64 {
        sqlx::query_scalar(
            "SELECT count(*) FROM pg_index WHERE indrelid = 'thing'::regclass AND indisvalid",
        )
        .fetch_one(connection)
        .await
        .unwrap()
    }

    #[tokio::test]
    async fn an_index_is_built_without_stopping_writers_by_one_of_several() {
        let postgres = Postgres::start().await.unwrap();
        let url = postgres.create_fresh_database().unwrap();
        let run = async || {
            let mut connection = connect(&url).await;
            let options = MigrationOptions::default();
            lock::take(&mut connection, lock::MIGRATION, &options).await?;
            all(&mut connection, &[TABLE, INDEX], &options).await?;
            connection.close().await.map_err(Error::during("close"))
        };
        let (first, second, third) = tokio::join!(run(), run(), run());
        for outcome in [first, second, third] {
            outcome.unwrap();
        }
        assert_eq!(valid_indexes(&mut connect(&url).await).await, 1);
    }

    #[tokio::test]
    async fn an_interrupted_index_build_is_done_again() {
        let postgres = Postgres::start().await.unwrap();
        let mut connection = connect(&postgres.create_fresh_database().unwrap()).await;
        let options = MigrationOptions::default();
        all(&mut connection, &[TABLE], &options).await.unwrap();
        connection
            .execute(
                "CREATE INDEX thing_id ON thing (id);
                 UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'thing_id'::regclass",
            )
            .await
            .unwrap();
        all(&mut connection, &[TABLE, INDEX], &options)
            .await
            .unwrap();
        assert_eq!(valid_indexes(&mut connection).await, 1);
    }

    #[tokio::test]
    async fn a_migration_gives_way_to_a_session_that_holds_its_table() {
        static TOLD: AtomicUsize = AtomicUsize::new(0);
        let postgres = Postgres::start().await.unwrap();
        let url = postgres.create_fresh_database().unwrap();
        let mut connection = connect(&url).await;
        let options = MigrationOptions {
            lock_timeout: Duration::from_millis(50),
            progress: |_| {
                TOLD.fetch_add(1, Ordering::SeqCst);
            },
            ..MigrationOptions::default()
        };
        all(&mut connection, &[TABLE], &options).await.unwrap();
        let mut holder = connect(&url).await;
        holder
            .execute("BEGIN; LOCK TABLE thing IN ACCESS SHARE MODE")
            .await
            .unwrap();
        let texts = [TABLE, INDEX, COLUMN];
        let migration = all(&mut connection, &texts[..], &options);
        let release = async {
            while TOLD.load(Ordering::SeqCst) == 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            holder.execute("COMMIT").await.unwrap();
        };
        let (migrated, ()) = tokio::join!(migration, release);
        migrated.unwrap();
        connection.execute("SELECT note FROM thing").await.unwrap();
    }

    #[tokio::test]
    async fn whoever_holds_the_lock_too_long_is_named() {
        let postgres = Postgres::start().await.unwrap();
        let url = postgres.create_fresh_database().unwrap();
        let options = MigrationOptions {
            patience: Duration::ZERO,
            ..MigrationOptions::default()
        };
        let mut holder = connect(&format!("{url}?application_name=holder")).await;
        lock::take(&mut holder, lock::MIGRATION, &options)
            .await
            .unwrap();
        let refused = lock::take(&mut connect(&url).await, lock::MIGRATION, &options).await;
        let line = refused.unwrap_err().to_string();
        assert!(
            line.contains("(holder)") && line.contains("sens.migration"),
            "{line}"
        );
    }
}
