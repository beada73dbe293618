//! Performing imports: by one session of the database at a time, part by part. What becomes of a line is said by the decoder
//! that reads it when it is received, before anything is published.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use sens_schema::import::{Format, Line, Payload, payloads};
use sens_schema::{
    Catalogue, ClockPolicy, DecodeContext, DecoderMap, Micros, Position, Quality, Topic, Value,
};
use sqlx::{Connection, PgConnection, PgPool};

use super::runs::{ImportError, QUEUE};
use crate::Error;
use crate::instant::timestamp;
use crate::work::{Turn, WorkState};
use crate::write::{load_catalogue, lookup};

const TURN: &str = "sens.import";

const START: &str = "
    UPDATE import_run SET state = 'running', started_at = coalesce(started_at, now())
    WHERE id = $1 AND state IN ('requested', 'running') RETURNING dry_run, columns, epoch, seq";

const NEXT: &str = "
    SELECT part, first_line, lines, body FROM import_part WHERE run_id = $1 ORDER BY part LIMIT 1";

const NOTE: &str = "
    UPDATE import_run SET done = done + $2, accepted = accepted + $3, known = known + $4, refused = refused + $5,
        errors = CASE WHEN jsonb_array_length(errors) < $7 THEN errors || $6 ELSE errors END,
        epoch = coalesce($8, epoch), seq = coalesce($9, seq)
    WHERE id = $1 AND state = 'running'";

const FINISH: &str = "
    UPDATE import_run SET state = $2, detail = $3, finished_at = now() WHERE id = $1 AND state = 'running'";

/// Readings that are there already, whatever their sequence was, also where they count no more: under the device's own serial
/// or a legacy number that is linked to it.
const KNOWN: &str = "
    SELECT k.place FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::float8[], $5::text[])
        WITH ORDINALITY AS k (serial, metric, recorded_at, value, text, place)
    JOIN metric m ON m.name = k.metric
    CROSS JOIN LATERAL (
        SELECT d.id FROM device d WHERE d.serial = k.serial
        UNION ALL
        SELECT l.id FROM device d JOIN device_alias a ON a.device_id = d.id JOIN device l ON l.legacy_id = a.legacy_id
        WHERE d.serial = k.serial) AS f
    WHERE EXISTS (SELECT FROM processed_record p WHERE p.device_id = f.id AND p.metric_id = m.id
                  AND p.recorded_at = k.recorded_at AND p.value = k.value)
       OR EXISTS (SELECT FROM text_record t WHERE t.device_id = f.id AND t.metric_id = m.id
                  AND t.recorded_at = k.recorded_at AND t.value = k.text)";

/// Refused lines that an import names.
const NAMED: usize = 100;

/// The right to import, held by one session of the database at a time. It ends with this value, whatever happens.
#[derive(Debug)]
pub struct Imports {
    turn: Turn,
    pool: PgPool,
    decoders: DecoderMap,
}

/// An import under way.
#[derive(Debug)]
pub struct Ready {
    id: i64,
    format: Format,
    catalogue: Catalogue,
    /// Whether nothing is stored.
    pub dry_run: bool,
    /// Position of the last payload that was put into the stream.
    pub last: Option<Position>,
}

/// A part that was looked at.
#[derive(Debug)]
pub struct ImportPart {
    part: i32,
    lines: i64,
    known: u64,
    refused: Vec<ImportError>,
    accepted: u64,
    /// What is to be put into the stream: topics and payloads.
    pub payloads: Vec<(String, Vec<u8>)>,
}

/// Takes the right to import; `None` while another session has it.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn take_imports(pool: &PgPool, decoders: DecoderMap) -> Result<Option<Imports>, Error> {
    let turn = Turn::take(pool, TURN).await?;
    Ok(turn.map(|turn| Imports {
        turn,
        pool: pool.clone(),
        decoders,
    }))
}

