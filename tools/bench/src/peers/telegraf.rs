//! Telegraf: one program from MQTT to a table, with neither a stream, nor a raw record, nor a unique index.

use std::path::Path;

use anyhow::Result;

use super::{Peer, servers, start};
use crate::figures::Measure;
use crate::options::Options;
use crate::progress::Progress;
use crate::workload::{Shape, origin};

const WHAT: (&str, &str) = (
    "peer_telegraf_single",
    "Telegraf: MQTT, one row, not unique",
);

const TABLES: &str = "
    CREATE TABLE peer_reading (id bigserial, time timestamptz NOT NULL, device_id text, event_type text, value float8);
    CREATE INDEX ON peer_reading (id)";

const COMMITTED: &str = "SELECT coalesce(max(id), 0) FROM peer_reading";
const COUNTED: &str = "SELECT count(*) FROM peer_reading";

pub(super) async fn measure(
    options: &Options,
    programs: &Path,
    progress: &Progress,
) -> Result<Measure> {
    let (mosquitto, postgres, sql) = servers(TABLES).await?;
    let env = [
        ("MQTT_PORT", mosquitto.port().to_string()),
        ("DATABASE", postgres.url()),
    ];
    let file = programs.join("telegraf.conf").display().to_string();
    let process = start(
        "telegraf",
        programs,
        &["telegraf", &file],
        &env,
        mosquitto.dir(),
    )?;
    let peer = Peer {
        what: WHAT,
        shape: Shape::Single,
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
