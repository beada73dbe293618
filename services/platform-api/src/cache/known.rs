//! Who the devices of a batch are: their serials and labels, by which it is judged who may see what they tell.

use std::collections::HashMap;
use std::sync::Arc;

use sens_storage::PgPool;
use sens_storage::query::Scope;
use sens_storage::query::family::{KnownDevice, known_devices};

use crate::cache::Caches;
use crate::problem::Problem;

/// Finds devices by the names that messages have. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Registrar {
    caches: Arc<Caches>,
    pool: PgPool,
}

impl Registrar {
    /// Looks devices up in the primary.
    pub(crate) fn new(caches: Arc<Caches>, pool: PgPool) -> Self {
        Self { caches, pool }
    }

    /// The device of each name; `None` where there is none, or none any more. All names that are not kept are looked up at once.
    ///
    /// # Errors
    /// That the database is away or takes too long.
    pub(crate) async fn find<'a>(
        &self,
        names: impl Iterator<Item = &'a str> + Clone,
    ) -> Result<Vec<Option<Arc<KnownDevice>>>, Problem> {
        let mut devices: HashMap<&str, Option<Arc<KnownDevice>>> = HashMap::new();
        let mut places = HashMap::new();
        for name in names.clone() {
            if devices.contains_key(name) {
                continue;
            }
            let kept = self.caches.devices.peek(name).await;
            let device = kept.map_err(|place| places.insert(name.to_owned(), place));
            devices.insert(name, device.ok());
        }
        if !places.is_empty() {
            let wanted: Vec<String> = places.keys().cloned().collect();
            let found = known_devices(&self.pool, &wanted).await?;
            for (name, device) in found {
                let device = Arc::new(device);
                if let Some(entry) = devices.get_mut(name.as_str()) {
                    *entry = Some(Arc::clone(&device));
                }
                if let Some(place) = places.remove(&name) {
                    self.caches.devices.keep(place, device).await;
                }
            }
        }
        Ok(names
            .map(|name| devices.get(name).cloned().flatten())
            .collect())
    }

    /// Whether something that is of all these names may be seen by whoever may see a scope. What is of nobody belongs to who
    /// may see everything.
    ///
    /// # Errors
    /// That the database is away or takes too long.
    pub(crate) async fn is_within<'a>(
        &self,
        scope: &Scope,
        names: impl Iterator<Item = &'a str> + Clone,
    ) -> Result<bool, Problem> {
        if scope.is_everything() {
            return Ok(true);
        }
        let devices = self.find(names).await?;
        let takes = |device: &Option<Arc<KnownDevice>>| {
            device
                .as_ref()
                .is_some_and(|device| scope.takes(&device.serial, &device.labels))
        };
        Ok(!devices.is_empty() && devices.iter().all(takes))
    }
}
