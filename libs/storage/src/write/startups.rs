//! Devices that proved who they are.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::batch::{AllBut, PendingMessage, VerifiedStartup};
use super::raw::{sequence, without_nul};
use crate::Error;
use crate::instant::timestamp;

const PROVISION: &str = "
    INSERT INTO device AS known (serial, placeholder, provisioned_at)
    SELECT serial, false, received_at FROM unnest($1::text[], $2::timestamptz[]) AS started (serial, received_at)
    ORDER BY serial
    ON CONFLICT (serial) DO UPDATE SET placeholder = false,
        provisioned_at = coalesce(known.provisioned_at, excluded.provisioned_at),
        version = known.version + 1, updated_at = now()
    WHERE known.placeholder OR known.provisioned_at IS NULL";

/// A startup that is already known changes nothing; a new one moves the device's marks.
const RECORD: &str = "
    WITH started AS (
        SELECT device.id, input.*
        FROM unnest($2::text[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::text[], $7::bigint[])
             AS input (serial, started_at, received_at, firmware, model, seq)
        JOIN device ON device.serial = input.serial
    ), recorded AS (
        INSERT INTO device_startup (device_id, started_at, received_at, firmware, epoch, seq)
        SELECT id, started_at, received_at, firmware, $1, seq FROM started ORDER BY id, started_at
        ON CONFLICT DO NOTHING
        RETURNING device_id, started_at
    ), news AS (
        SELECT DISTINCT ON (started.id) started.* FROM started
        JOIN recorded ON recorded.device_id = started.id AND recorded.started_at = started.started_at
        ORDER BY started.id, started.started_at DESC
    )
    UPDATE device SET
        firmware = coalesce(news.firmware, device.firmware),
        model = coalesce(news.model, device.model),
        first_seen_at = least(coalesce(device.first_seen_at, news.received_at), news.received_at),
        last_seen_at = greatest(coalesce(device.last_seen_at, news.received_at), news.received_at)
    FROM news WHERE device.id = news.id";

/// A startup with the position it came from.
type Started<'a> = (&'a PendingMessage, &'a VerifiedStartup);

pub(super) async fn apply(
    connection: &mut PgConnection,
    epoch: i32,
    messages: &[PendingMessage],
    fresh: &AllBut<u64>,
) -> Result<(), Error> {
    let mut by_serial: BTreeMap<&str, Started<'_>> = BTreeMap::new();
    let mut all: BTreeMap<(&str, i64), Started<'_>> = BTreeMap::new();
    for message in messages
        .iter()
        .filter(|message| fresh.contains(message.sequence))
    {
        for startup in &message.startups {
            by_serial
                .entry(startup.serial.as_str())
                .or_insert((message, startup));
            all.entry((startup.serial.as_str(), startup.started_at))
                .or_insert((message, startup));
        }
    }
    if all.is_empty() {
        return Ok(());
    }
    let serials: Vec<&str> = by_serial.keys().copied().collect();
    let received: Vec<DateTime<Utc>> = by_serial
        .values()
        .map(|(message, _)| timestamp(message.envelope.received_at))
        .collect();
    sqlx::query(PROVISION)
        .bind(serials)
        .bind(received)
        .execute(&mut *connection)
        .await
        .map_err(Error::during("provision devices"))?;
    record(connection, epoch, all.into_values().collect()).await
}

async fn record(
    connection: &mut PgConnection,
    epoch: i32,
    startups: Vec<Started<'_>>,
) -> Result<(), Error> {
    let serials: Vec<&str> = startups
        .iter()
        .map(|(_, startup)| startup.serial.as_str())
        .collect();
    let started: Vec<DateTime<Utc>> = startups
        .iter()
        .map(|(_, startup)| timestamp(startup.started_at))
        .collect();
    let received: Vec<DateTime<Utc>> = startups
        .iter()
        .map(|(message, _)| timestamp(message.envelope.received_at))
        .collect();
    let firmware: Vec<Option<Cow<'_, str>>> = startups
        .iter()
        .map(|(_, startup)| startup.firmware.as_deref().map(without_nul))
        .collect();
    let models: Vec<Option<Cow<'_, str>>> = startups
        .iter()
        .map(|(_, startup)| startup.model.as_deref().map(without_nul))
        .collect();
    let sequences: Vec<i64> = startups
        .iter()
        .map(|(message, _)| sequence(message.sequence))
        .collect();
    sqlx::query(RECORD)
        .bind(epoch)
        .bind(serials)
        .bind(started)
        .bind(received)
        .bind(firmware)
        .bind(models)
        .bind(sequences)
        .execute(connection)
        .await
        .map(drop)
        .map_err(Error::during("record startups"))
}
