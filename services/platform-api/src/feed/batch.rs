//! A batch of readings on its way to all who listen.

use std::sync::Arc;

use sens_messaging::FeedItem;
use sens_storage::query::family::KnownDevice;
use tokio::sync::OnceCell;

use crate::cache::Registrar;
use crate::problem::Problem;

/// A batch, and who its devices are: found out once for all listeners, when the first one has to know.
#[derive(Debug)]
pub(crate) struct Batch {
    /// What was committed.
    pub(crate) item: FeedItem,
    devices: OnceCell<Vec<Option<Arc<KnownDevice>>>>,
}

impl Batch {
    /// Of nobody it is known yet who they are.
    pub(crate) fn new(item: FeedItem) -> Self {
        Self {
            item,
            devices: OnceCell::new(),
        }
    }

    /// The device of each reading, in their order.
    ///
    /// # Errors
    /// That the database is away or takes too long.
    pub(crate) async fn devices(
        &self,
        registrar: &Registrar,
    ) -> Result<&[Option<Arc<KnownDevice>>], Problem> {
        let names = self.item.event.readings.iter();
        let find = || registrar.find(names.map(|reading| &*reading.serial));
        self.devices.get_or_try_init(find).await.map(Vec::as_slice)
    }
}
