//! Which faults come in which order: a pure function of the seed.

use std::fmt;
use std::time::Duration;

use crate::random::Random;

/// A process that can be hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// A replica of mqtt-ingestion-worker.
    Ingestion(usize),
    /// A replica of telemetry-worker.
    Telemetry(usize),
    /// platform-api.
    Api,
    /// nats-server.
    Nats,
    /// PostgreSQL.
    Postgres,
    /// The MQTT broker.
    Broker,
}

/// Replicas of each worker.
pub(crate) const REPLICAS: usize = 2;

/// Every process.
pub(crate) const TARGETS: [Target; 8] = [
    Target::Ingestion(0),
    Target::Ingestion(1),
    Target::Telemetry(0),
    Target::Telemetry(1),
    Target::Api,
    Target::Nats,
    Target::Postgres,
    Target::Broker,
];

/// A network link that can be hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Link {
    /// Devices to the broker.
    Devices,
    /// Ingestion workers to the broker.
    Broker,
    /// Services to nats-server.
    Nats,
    /// Services to PostgreSQL.
    Postgres,
}

/// Every link.
pub(crate) const LINKS: [Link; 4] = [Link::Devices, Link::Broker, Link::Nats, Link::Postgres];

/// What a fault does, without whom it hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Kill,
    Pause,
    Restart,
    Cut,
    Refuse,
    Delay,
    HalfOpen,
    FullStream,
    NatsAndIngestion,
    FailOver,
    ReadOnly,
}

/// The deck that is dealt: a kind that hits many processes is in it more than once.
pub(crate) const DECK: [Kind; 14] = [
    Kind::Kill,
    Kind::Kill,
    Kind::Kill,
    Kind::Pause,
    Kind::Pause,
    Kind::Restart,
    Kind::Cut,
    Kind::Refuse,
    Kind::Delay,
    Kind::HalfOpen,
    Kind::FullStream,
    Kind::NatsAndIngestion,
    Kind::FailOver,
    Kind::ReadOnly,
];

/// One fault, ready to be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// SIGKILL; started again after a while.
    Kill(Target, Duration),
    /// SIGSTOP, and SIGCONT after a while.
    Pause(Target, Duration),
    /// An orderly stop and a start.
    Restart(Target),
    /// All connections break, so many times.
    Cut(Link, u32),
    /// Connections break and none is accepted for a while.
    Refuse(Link, Duration),
    /// Every chunk of bytes waits so long, for a while.
    Delay(Link, Duration, Duration),
    /// Connections stay open and carry nothing for a while.
    HalfOpen(Link, Duration),
    /// The stream takes nothing more until somebody reads it again.
    FullStream,
    /// nats-server is killed, then an ingestion worker; the worker starts first.
    NatsAndIngestion(usize, Duration),
    /// PostgreSQL is killed and its standby takes over after a while.
    FailOver(Duration),
    /// PostgreSQL takes no writes for a while.
    ReadOnly(Duration),
}

impl Fault {
    /// What kind it is.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Kill(..) => Kind::Kill,
            Self::Pause(..) => Kind::Pause,
            Self::Restart(_) => Kind::Restart,
            Self::Cut(..) => Kind::Cut,
            Self::Refuse(..) => Kind::Refuse,
            Self::Delay(..) => Kind::Delay,
            Self::HalfOpen(..) => Kind::HalfOpen,
            Self::FullStream => Kind::FullStream,
            Self::NatsAndIngestion(..) => Kind::NatsAndIngestion,
            Self::FailOver(_) => Kind::FailOver,
            Self::ReadOnly(_) => Kind::ReadOnly,
        }
    }
}

/// The first `faults` faults of the plan that `seed` names. Each deck of [`DECK`] is dealt to its end before the next, and
/// so are processes and links of each kind: nothing is left out for long.
pub(crate) fn plan(seed: u64, faults: usize) -> Vec<Fault> {
    let mut random = Random::new(seed);
    let mut kinds = Dealer::new(&DECK);
    let (mut killed, mut paused, mut restarted) = (
        Dealer::new(&TARGETS),
        Dealer::new(&TARGETS),
        Dealer::new(&TARGETS),
    );
    let (mut cut, mut refused, mut slow, mut open) = (
        Dealer::new(&LINKS),
        Dealer::new(&LINKS),
        Dealer::new(&LINKS),
        Dealer::new(&LINKS),
    );
    let mut next = || match kinds.deal(&mut random) {
        Kind::Kill => Fault::Kill(killed.deal(&mut random), random.millis(0..2500)),
        Kind::Pause => Fault::Pause(paused.deal(&mut random), random.millis(300..5000)),
        Kind::Restart => Fault::Restart(restarted.deal(&mut random)),
        Kind::Cut => Fault::Cut(
            cut.deal(&mut random),
            1 + u32::try_from(random.below(4)).unwrap_or(0),
        ),
        Kind::Refuse => Fault::Refuse(refused.deal(&mut random), random.millis(300..3000)),
        Kind::Delay => {
            let by = random.millis(10..300);
            Fault::Delay(slow.deal(&mut random), by, random.millis(1000..4000))
        }
        Kind::HalfOpen => Fault::HalfOpen(open.deal(&mut random), random.millis(500..8000)),
        Kind::FullStream => Fault::FullStream,
        Kind::NatsAndIngestion => {
            let replica = usize::from(random.below(2) == 1);
            Fault::NatsAndIngestion(replica, random.millis(100..2500))
        }
        Kind::FailOver => Fault::FailOver(random.millis(0..2000)),
        Kind::ReadOnly => Fault::ReadOnly(random.millis(500..3000)),
    };
    (0..faults).map(|_| next()).collect()
}

