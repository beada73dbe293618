//! PostgreSQL alone: the same rows by plain batched INSERT on one connection, into the platform's tables and into bare
//! ones. Everything is unique and `ON CONFLICT DO NOTHING`, as the platform needs it.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use sens_config::{Config, Secret};
use sens_testkit::Postgres;
use sqlx::{Connection, Executor, PgConnection};

use crate::figures::Measure;
use crate::options::Options;
use crate::progress::Progress;
use crate::usage::Meter;
use crate::workload::{DEVICES, Shape, Workload, origin, serial};

/// Narrow messages into the platform's tables.
pub(crate) const OURS_NARROW: (&str, &str) = (
    "insert_platform_narrow",
    "INSERT alone: platform's tables, narrow",
);
/// Single readings into the platform's tables.
pub(crate) const OURS_SINGLE: (&str, &str) = (
    "insert_platform_single",
    "INSERT alone: platform's tables, one reading",
);
/// Narrow messages into bare tables.
pub(crate) const BARE_NARROW: (&str, &str) =
    ("insert_bare_narrow", "INSERT alone: bare tables, narrow");
/// Single readings into bare tables.
pub(crate) const BARE_SINGLE: (&str, &str) = (
    "insert_bare_single",
    "INSERT alone: bare tables, one reading",
);

/// Messages in one transaction.
const BATCH: usize = 1000;

const OUR_RAW: &str = "
    INSERT INTO raw_record (epoch, seq, received_at, device_id, source, topic, traceparent, decoder, outcome,
        decoded_count, error_count, payload_length, payload)
    SELECT 1, seq, received_at, device_id, 'mqtt', topic, traceparent, 'bench@1', 'parsed', 1, 0, length(payload), payload
    FROM unnest($1::bigint[], $2::timestamptz[], $3::bigint[], $4::text[], $5::text[], $6::bytea[])
        AS message (seq, received_at, device_id, topic, traceparent, payload)
    ON CONFLICT DO NOTHING";

const OUR_READINGS: &str = "
    INSERT INTO processed_record (device_id, metric_id, recorded_at, dedup, value, received_at, raw_epoch, raw_seq,
        raw_item, decoder)
    SELECT device_id, metric_id, recorded_at, dedup, value, received_at, 1, seq, item, 'bench@1'
    FROM unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::bigint[], $5::float8[], $6::timestamptz[], $7::bigint[],
        $8::int[]) AS reading (device_id, metric_id, recorded_at, dedup, value, received_at, seq, item)
    ON CONFLICT DO NOTHING";

const BARE_TABLES: &str = "
    CREATE TABLE bare_raw (seq bigint NOT NULL UNIQUE, received_at timestamptz NOT NULL, device_id bigint NOT NULL,
        topic text NOT NULL, traceparent text NOT NULL, payload bytea NOT NULL);
    CREATE TABLE bare_reading (device_id bigint NOT NULL, metric_id int NOT NULL, recorded_at timestamptz NOT NULL,
        dedup bigint NOT NULL, value float8 NOT NULL, received_at timestamptz NOT NULL, seq bigint NOT NULL,
        item int NOT NULL);
    CREATE UNIQUE INDEX ON bare_reading (device_id, metric_id, recorded_at, dedup) INCLUDE (value)";

const BARE_RAW: &str = "
    INSERT INTO bare_raw
    SELECT * FROM unnest($1::bigint[], $2::timestamptz[], $3::bigint[], $4::text[], $5::text[], $6::bytea[])
    ON CONFLICT DO NOTHING";

const BARE_READINGS: &str = "
    INSERT INTO bare_reading
    SELECT * FROM unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::bigint[], $5::float8[], $6::timestamptz[],
        $7::bigint[], $8::int[])
    ON CONFLICT DO NOTHING";

/// A batch as columns, made before the clock runs.
#[derive(Default)]
struct Columns {
    seqs: Vec<i64>,
    received: Vec<DateTime<Utc>>,
    devices: Vec<i64>,
    topics: Vec<String>,
    traces: Vec<String>,
    payloads: Vec<Vec<u8>>,
    readings: Readings,
}

#[derive(Default)]
struct Readings {
    devices: Vec<i64>,
    metrics: Vec<i32>,
    recorded: Vec<DateTime<Utc>>,
    dedups: Vec<i64>,
    values: Vec<f64>,
    received: Vec<DateTime<Utc>>,
    seqs: Vec<i64>,
    items: Vec<i32>,
}

