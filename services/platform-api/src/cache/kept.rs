//! One kind of thing that is kept: bounded, for a while, and looked up once however many ask at the same time.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use moka::future::Cache;
use prometheus::{IntCounter, IntCounterVec};

use crate::problem::Problem;

/// Names share that many generations: to forget one name forgets a few others.
const SLOTS: usize = 1024;

/// A name as of a generation. What was looked up before a change is kept under an older one, where nobody finds it: a change
/// overtakes a lookup under way as well.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    name: Arc<str>,
    generation: u64,
}

/// Things of one kind by name.
pub(crate) struct Kept<V> {
    entries: Cache<Place, V>,
    /// Only rise.
    generations: Box<[AtomicU64]>,
    all: AtomicU64,
    hasher: RandomState,
    hits: IntCounter,
    misses: IntCounter,
}

impl<V: Clone + Send + Sync + 'static> Kept<V> {
    /// Keeps at most `most` of what `weigh` says, each thing for at most `longest`.
    pub(crate) fn new(
        kind: &str,
        lookups: &IntCounterVec,
        longest: Duration,
        most: u64,
        weigh: fn(&str, &V) -> usize,
    ) -> Self {
        let weigher = move |place: &Place, value: &V| {
            u32::try_from(weigh(&place.name, value)).unwrap_or(u32::MAX)
        };
        Self {
            entries: Cache::builder()
                .max_capacity(most)
                .weigher(weigher)
                .time_to_live(longest)
                .build(),
            generations: (0..SLOTS).map(|_| AtomicU64::new(0)).collect(),
            all: AtomicU64::new(0),
            hasher: RandomState::new(),
            hits: lookups.with_label_values(&[kind, "hit"]),
            misses: lookups.with_label_values(&[kind, "miss"]),
        }
    }

    /// What is kept of a name, or what `load` finds: it runs once for all who ask at the same time. What it fails with is not
    /// kept.
    ///
    /// # Errors
    /// Those of `load`.
    pub(crate) async fn get(
        &self,
        name: &str,
        load: impl Future<Output = Result<V, Problem>> + Send,
    ) -> Result<V, Problem> {
        let missed = AtomicBool::new(false);
        let load = async {
            missed.store(true, Ordering::Relaxed);
            load.await
        };
        let found = self.entries.try_get_with(self.place(name), load).await;
        if missed.into_inner() {
            self.misses.inc();
        } else {
            self.hits.inc();
        }
        found.map_err(|problem| (*problem).clone())
    }

    /// What is kept of a name, or its place: it is to be taken before the name is looked up.
    pub(crate) async fn peek(&self, name: &str) -> Result<V, Place> {
        let place = self.place(name);
        let found = self.entries.get(&place).await;
        match &found {
            Some(_) => self.hits.inc(),
            None => self.misses.inc(),
        }
        found.ok_or(place)
    }

    /// Keeps what was looked up.
    pub(crate) async fn keep(&self, place: Place, value: V) {
        self.entries.insert(place, value).await;
    }

    /// Forgets these names; none stands for all.
    pub(crate) fn forget(&self, names: &[String]) {
        if names.is_empty() {
            self.forget_all();
        }
        self.forget_each(names.iter().map(String::as_str));
    }

    /// Forgets these names.
    pub(crate) fn forget_each<'a>(&self, names: impl Iterator<Item = &'a str>) {
        for name in names {
            self.slot(name).fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Forgets everything.
    pub(crate) fn forget_all(&self) {
        self.all.fetch_add(1, Ordering::SeqCst);
    }

    /// The sum rises with each of its parts, so no generation comes again.
    fn place(&self, name: &str) -> Place {
        let generation = self.slot(name).load(Ordering::SeqCst) + self.all.load(Ordering::SeqCst);
        Place {
            name: name.into(),
            generation,
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "any bits of the hash will do"
    )]
    fn slot(&self, name: &str) -> &AtomicU64 {
        let slot = self.hasher.hash_one(name) as usize % SLOTS;
        &self.generations[slot]
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use sens_observability::metrics;
    use tokio::sync::{Notify, Semaphore};

    use super::*;
    use crate::problem::Code;

    fn kept() -> Kept<u32> {
        let registry = prometheus::Registry::new();
        let lookups = metrics::counter_vec(&registry, &metrics::CACHE_LOOKUPS).unwrap();
        Kept::new("latest", &lookups, Duration::from_hours(1), 100, |_, _| 1)
    }

    #[tokio::test]
    async fn a_hundred_misses_at_once_are_one_lookup() {
        let (kept, lookups, gate) = (Arc::new(kept()), AtomicU32::new(0), Semaphore::new(0));
        let ask = || {
            kept.get("A", async {
                lookups.fetch_add(1, Ordering::SeqCst);
                gate.acquire().await.unwrap().forget();
                Ok(7)
            })
        };
        let asking = futures_util::future::join_all((0..100).map(|_| ask()));
        let opening = async { gate.add_permits(1) };
        let (found, ()) = tokio::join!(asking, opening);
        assert!(found.into_iter().all(|found| found.unwrap() == 7));
        assert_eq!(lookups.load(Ordering::SeqCst), 1);
        assert_eq!((kept.misses.get(), kept.hits.get()), (1, 99));
    }

    #[tokio::test]
    async fn a_change_overtakes_a_lookup_under_way() {
        let (kept, begun, go_on) = (kept(), Notify::new(), Notify::new());
        let old = kept.get("A", async {
            begun.notify_one();
            go_on.notified().await;
            Ok(1)
        });
        let change = async {
            begun.notified().await;
            kept.forget(&["A".to_owned()]);
            go_on.notify_one();
        };
        let (old, ()) = tokio::join!(old, change);
        assert_eq!(old.unwrap(), 1, "asked for before the change");
        assert_eq!(kept.get("A", async { Ok(2) }).await.unwrap(), 2);
        kept.forget_each(["A"].into_iter());
        assert_eq!(kept.get("A", async { Ok(3) }).await.unwrap(), 3);
        kept.forget(&[]);
        assert_eq!(kept.get("A", async { Ok(4) }).await.unwrap(), 4);
        assert_eq!(kept.get("A", async { Ok(5) }).await.unwrap(), 4, "kept");
    }

    #[tokio::test]
    async fn failures_are_not_kept() {
        let kept = kept();
        let failed = kept.get("A", async { Err(Problem::of(Code::DatabaseUnavailable)) });
        assert_eq!(failed.await.unwrap_err().code(), Code::DatabaseUnavailable);
        assert_eq!(kept.get("A", async { Ok(1) }).await.unwrap(), 1);
        let place = kept.peek("B").await.unwrap_err();
        kept.keep(place, 2).await;
        assert_eq!(kept.peek("B").await.unwrap(), 2);
    }
}