/// Deals a deck to its end, in a new order each time.
struct Dealer<'a, T> {
    deck: &'a [T],
    left: Vec<T>,
}

impl<'a, T: Copy> Dealer<'a, T> {
    fn new(deck: &'a [T]) -> Self {
        Self {
            deck,
            left: Vec::new(),
        }
    }

    fn deal(&mut self, random: &mut Random) -> T {
        if self.left.is_empty() {
            self.left = self.deck.to_vec();
        }
        let index = random.below(self.left.len());
        self.left.swap_remove(index)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ingestion(replica) => write!(f, "mqtt-ingestion-worker-{}", replica + 1),
            Self::Telemetry(replica) => write!(f, "telemetry-worker-{}", replica + 1),
            Self::Api => f.write_str("platform-api"),
            Self::Nats => f.write_str("nats-server"),
            Self::Postgres => f.write_str("PostgreSQL"),
            Self::Broker => f.write_str("the broker"),
        }
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Devices => "devices to the broker",
            Self::Broker => "ingestion to the broker",
            Self::Nats => "services to NATS",
            Self::Postgres => "services to PostgreSQL",
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Kill => "kill -9",
            Self::Pause => "stop and continue",
            Self::Restart => "restart",
            Self::Cut => "cut connections",
            Self::Refuse => "refuse connections",
            Self::Delay => "slow connections",
            Self::HalfOpen => "half-open connections",
            Self::FullStream => "full stream",
            Self::NatsAndIngestion => "NATS down, ingestion killed",
            Self::FailOver => "PostgreSQL fails over",
            Self::ReadOnly => "PostgreSQL read-only",
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kill(target, down) => write!(f, "kill -9 {target}, back after {down:?}"),
            Self::Pause(target, time) => write!(f, "stop {target} for {time:?}, continue"),
            Self::Restart(target) => write!(f, "restart {target}"),
            Self::Cut(link, times) => write!(f, "cut {link}, {times} times"),
            Self::Refuse(link, time) => write!(f, "refuse {link} for {time:?}"),
            Self::Delay(link, by, time) => write!(f, "slow {link} by {by:?} for {time:?}"),
            Self::HalfOpen(link, time) => write!(f, "half-open {link} for {time:?}"),
            Self::FullStream => f.write_str("full stream"),
            Self::NatsAndIngestion(replica, down) => write!(
                f,
                "kill -9 nats-server for {down:?}, and {} meanwhile",
                Target::Ingestion(*replica)
            ),
            Self::FailOver(down) => {
                write!(
                    f,
                    "kill -9 PostgreSQL, its standby takes over after {down:?}"
                )
            }
            Self::ReadOnly(time) => write!(f, "PostgreSQL read-only for {time:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_process_is_killed_stopped_and_restarted_and_every_link_hit() {
        let plan = plan(7, 200);
        let targets = |pick: fn(&Fault) -> Option<Target>| {
            plan.iter().filter_map(pick).collect::<BTreeSet<_>>().len()
        };
        assert_eq!(
            targets(|fault| match fault {
                Fault::Kill(target, _) => Some(*target),
                _ => None,
            }),
            TARGETS.len()
        );
        assert_eq!(
            targets(|fault| match fault {
                Fault::Pause(target, _) => Some(*target),
                _ => None,
            }),
            TARGETS.len()
        );
        assert_eq!(
            targets(|fault| match fault {
                Fault::Restart(target) => Some(*target),
                _ => None,
            }),
            TARGETS.len()
        );
        let links: BTreeSet<_> = plan
            .iter()
            .filter_map(|fault| match fault {
                Fault::Cut(link, _) => Some((Kind::Cut, *link)),
                Fault::Refuse(link, _) => Some((Kind::Refuse, *link)),
                Fault::Delay(link, ..) => Some((Kind::Delay, *link)),
                Fault::HalfOpen(link, _) => Some((Kind::HalfOpen, *link)),
                _ => None,
            })
            .collect();
        assert_eq!(links.len(), 4 * LINKS.len());
    }

    /// A plan that somebody wrote down must be found again.
    #[test]
    fn a_seed_names_one_plan_for_ever() {
        let words: Vec<String> = plan(1, 5).iter().map(ToString::to_string).collect();
        assert_eq!(words, GOLDEN);
    }

    const GOLDEN: [&str; 5] = [
        "half-open services to PostgreSQL for 3.59s",
        "stop mqtt-ingestion-worker-2 for 448ms, continue",
        "PostgreSQL read-only for 1.033s",
        "kill -9 PostgreSQL, back after 1.737s",
        "full stream",
    ];

    proptest! {
        #[test]
        fn every_kind_occurs_in_each_deck(seed: u64) {
            let plan = plan(seed, 3 * DECK.len());
            for deck in plan.chunks(DECK.len()) {
                let kinds: BTreeSet<_> = deck.iter().map(Fault::kind).collect();
                prop_assert_eq!(kinds.len(), 11);
            }
        }

        #[test]
        fn more_faults_only_lengthen_a_plan(seed: u64, few in 0..50_usize, more in 0..50_usize) {
            let long = plan(seed, few + more);
            prop_assert_eq!(long.len(), few + more);
            prop_assert_eq!(&plan(seed, few)[..], &long[..few]);
        }
    }
}
