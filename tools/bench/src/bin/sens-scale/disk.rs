//! The disk: whether there is room, and what everything takes.

use anyhow::{Context, Result, ensure};
use sens_storage::PgPool;

use crate::options::{Options, Storage};

/// Bytes that a reading takes at the most while this runs, with its index, rollups, payload and the server's log.
const A_READING: u64 = 400;
/// What has to stay free, and what a server takes without data.
const RESERVE: u64 = 1 << 30;

/// Rows and bytes of tables with their indexes, by class. Statistics are fresh: rows are counted by them.
const SIZES: &str = "
    SELECT t.name, count(p.*), coalesce(sum(p.bytes), 0)::bigint,
           CASE t.name WHEN 'raw_record' THEN (SELECT count(*) FROM raw_record) WHEN 'processed_record' THEN (SELECT count(*) FROM processed_record)
               WHEN 'rollup_1m' THEN (SELECT count(*) FROM rollup_1m) WHEN 'rollup_1h' THEN (SELECT count(*) FROM rollup_1h)
               WHEN 'rollup_1d' THEN (SELECT count(*) FROM rollup_1d) END
    FROM (VALUES ('processed_record'), ('rollup_1m'), ('rollup_1h'), ('rollup_1d'), ('raw_record')) AS t (name),
         LATERAL time_partitions(t.name) AS p
    GROUP BY t.name ORDER BY 3 DESC";

/// Refuses to begin what would fill the disk.
pub(crate) fn ensure_room(options: &Options) -> Result<()> {
    if options.storage == Storage::Timescale {
        // The disk of a server that was given is not seen from here.
        return Ok(());
    }
    let folder = std::env::temp_dir();
    let found =
        rustix::fs::statvfs(&folder).with_context(|| format!("look at {}", folder.display()))?;
    let free = found.f_bavail * found.f_frsize;
    let needed = options.readings * A_READING + RESERVE;
    ensure!(
        free >= needed,
        "{} readings need {:.1} GB in {}, and {:.1} GB are free: ask for fewer, or set TMPDIR to a larger disk",
        options.readings,
        needed as f64 / 1e9,
        folder.display(),
        free as f64 / 1e9
    );
    Ok(())
}

/// Prints what every class takes.
pub(crate) async fn print(pool: &PgPool) -> Result<()> {
    let sizes: Vec<(String, i64, i64, Option<i64>)> = sqlx::query_as(SIZES)
        .fetch_all(pool)
        .await
        .context("measure the tables")?;
    let readings = sizes
        .iter()
        .find(|(name, ..)| name == "processed_record")
        .and_then(|(.., rows)| *rows)
        .context("there are no readings")? as f64;
    println!(
        "\n{:18} {:>10} {:>12} {:>8} {:>12} {:>16}",
        "", "partitions", "rows", "MB", "bytes a row", "bytes a reading"
    );
    for (name, partitions, bytes, rows) in sizes {
        let rows = rows.unwrap_or_default() as f64;
        println!(
            "{name:18} {partitions:>10} {rows:>12.0} {:>8.1} {:>12.1} {:>16.1}",
            bytes as f64 / 1e6,
            bytes as f64 / rows.max(1.0),
            bytes as f64 / readings
        );
    }
    Ok(())
}
