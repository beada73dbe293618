//! Connections at hand: the one that was used last is used next.
//!
//! A pool hands its connections out in turns, so that each question meets another process of the server, with cold caches, and
//! cleans each one that comes back, as its user may have gone away midway. Who has read an answer to its end leaves nothing to
//! clean: such a connection waits here for the next question, for a moment, before it goes back to the pool.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::pool::{acquire, unavailable};
use crate::{Error, Replica};

/// A connection that nobody has used for this long goes back: others may wait for it.
const IDLE: Duration = Duration::from_millis(250);
/// A connection goes back after this long in any case: the pool looks after its age.
const LONGEST: Duration = Duration::from_secs(10);

/// Connections of a pool for reads that are likely to come one after the other. Who finds all of them in use waits in line. Cheap
/// to clone.
#[derive(Debug, Clone)]
pub struct Warm(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    pool: PgPool,
    replica: Option<Replica>,
    /// For connections in use; the others are for whoever asks the pool itself.
    places: Arc<Semaphore>,
    kept: Mutex<Vec<Kept>>,
    /// How many may be kept while nobody uses them.
    most: usize,
}

#[derive(Debug)]
struct Kept {
    connection: PoolConnection<Postgres>,
    taken: Instant,
    used: Instant,
}

/// A connection that goes back to its pool, and is cleaned there, unless it is [kept](WarmConnection::keep).
#[derive(Debug)]
pub struct WarmConnection {
    connection: PoolConnection<Postgres>,
    taken: Instant,
    home: Warm,
    _place: OwnedSemaphorePermit,
}

impl Warm {
    /// Connections of this pool, which lead to this replica, if to any. Three quarters of them may be in use here at a time, and
    /// half of them are kept.
    ///
    /// # Panics
    /// Outside of a runtime.
    pub fn new(pool: PgPool, replica: Option<Replica>) -> Self {
        let connections = pool.options().get_max_connections() as usize;
        let shared = Arc::new(Shared {
            pool,
            replica,
            places: Arc::new(Semaphore::new((connections * 3 / 4).max(1))),
            kept: Mutex::default(),
            most: connections / 2,
        });
        tokio::spawn(give_back(Arc::downgrade(&shared)));
        Self(shared)
    }

    /// The connection that was kept last, or one of the pool.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when none is to be had in time, or when the database cannot be connected to.
    pub async fn acquire(&self) -> Result<WarmConnection, Error> {
        let pool = &self.0.pool;
        let place = Arc::clone(&self.0.places).acquire_owned();
        let patience = pool.options().get_acquire_timeout();
        let Ok(Ok(place)) = tokio::time::timeout(patience, place).await else {
            return Err(unavailable(pool).await);
        };
        let (connection, taken) = match self.0.pop() {
            Some(kept) => (kept.connection, kept.taken),
            None => (acquire(pool).await?, Instant::now()),
        };
        Ok(WarmConnection {
            connection,
            taken,
            home: self.clone(),
            _place: place,
        })
    }
}

impl Shared {
    fn pop(&self) -> Option<Kept> {
        self.kept().pop().filter(|kept| self.is_usable(kept))
    }

    /// Whether it was used just now, and leads where reads go now.
    fn is_usable(&self, kept: &Kept) -> bool {
        let leads_on = |replica: &Replica| replica.is_current(kept.taken.elapsed(), Duration::ZERO);
        kept.used.elapsed() < IDLE
            && kept.taken.elapsed() < LONGEST
            && self.replica.as_ref().is_none_or(leads_on)
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives what is no longer usable back to the pool, for as long as anybody may ask for it.
async fn give_back(shared: Weak<Shared>) {
    loop {
        tokio::time::sleep(IDLE).await;
        let Some(shared) = shared.upgrade() else {
            return;
        };
        shared.kept().retain(|kept| shared.is_usable(kept));
    }
}

impl WarmConnection {
    /// Keeps it for the next question. Only for whoever has read all answers to their ends and is in no transaction.
    pub fn keep(self) {
        let mut kept = self.home.0.kept();
        if kept.len() < self.home.0.most {
            kept.push(Kept {
                connection: self.connection,
                taken: self.taken,
                used: Instant::now(),
            });
        }
    }
}

impl Deref for WarmConnection {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for WarmConnection {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}
