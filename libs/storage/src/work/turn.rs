//! Whose turn it is.

use sqlx::{Connection as _, PgConnection, PgPool};

use crate::Error;

/// The turn to do work of a kind, held by one session of the database at a time. It ends with this value, whatever happens.
#[derive(Debug)]
pub(crate) struct Turn {
    /// The session that holds it.
    pub(crate) connection: PgConnection,
}

impl Turn {
    /// Takes the turn of this name; `None` while another session has it.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub(crate) async fn take(pool: &PgPool, name: &str) -> Result<Option<Self>, Error> {
        // Not to be given back to the pool: the lock belongs to the session, and goes with it.
        let mut connection = pool
            .acquire()
            .await
            .map_err(Error::during("connect"))?
            .detach();
        let taken: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock(hashtext($1))")
            .bind(name)
            .fetch_one(&mut connection)
            .await
            .map_err(Error::during("take a turn"))?;
        let turn = Self { connection };
        if taken {
            return Ok(Some(turn));
        }
        turn.end().await?;
        Ok(None)
    }

    /// Gives it back.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub(crate) async fn end(mut self) -> Result<(), Error> {
        // The server notices the end of a session some time after it.
        sqlx::query("SELECT pg_advisory_unlock_all()")
            .execute(&mut self.connection)
            .await
            .map_err(Error::during("give a turn back"))?;
        self.connection
            .close()
            .await
            .map_err(Error::during("disconnect"))
    }
}
