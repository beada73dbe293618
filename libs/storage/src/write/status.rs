//! Presence: what devices and their last wills say about being online. Guarded by stream position, since a retained
//! status is delivered again after every reconnect.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sens_schema::Control;
use sqlx::PgConnection;

use super::batch::{AllBut, PendingMessage};
use super::raw::sequence;
use crate::Error;
use crate::instant::timestamp;

const UPDATE: &str = "
    UPDATE device SET online = said.online, status_at = said.received_at, status_epoch = $1, status_seq = said.seq
    FROM unnest($2::text[], $3::boolean[], $4::timestamptz[], $5::bigint[]) AS said (serial, online, received_at, seq)
    WHERE device.serial = said.serial
      AND (device.status_seq IS NULL OR (device.status_epoch, device.status_seq) < ($1, said.seq))
      AND device.online IS DISTINCT FROM said.online";

pub(super) async fn apply(
    connection: &mut PgConnection,
    epoch: i32,
    messages: &[PendingMessage],
    fresh: &AllBut<u64>,
) -> Result<(), Error> {
    let mut newest: BTreeMap<&str, (&PendingMessage, bool)> = BTreeMap::new();
    for message in messages
        .iter()
        .filter(|message| fresh.contains(message.sequence))
    {
        if let Some(Control::Status { serial, online }) = &message.decoded.control {
            let entry = newest.entry(serial.as_str()).or_insert((message, *online));
            if message.sequence > entry.0.sequence {
                *entry = (message, *online);
            }
        }
    }
    if newest.is_empty() {
        return Ok(());
    }
    let serials: Vec<&str> = newest.keys().copied().collect();
    let online: Vec<bool> = newest.values().map(|(_, online)| *online).collect();
    let received: Vec<DateTime<Utc>> = newest
        .values()
        .map(|(message, _)| timestamp(message.envelope.received_at))
        .collect();
    let sequences: Vec<i64> = newest
        .values()
        .map(|(message, _)| sequence(message.sequence))
        .collect();
    sqlx::query(UPDATE)
        .bind(epoch)
        .bind(serials)
        .bind(online)
        .bind(received)
        .bind(sequences)
        .execute(connection)
        .await
        .map(drop)
        .map_err(Error::during("update presence"))
}