impl Imports {
    /// The oldest import that was asked for or that somebody left midway.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn next(&mut self) -> Result<Option<i64>, Error> {
        QUEUE.oldest(&mut self.turn.connection).await
    }

    /// Takes an import up; `None` when it is over.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn start(&mut self, id: i64) -> Result<Option<Ready>, Error> {
        type Row = (bool, Option<Vec<String>>, Option<i32>, Option<i64>);
        let catalogue = load_catalogue(&self.pool).await?;
        let row: Option<Row> = sqlx::query_as(START)
            .bind(id)
            .fetch_optional(&mut self.turn.connection)
            .await
            .map_err(Error::during("start an import"))?;
        Ok(row.map(|(dry_run, columns, epoch, seq)| Ready {
            id,
            format: columns.map_or(Format::Ndjson, Format::Csv),
            catalogue,
            dry_run,
            last: epoch.zip(seq).map(|(epoch, seq)| Position {
                epoch,
                seq: seq.cast_unsigned(),
            }),
        }))
    }

    /// Looks at the next part; `None` when there is none any more.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn part(&mut self, run: &Ready, now: Micros) -> Result<Option<ImportPart>, Error> {
        let row: Option<(i32, i64, i64, Vec<u8>)> = sqlx::query_as(NEXT)
            .bind(run.id)
            .fetch_optional(&mut self.turn.connection)
            .await
            .map_err(Error::during("read a part of an import"))?;
        let Some((part, first_line, lines, body)) = row else {
            return Ok(None);
        };
        let mut found = ImportPart {
            part,
            lines,
            known: 0,
            refused: Vec::new(),
            accepted: 0,
            payloads: Vec::new(),
        };
        let read = found.read(&run.format, first_line, &body);
        let (groups, repeated) = payloads(read);
        found.known += repeated;
        let mut good = Vec::new();
        for group in groups {
            good.extend(found.decode(group, run, &self.decoders, now));
        }
        let known = known(&mut self.turn.connection, &good).await?;
        found.known += known.len() as u64;
        let fresh = good
            .into_iter()
            .enumerate()
            .filter(|(place, _)| !known.contains(place));
        let (groups, _) = payloads(fresh.map(|(_, (line, _))| line).collect());
        for group in groups {
            found.accepted += group.lines.len() as u64;
            let body = group.body();
            found.payloads.push((group.topic, body));
        }
        found.refused.sort_by_key(|refused| refused.line);
        Ok(Some(found))
    }

    /// Notes what became of a part, and where its last payload stands; the part goes with it. `false` when the import was
    /// cancelled.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn note(
        &mut self,
        run: &mut Ready,
        part: &ImportPart,
        last: Option<Position>,
    ) -> Result<bool, Error> {
        let failed = Error::during("note how far an import is");
        let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let mut transaction = self.turn.connection.begin().await.map_err(&failed)?;
        let named: Vec<&ImportError> = part.refused.iter().take(NAMED).collect();
        let noted = sqlx::query(NOTE)
            .bind(run.id)
            .bind(part.lines)
            .bind(count(part.accepted))
            .bind(count(part.known))
            .bind(count(part.refused.len() as u64))
            .bind(sqlx::types::Json(named))
            .bind(i32::try_from(NAMED).unwrap_or(i32::MAX))
            .bind(last.map(|last| last.epoch))
            .bind(last.map(|last| last.seq.cast_signed()))
            .execute(&mut *transaction)
            .await
            .map_err(&failed)?;
        if noted.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query("DELETE FROM import_part WHERE run_id = $1 AND part = $2")
            .bind(run.id)
            .bind(part.part)
            .execute(&mut *transaction)
            .await
            .map_err(&failed)?;
        transaction.commit().await.map_err(&failed)?;
        run.last = last.or(run.last);
        Ok(true)
    }

    /// Ends an import; what is left of its file goes.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn finish(
        &mut self,
        id: i64,
        state: WorkState,
        detail: Option<&str>,
    ) -> Result<(), Error> {
        let failed = Error::during("end an import");
        sqlx::query(FINISH)
            .bind(id)
            .bind(state.as_str())
            .bind(detail)
            .execute(&mut self.turn.connection)
            .await
            .map_err(&failed)?;
        sqlx::query("DELETE FROM import_part WHERE run_id = $1")
            .bind(id)
            .execute(&mut self.turn.connection)
            .await
            .map(drop)
            .map_err(&failed)
    }

    /// Gives the right back.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn end(self) -> Result<(), Error> {
        self.turn.end().await
    }
}

