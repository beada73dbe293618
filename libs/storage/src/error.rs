//! What can go wrong in the database, and what it means for the work at hand.

/// What a failure says about trying again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing about the data: connection, lock, serialization, resources, permission, a missing object. Hold and retry.
    Transient,
    /// The data itself is refused (SQLSTATE classes 22 and 23): retrying the same row cannot help.
    Permanent {
        /// The SQLSTATE.
        code: String,
        /// What the server said.
        text: String,
    },
}

/// A failed database operation.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No connection could be had.
    #[error("the database cannot be reached: {0}; check DATABASE_URL and that PostgreSQL runs")]
    Unavailable(#[source] sqlx::Error),
    /// The configuration does not describe a database.
    #[error("{0}")]
    Configuration(String),
    /// A statement failed.
    #[error("the database cannot {action}: {source}")]
    Query {
        /// What was being done, as verb and object.
        action: &'static str,
        /// The failure.
        #[source]
        source: sqlx::Error,
    },
    /// The schema is older than this program needs.
    #[error(
        "the database schema is at version {found}, this program needs {needed}: run `sensctl migrate`"
    )]
    SchemaTooOld {
        /// Version in the database.
        found: i64,
        /// Version this program needs.
        needed: i64,
    },
    /// A migration failed; what it changed was rolled back.
    #[error("the migration failed: {0}")]
    Migration(String),
}

impl Error {
    /// For use with `map_err`: names what was being done.
    pub(crate) fn during(action: &'static str) -> impl Fn(sqlx::Error) -> Self {
        move |source| {
            if is_connection(&source) {
                Self::Unavailable(source)
            } else {
                Self::Query { action, source }
            }
        }
    }

    /// What the failure says about trying again.
    pub fn verdict(&self) -> Verdict {
        let Self::Query {
            source: sqlx::Error::Database(error),
            ..
        } = self
        else {
            return Verdict::Transient;
        };
        let code = error.code().unwrap_or_default().into_owned();
        let refuses_data = code.starts_with("22") || code.starts_with("23");
        if refuses_data && !is_missing_partition(error.as_ref()) {
            Verdict::Permanent {
                code,
                text: error.message().to_owned(),
            }
        } else {
            Verdict::Transient
        }
    }

    /// Whether the connection, and not a statement, failed.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// Whether the server takes no writes: it is a standby, or was told so.
    pub fn is_read_only(&self) -> bool {
        matches!(self, Self::Query { source: sqlx::Error::Database(error), .. } if error.code().as_deref() == Some("25006"))
    }

    /// Whether another session held a lock for too long, or both waited for each other.
    pub fn is_lock_conflict(&self) -> bool {
        matches!(self, Self::Query { source: sqlx::Error::Database(error), .. }
            if matches!(error.code().as_deref(), Some("55P03" | "40P01")))
    }

    /// Whether the statement gave way to other work and changed nothing: a standby ended it for what it had to take over, a
    /// concurrent change or a deadlock did. The same may succeed at once.
    pub fn gave_way(&self) -> bool {
        matches!(self, Self::Query { source: sqlx::Error::Database(error), .. }
            if matches!(error.code().as_deref(), Some("40001" | "40P01")))
    }

    /// Whether a connection that stood ended under a statement: its server may be gone, and another one may answer.
    pub fn is_disconnected(&self) -> bool {
        matches!(self, Self::Unavailable(source) if !matches!(source, sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed))
    }

    /// Whether a text that was given has a character that PostgreSQL does not keep: U+0000.
    pub fn is_unstorable_text(&self) -> bool {
        matches!(self, Self::Query { source: sqlx::Error::Database(error), .. }
            if matches!(error.code().as_deref(), Some("22021" | "22P05")))
    }

    /// Whether a row found no partition: retention may have dropped one that was known.
    pub fn is_missing_partition(&self) -> bool {
        matches!(self, Self::Query { source: sqlx::Error::Database(error), .. } if is_missing_partition(error.as_ref()))
    }
}

fn is_connection(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        // 08 connection exception, 57P0x shutdown and startup, 53300 too many connections, 28 authentication.
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            code.starts_with("08")
                || code.starts_with("57P")
                || code.starts_with("28")
                || code == "53300"
        }),
        _ => false,
    }
}

/// PostgreSQL reports a row without a partition as `check_violation` without naming a constraint.
fn is_missing_partition(error: &(dyn sqlx::error::DatabaseError + 'static)) -> bool {
    error.code().as_deref() == Some("23514") && error.constraint().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_connection_is_transient() {
        let error = Error::during("write")(sqlx::Error::PoolTimedOut);
        assert!(error.is_unavailable());
        assert_eq!(error.verdict(), Verdict::Transient);
    }
}
