//! The platform's write path alone, without broker, stream and services, beside `COPY` of the very rows it wrote into the
//! same tables with the same indexes. Both commit the same batches durably, and take turns, so that what else happens on the
//! machine meets both.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bytes::{Bytes, BytesMut};
use chrono::Utc;
use futures_util::TryStreamExt;
use sens_config::{Config, Secret};
use sens_schema::envelope::{Envelope, Source};
use sens_schema::{Catalogue, ClockPolicy, DecodeContext, Position, Topic, decode};
use sens_storage::write::{BatchWriter, PendingMessage};
use sens_testkit::Postgres;
use sqlx::{Executor, PgConnection};

use super::insert::platform_database;
use crate::figures::Measure;
use crate::options::Options;
use crate::progress::Progress;
use crate::usage::Cpu;
use crate::workload::{Shape, Workload, origin};

/// The write path with narrow messages.
pub(crate) const WRITE_NARROW: (&str, &str) = ("write_path_narrow", "write path alone, narrow");
/// The write path with single readings.
pub(crate) const WRITE_SINGLE: (&str, &str) =
    ("write_path_single", "write path alone, one reading");
/// The same rows by `COPY`, narrow messages.
pub(crate) const COPY_NARROW: (&str, &str) = ("copy_narrow", "COPY of the same rows, narrow");
/// The same rows by `COPY`, single readings.
pub(crate) const COPY_SINGLE: (&str, &str) = ("copy_single", "COPY of the same rows, one reading");

/// Messages in one transaction, as the worker's setting has it.
const BATCH: usize = 1000;
/// Turns that the two take.
const TURNS: usize = 10;

/// Measures both shapes, each in fresh databases of one fresh cluster.
pub(crate) async fn measure(options: &Options, progress: &Progress) -> Result<Vec<Measure>> {
    let postgres = Postgres::start_durable().await?;
    postgres.recycle_log()?;
    let mut measures = Vec::new();
    for (write, copy, shape) in [
        (WRITE_NARROW, COPY_NARROW, Shape::Narrow),
        (WRITE_SINGLE, COPY_SINGLE, Shape::Single),
    ] {
        let workload = Workload {
            shape,
            origin: origin(),
            first: 0,
            count: options.messages,
        };
        progress.begin(write.1, workload.count);
        let (wrote, copied) = take_turns(&postgres, &workload, progress).await?;
        measures.push(Measure::new(write, workload.count, wrote, Cpu::new()));
        measures.push(Measure::new(copy, workload.count, copied, Cpu::new()));
    }
    Ok(measures)
}

async fn take_turns(
    postgres: &Postgres,
    workload: &Workload,
    progress: &Progress,
) -> Result<(Duration, Duration)> {
    let (ours, bare) = (
        postgres.create_fresh_database()?,
        postgres.create_fresh_database()?,
    );
    let mut written = platform_database(&ours, workload.count).await?;
    let mut target = platform_database(&bare, workload.count).await?;
    let mut database = Config::default().database;
    database.url = Some(Secret::new(&ours));
    let writer = BatchWriter::new(sens_storage::connect(&database, "bench", None)?.primary);

    let messages: Vec<PendingMessage> = workload
        .numbers()
        .map(|number| message(workload, number))
        .collect();
    let batches: Vec<&[PendingMessage]> = messages.chunks(BATCH).collect();
    let (mut wrote, mut copied) = (Duration::ZERO, Duration::ZERO);
    let mut done = 0;
    for turn in batches.chunks(batches.len().div_ceil(TURNS)) {
        let begun = Instant::now();
        for batch in turn {
            writer.store(1, batch).await?;
        }
        wrote += begun.elapsed();
        let rows = Rows::of(&mut written, turn, workload.shape).await?;
        let begun = Instant::now();
        rows.copy(&mut target).await?;
        copied += begun.elapsed();
        done += turn.iter().map(|batch| batch.len() as u64).sum::<u64>();
        progress.set(done);
    }
    for connection in [&mut written, &mut target] {
        let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM processed_record")
            .fetch_one(connection)
            .await?;
        let expected = workload.count * workload.shape.readings();
        ensure!(
            rows.cast_unsigned() == expected,
            "{rows} readings of {expected} are stored"
        );
    }
    Ok((wrote, copied))
}

