//! Ids of devices and metrics that this process has already looked up.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sens_schema::DeviceRef;

/// Entries kept for each kind; beyond that the memory starts over. At about 100 bytes each this bounds it to some 20 MB.
const LIMIT: usize = 100_000;

/// Ids of devices by how messages name them.
pub(super) type DeviceIds = HashMap<DeviceRef, i64>;
/// Ids of metrics by name.
pub(super) type MetricIds = HashMap<Arc<str>, i32>;

#[derive(Debug, Default)]
pub(super) struct Names {
    devices: Mutex<DeviceIds>,
    metrics: Mutex<MetricIds>,
}

impl Names {
    /// The known ids among `wanted`, and the names that must be looked up.
    pub(super) fn devices<'a>(
        &self,
        wanted: impl Iterator<Item = &'a DeviceRef>,
    ) -> (DeviceIds, Vec<DeviceRef>) {
        split(&self.devices, wanted)
    }

    /// As [`Names::devices`], for metrics.
    pub(super) fn metrics<'a>(
        &self,
        wanted: impl Iterator<Item = &'a Arc<str>>,
    ) -> (MetricIds, Vec<Arc<str>>) {
        split(&self.metrics, wanted)
    }

    /// Remembers committed ids.
    pub(super) fn learn(&self, devices: &DeviceIds, metrics: &MetricIds) {
        learn(&self.devices, devices);
        learn(&self.metrics, metrics);
    }
}

fn split<'a, K, V>(
    known: &Mutex<HashMap<K, V>>,
    wanted: impl Iterator<Item = &'a K>,
) -> (HashMap<K, V>, Vec<K>)
where
    K: std::hash::Hash + Eq + Clone + 'a,
    V: Copy,
{
    let known = known.lock().unwrap_or_else(PoisonError::into_inner);
    let mut found = HashMap::new();
    let mut missing = Vec::new();
    let mut last = None;
    for name in wanted {
        if last == Some(name) || found.contains_key(name) {
            continue;
        }
        last = Some(name);
        match known.get(name) {
            Some(id) => {
                found.insert(name.clone(), *id);
            }
            None => missing.push(name.clone()),
        }
    }
    (found, missing)
}

fn learn<K, V>(known: &Mutex<HashMap<K, V>>, found: &HashMap<K, V>)
where
    K: std::hash::Hash + Eq + Clone,
    V: Copy,
{
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    if known.len() + found.len() > LIMIT {
        known.clear();
    }
    for (name, id) in found {
        if !known.contains_key(name) {
            known.insert(name.clone(), *id);
        }
    }
}
