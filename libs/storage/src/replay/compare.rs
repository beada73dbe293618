//! What today's decoders make of payloads, held against the readings that are stored.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use sens_schema::{Catalogue, DecoderMap, Reading, Value};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, Row as _};

use super::covered::covered;
use super::records::Part;
use super::runs::Progress;
use crate::Error;
use crate::correction::CORRECTION;
use crate::instant::timestamp;
use crate::write::{PendingMessage, lookup};

/// The readings that count now and came from these payloads. The summary index by arrival finds them.
const STORED: &str = "
    SELECT * FROM (
        SELECT device_id, metric_id, recorded_at, dedup, raw_seq, raw_item, value, NULL::text AS text FROM processed_record
        WHERE received_at = ANY ($2) AND raw_epoch = $1 AND raw_seq = ANY ($3) AND decoder <> $4
        UNION ALL
        SELECT device_id, metric_id, recorded_at, dedup, raw_seq, raw_item, NULL, value FROM text_record
        WHERE received_at = ANY ($2) AND raw_epoch = $1 AND raw_seq = ANY ($3) AND decoder <> $4
    ) AS r
    WHERE NOT EXISTS (
        SELECT FROM reading_superseded s WHERE s.device_id = r.device_id AND s.metric_id = r.metric_id
            AND s.recorded_at = r.recorded_at AND s.dedup = r.dedup AND s.restored_at IS NULL OFFSET 0)";

/// Which of the identities are stored, and whether they are superseded.
const KNOWN: &str = "
    SELECT k.place, s.dedup IS NOT NULL FROM unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::bigint[])
        WITH ORDINALITY AS k (device_id, metric_id, recorded_at, dedup, place)
    LEFT JOIN reading_superseded s ON s.device_id = k.device_id AND s.metric_id = k.metric_id
        AND s.recorded_at = k.recorded_at AND s.dedup = k.dedup AND s.restored_at IS NULL
    WHERE EXISTS (SELECT FROM processed_record p WHERE p.device_id = k.device_id AND p.metric_id = k.metric_id
                  AND p.recorded_at = k.recorded_at AND p.dedup = k.dedup)
       OR EXISTS (SELECT FROM text_record t WHERE t.device_id = k.device_id AND t.metric_id = k.metric_id
                  AND t.recorded_at = k.recorded_at AND t.dedup = k.dedup)";

/// The places of corrected readings in their payloads. An item may have led to readings of several metrics.
const CORRECTED: &str = "
    SELECT raw_seq, raw_item, metric_id FROM reading_superseded
    WHERE raw_epoch = $1 AND raw_seq = ANY ($2) AND decoder = $3 AND restored_at IS NULL";

/// The instants at which a person has corrected a reading.
const HELD: &str = "
    SELECT DISTINCT device_id, metric_id, recorded_at
    FROM unnest($1::bigint[], $2::int[], $3::timestamptz[]) AS k (device_id, metric_id, recorded_at)
    JOIN reading_superseded s USING (device_id, metric_id, recorded_at)
    WHERE s.decoder = $4 AND s.restored_at IS NULL";

const FLOORS: &str =
    "SELECT metric_id, dropped_before FROM retention_floor WHERE class = 'readings'";

/// Sequence, item and metric of a reading in its payload.
type Place = (i64, i32, i32);

/// Device, metric and time.
type Instant = (i64, i32, DateTime<Utc>);

/// Identity of a reading: device, metric, time, dedup.
pub(super) type Key = (i64, i32, DateTime<Utc>, i64);

/// A reading that today's decoders give.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim<'a> {
    pub(super) message: &'a PendingMessage,
    pub(super) reading: &'a Reading,
}

/// A stored reading.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    device_id: i64,
    metric_id: i32,
    recorded_at: DateTime<Utc>,
    dedup: i64,
    pub(super) raw_seq: i64,
    pub(super) raw_item: i32,
    value: Option<f64>,
    text: Option<String>,
}

impl FromRow<'_, PgRow> for Stored {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            device_id: row.try_get("device_id")?,
            metric_id: row.try_get("metric_id")?,
            recorded_at: row.try_get("recorded_at")?,
            dedup: row.try_get("dedup")?,
            raw_seq: row.try_get("raw_seq")?,
            raw_item: row.try_get("raw_item")?,
            value: row.try_get("value")?,
            text: row.try_get("text")?,
        })
    }
}