/// What some batches have become, batch by batch, as lines for `COPY`.
struct Rows(Vec<(Bytes, Bytes)>);

impl Rows {
    async fn of(
        connection: &mut PgConnection,
        batches: &[&[PendingMessage]],
        shape: Shape,
    ) -> Result<Self> {
        let first = batches.first().and_then(|batch| batch.first());
        let last = batches.last().and_then(|batch| batch.last());
        let (Some(first), Some(last)) = (first, last) else {
            return Ok(Self(Vec::new()));
        };
        let (first, last) = (first.sequence, last.sequence);
        let raw = lines(
            connection,
            &format!("SELECT * FROM raw_record WHERE seq BETWEEN {first} AND {last} ORDER BY seq"),
        )
        .await?;
        let readings = lines(
            connection,
            &format!(
                "SELECT * FROM processed_record WHERE raw_seq BETWEEN {first} AND {last}
                 ORDER BY (raw_seq - 1) / {BATCH}, device_id, metric_id, recorded_at, dedup"
            ),
        )
        .await?;
        let of_message = usize::try_from(shape.readings())?;
        let rows = raw
            .chunks(BATCH)
            .zip(readings.chunks(BATCH * of_message))
            .map(|(raw, readings)| (joined(raw), joined(readings)));
        Ok(Self(rows.collect()))
    }

    /// Each batch in a transaction of its own.
    async fn copy(self, connection: &mut PgConnection) -> Result<()> {
        for (raw, readings) in self.0 {
            connection.execute("BEGIN").await?;
            for (statement, data) in [
                ("COPY raw_record FROM STDIN", raw),
                ("COPY processed_record FROM STDIN", readings),
            ] {
                let mut copy = connection.copy_in_raw(statement).await?;
                copy.send(data).await?;
                copy.finish().await?;
            }
            connection.execute("COMMIT").await?;
        }
        Ok(())
    }
}

async fn lines(connection: &mut PgConnection, query: &str) -> Result<Vec<Bytes>> {
    let statement = format!("COPY ({query}) TO STDOUT");
    let lines = connection
        .copy_out_raw(&statement)
        .await?
        .try_collect()
        .await
        .context("read back what was written")?;
    Ok(lines)
}

fn joined(lines: &[Bytes]) -> Bytes {
    let mut all = BytesMut::with_capacity(lines.iter().map(Bytes::len).sum());
    for line in lines {
        all.extend_from_slice(line);
    }
    all.freeze()
}

/// A message as the worker has it when it writes.
fn message(workload: &Workload, number: u64) -> PendingMessage {
    let envelope = Envelope {
        topic: workload.topic(number),
        source: Source::Mqtt,
        received_at: Utc::now().timestamp_micros(),
        content_type: None,
        traceparent: Some(format!("00-{:032x}-{:016x}-01", number + 1, number + 1)),
        truncated: None,
        wait: false,
    };
    let payload = Bytes::from(workload.payload(number));
    let sequence = number + 1;
    let decoded = decode(
        &payload,
        &DecodeContext {
            topic: &Topic::parse(&envelope.topic),
            received_at: envelope.received_at,
            content_type: None,
            truncated: false,
            full_length: payload.len() as u64,
            position: Position {
                epoch: 1,
                seq: sequence,
            },
            catalogue: &Catalogue::builtin(),
            clock: ClockPolicy::default(),
        },
    );
    PendingMessage {
        sequence,
        maybe_known: false,
        envelope,
        payload,
        decoded,
        startups: Vec::new(),
    }
}
