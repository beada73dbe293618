//! Telegraf: one program from MQTT to a table, with neither a stream, nor a raw record, nor a unique index.

use std::path::Path;

use anyhow::Result;

use super::{Peer, servers, start};
use crate::figures::Measure;
use crate::options::Options;
use crate::progress::Progress;
use crate::workload::{Shape, origin};

const SINGLE: (&str, &str) = (
    "peer_telegraf_single",
    "Telegraf: 1 value, a row, not unique",
);
/// As large a message as the platform's narrow one, made a single row: compared with one reading a message, a row as well.
const WIDE: (&str, &str) = (
    "peer_telegraf_wide_single",
    "Telegraf: 4 values, a wide row, not unique",
);

const TABLES: &str = "
    CREATE TABLE peer_reading (id bigserial, time timestamptz NOT NULL, device_id text, event_type text, value float8,
        platform_extension_ticks float8, platform_extension_mm float8, battery_charge float8, platform_height_mm float8);
    CREATE INDEX ON peer_reading (id)";

const COMMITTED: &str = "SELECT coalesce(max(id), 0) FROM peer_reading";
const COUNTED: &str = "SELECT count(*) FROM peer_reading";

/// Both shapes, each on fresh servers.
pub(super) async fn measure(
    options: &Options,
    programs: &Path,
    progress: &Progress,
) -> Result<[Measure; 2]> {
    let single = measure_one(options, programs, progress, SINGLE, Shape::Single).await?;
    let wide = measure_one(options, programs, progress, WIDE, Shape::Wide).await?;
    Ok([single, wide])
}

async fn measure_one(
    options: &Options,
    programs: &Path,
    progress: &Progress,
    what: (&'static str, &'static str),
    shape: Shape,
) -> Result<Measure> {
    let (mosquitto, postgres, sql) = servers(TABLES).await?;
    let env = [
        ("MQTT_PORT", mosquitto.port().to_string()),
        ("DATABASE", postgres.url()),
    ];
    let config = match shape {
        Shape::Wide => "telegraf-wide.conf",
        Shape::Narrow | Shape::Single => "telegraf.conf",
    };
    let file = programs.join(config).display().to_string();
    let process = start(
        "telegraf",
        programs,
        &["telegraf", &file],
        &env,
        mosquitto.dir(),
    )?;
    let peer = Peer {
        what,
        shape,
        committed: COMMITTED,
        counted: COUNTED,
        servers: Vec::new(),
        mosquitto,
        postgres,
        sql,
        processes: vec![process],
        origin: origin(),
        number: 0,
        expected: 0,
    };
    peer.throughput(options, progress).await
}
