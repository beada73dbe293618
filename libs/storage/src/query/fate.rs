//! What became of the readings of a payload: it is decoded again, and each reading is looked up by its identity.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sens_schema::{
    Catalogue, ClockPolicy, DecodeContext, Decoded, DecoderMap, Position, Reading, Topic, time,
};
use sqlx::PgPool;

use super::raw_records::{RawRecord, ReadingIdentity, StoredReading, find_readings};
use crate::Error;
use crate::correction::{CORRECTION, corrections_of_message};

/// What became of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// This message stored it.
    Stored,
    /// This message stored it, and a person has corrected it since.
    Corrected,
    /// Another message had stored it before.
    Duplicate,
    /// Retention has let it go.
    Expired,
    /// It was committed, and it is not there.
    Missing,
}

impl Fate {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Corrected => "corrected",
            Self::Duplicate => "duplicate",
            Self::Expired => "expired",
            Self::Missing => "missing",
        }
    }
}

/// A reading of a payload and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadingFate {
    /// The reading as it is decoded now.
    pub reading: Reading,
    /// What became of it.
    pub fate: Fate,
    /// Its row, where there is one under the identity it has today.
    pub stored: Option<StoredReading>,
    /// Number of the correction, where a person has corrected it.
    pub correction: Option<i64>,
}

/// Decodes the payload of a raw record as the worker did.
pub fn decode_again(
    decoders: &DecoderMap,
    catalogue: &Catalogue,
    position: Position,
    record: &RawRecord,
) -> Decoded {
    let topic = Topic::parse(&record.topic);
    let full_length = u64::try_from(record.payload_length).unwrap_or_default();
    let context = DecodeContext {
        topic: &topic,
        received_at: time::from_datetime(record.received_at),
        content_type: record.content_type.as_deref(),
        truncated: full_length > record.payload.len() as u64,
        full_length,
        position,
        catalogue,
        clock: ClockPolicy::default(),
    };
    decoders.decode(&record.payload, &context)
}

/// What became of each reading of a raw record. What was refused when it came is left out, whatever the catalogue says
/// today.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn readings_of(
    pool: &PgPool,
    decoders: &DecoderMap,
    catalogue: &Catalogue,
    position: Position,
    record: &RawRecord,
) -> Result<Vec<ReadingFate>, Error> {
    if record.decoded_count <= record.error_count {
        return Ok(Vec::new());
    }
    let refused = refused_items(pool, position).await?;
    let mut readings = decode_again(decoders, catalogue, position, record).readings;
    readings.retain(|reading| !refused.contains(&reading.item));
    let identities: Vec<ReadingIdentity> = readings.iter().map(identity).collect();
    let mut found: HashMap<usize, StoredReading> = find_readings(pool, &identities)
        .await?
        .into_iter()
        .map(|stored| (stored.place, stored))
        .collect();
    let floors = if found.len() == readings.len() {
        Floors::default()
    } else {
        Floors::read(pool).await?
    };
    let ours = |stored: &StoredReading| {
        stored.epoch == position.epoch && stored.seq.cast_unsigned() == position.seq
    };
    let mut fates: Vec<ReadingFate> = readings
        .into_iter()
        .enumerate()
        .map(|(place, reading)| {
            let stored = found.remove(&place);
            let fate = match &stored {
                Some(stored) if ours(stored) => Fate::Stored,
                Some(_) => Fate::Duplicate,
                None if floors.took(&identities[place]) => Fate::Expired,
                None => Fate::Missing,
            };
            ReadingFate {
                reading,
                fate,
                stored,
                correction: None,
            }
        })
        .collect();
    let with =
        |fates: &[ReadingFate], fate| fates.iter().filter(|found| found.fate == fate).count();
    let missing = with(&fates, Fate::Missing);
    if missing > 0 {
        // Under another identity, because decoders or catalogue have changed since, it is there all the same.
        let written = rows_of(pool, position, record.received_at).await?;
        if written >= with(&fates, Fate::Stored) + missing {
            for found in fates.iter_mut().filter(|found| found.fate == Fate::Missing) {
                found.fate = Fate::Stored;
            }
        }
    }
    let corrected =
        corrections_of_message(pool, position.epoch, position.seq.cast_signed()).await?;
    for found in fates.iter_mut().filter(|found| found.fate == Fate::Stored) {
        let reading = &found.reading;
        found.correction = corrected
            .get(&(reading.item.cast_signed(), reading.metric.to_string()))
            .copied();
        if found.correction.is_some() {
            found.fate = Fate::Corrected;
        }
    }
    Ok(fates)
}

/// How many rows that it brought name this message as theirs.
async fn rows_of(
    pool: &PgPool,
    position: Position,
    received_at: DateTime<Utc>,
) -> Result<usize, Error> {
    let count: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM processed_record WHERE received_at = $3 AND raw_epoch = $1 AND raw_seq = $2 AND decoder <> $4) \
              + (SELECT count(*) FROM text_record WHERE received_at = $3 AND raw_epoch = $1 AND raw_seq = $2 AND decoder <> $4)",
    )
    .bind(position.epoch)
    .bind(position.seq.cast_signed())
    .bind(received_at)
    .bind(CORRECTION)
    .fetch_one(pool)
    .await
    .map_err(Error::during("count the rows of a message"))?;
    Ok(usize::try_from(count).unwrap_or_default())
}

fn identity(reading: &Reading) -> ReadingIdentity {
    ReadingIdentity {
        serial: reading.device.serial().to_string(),
        metric: reading.metric.to_string(),
        recorded_at: time::to_datetime(reading.recorded_at).unwrap_or_default(),
        dedup: reading.dedup,
    }
}

async fn refused_items(pool: &PgPool, position: Position) -> Result<HashSet<u32>, Error> {
    let items: Vec<i32> = sqlx::query_scalar(
        "SELECT item FROM ingest_error WHERE epoch = $1 AND seq = $2 AND resolved_at IS NULL",
    )
    .bind(position.epoch)
    .bind(position.seq.cast_signed())
    .fetch_all(pool)
    .await
    .map_err(Error::during("find the refused items of a payload"))?;
    Ok(items.into_iter().map(i32::cast_unsigned).collect())
}

/// Before which time retention has let readings go.
#[derive(Debug, Default)]
struct Floors {
    every: Option<DateTime<Utc>>,
    of_metric: HashMap<String, DateTime<Utc>>,
}

impl Floors {
    async fn read(pool: &PgPool) -> Result<Self, Error> {
        let rows: Vec<(Option<String>, DateTime<Utc>)> = sqlx::query_as(
            "SELECT m.name, f.dropped_before FROM retention_floor f LEFT JOIN metric m ON m.id = f.metric_id \
             WHERE f.class = 'readings'",
        )
        .fetch_all(pool)
        .await
        .map_err(Error::during("read what retention has dropped"))?;
        let mut floors = Self::default();
        for (metric, dropped_before) in rows {
            match metric {
                Some(metric) => {
                    floors.of_metric.insert(metric, dropped_before);
                }
                None => floors.every = Some(dropped_before),
            }
        }
        Ok(floors)
    }

    fn took(&self, reading: &ReadingIdentity) -> bool {
        let floor = self.of_metric.get(&reading.metric).or(self.every.as_ref());
        floor.is_some_and(|floor| reading.recorded_at < *floor)
    }
}