/// What a reading would be stored as.
struct Stored {
    at: DateTime<Utc>,
    metric: Arc<str>,
    value: Value,
}

impl ImportPart {
    fn refuse(&mut self, line: u64, reason: &str, detail: impl Into<String>) {
        self.refused.push(ImportError {
            line,
            reason: reason.to_owned(),
            detail: detail.into(),
        });
    }

    fn read(&mut self, format: &Format, first_line: i64, body: &[u8]) -> Vec<Line> {
        let mut lines = Vec::new();
        let raw = body.split(|byte| *byte == b'\n');
        for (number, raw) in (first_line.cast_unsigned()..).zip(raw) {
            if raw.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let text = std::str::from_utf8(raw).map_err(|_| "the line is no UTF-8".to_owned());
            match text.and_then(|text| format.line(number, text)) {
                Ok(line) => lines.push(line),
                Err(detail) => self.refuse(number, "invalid_line", detail),
            }
        }
        lines
    }

    /// The good lines of a payload with what they come to.
    fn decode(
        &mut self,
        group: Payload,
        run: &Ready,
        decoders: &DecoderMap,
        now: Micros,
    ) -> Vec<(Line, Stored)> {
        let body = group.body();
        let decoded = decoders.decode(
            &body,
            &DecodeContext {
                topic: &Topic::parse(&group.topic),
                received_at: now,
                content_type: None,
                truncated: false,
                full_length: body.len() as u64,
                position: Position { epoch: 0, seq: 0 },
                catalogue: &run.catalogue,
                clock: ClockPolicy::default(),
            },
        );
        let errors: HashMap<u32, _> = decoded
            .errors
            .iter()
            .map(|error| (error.item, (error.reason.as_str(), &error.detail)))
            .collect();
        let mut stored: HashMap<u32, Stored> = HashMap::new();
        for reading in &decoded.readings {
            if !matches!(
                reading.quality,
                Quality::ImplausibleClock | Quality::ArrivalTime
            ) {
                let at = timestamp(reading.recorded_at);
                let (metric, value) = (Arc::clone(&reading.metric), reading.value.clone());
                stored.insert(reading.item, Stored { at, metric, value });
            }
        }
        let mut good = Vec::new();
        for (item, line) in (0..).zip(group.lines) {
            match (errors.get(&item), stored.remove(&item)) {
                (None, Some(stored)) => good.push((line, stored)),
                (Some((reason, detail)), _) => self.refuse(line.number, reason, detail.as_str()),
                (None, None) => self.refuse(
                    line.number,
                    "timestamp_invalid",
                    "recorded_at is more than ten years past, or in the future",
                ),
            }
        }
        good
    }
}

/// The places of those whose reading is there already.
async fn known(
    connection: &mut PgConnection,
    good: &[(Line, Stored)],
) -> Result<HashSet<usize>, Error> {
    if good.is_empty() {
        return Ok(HashSet::new());
    }
    let serials: Vec<&str> = good.iter().map(|(line, _)| line.serial.as_str()).collect();
    let metrics: Vec<&str> = good.iter().map(|(_, stored)| &*stored.metric).collect();
    let times: Vec<DateTime<Utc>> = good.iter().map(|(_, stored)| stored.at).collect();
    let numbers: Vec<Option<f64>> = good
        .iter()
        .map(|(_, stored)| match stored.value {
            Value::Number(number) => Some(number),
            Value::Text(_) => None,
        })
        .collect();
    let texts: Vec<Option<String>> = good
        .iter()
        .map(|(_, stored)| match &stored.value {
            Value::Number(_) => None,
            Value::Text(text) => Some(lookup::stored_text(text)),
        })
        .collect();
    let places: Vec<i64> = sqlx::query_scalar(KNOWN)
        .bind(serials)
        .bind(metrics)
        .bind(times)
        .bind(numbers)
        .bind(texts)
        .fetch_all(connection)
        .await
        .map_err(Error::during("look for imported readings"))?;
    let places = places.into_iter();
    Ok(places
        .filter_map(|place| usize::try_from(place - 1).ok())
        .collect())
}
