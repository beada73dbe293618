//! How storage behaves at size: fills the platform's own tables with readings of many devices and more than a year, lets the
//! platform's own code roll them up, then asks what an API asks, and says what a reading takes on the disk.

mod ask;
mod disk;
mod fill;
mod options;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use options::{Options, Storage};
use sens_config::{Config, Secret};
use sens_storage::{MigrationOptions, PgPool, StorageWish};
use sens_testkit::{Postgres, PostgresOptions};

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sens-scale: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The server and its files go when this returns, whatever it returns.
async fn run(options: &Options) -> Result<()> {
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
