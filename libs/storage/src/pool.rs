//! Connections: one pool for writes, one for reads that may go to a replica.

use std::str::FromStr;
use std::time::Duration;

use sens_config::{Database, Secret};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, Executor, PgConnection, PgPool, Postgres};

use crate::Error;
use crate::replica::{Replica, watch};

/// Connections of one service.
#[derive(Debug, Clone)]
pub struct Pools {
    /// The primary: everything that writes, and reads that must see their own write.
    pub primary: PgPool,
    /// The replica named by `DATABASE_READ_URL` while it is near enough, and the primary otherwise.
    pub read: PgPool,
    /// How the replica is; none is named, when there is none.
    pub replica: Option<Replica>,
}

/// A connection that came back this recently is alive: on its way back it was asked.
const FRESH: Duration = Duration::from_secs(1);

/// How long a transaction may sit idle before the server ends it: a cancelled request must not hold locks.
const IDLE_IN_TRANSACTION: &str = "15s";

/// How long a server may take to say why it lets nobody in.
const REFUSAL: Duration = Duration::from_secs(2);

/// A changed login reaches new connections within this time.
const LOGIN_REFRESH: Duration = Duration::from_secs(2);

/// Makes the pools without connecting: a service starts while its database is away and says so by its readiness. A URL or
/// password that came from a file is read again and again, so that it can be changed while the service runs.
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
    let cancellable = statement_timeout.is_some();
    let first = options(url.expose(), config, application, statement_timeout)?;
    let primary = pool(config, first.clone(), cancellable, None);
    let (config, application) = (config.clone(), application.to_owned());
    if url.may_change() {
        let (config, application) = (config.clone(), application.clone());
        let read = move |url: &str| options(url, &config, &application, statement_timeout);
        tokio::spawn(follow(primary.clone(), url.clone(), read));
    }
    let Some(replica_url) = config.read_url.clone() else {
        return Ok(Pools {
            read: primary.clone(),
            primary,
            replica: None,
        });
    };
    options(
        replica_url.expose(),
        &config,
        &application,
        statement_timeout,
    )?;
    let replica = Replica::new();
    let read = pool(&config, first, cancellable, Some(replica.clone()));
    let max_lag = Duration::from_secs(config.read_max_lag_seconds);
    let wanted = move || {
        let url = replica_url.current();
        options(&url, &config, &application, statement_timeout).ok()
    };
    tokio::spawn(watch(
        replica.clone(),
        read.clone(),
        primary.clone(),
        wanted,
        max_lag,
    ));
    Ok(Pools {
        primary,
        read,
        replica: Some(replica),
    })
}

/// A connection of the pool. Where none is to be had in time, the error says why the server lets nobody in.
///
/// # Errors
/// [`Error::Unavailable`], or when the database cannot be connected to.
pub(crate) async fn acquire(pool: &PgPool) -> Result<PoolConnection<Postgres>, Error> {
    match pool.acquire().await {
        Err(sqlx::Error::PoolTimedOut) => Err(unavailable(pool).await),
        acquired => acquired.map_err(Error::during("connect")),
    }
}

/// Why no connection of the pool was to be had in time: what the server says, or that all of them are in use.
pub(crate) async fn unavailable(pool: &PgPool) -> Error {
    let options = pool.connect_options();
    let attempt = tokio::time::timeout(REFUSAL, PgConnection::connect_with(&options)).await;
    let reason = attempt.ok().and_then(Result::err);
    Error::Unavailable(reason.unwrap_or(sqlx::Error::PoolTimedOut))
}

/// Connects one owner connection for migrations and roles, at once.
///
/// # Errors
/// [`Error::Configuration`] or [`Error::Unavailable`].
pub async fn connect_owner(config: &Database) -> Result<PgConnection, Error> {
    let url = config.url.as_ref().ok_or_else(|| {
        Error::Configuration(
            "DATABASE_URL is not set; name the PostgreSQL database to migrate".to_owned(),
        )
    })?;
    let options = options(url.expose(), config, "sensctl", None)?;
    PgConnection::connect_with(&options)
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
        options = options.options([
            ("statement_timeout", timeout.as_millis().to_string()),
            ("client_min_messages", "error".to_owned()),
        ]);
    }
    Ok(options)
}

/// Gives new connections the login that the file of the URL holds, for as long as the pool is open. Connections that stand
/// go on: the server has let them in.
async fn follow(
    pool: PgPool,
    url: Secret,
    options: impl Fn(&str) -> Result<PgConnectOptions, Error>,
) {
    let mut known = url.expose().to_owned();
    while !pool.is_closed() {
        tokio::time::sleep(LOGIN_REFRESH).await;
        let current = url.current();
        if current == known {
            continue;
        }
        if let Ok(options) = options(&current) {
            pool.set_connect_options(options);
            tracing::info!("the login of the database has changed: new connections use it");
        } else {
            tracing::error!("the changed URL of the database cannot be read");
        }
        known = current;
    }
}

fn pool(
    config: &Database,
    options: PgConnectOptions,
    cancellable: bool,
    replica: Option<Replica>,
) -> PgPool {
    let connecting = Duration::from_secs(config.acquire_timeout_seconds);
    let pool = PgPoolOptions::new()
        .max_connections(config.max_connections)
        .acquire_timeout(connecting)
        .max_lifetime(Duration::from_mins(30));
    // What fails on a dead connection is tried again anyway, or has just answered: no round trip to ask whether it lives.
    let pool = pool
        .test_before_acquire(false)
        .before_acquire(move |connection, about| {
            let is_current = replica
                .as_ref()
                .is_none_or(|replica| replica.is_current(about.age, connecting));
            let is_fresh = !cancellable || about.idle_for < FRESH;
            Box::pin(async move { Ok(is_current && (is_fresh || connection.ping().await.is_ok())) })
        });
    if !cancellable {
        return pool.connect_lazy_with(options);
    }
    // A future dropped during BEGIN hands back a connection inside a transaction (transact-rs/sqlx#4393). A rollback alone would
    // be a warning in the log of the server for each use of a connection, as nearly all come back outside of one.
    pool.after_release(|connection, _| {
        Box::pin(async move { Ok(connection.execute("BEGIN; ROLLBACK").await.is_ok()) })
    })
    .connect_lazy_with(options)
}
