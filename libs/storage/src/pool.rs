//! Connections: one pool for writes, one for reads that may go to a replica.

use std::str::FromStr;
use std::time::Duration;

use sens_config::{Database, Secret};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, Executor, PgPool};

use crate::Error;

/// Connections of one service.
#[derive(Debug, Clone)]
pub struct Pools {
    /// The primary: everything that writes, and reads that must see their own write.
    pub primary: PgPool,
    /// The replica named by `DATABASE_READ_URL`, or the primary.
    pub read: PgPool,
}

/// How long a transaction may sit idle before the server ends it: a cancelled request must not hold locks.
const IDLE_IN_TRANSACTION: &str = "15s";

/// Makes the pools without connecting: a service starts while its database is away and says so by its readiness.
///
/// `statement_timeout` bounds each statement of a service whose work may be cancelled midway (a client that hangs up):
/// such connections are cleaned when they come back to the pool. `None` is for services that finish what they begin.
///
/// # Errors
/// [`Error::Configuration`] when the URL is missing or cannot be read.
pub fn connect(
    config: &Database,
    application: &str,
    statement_timeout: Option<Duration>,
) -> Result<Pools, Error> {
    let url = config.url.as_ref().ok_or_else(|| {
        Error::Configuration(
            "DATABASE_URL is not set; name the PostgreSQL database to use".to_owned(),
        )
    })?;
    let open = |url: &Secret| {
        let options = options(url.expose(), config, application, statement_timeout)?;
        Ok(pool(config, options, statement_timeout.is_some()))
    };
    let primary = open(url)?;
    let read = match &config.read_url {
        Some(url) => open(url)?,
        None => primary.clone(),
    };
    Ok(Pools { primary, read })
}

/// Connects one owner connection for migrations and roles, at once.
///
/// # Errors
/// [`Error::Configuration`] or [`Error::Unavailable`].
pub async fn connect_owner(config: &Database) -> Result<sqlx::PgConnection, Error> {
    let url = config.url.as_ref().ok_or_else(|| {
        Error::Configuration(
            "DATABASE_URL is not set; name the PostgreSQL database to migrate".to_owned(),
        )
    })?;
    let options = options(url.expose(), config, "sensctl", None)?;
    sqlx::PgConnection::connect_with(&options)
        .await
        .map_err(Error::Unavailable)
}

fn options(
    url: &str,
    config: &Database,
    application: &str,
    statement_timeout: Option<Duration>,
) -> Result<PgConnectOptions, Error> {
    let mut options = PgConnectOptions::from_str(url)
        .map_err(|error| Error::Configuration(format!("DATABASE_URL cannot be read: {error}")))?
        .application_name(application)
        .options([("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION)]);
    if let Some(schema) = &config.schema {
        options = options.options([("search_path", schema)]);
    }
    if let Some(timeout) = statement_timeout {
        options = options.options([("statement_timeout", timeout.as_millis().to_string())]);
    }
    Ok(options)
}

fn pool(config: &Database, options: PgConnectOptions, cancellable: bool) -> PgPool {
    let pool = PgPoolOptions::new()
        .max_connections(config.max_connections)
        .acquire_timeout(Duration::from_secs(config.acquire_timeout_seconds))
        .max_lifetime(Duration::from_mins(30));
    if !cancellable {
        // What fails on a dead connection is tried again anyway: no round trip to ask whether it lives.
        return pool.test_before_acquire(false).connect_lazy_with(options);
    }
    // A future dropped during BEGIN hands back a connection inside a transaction (transact-rs/sqlx#4393). Outside of one
    // a rollback is a mere warning of the server, which these sessions do not ask for.
    pool.after_release(|connection, _| {
        Box::pin(async move { Ok(connection.execute("ROLLBACK").await.is_ok()) })
    })
    .connect_lazy_with(options.options([("client_min_messages", "error")]))
}
