//! The ledger: which positions are committed and what became of them. It makes "once" hold where raw records are gone.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use sens_schema::Micros;
use sqlx::{PgConnection, PgPool};

use super::batch::{BatchOutcome, PendingMessage};
use super::raw::sequence;
use crate::Error;
use crate::instant::timestamp;

const SELECT_KNOWN: &str = "
    SELECT seq FROM unnest($2::bigint[]) AS asked (seq)
    WHERE EXISTS (SELECT FROM ingest_ledger WHERE epoch = $1 AND seqs @> asked.seq)";

const APPEND: &str = "
    INSERT INTO ingest_ledger (epoch, minute, seqs, parsed, failed, control, dead, decoded, processed, duplicate, error,
        duplicate_seqs, dead_seqs)
    SELECT $1, minute, seqs::int8multirange, parsed, failed, control, dead, decoded, processed, duplicate, error,
        duplicate_seqs::bigint[], dead_seqs::bigint[]
    FROM unnest($2::timestamptz[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
        $9::bigint[], $10::bigint[], $11::bigint[], $12::text[], $13::text[])
      AS entry (minute, seqs, parsed, failed, control, dead, decoded, processed, duplicate, error, duplicate_seqs, dead_seqs)";

const MINUTE: Micros = 60_000_000;

/// The sequences among the doubtful messages that are committed already.
pub(super) async fn already_committed(
    connection: &mut PgConnection,
    epoch: i32,
    messages: &[PendingMessage],
) -> Result<HashSet<u64>, Error> {
    let doubtful: Vec<i64> = messages
        .iter()
        .filter(|message| message.maybe_known)
        .map(|message| sequence(message.sequence))
        .collect();
    if doubtful.is_empty() {
        return Ok(HashSet::new());
    }
    let known: Vec<i64> = sqlx::query_scalar(SELECT_KNOWN)
        .bind(epoch)
        .bind(doubtful)
        .fetch_all(connection)
        .await
        .map_err(Error::during("ask the ledger"))?;
    Ok(known.into_iter().map(i64::cast_unsigned).collect())
}

/// What a minute of arrivals adds to the accounts.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Entry {
    sequences: Vec<u64>,
    /// Positions that held duplicates, once for each duplicate.
    duplicates: Vec<u64>,
    parsed: i64,
    failed: i64,
    control: i64,
    dead: i64,
    decoded: i64,
    processed: i64,
    duplicate: i64,
    error: i64,
}

pub(super) async fn append(
    connection: &mut PgConnection,
    epoch: i32,
    messages: &[PendingMessage],
    outcome: &BatchOutcome,
) -> Result<(), Error> {
    let mut entries: BTreeMap<Micros, Entry> = BTreeMap::new();
    for (message, result) in messages
        .iter()
        .zip(&outcome.messages)
        .filter(|(_, result)| !result.known_before)
    {
        let minute = message.envelope.received_at.div_euclid(MINUTE) * MINUTE;
        let entry = entries.entry(minute).or_default();
        entry.sequences.push(message.sequence);
        match message.outcome_name() {
            "failed" => entry.failed += 1,
            "control" => entry.control += 1,
            _ => entry.parsed += 1,
        }
        entry.decoded += signed(result.stored.len() + result.errors);
        entry.processed += signed(result.processed());
        entry.duplicate += signed(result.duplicates());
        entry
            .duplicates
            .extend(std::iter::repeat_n(message.sequence, result.duplicates()));
        entry.error += signed(result.errors);
    }
    insert(connection, epoch, entries).await
}

/// Accounts for a message that went to the dead letters. Safe to repeat: a known position adds nothing.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`]: try again before the message is acknowledged.
pub async fn record_dead(
    pool: &PgPool,
    epoch: i32,
    seq: u64,
    received_at: Micros,
) -> Result<(), Error> {
    let mut connection = pool.acquire().await.map_err(Error::during("connect"))?;
    let known: Vec<i64> = sqlx::query_scalar(SELECT_KNOWN)
        .bind(epoch)
        .bind(vec![sequence(seq)])
        .fetch_all(&mut *connection)
        .await
        .map_err(Error::during("ask the ledger"))?;
    if !known.is_empty() {
        return Ok(());
    }
    let entry = Entry {
        sequences: vec![seq],
        dead: 1,
        ..Entry::default()
    };
    let minute = received_at.div_euclid(MINUTE) * MINUTE;
    insert(&mut connection, epoch, BTreeMap::from([(minute, entry)])).await
}

async fn insert(
    connection: &mut PgConnection,
    epoch: i32,
    mut entries: BTreeMap<Micros, Entry>,
) -> Result<(), Error> {
    if entries.is_empty() {
        return Ok(());
    }
    let minutes: Vec<DateTime<Utc>> = entries.keys().map(|minute| timestamp(*minute)).collect();
    let ranges: Vec<String> = entries
        .values_mut()
        .map(|entry| multirange(&mut entry.sequences))
        .collect();
    let duplicates: Vec<String> = entries
        .values()
        .map(|entry| array(&entry.duplicates))
        .collect();
    let buried: Vec<String> = entries
        .values()
        .map(|entry| {
            array(if entry.dead > 0 {
                &entry.sequences
            } else {
                &[]
            })
        })
        .collect();
    let column = |of: fn(&Entry) -> i64| entries.values().map(of).collect::<Vec<i64>>();
    sqlx::query(APPEND)
        .bind(epoch)
        .bind(minutes)
        .bind(ranges)
        .bind(column(|entry| entry.parsed))
        .bind(column(|entry| entry.failed))
        .bind(column(|entry| entry.control))
        .bind(column(|entry| entry.dead))
        .bind(column(|entry| entry.decoded))
        .bind(column(|entry| entry.processed))
        .bind(column(|entry| entry.duplicate))
        .bind(column(|entry| entry.error))
        .bind(duplicates)
        .bind(buried)
        .execute(connection)
        .await
        .map(drop)
        .map_err(Error::during("append to the ledger"))
}

/// Sequences as the text of an `int8multirange`, neighbours joined: `{[1,4),[7,8)}`.
fn multirange(sequences: &mut Vec<u64>) -> String {
    sequences.sort_unstable();
    sequences.dedup();
    let runs: Vec<String> = sequences
        .chunk_by(|left, right| left + 1 == *right)
        .filter_map(|run| Some(format!("[{},{})", run.first()?, run.last()? + 1)))
        .collect();
    format!("{{{}}}", runs.join(","))
}

/// Sequences as the text of a `bigint[]`.
fn array(sequences: &[u64]) -> String {
    let items: Vec<String> = sequences.iter().map(u64::to_string).collect();
    format!("{{{}}}", items.join(","))
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_join_into_ranges() {
        assert_eq!(multirange(&mut vec![3, 1, 2, 7]), "{[1,4),[7,8)}");
        assert_eq!(multirange(&mut vec![5, 5]), "{[5,6)}");
    }
}
