//! Bento: one program from MQTT to JetStream, one from JetStream to the tables, as the platform does it.

use std::path::Path;

use anyhow::Result;
use sens_config::Config;
use sens_messaging::Messaging;
use sens_testkit::Nats;

use super::{Peer, servers, start};
use crate::figures::Measure;
use crate::options::Options;
use crate::progress::Progress;
use crate::workload::{Shape, origin};

const WHAT: (&str, &str) = (
    "peer_bento_narrow",
    "Bento: MQTT, JetStream, raw and 4 rows",
);

const TABLES: &str = "
    CREATE TABLE peer_raw (id bigserial, seq bigint NOT NULL UNIQUE, topic text NOT NULL, payload text NOT NULL);
    CREATE TABLE peer_reading (id bigserial, device text NOT NULL, metric text NOT NULL, recorded_at timestamptz NOT NULL,
        value float8 NOT NULL, UNIQUE (device, metric, recorded_at));
    CREATE INDEX ON peer_reading (id)";

const COMMITTED: &str = "SELECT coalesce(max(id), 0) / 4 FROM peer_reading";
const COUNTED: &str = "SELECT count(*) / 4 FROM peer_reading";

pub(super) async fn measure(
    options: &Options,
    programs: &Path,
    progress: &Progress,
) -> Result<Measure> {
    let (mosquitto, postgres, sql) = servers(TABLES).await?;
    let mut nats = Nats::start().await?;
    let mut config = Config::default().nats;
    config.url = nats.url();
    let messaging = Messaging::connect(&config, "sens-bench").await?;
    messaging.ensure_streams(&config).await?;
    let env = [
        ("MQTT_PORT", mosquitto.port().to_string()),
        ("NATS_PORT", nats.port().to_string()),
        ("DATABASE", format!("{}?sslmode=disable", postgres.url())),
    ];
    let log_dir = mosquitto.dir().to_owned();
    let program = |name, file| start(name, programs, &["bento", "-c", file], &env, &log_dir);
    let files = ["take.yaml", "store.yaml"].map(|file| programs.join(file).display().to_string());
    let [take, store] = &files;
    let processes = vec![program("bento take", take)?, program("bento store", store)?];
    let peer = Peer {
        what: WHAT,
        shape: Shape::Narrow,
        committed: COMMITTED,
        counted: COUNTED,
        servers: vec![("nats-server", nats.process()?.pid())],
        mosquitto,
        postgres,
        sql,
        processes,
        origin: origin(),
        number: 0,
        expected: 0,
    };
    peer.throughput(options, progress).await
}
