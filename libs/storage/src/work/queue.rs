//! What was asked for and is not over.

use sqlx::{PgConnection, PgExecutor, PgPool};

use super::WorkState;
use crate::Error;
use crate::audit::{self, Actor, Entry};

/// Work of one kind, in a table of its own.
pub(crate) struct Queue {
    pub(crate) kind: &'static str,
    pub(crate) oldest: &'static str,
    pub(crate) cancel: &'static str,
}

/// The queue of a kind of work: its name, its table, and the states in which it can be cancelled.
macro_rules! queue {
    ($kind:literal in $table:literal, cancelled while $states:literal) => {
        $crate::work::Queue {
            kind: $kind,
            oldest: concat!(
                "SELECT min(id) FROM ",
                $table,
                " WHERE state IN ('requested', 'running')"
            ),
            cancel: concat!(
                "UPDATE ",
                $table,
                " SET state = 'cancelled', finished_at = now() WHERE id = $1 AND state IN (",
                $states,
                ")"
            ),
        }
    };
}
pub(crate) use queue;

impl Queue {
    /// The oldest that was asked for or that somebody left midway.
    pub(crate) async fn oldest(&self, executor: impl PgExecutor<'_>) -> Result<Option<i64>, Error> {
        sqlx::query_scalar(self.oldest)
            .fetch_one(executor)
            .await
            .map_err(Error::during("look for work"))
    }

    /// Ends work that was asked for, in a transaction of its own. `false` when it can no longer be ended, or there is none.
    pub(crate) async fn cancel(
        &self,
        pool: &PgPool,
        id: i64,
        actor: &Actor,
    ) -> Result<bool, Error> {
        let failed = Error::during("cancel an operation");
        let mut transaction = pool.begin().await.map_err(&failed)?;
        let cancelled = self.cancel_within(&mut transaction, id, actor).await?;
        transaction.commit().await.map_err(&failed)?;
        Ok(cancelled)
    }

    /// Ends work that was asked for, and writes down who did. `false` when it can no longer be ended, or there is none.
    pub(crate) async fn cancel_within(
        &self,
        connection: &mut PgConnection,
        id: i64,
        actor: &Actor,
    ) -> Result<bool, Error> {
        let cancelled = sqlx::query(self.cancel)
            .bind(id)
            .execute(&mut *connection)
            .await
            .map_err(Error::during("cancel an operation"))?;
        if cancelled.rows_affected() == 0 {
            return Ok(false);
        }
        let entry = Entry {
            action: "cancel",
            kind: self.kind,
            id: &id.to_string(),
            before: None,
            after: Some(serde_json::json!({ "state": WorkState::Cancelled.as_str() })),
        };
        audit::record(connection, actor, entry).await?;
        Ok(true)
    }
}
