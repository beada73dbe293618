//! Devices: a serial or a legacy number becomes a device id; an unknown one becomes a placeholder.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sens_schema::{DeviceRef, Micros};
use sqlx::PgConnection;

use super::batch::{AllBut, PendingMessage};
use super::names::{DeviceIds, Names};
use crate::Error;
use crate::instant::timestamp;

const INSERT_PLACEHOLDERS: &str = "
    INSERT INTO device (serial, legacy_id, placeholder)
    SELECT serial, legacy_id, true FROM unnest($1::text[], $2::bigint[]) AS wanted (serial, legacy_id)
    ORDER BY serial
    ON CONFLICT DO NOTHING";

const SELECT_BY_NAME: &str = "
    SELECT id, serial, legacy_id FROM device WHERE serial = ANY($1) OR legacy_id = ANY($2)";

const MARK_SEEN: &str = "
    UPDATE device SET
        first_seen_at = least(device.first_seen_at, news.received_at),
        last_seen_at = greatest(device.last_seen_at, news.received_at),
        firmware = coalesce(news.firmware, device.firmware),
        last_error_at = greatest(device.last_error_at, news.erred_at)
    FROM unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::timestamptz[]) AS news (id, received_at, firmware, erred_at),
         (SELECT id FROM device WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE) AS locked
    WHERE device.id = news.id AND locked.id = news.id";

/// Finds the ids of all devices that have a good reading, making placeholders, and of those that only have errors,
/// making nothing.
pub(super) async fn resolve(
    connection: &mut PgConnection,
    names: &Names,
    messages: &[PendingMessage],
) -> Result<DeviceIds, Error> {
    let speaking = messages
        .iter()
        .flat_map(|message| message.readings().iter().map(|reading| &reading.device));
    let (mut ids, missing) = names.devices(speaking);
    let mentioned = messages.iter().flat_map(|message| {
        message
            .errors()
            .iter()
            .filter_map(|error| error.device.as_ref())
            .chain(message.decoded.device.as_ref())
    });
    let (known, only_mentioned) =
        names.devices(mentioned.filter(|device| !missing.contains(device)));
    ids.extend(known);
    if missing.is_empty() && only_mentioned.is_empty() {
        return Ok(ids);
    }
    if !missing.is_empty() {
        insert_placeholders(connection, &missing).await?;
    }
    ids.extend(select(connection, missing.iter().chain(&only_mentioned)).await?);
    Ok(ids)
}

async fn insert_placeholders(
    connection: &mut PgConnection,
    missing: &[DeviceRef],
) -> Result<(), Error> {
    let serials: Vec<String> = missing
        .iter()
        .map(|device| device.serial().to_string())
        .collect();
    let legacy_ids: Vec<Option<i64>> = missing.iter().map(legacy_id).collect();
    sqlx::query(INSERT_PLACEHOLDERS)
        .bind(serials)
        .bind(legacy_ids)
        .execute(connection)
        .await
        .map(drop)
        .map_err(Error::during("insert placeholder devices"))
}

async fn select<'a>(
    connection: &mut PgConnection,
    wanted: impl Iterator<Item = &'a DeviceRef> + Clone,
) -> Result<DeviceIds, Error> {
    let serials: Vec<String> = wanted
        .clone()
        .map(|device| device.serial().to_string())
        .collect();
    let legacy_ids: Vec<i64> = wanted.clone().filter_map(legacy_id).collect();
    let rows: Vec<(i64, String, Option<i64>)> = sqlx::query_as(SELECT_BY_NAME)
        .bind(serials)
        .bind(legacy_ids)
        .fetch_all(connection)
        .await
        .map_err(Error::during("look up devices"))?;
    let mut found = DeviceIds::new();
    for device in wanted {
        let row = rows.iter().find(|(_, serial, number)| match device {
            DeviceRef::Legacy(wanted) => *number == Some(*wanted),
            DeviceRef::Serial(wanted) => serial == wanted.as_str(),
        });
        if let Some((id, _, _)) = row {
            found.insert(device.clone(), *id);
        }
    }
    Ok(found)
}

fn legacy_id(device: &DeviceRef) -> Option<i64> {
    match device {
        DeviceRef::Legacy(number) => Some(*number),
        DeviceRef::Serial(_) => None,
    }
}

/// New facts about a device: only new readings move `last_seen_at`; a repetition is no sign of life of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DeviceNews {
    pub(super) id: i64,
    /// Newest arrival of a new reading.
    pub(super) received_at: Option<Micros>,
    pub(super) firmware: Option<String>,
    /// Newest arrival of something that was refused.
    pub(super) erred_at: Option<Micros>,
}

/// Adds what was refused to the news of the devices; the others have errors alone.
pub(super) fn with_errors(
    mut news: Vec<DeviceNews>,
    messages: &[PendingMessage],
    fresh: &AllBut<u64>,
    devices: &DeviceIds,
) -> Vec<DeviceNews> {
    let mut erred: BTreeMap<i64, Micros> = BTreeMap::new();
    let fresh = messages.iter().filter(|each| fresh.contains(each.sequence));
    for message in fresh {
        let refused = message.errors().iter();
        for id in refused.filter_map(|error| devices.get(error.device.as_ref()?)) {
            let at = erred.entry(*id).or_insert(Micros::MIN);
            *at = message.envelope.received_at.max(*at);
        }
    }
    for known in &mut news {
        known.erred_at = erred.remove(&known.id);
    }
    news.extend(erred.into_iter().map(|(id, at)| DeviceNews {
        id,
        received_at: None,
        firmware: None,
        erred_at: Some(at),
    }));
    news
}

pub(super) async fn mark_seen(
    connection: &mut PgConnection,
    news: &[DeviceNews],
) -> Result<(), Error> {
    if news.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = news.iter().map(|item| item.id).collect();
    let times = |of: fn(&DeviceNews) -> Option<Micros>| -> Vec<Option<DateTime<Utc>>> {
        news.iter().map(|item| of(item).map(timestamp)).collect()
    };
    let firmware: Vec<Option<&str>> = news.iter().map(|item| item.firmware.as_deref()).collect();
    sqlx::query(MARK_SEEN)
        .bind(ids)
        .bind(times(|item| item.received_at))
        .bind(firmware)
        .bind(times(|item| item.erred_at))
        .execute(connection)
        .await
        .map(drop)
        .map_err(Error::during("mark devices as seen"))
}
