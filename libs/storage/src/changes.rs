//! Changes that wait to be told to `SENS_EVENTS`. Triggers note them in the transaction of the change itself, whoever makes it.

use std::collections::BTreeMap;

use sens_schema::event::{ChangeEvent, ChangeKind};
use sqlx::{PgPool, Postgres, Transaction};

use crate::Error;

/// Most changes taken at once.
const MOST: i64 = 2000;
/// Of a kind with more changes than this everything is told to have changed.
const NAMED: usize = 200;

/// One who tells at a time: when the lock is had, what others have taken is told.
const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtext('sens.changes'))";

const TAKE: &str = "
    DELETE FROM change_outbox WHERE id IN (SELECT id FROM change_outbox ORDER BY id LIMIT $1) RETURNING kind, name";

/// Changes taken out of the outbox. They are back when this is dropped.
pub struct TakenChanges {
    transaction: Transaction<'static, Postgres>,
    /// What is to be told.
    pub events: Vec<ChangeEvent>,
    /// Whether more wait.
    pub more: bool,
}

/// Takes what waits to be told, the oldest first. `None` when nothing does.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn take_changes(pool: &PgPool) -> Result<Option<TakenChanges>, Error> {
    let failed = Error::during("take changes");
    let waits: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM change_outbox)")
        .fetch_one(pool)
        .await
        .map_err(&failed)?;
    if !waits {
        return Ok(None);
    }
    let mut transaction = pool.begin().await.map_err(&failed)?;
    sqlx::query(LOCK)
        .execute(&mut *transaction)
        .await
        .map_err(&failed)?;
    let rows: Vec<(String, String)> = sqlx::query_as(TAKE)
        .bind(MOST)
        .fetch_all(&mut *transaction)
        .await
        .map_err(&failed)?;
    Ok(Some(TakenChanges {
        transaction,
        more: i64::try_from(rows.len()).is_ok_and(|taken| taken == MOST),
        events: events(rows),
    }))
}

impl TakenChanges {
    /// Ends it: the changes are told.
    ///
    /// # Errors
    /// [`Error`] when the database cannot answer: they will be told again, which does no harm.
    pub async fn told(self) -> Result<(), Error> {
        let failed = Error::during("note changes as told");
        self.transaction.commit().await.map_err(failed)
    }
}

fn events(rows: Vec<(String, String)>) -> Vec<ChangeEvent> {
    let mut kinds: BTreeMap<ChangeKind, Vec<String>> = BTreeMap::new();
    for (kind, name) in rows {
        kinds
            .entry(ChangeKind::parse(&kind))
            .or_default()
            .push(name);
    }
    let event = |(kind, mut names): (ChangeKind, Vec<String>)| {
        names.sort_unstable();
        names.dedup();
        if names.len() > NAMED {
            names.clear();
        }
        ChangeEvent { kind, names }
    };
    kinds.into_iter().map(event).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_told_by_kind_and_many_as_everything() {
        let row = |kind: &str, name: String| (kind.to_owned(), name);
        let mut rows = vec![
            row("device", "B".to_owned()),
            row("api_key", "k".to_owned()),
            row("device", "A".to_owned()),
            row("device", "B".to_owned()),
        ];
        let event = |kind, names: &[&str]| ChangeEvent {
            kind,
            names: names.iter().map(ToString::to_string).collect(),
        };
        assert_eq!(
            events(rows.clone()),
            [
                event(ChangeKind::ApiKey, &["k"]),
                event(ChangeKind::Device, &["A", "B"])
            ]
        );
        rows.extend((0..NAMED).map(|number| row("device", number.to_string())));
        assert_eq!(events(rows)[1], event(ChangeKind::Device, &[]));
    }
}
