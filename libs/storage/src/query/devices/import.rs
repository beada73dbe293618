//! Entering and changing many devices at once, each for itself.

use std::collections::HashSet;

use sens_schema::Serial;
use sqlx::{Acquire as _, PgConnection, PgPool};

use super::change::{self, DeviceFields, Refusal};
use crate::Error;
use crate::audit::{self, Actor, Entry};

/// Lines of one transaction: devices are locked for no longer than it takes.
const CHUNK: usize = 100;

/// A line of an import: what to make of what is said about a device, which is nothing for a new one.
pub struct Line {
    /// Its device.
    pub serial: Serial,
    /// Makes the new of the old.
    pub change: Box<dyn FnOnce(DeviceFields) -> Result<DeviceFields, Refusal> + Send>,
}

/// What became of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineOutcome {
    /// The device is new.
    Created,
    /// The device is another one now.
    Changed,
    /// The device was like this.
    Unchanged,
    /// Nothing was done.
    Refused(Refusal),
}

/// Enters and changes devices while they are read.
pub struct Imported<'a> {
    pool: &'a PgPool,
    actor: &'a Actor,
    dry_run: bool,
    numbers: HashSet<i64>,
    created: u64,
    changed: u64,
}

/// Begins an import. In a dry run nothing stays.
pub fn import_devices<'a>(pool: &'a PgPool, actor: &'a Actor, dry_run: bool) -> Imported<'a> {
    Imported {
        pool,
        actor,
        dry_run,
        numbers: HashSet::new(),
        created: 0,
        changed: 0,
    }
}

impl Imported<'_> {
    /// How many lines to give at once.
    pub const CHUNK: usize = CHUNK;

    /// Takes lines, at best [`CHUNK`](Self::CHUNK) of them; they are all done when it returns. Each is refused for itself.
    ///
    /// # Errors
    /// [`Error`] when the database cannot answer; none of these lines is done then.
    pub async fn take(&mut self, lines: Vec<Line>) -> Result<Vec<LineOutcome>, Error> {
        let failed = Error::during("import devices");
        let mut transaction = self.pool.begin().await.map_err(&failed)?;
        let mut outcomes = Vec::with_capacity(lines.len());
        for line in lines {
            let mut step = transaction.begin().await.map_err(&failed)?;
            let outcome = one(&mut step, line, self.actor, &mut self.numbers).await?;
            if matches!(outcome, LineOutcome::Refused(_)) {
                step.rollback().await.map_err(&failed)?;
            } else {
                step.commit().await.map_err(&failed)?;
            }
            self.created += u64::from(outcome == LineOutcome::Created);
            self.changed += u64::from(outcome == LineOutcome::Changed);
            outcomes.push(outcome);
        }
        if self.dry_run {
            transaction.rollback().await.map_err(&failed)?;
        } else {
            transaction.commit().await.map_err(&failed)?;
        }
        Ok(outcomes)
    }

    /// Ends the import: the audit log says that it was one, beside every device that changed.
    ///
    /// # Errors
    /// [`Error`] when the database cannot answer.
    pub async fn finish(self, refused: u64) -> Result<(), Error> {
        if self.dry_run {
            return Ok(());
        }
        let failed = Error::during("keep who imported devices");
        let mut connection = self.pool.acquire().await.map_err(failed)?;
        let counts = serde_json::json!({ "created": self.created, "changed": self.changed, "refused": refused });
        let entry = Entry {
            action: "import",
            kind: "devices",
            id: self.actor.request_id.as_deref().unwrap_or_default(),
            before: None,
            after: Some(counts),
        };
        audit::record(&mut connection, self.actor, entry).await
    }
}

/// Does one line. `numbers` are the legacy numbers of this import: in a dry run those of earlier chunks are nowhere else.
async fn one(
    connection: &mut PgConnection,
    Line { serial, change }: Line,
    actor: &Actor,
    numbers: &mut HashSet<i64>,
) -> Result<LineOutcome, Error> {
    let known: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM device WHERE serial = $1 AND deleted_at IS NULL) \
             OR EXISTS (SELECT FROM device_alias WHERE legacy_id = $2)",
    )
    .bind(serial.as_str())
    .bind(serial.legacy_id())
    .fetch_one(&mut *connection)
    .await
    .map_err(Error::during("look for a device"))?;
    let mut number = None;
    let outcome = if known {
        let noted = |old: DeviceFields| {
            let new = change(old.clone())?;
            if new.legacy_id != old.legacy_id {
                number = new.legacy_id;
            }
            free(numbers, number, new)
        };
        let done = change::alter(connection, &serial, None, actor, "change", noted).await?;
        done.map(|(_, changed)| {
            if changed {
                LineOutcome::Changed
            } else {
                LineOutcome::Unchanged
            }
        })
    } else {
        match change(DeviceFields::default()).and_then(|fields| {
            number = fields.legacy_id;
            free(numbers, number, fields)
        }) {
            Ok(fields) => {
                let made = change::create(connection, &serial, fields, actor).await?;
                made.map(|_| LineOutcome::Created)
            }
            Err(refusal) => Err(refusal),
        }
    };
    if outcome.is_ok() {
        numbers.extend(number);
    }
    Ok(outcome.unwrap_or_else(LineOutcome::Refused))
}

fn free(
    numbers: &HashSet<i64>,
    number: Option<i64>,
    fields: DeviceFields,
) -> Result<DeviceFields, Refusal> {
    if number.is_some_and(|number| numbers.contains(&number)) {
        return Err(Refusal::LegacyIdTaken("an earlier line".to_owned()));
    }
    Ok(fields)
}