/// Measures all four, each in a fresh database of one fresh cluster.
pub(crate) async fn measure(options: &Options, progress: &Progress) -> Result<Vec<Measure>> {
    let mut postgres = Postgres::start_durable().await?;
    postgres.recycle_log()?;
    let pid = postgres.process()?.pid();
    let mut measures = Vec::new();
    let ways = [
        (OURS_NARROW, Shape::Narrow, true),
        (OURS_SINGLE, Shape::Single, true),
        (BARE_NARROW, Shape::Narrow, false),
        (BARE_SINGLE, Shape::Single, false),
    ];
    for (what, shape, ours) in ways {
        let url = postgres.create_fresh_database()?;
        let mut connection = if ours {
            platform_database(&url, options.messages).await?
        } else {
            let mut connection = PgConnection::connect(&url).await?;
            connection.execute(BARE_TABLES).await?;
            connection
        };
        let (raw, readings) = if ours {
            (OUR_RAW, OUR_READINGS)
        } else {
            (BARE_RAW, BARE_READINGS)
        };
        let workload = Workload {
            shape,
            origin: origin(),
            first: 0,
            count: options.messages,
        };
        let batches = columns(&workload);
        progress.begin(what.1, workload.count);
        let meter = Meter::start(vec![("postgres", pid)]);
        let took = insert(&mut connection, raw, readings, &batches, progress).await?;
        let cpu = meter.per_message(workload.count);
        connection.close().await?;
        measures.push(Measure::new(what, workload.count, took, cpu));
    }
    Ok(measures)
}

/// A database as `sensctl migrate` makes it, with the devices and partitions that the rows need.
pub(super) async fn platform_database(url: &str, messages: u64) -> Result<PgConnection> {
    let mut config = Config::default().database;
    config.url = Some(Secret::new(url));
    sens_storage::migrate(&config)
        .await
        .context("migrate the database for the bare INSERT")?;
    let mut connection = PgConnection::connect(url).await?;
    let serials: Vec<String> = (0..DEVICES).map(serial).collect();
    sqlx::query("INSERT INTO device (serial, placeholder) SELECT unnest($1::text[]), true")
        .bind(&serials)
        .execute(&mut connection)
        .await?;
    let workload = Workload {
        shape: Shape::Single,
        origin: origin(),
        first: 0,
        count: messages,
    };
    for (table, at) in [
        ("raw_record", Utc::now()),
        ("processed_record", instant(workload.recorded_at(0))),
        ("processed_record", instant(workload.recorded_at(messages))),
    ] {
        sqlx::query("SELECT ensure_partition($1, $2)")
            .bind(table)
            .bind(at)
            .execute(&mut connection)
            .await?;
    }
    Ok(connection)
}

async fn insert(
    connection: &mut PgConnection,
    raw: &'static str,
    readings: &'static str,
    batches: &[Columns],
    progress: &Progress,
) -> Result<Duration> {
    let begun = Instant::now();
    let mut done = 0;
    for batch in batches {
        let mut transaction = connection.begin().await?;
        sqlx::query(raw)
            .bind(&batch.seqs)
            .bind(&batch.received)
            .bind(&batch.devices)
            .bind(&batch.topics)
            .bind(&batch.traces)
            .bind(&batch.payloads)
            .execute(&mut *transaction)
            .await?;
        let rows = &batch.readings;
        sqlx::query(readings)
            .bind(&rows.devices)
            .bind(&rows.metrics)
            .bind(&rows.recorded)
            .bind(&rows.dedups)
            .bind(&rows.values)
            .bind(&rows.received)
            .bind(&rows.seqs)
            .bind(&rows.items)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        done += batch.seqs.len() as u64;
        progress.set(done);
    }
    Ok(begun.elapsed())
}

fn columns(workload: &Workload) -> Vec<Columns> {
    let numbers: Vec<u64> = workload.numbers().collect();
    let received = Utc::now();
    numbers
        .chunks(BATCH)
        .map(|chunk| {
            let mut columns = Columns::default();
            for number in chunk {
                columns.push(workload, *number, received);
            }
            columns
        })
        .collect()
}

impl Columns {
    fn push(&mut self, workload: &Workload, number: u64, received: DateTime<Utc>) {
        let seq = number.cast_signed() + 1;
        let device = Workload::device(number).cast_signed() + 1;
        self.seqs.push(seq);
        self.received.push(received);
        self.devices.push(device);
        self.topics.push(workload.topic(number));
        self.traces
            .push(format!("00-{number:032x}-{:016x}-01", number + 1));
        self.payloads.push(workload.payload(number).into_bytes());
        let rows = &mut self.readings;
        for (item, reading) in (0..).zip(0..workload.shape.readings()) {
            rows.devices.push(device);
            rows.metrics.push(item + 1);
            rows.recorded.push(instant(workload.recorded_at(number)));
            // Spread over all 64 bits, as a hash is.
            rows.dedups
                .push(number.wrapping_mul(0x9E37_79B9_7F4A_7C15).cast_signed());
            rows.values.push(workload.reading(number, reading).1);
            rows.received.push(received);
            rows.seqs.push(seq);
            rows.items.push(item);
        }
    }
}

fn instant(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}
