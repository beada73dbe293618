//! The write path: a batch of decoded messages becomes rows in one transaction.
//!
//! Order inside the transaction: devices and metrics → raw records → startups → readings → errors → latest values →
//! device marks → rollup marks → ledger. Rows are sorted by their keys, so that several writers do not deadlock. A message whose
//! position is already committed adds nothing, whatever it holds.

mod batch;
mod devices;
mod epoch;
mod errors;
mod expect;
mod latest;
mod ledger;
pub(crate) mod lookup;
mod metrics;
mod names;
mod partitions;
mod raw;
mod readings;
mod seen;
mod startups;
mod status;

pub use batch::{BatchOutcome, MessageOutcome, PendingMessage, VerifiedStartup};
pub use epoch::{committed_high_water, stream_epoch};
pub use ledger::record_dead;
pub use metrics::load_catalogue;

use std::sync::Arc;

use sqlx::{Connection, PgConnection, PgPool};

use crate::{Error, command, pool};
use expect::Expectation;
use names::Names;
use partitions::KnownPartitions;
use seen::SeenMarks;

/// Writes batches. Cheap to clone; the clones share what they know of devices, metrics and partitions.
#[derive(Debug, Clone)]
pub struct BatchWriter {
    pool: PgPool,
    names: Arc<Names>,
    partitions: Arc<KnownPartitions>,
    seen: Arc<SeenMarks>,
    expected: Arc<Expected>,
}

/// What the next batches are expected to hold.
#[derive(Debug, Default)]
struct Expected {
    raw_records: Expectation,
    readings: Expectation,
}

impl BatchWriter {
    /// A writer on the given primary.
    pub fn new(pool: PgPool) -> Self {
        Self {
            pool,
            names: Arc::default(),
            partitions: Arc::default(),
            seen: Arc::default(),
            expected: Arc::default(),
        }
    }

    /// Stores the batch: all of it or nothing. On success every message is committed and may be acknowledged. The
    /// messages' sequences must differ: a message counts in the ledger as often as it is in the batch.
    ///
    /// Must not be cancelled midway (`select!`, timeout): a dropped transaction costs a connection.
    ///
    /// # Errors
    /// [`Error::verdict`] says whether to hold the batch and try again, or to look for the refused row by halves.
    pub async fn store(
        &self,
        epoch: i32,
        messages: &[PendingMessage],
    ) -> Result<BatchOutcome, Error> {
        let result = self.try_store(epoch, messages).await;
        if result.as_ref().is_err_and(Error::is_missing_partition) {
            self.partitions.forget();
        }
        result
    }

    async fn try_store(
        &self,
        epoch: i32,
        messages: &[PendingMessage],
    ) -> Result<BatchOutcome, Error> {
        let mut connection = pool::acquire(&self.pool).await?;
        let result = self.store_on(&mut connection, epoch, messages).await;
        if result.as_ref().is_err_and(Error::is_read_only) {
            // The server was demoted: the primary is found by connecting anew.
            connection.close_on_drop();
        }
        result
    }

    async fn store_on(
        &self,
        connection: &mut PgConnection,
        epoch: i32,
        messages: &[PendingMessage],
    ) -> Result<BatchOutcome, Error> {
        self.partitions.ensure(&mut *connection, messages).await?;
        let mut transaction = connection
            .begin()
            .await
            .map_err(Error::during("begin a transaction"))?;
        let known_before = ledger::already_committed(&mut transaction, epoch, messages).await?;
        let devices = devices::resolve(&mut transaction, &self.names, messages).await?;
        let metrics = metrics::resolve(&mut transaction, &self.names, messages).await?;
        let expected = &self.expected;
        let fresh = raw::insert(
            &mut transaction,
            epoch,
            messages,
            known_before,
            &devices,
            &expected.raw_records,
        )
        .await?;
        startups::apply(&mut transaction, epoch, messages, &fresh).await?;
        let rows = readings::sorted(messages, &fresh, &devices, &metrics);
        let stored = readings::insert(&mut transaction, epoch, &rows, &expected.readings).await?;
        errors::insert(&mut transaction, epoch, messages, &fresh, &devices).await?;
        let (news, marks) = latest::upsert(&mut transaction, &rows, &stored).await?;
        let news = devices::with_errors(news, messages, &fresh, &devices);
        let news = self.seen.due(news);
        devices::mark_seen(&mut transaction, &news).await?;
        status::apply(&mut transaction, epoch, messages, &fresh).await?;
        let answers = messages
            .iter()
            .filter(|message| fresh.contains(message.sequence));
        command::apply_answers(&mut transaction, answers).await?;
        marks.append(&mut transaction).await?;
        let outcome = batch::outcome(messages, &fresh, &stored);
        ledger::append(&mut transaction, epoch, messages, &outcome).await?;
        transaction
            .commit()
            .await
            .map_err(Error::during("commit"))?;
        // Not before the commit: what a transaction wrote that rolls back is not there.
        self.names.learn(&devices, &metrics);
        self.seen.marked(news);
        Ok(outcome)
    }
}
