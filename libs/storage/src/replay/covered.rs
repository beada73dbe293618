//! What corrections cover beyond the rows they name. A person corrects the reading of a place in a payload; the same payload may
//! have arrived more than once, and today's decoders may give the reading another time. Under its identity of today it is
//! covered all the same, wherever it comes from.

use std::collections::{BTreeSet, HashSet};

use chrono::{DateTime, Utc};
use sens_schema::{Catalogue, DecoderMap};
use sqlx::PgConnection;

use super::compare::Key;
use super::records::{self, Part, Row};
use crate::Error;
use crate::correction::CORRECTION;
use crate::instant::timestamp;
use crate::write::lookup;

/// The payloads of corrected readings of these devices, where they are the same as one of those given.
const ORIGINALS: &str = "
    SELECT r.epoch, r.seq, r.received_at, r.device_id, r.source, r.topic, r.content_type, r.payload_length, r.payload_sha256,
           r.payload
    FROM (
        SELECT DISTINCT s.raw_epoch, s.raw_seq, t.received_at
        FROM reading_superseded s CROSS JOIN LATERAL (
            (SELECT received_at FROM processed_record WHERE device_id = s.device_id AND metric_id = s.metric_id
                AND recorded_at = s.recorded_at AND dedup = s.dedup LIMIT 1)
            UNION ALL
            (SELECT received_at FROM text_record WHERE device_id = s.device_id AND metric_id = s.metric_id
                AND recorded_at = s.recorded_at AND dedup = s.dedup LIMIT 1)) AS t
        WHERE s.device_id = ANY ($1) AND s.correction_id IS NOT NULL AND s.decoder = $2 AND s.restored_at IS NULL
    ) AS o CROSS JOIN LATERAL (
        SELECT * FROM raw_record WHERE epoch = o.raw_epoch AND seq = o.raw_seq AND received_at = o.received_at
            AND payload = ANY ($3) LIMIT 1) AS r
    ORDER BY r.epoch, r.seq";

/// The items of payloads of which a person has corrected a reading.
const ITEMS: &str = "
    SELECT DISTINCT raw_epoch, raw_seq, raw_item, metric_id FROM reading_superseded
    WHERE (raw_epoch, raw_seq) IN (SELECT * FROM unnest($1::int[], $2::bigint[]))
      AND correction_id IS NOT NULL AND decoder = $3 AND restored_at IS NULL";

/// The identities that corrected readings of these devices have today, as far as the part brings their payloads again.
pub(super) async fn covered(
    connection: &mut PgConnection,
    part: &Part,
    devices: &[i64],
    decoders: &DecoderMap,
    catalogue: &Catalogue,
) -> Result<BTreeSet<Key>, Error> {
    let payloads: Vec<&[u8]> = part
        .messages
        .iter()
        .map(|message| message.payload.as_ref())
        .collect();
    let rows: Vec<Row> = sqlx::query_as(ORIGINALS)
        .bind(devices)
        .bind(CORRECTION)
        .bind(payloads)
        .fetch_all(&mut *connection)
        .await
        .map_err(Error::during("find the payloads of corrected readings"))?;
    let mut covered = BTreeSet::new();
    if rows.is_empty() {
        return Ok(covered);
    }
    let places: (Vec<i32>, Vec<i64>) = rows.iter().map(Row::position).unzip();
    let items: Vec<(i32, i64, i32, i32)> = sqlx::query_as(ITEMS)
        .bind(&places.0)
        .bind(&places.1)
        .bind(CORRECTION)
        .fetch_all(&mut *connection)
        .await
        .map_err(Error::during("find corrected readings"))?;
    let corrected: HashSet<(i32, i64, i32, i32)> = items.into_iter().collect();
    let originals: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let (epoch, _) = row.position();
            (epoch, records::decode(row, decoders, catalogue))
        })
        .collect();
    let messages: Vec<_> = originals
        .iter()
        .map(|(_, message)| message.clone())
        .collect();
    let (devices, metrics) = lookup::resolve(connection, &messages).await?;
    for (epoch, message) in &originals {
        for reading in &message.decoded.readings {
            let (Some(device), Some(metric)) =
                (devices.get(&reading.device), metrics.get(&reading.metric))
            else {
                continue;
            };
            let item = i32::try_from(reading.item).unwrap_or(i32::MAX);
            if corrected.contains(&(*epoch, message.sequence.cast_signed(), item, *metric)) {
                let at: DateTime<Utc> = timestamp(reading.recorded_at);
                covered.insert((*device, *metric, at, reading.dedup));
            }
        }
    }
    Ok(covered)
}