impl Stored {
    fn key(&self) -> Key {
        (self.device_id, self.metric_id, self.recorded_at, self.dedup)
    }

    fn place(&self) -> Place {
        (self.raw_seq, self.raw_item, self.metric_id)
    }

    pub(super) fn json(&self) -> serde_json::Value {
        match (&self.value, &self.text) {
            (Some(number), _) => serde_json::json!(number),
            (None, text) => serde_json::json!(text),
        }
    }
}

impl Claim<'_> {
    fn place(&self, metric: i32) -> Place {
        let item = i32::try_from(self.reading.item).unwrap_or(i32::MAX);
        (self.message.sequence.cast_signed(), item, metric)
    }

    pub(super) fn json(&self) -> serde_json::Value {
        match &self.reading.value {
            Value::Number(number) => serde_json::json!(number),
            Value::Text(text) => serde_json::json!(lookup::stored_text(text)),
        }
    }
}

/// What differs.
#[derive(Debug, Default)]
pub(super) struct Comparison<'a> {
    pub(super) added: BTreeMap<Key, Claim<'a>>,
    pub(super) restored: BTreeMap<Key, Claim<'a>>,
    pub(super) superseded: BTreeMap<Key, Stored>,
    /// Payloads that are part of the replay, by position.
    pub(super) records: Vec<&'a PendingMessage>,
    /// What is counted without being a change.
    pub(super) counts: Progress,
}

/// Compares. Of payloads of several devices, and of unreadable ones, those count that speak of the device asked for.
pub(super) async fn compare<'a>(
    connection: &mut PgConnection,
    part: &'a Part,
    device: Option<i64>,
    (decoders, catalogue): (&DecoderMap, &Catalogue),
) -> Result<Comparison<'a>, Error> {
    let (devices, metrics) = lookup::resolve(&mut *connection, &part.messages).await?;
    let stored = stored(&mut *connection, part).await?;
    let mut corrected = corrected(&mut *connection, part).await?;
    let known: Vec<i64> = devices.values().copied().collect();
    let covered = covered(&mut *connection, part, &known, decoders, catalogue).await?;
    let speaking: HashSet<i64> = stored
        .iter()
        .filter(|reading| Some(reading.device_id) == device)
        .map(|reading| reading.raw_seq)
        .collect();
    let mut comparison = Comparison::default();
    let mut claims: BTreeMap<Key, Claim<'a>> = BTreeMap::new();
    for (message, of_one_device) in part.messages.iter().zip(&part.of_one_device) {
        let mut named = message
            .decoded
            .readings
            .iter()
            .map(|reading| &reading.device);
        let relevant = device.is_none()
            || *of_one_device
            || speaking.contains(&message.sequence.cast_signed())
            || named.any(|named| devices.get(named).copied() == device)
            || message.decoded.errors.iter().any(|error| {
                let named = error.device.as_ref();
                named.is_some_and(|named| devices.get(named).copied() == device)
            });
        if !relevant {
            continue;
        }
        comparison.records.push(message);
        comparison.counts.errors += i64::try_from(message.decoded.errors.len()).unwrap_or(i64::MAX);
        for reading in &message.decoded.readings {
            let claim = Claim { message, reading };
            if let (Some(device), Some(metric)) =
                (devices.get(&reading.device), metrics.get(&reading.metric))
                && !corrected.contains(&claim.place(*metric))
            {
                let key = (
                    *device,
                    *metric,
                    timestamp(reading.recorded_at),
                    reading.dedup,
                );
                if covered.contains(&key) {
                    comparison.counts.unchanged += 1;
                } else {
                    claims.entry(key).or_insert(claim);
                }
            }
        }
    }
    comparison.counts.records = i64::try_from(comparison.records.len()).unwrap_or(i64::MAX);
    let replayed: HashSet<i64> = comparison
        .records
        .iter()
        .map(|message| message.sequence.cast_signed())
        .collect();
    let held = held(&mut *connection, claims.keys()).await?;
    let kept = claims.iter().filter(|(key, _)| held.contains(&at(key)));
    corrected.extend(kept.map(|(key, claim)| claim.place(key.1)));
    for reading in stored {
        if replayed.contains(&reading.raw_seq)
            && !claims.contains_key(&reading.key())
            && !corrected.contains(&reading.place())
        {
            comparison.superseded.insert(reading.key(), reading);
        }
    }
    sort_claims(&mut *connection, claims, &held, &mut comparison).await?;
    Ok(comparison)
}

