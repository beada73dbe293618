//! Entering, describing, linking and deleting devices. Every change is kept with who made it.

use chrono::{DateTime, Utc};
use sens_schema::{Labels, Serial, check_labels};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sqlx::types::Json as Jsonb;
use sqlx::{PgConnection, PgPool};

use crate::Error;
use crate::audit::{self, Actor, Entry};

/// Longest name and model.
const TEXT_MAX: usize = 100;
/// What the audit log calls a device.
pub(super) const KIND: &str = "device";

/// What people say about a device; everything else it says itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeviceFields {
    /// Name for people.
    pub name: Option<String>,
    /// Its model; one that it reports later takes its place.
    pub model: Option<String>,
    /// Labels.
    pub labels: Labels,
    /// Number on the legacy topic that it is linked to.
    pub legacy_id: Option<i64>,
}

/// Why a change was not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such device.
    NotFound,
    /// There is one with this serial already.
    Exists,
    /// The number is linked to this device.
    LegacyIdTaken(String),
    /// It has this version now.
    Version(i64),
    /// These fields are not valid: JSON Pointer and what is wrong.
    Invalid(Vec<(&'static str, String)>),
}

impl DeviceFields {
    fn as_json(&self) -> Json {
        serde_json::json!(self)
    }

    fn trimmed(mut self) -> Self {
        for text in [&mut self.name, &mut self.model] {
            let trimmed = text
                .as_deref()
                .map(str::trim)
                .filter(|text| !text.is_empty());
            *text = trimmed.map(str::to_owned);
        }
        self
    }
}

/// What is wrong with what is said about a device.
pub fn field_faults(serial: &Serial, fields: &DeviceFields) -> Vec<(&'static str, String)> {
    let long = |text: &Option<String>| {
        text.as_ref()
            .is_some_and(|text| text.chars().count() > TEXT_MAX || text.contains(char::is_control))
    };
    let mut faults = Vec::new();
    for (wrong, pointer) in [
        (long(&fields.name), "/name"),
        (long(&fields.model), "/model"),
    ] {
        if wrong {
            let rule =
                format!("has at most {TEXT_MAX} characters, none of them a control character");
            faults.push((pointer, rule));
        }
    }
    if let Err(error) = check_labels(&fields.labels) {
        faults.push(("/labels", error.to_string()));
    }
    let own = serial.legacy_id();
    match fields.legacy_id {
        Some(number) if number < 0 => {
            faults.push(("/legacy_id", "is not below 0".to_owned()));
        }
        Some(number) if own.is_some_and(|own| own != number) => {
            let rule = format!("{serial} is known by its number and cannot be linked to another");
            faults.push(("/legacy_id", rule));
        }
        _ => {}
    }
    if own.is_none() && serial.is_legacy_reserved() {
        let rule = "legacy-<n> without leading zeros is the serial of device n; other serials may not look like it";
        faults.push(("/serial", rule.to_owned()));
    }
    faults
}

/// Enters a device, or restores a deleted one with its history. Gives its version.
///
/// # Errors
/// [`Error`] when the database cannot answer; a [`Refusal`] inside when it may not be.
pub async fn create_device(
    pool: &PgPool,
    serial: &Serial,
    fields: DeviceFields,
    actor: &Actor,
) -> Result<Result<i64, Refusal>, Error> {
    let during = Error::during("enter a device");
    let mut transaction = pool.begin().await.map_err(&during)?;
    let made = create(&mut transaction, serial, fields, actor).await?;
    if made.is_ok() {
        transaction.commit().await.map_err(&during)?;
    }
    Ok(made)
}

/// The same in a transaction; when it is refused, that has to be rolled back.
pub(super) async fn create(
    connection: &mut PgConnection,
    serial: &Serial,
    fields: DeviceFields,
    actor: &Actor,
) -> Result<Result<i64, Refusal>, Error> {
    let fields = fields.trimmed();
    let faults = field_faults(serial, &fields);
    if !faults.is_empty() {
        return Ok(Err(Refusal::Invalid(faults)));
    }
    let made: Option<(i64, i64)> = sqlx::query_as(
        "INSERT INTO device AS known (serial, legacy_id, placeholder, name, model, labels) VALUES ($1, $2, false, $3, $4, $5) \
         ON CONFLICT (serial) DO UPDATE SET deleted_at = NULL, name = excluded.name, model = excluded.model, \
         labels = excluded.labels, version = known.version + 1, updated_at = now() \
         WHERE known.deleted_at IS NOT NULL RETURNING id, version",
    )
    .bind(serial.as_str())
    .bind(serial.legacy_id())
    .bind(&fields.name)
    .bind(&fields.model)
    .bind(Jsonb(&fields.labels))
    .fetch_optional(&mut *connection)
    .await
    .map_err(Error::during("enter a device"))?;
    let Some((id, version)) = made else {
        return Ok(Err(Refusal::Exists));
    };
    if serial.legacy_id().is_none()
        && let Err(refusal) = link(connection, id, fields.legacy_id, actor).await?
    {
        return Ok(Err(refusal));
    }
    let entry = Entry {
        action: "create",
        kind: KIND,
        id: serial.as_str(),
        before: None,
        after: Some(fields.as_json()),
    };
    audit::record(connection, actor, entry).await?;
    Ok(Ok(version))
}

/// A device as it is before a change.
struct Current {
    id: i64,
    serial: Serial,
    fields: DeviceFields,
    version: i64,
}

/// Reads and locks a device, found by its serial or by the `legacy-<n>` it is linked to.
async fn current(connection: &mut PgConnection, serial: &Serial) -> Result<Option<Current>, Error> {
    type Row = (
        i64,
        String,
        Option<String>,
        Option<String>,
        Jsonb<Labels>,
        Option<i64>,
        i64,
    );
    let row: Option<Row> = sqlx::query_as(
        "SELECT d.id, d.serial, d.name, d.model, d.labels, coalesce(a.legacy_id, d.legacy_id), d.version \
         FROM device d LEFT JOIN device_alias a ON a.device_id = d.id \
         WHERE d.id = coalesce((SELECT device_id FROM device_alias WHERE legacy_id = $1), \
                               (SELECT id FROM device WHERE serial = $2)) \
         AND d.deleted_at IS NULL FOR NO KEY UPDATE OF d",
    )
    .bind(serial.legacy_id())
    .bind(serial.as_str())
    .fetch_optional(connection)
    .await
    .map_err(Error::during("read a device"))?;
    Ok(row.and_then(
        |(id, serial, name, model, Jsonb(labels), legacy_id, version)| {
            Some(Current {
                id,
                serial: Serial::parse(&serial).ok()?,
                fields: DeviceFields {
                    name,
                    model,
                    labels,
                    legacy_id,
                },
                version,
            })
        },
    ))
}

/// Changes what people say about a device: `change` makes the new of the old. `version` is the one that the change was made
/// for, where the caller insists on it. `action` is what the audit log calls it. A change that changes nothing makes no version.
/// Gives the version.
///
/// # Errors
/// [`Error`] when the database cannot answer; a [`Refusal`] inside when it may not be.
pub async fn change_device(
    pool: &PgPool,
    serial: &Serial,
    version: Option<i64>,
    actor: &Actor,
    action: &'static str,
    change: impl FnOnce(DeviceFields) -> Result<DeviceFields, Refusal> + Send,
) -> Result<Result<i64, Refusal>, Error> {
    let during = Error::during("change a device");
    let mut transaction = pool.begin().await.map_err(&during)?;
    let done = alter(&mut transaction, serial, version, actor, action, change).await?;
    if done.is_ok() {
        transaction.commit().await.map_err(&during)?;
    }
    Ok(done.map(|(version, _)| version))
}

/// The same in a transaction; when it is refused, that has to be rolled back. Gives also whether anything changed.
pub(super) async fn alter(
    connection: &mut PgConnection,
    serial: &Serial,
    version: Option<i64>,
    actor: &Actor,
    action: &'static str,
    change: impl FnOnce(DeviceFields) -> Result<DeviceFields, Refusal> + Send,
) -> Result<Result<(i64, bool), Refusal>, Error> {
    let Some(device) = current(connection, serial).await? else {
        return Ok(Err(Refusal::NotFound));
    };
    if version.is_some_and(|version| version != device.version) {
        return Ok(Err(Refusal::Version(device.version)));
    }
    let mut fields = match change(device.fields.clone()) {
        Ok(fields) => fields.trimmed(),
        Err(refusal) => return Ok(Err(refusal)),
    };
    // The number it is known by belongs to it, said or not.
    fields.legacy_id = fields.legacy_id.or_else(|| device.serial.legacy_id());
    let faults = field_faults(&device.serial, &fields);
    if !faults.is_empty() {
        return Ok(Err(Refusal::Invalid(faults)));
    }
    if fields == device.fields {
        return Ok(Ok((device.version, false)));
    }
    if fields.legacy_id != device.fields.legacy_id
        && let Err(refusal) = link(connection, device.id, fields.legacy_id, actor).await?
    {
        return Ok(Err(refusal));
    }
    let version: i64 = sqlx::query_scalar(
        "UPDATE device SET name = $2, model = $3, labels = $4, version = version + 1, updated_at = now() WHERE id = $1 \
         RETURNING version",
    )
    .bind(device.id)
    .bind(&fields.name)
    .bind(&fields.model)
    .bind(Jsonb(&fields.labels))
    .fetch_one(&mut *connection)
    .await
    .map_err(Error::during("change a device"))?;
    let entry = Entry {
        action,
        kind: KIND,
        id: device.serial.as_str(),
        before: Some(device.fields.as_json()),
        after: Some(fields.as_json()),
    };
    audit::record(connection, actor, entry).await?;
    Ok(Ok((version, true)))
}

/// Deletes a device: it is shown no more, its data stays until it is purged, and its legacy number is free again.
///
/// # Errors
/// [`Error`] when the database cannot answer; a [`Refusal`] inside when it may not be.
pub async fn delete_device(
    pool: &PgPool,
    serial: &Serial,
    version: Option<i64>,
    actor: &Actor,
) -> Result<Result<DateTime<Utc>, Refusal>, Error> {
    let during = Error::during("delete a device");
    let mut transaction = pool.begin().await.map_err(&during)?;
    let Some(device) = current(&mut transaction, serial).await? else {
        return Ok(Err(Refusal::NotFound));
    };
    if version.is_some_and(|version| version != device.version) {
        return Ok(Err(Refusal::Version(device.version)));
    }
    unlink(&mut transaction, device.id).await?;
    let deleted_at = sqlx::query_scalar(
        "UPDATE device SET deleted_at = now(), version = version + 1, updated_at = now() WHERE id = $1 RETURNING deleted_at",
    )
    .bind(device.id)
    .fetch_one(&mut *transaction)
    .await
    .map_err(&during)?;
    let entry = Entry {
        action: "delete",
        kind: KIND,
        id: device.serial.as_str(),
        before: Some(device.fields.as_json()),
        after: None,
    };
    audit::record(&mut transaction, actor, entry).await?;
    transaction.commit().await.map_err(&during)?;
    Ok(Ok(deleted_at))
}

async fn unlink(connection: &mut PgConnection, device: i64) -> Result<(), Error> {
    sqlx::query("DELETE FROM device_alias WHERE device_id = $1")
        .bind(device)
        .execute(connection)
        .await
        .map(drop)
        .map_err(Error::during("unlink a device"))
}

/// Links a device to a legacy number, or to none.
async fn link(
    connection: &mut PgConnection,
    device: i64,
    number: Option<i64>,
    actor: &Actor,
) -> Result<Result<(), Refusal>, Error> {
    unlink(connection, device).await?;
    let Some(number) = number else {
        return Ok(Ok(()));
    };
    let failed = Error::during("link a device");
    // Only another alias can be in the way; who it is is read after it is known to be there.
    let linked = sqlx::query(
        "INSERT INTO device_alias (legacy_id, device_id, linked_by) VALUES ($1, $2, $3) ON CONFLICT (legacy_id) DO NOTHING",
    )
    .bind(number)
    .bind(device)
    .bind(&actor.name)
    .execute(&mut *connection)
    .await
    .map_err(&failed)?;
    if linked.rows_affected() > 0 {
        return Ok(Ok(()));
    }
    let holder: Option<String> = sqlx::query_scalar(
        "SELECT d.serial FROM device_alias a JOIN device d ON d.id = a.device_id WHERE a.legacy_id = $1",
    )
    .bind(number)
    .fetch_optional(connection)
    .await
    .map_err(&failed)?;
    Ok(Err(Refusal::LegacyIdTaken(holder.unwrap_or_default())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointers(serial: &str, fields: &DeviceFields) -> Vec<&'static str> {
        let faults = field_faults(&Serial::parse(serial).unwrap(), fields);
        faults.into_iter().map(|(pointer, _)| pointer).collect()
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let of = DeviceFields::default;
        assert!(pointers("A", &of()).is_empty());
        let name = Some("x".repeat(101));
        assert_eq!(pointers("A", &DeviceFields { name, ..of() }), ["/name"]);
        let model = Some("a\nb".to_owned());
        assert_eq!(pointers("A", &DeviceFields { model, ..of() }), ["/model"]);
        let labels = Labels::from([("a b".to_owned(), String::new())]);
        assert_eq!(pointers("A", &DeviceFields { labels, ..of() }), ["/labels"]);
        let numbered = |legacy_id| DeviceFields {
            legacy_id: Some(legacy_id),
            ..of()
        };
        assert!(pointers("A", &numbered(7)).is_empty());
        assert!(pointers("legacy-7", &numbered(7)).is_empty());
        assert_eq!(pointers("A", &numbered(-1)), ["/legacy_id"]);
        assert_eq!(pointers("legacy-7", &numbered(8)), ["/legacy_id"]);
        assert_eq!(pointers("legacy-07", &of()), ["/serial"]);
    }

    #[test]
    fn empty_texts_are_none() {
        let fields = DeviceFields {
            name: Some(" Lift ".to_owned()),
            model: Some(" ".to_owned()),
            ..DeviceFields::default()
        };
        let trimmed = fields.trimmed();
        assert_eq!(
            (trimmed.name.as_deref(), trimmed.model),
            (Some("Lift"), None)
        );
    }
}
