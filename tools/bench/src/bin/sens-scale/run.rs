//! One run: fill, roll up, ask, weigh.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use sens_config::{Config, Secret};
use sens_storage::{MigrationOptions, PgPool, StorageWish};
use sens_testkit::{Postgres, PostgresOptions};

use crate::options::{Options, Storage};
use crate::{ask, disk, fill};

/// The server and its files go when this returns, whatever it returns.
pub(crate) async fn run(options: &Options) -> Result<()> {
    disk::ensure_room(options)?;
    let postgres = match options.storage {
        // A server with the extension is one that is given.
        Storage::Timescale => Postgres::start().await?,
        Storage::Plain => Postgres::with(server()).await?,
    };
    let url = postgres.create_fresh_database()?;
    let pool = migrated(&url, options.storage).await?;
    println!(
        "{} readings of {} devices over {} days, {}",
        options.readings,
        options.devices(),
        options.days,
        options.storage.describe()
    );
    let begun = Instant::now();
    fill::readings(&pool, options).await?;
    report("filled", begun);
    let begun = Instant::now();
    fill::rollups(&pool).await?;
    report("rolled up by the platform's own code", begun);
    if options.storage == Storage::Timescale {
        let begun = Instant::now();
        fill::compress(&pool).await?;
        report("compressed", begun);
    }
    fill::settle(&pool).await?;
    ask::everything(&pool, options).await?;
    disk::print(&pool).await?;
    pool.close().await;
    if options.storage == Storage::Timescale {
        fill::forget(&postgres, &url).await?;
    }
    Ok(())
}

/// Nothing here has to survive a kill, and the log must not grow beside the data.
fn server() -> PostgresOptions {
    let settings = [
        ("max_wal_size", "512MB"),
        ("shared_buffers", "512MB"),
        ("maintenance_work_mem", "128MB"),
        ("wal_level", "minimal"),
        ("max_wal_senders", "0"),
    ];
    PostgresOptions {
        settings: settings
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
        ..PostgresOptions::default()
    }
}

async fn migrated(url: &str, storage: Storage) -> Result<PgPool> {
    let mut database = Config::default().database;
    database.url = Some(Secret::new(url));
    let wish = MigrationOptions {
        storage: match storage {
            Storage::Plain => StorageWish::Plain,
            Storage::Timescale => StorageWish::Timescale,
        },
        ..MigrationOptions::default()
    };
    sens_storage::migrate_with(&database, &wish)
        .await
        .context("make the tables")?;
    let pool = sens_storage::connect(&database, "scale", None)?.primary;
    let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM time_table")
        .fetch_one(&pool)
        .await?;
    ensure!(tables > 0, "the tables are not there");
    Ok(pool)
}

fn report(what: &str, begun: Instant) {
    println!(
        "{what} in {:.1} minutes",
        begun.elapsed().as_secs_f64() / 60.0
    );
}