/// Tells claims that are stored from those that are not.
async fn sort_claims<'a>(
    connection: &mut PgConnection,
    claims: BTreeMap<Key, Claim<'a>>,
    held: &HashSet<Instant>,
    comparison: &mut Comparison<'a>,
) -> Result<(), Error> {
    let keys: BTreeSet<Key> = claims.keys().copied().collect();
    let known = known(&mut *connection, &keys).await?;
    let floors = floors(connection).await?;
    for (key, claim) in claims {
        let floor = floors.get(&key.1).or_else(|| floors.get(&0));
        match known.get(&key) {
            Some(false) => comparison.counts.unchanged += 1,
            // What a person said of the instant stands: the payload of the reading may have arrived twice.
            _ if held.contains(&at(&key)) => comparison.counts.unchanged += 1,
            Some(true) => drop(comparison.restored.insert(key, claim)),
            // Whether it was there before, and is counted in the rollups, cannot be told any more.
            None if floor.is_some_and(|floor| key.2 < *floor) => comparison.counts.skipped += 1,
            None => drop(comparison.added.insert(key, claim)),
        }
    }
    Ok(())
}

async fn stored(connection: &mut PgConnection, part: &Part) -> Result<Vec<Stored>, Error> {
    sqlx::query_as(STORED)
        .bind(part.epoch)
        .bind(part.arrivals())
        .bind(part.sequences())
        .bind(CORRECTION)
        .fetch_all(connection)
        .await
        .map_err(Error::during("find the readings of stored payloads"))
}

async fn corrected(connection: &mut PgConnection, part: &Part) -> Result<HashSet<Place>, Error> {
    let places: Vec<Place> = sqlx::query_as(CORRECTED)
        .bind(part.epoch)
        .bind(part.sequences())
        .bind(CORRECTION)
        .fetch_all(connection)
        .await
        .map_err(Error::during("find corrected readings"))?;
    Ok(places.into_iter().collect())
}

async fn held(
    connection: &mut PgConnection,
    keys: impl Iterator<Item = &Key>,
) -> Result<HashSet<Instant>, Error> {
    let (devices, metrics, times, _) = columns(keys);
    let instants: Vec<Instant> = sqlx::query_as(HELD)
        .bind(devices)
        .bind(metrics)
        .bind(times)
        .bind(CORRECTION)
        .fetch_all(connection)
        .await
        .map_err(Error::during("find corrected instants"))?;
    Ok(instants.into_iter().collect())
}

fn at((device, metric, recorded_at, _): &Key) -> Instant {
    (*device, *metric, *recorded_at)
}

/// For each identity that is stored, whether it is superseded.
async fn known(
    connection: &mut PgConnection,
    keys: &BTreeSet<Key>,
) -> Result<HashMap<Key, bool>, Error> {
    let (devices, metrics, times, dedups) = columns(keys.iter());
    let rows: Vec<(i64, bool)> = sqlx::query_as(KNOWN)
        .bind(devices)
        .bind(metrics)
        .bind(times)
        .bind(dedups)
        .fetch_all(connection)
        .await
        .map_err(Error::during("look up readings"))?;
    let ordered: Vec<&Key> = keys.iter().collect();
    Ok(rows
        .into_iter()
        .filter_map(|(place, superseded)| {
            let place = usize::try_from(place - 1).ok()?;
            Some((**ordered.get(place)?, superseded))
        })
        .collect())
}

async fn floors(connection: &mut PgConnection) -> Result<HashMap<i32, DateTime<Utc>>, Error> {
    let floors: Vec<(i32, DateTime<Utc>)> = sqlx::query_as(FLOORS)
        .fetch_all(connection)
        .await
        .map_err(Error::during("read what retention has dropped"))?;
    Ok(floors.into_iter().collect())
}

/// Identities as a statement takes them.
pub(super) fn columns<'a>(
    keys: impl Iterator<Item = &'a Key>,
) -> (Vec<i64>, Vec<i32>, Vec<DateTime<Utc>>, Vec<i64>) {
    let mut columns = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (device, metric, recorded_at, dedup) in keys {
        columns.0.push(*device);
        columns.1.push(*metric);
        columns.2.push(*recorded_at);
        columns.3.push(*dedup);
    }
    columns
}
