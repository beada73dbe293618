//! Ingest errors: one row for each refused reading or payload, with a reason that programs can read.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::batch::{AllBut, PendingMessage};
use super::names::DeviceIds;
use super::raw::{count, sequence, without_nul};
use crate::Error;
use crate::instant::timestamp;

const INSERT: &str = "
    INSERT INTO ingest_error (epoch, seq, received_at, item, device_id, serial, reason, detail, pointer)
    SELECT $1, * FROM unnest($2::bigint[], $3::timestamptz[], $4::int[], $5::bigint[], $6::text[], $7::text[],
        $8::text[], $9::text[])";

pub(super) async fn insert(
    connection: &mut PgConnection,
    epoch: i32,
    messages: &[PendingMessage],
    fresh: &AllBut<u64>,
    devices: &DeviceIds,
) -> Result<(), Error> {
    let errors = || {
        messages
            .iter()
            .filter(|message| fresh.contains(message.sequence))
            .flat_map(|message| message.errors().iter().map(move |error| (message, error)))
    };
    if errors().next().is_none() {
        return Ok(());
    }
    let sequences: Vec<i64> = errors()
        .map(|(message, _)| sequence(message.sequence))
        .collect();
    let received: Vec<DateTime<Utc>> = errors()
        .map(|(message, _)| timestamp(message.envelope.received_at))
        .collect();
    let items: Vec<i32> = errors()
        .map(|(_, error)| count(error.item as usize))
        .collect();
    let device_ids: Vec<Option<i64>> = errors()
        .map(|(_, error)| {
            error
                .device
                .as_ref()
                .and_then(|device| devices.get(device).copied())
        })
        .collect();
    let serials: Vec<Option<String>> = errors()
        .map(|(_, error)| {
            error
                .device
                .as_ref()
                .map(|device| device.serial().to_string())
        })
        .collect();
    let reasons: Vec<&str> = errors().map(|(_, error)| error.reason.as_str()).collect();
    let details: Vec<Cow<'_, str>> = errors()
        .map(|(_, error)| without_nul(&error.detail))
        .collect();
    let pointers: Vec<Cow<'_, str>> = errors()
        .map(|(_, error)| without_nul(&error.pointer))
        .collect();
    sqlx::query(INSERT)
        .bind(epoch)
        .bind(sequences)
        .bind(received)
        .bind(items)
        .bind(device_ids)
        .bind(serials)
        .bind(reasons)
        .bind(details)
        .bind(pointers)
        .execute(connection)
        .await
        .map(drop)
        .map_err(Error::during("insert ingest errors"))
}
