//! How much each device may send: a token bucket for each, so that one faulty device does not starve the others.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use sens_schema::DeviceRef;

/// Devices remembered; beyond that those with a full bucket are forgotten, which changes nothing for them.
const LIMIT: usize = 100_000;
/// A device over its quota is told of this often.
const TELL: Duration = Duration::from_mins(1);

/// The buckets of all devices that this worker hears.
#[derive(Debug)]
pub(crate) struct Quotas {
    /// Messages a second that a device may send for ever; 0 is no quota.
    rate: f64,
    /// Messages that it may send at once.
    burst: f64,
    buckets: HashMap<DeviceRef, Bucket>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// Below zero: turns given away ahead.
    tokens: f64,
    filled_at: Instant,
    told_at: Option<Instant>,
}

impl Quotas {
    /// Quotas of `rate` messages a second and `burst` at once; a rate of 0 admits everything.
    pub(crate) fn new(rate: u32, burst: u32) -> Self {
        Self {
            rate: rate.into(),
            burst: burst.max(1).into(),
            buckets: HashMap::new(),
        }
    }

    /// Whether the device may have a message stored now; if so, it is counted.
    pub(crate) fn admit(&mut self, device: &DeviceRef, now: Instant) -> bool {
        if self.rate <= 0.0 {
            return true;
        }
        let bucket = self.bucket(device, now);
        let admitted = bucket.tokens >= 1.0;
        if admitted {
            bucket.tokens -= 1.0;
        }
        admitted
    }

    /// How long a message of the device must wait for its turn. The turn is taken: it counts now.
    pub(crate) fn turn(&mut self, device: &DeviceRef, now: Instant) -> Duration {
        if self.rate <= 0.0 {
            return Duration::ZERO;
        }
        let rate = self.rate;
        let bucket = self.bucket(device, now);
        bucket.tokens -= 1.0;
        Duration::try_from_secs_f64(-bucket.tokens / rate).unwrap_or_default()
    }

    /// Whether it is time to tell that the device is over its quota; if so, that is noted.
    pub(crate) fn tell(&mut self, device: &DeviceRef, now: Instant) -> bool {
        let bucket = self.bucket(device, now);
        let due = bucket
            .told_at
            .is_none_or(|told| now.saturating_duration_since(told) >= TELL);
        if due {
            bucket.told_at = Some(now);
        }
        due
    }

    /// The device's bucket, filled up to now.
    fn bucket(&mut self, device: &DeviceRef, now: Instant) -> &mut Bucket {
        let (rate, burst) = (self.rate, self.burst);
        if self.buckets.len() >= LIMIT && !self.buckets.contains_key(device) {
            self.buckets
                .retain(|_, bucket| bucket.level(rate, burst, now) < burst);
        }
        let bucket = self.buckets.entry(device.clone()).or_insert(Bucket {
            tokens: burst,
            filled_at: now,
            told_at: None,
        });
        bucket.tokens = bucket.level(rate, burst, now);
        bucket.filled_at = now;
        bucket
    }
}

impl Bucket {
    fn level(&self, rate: f64, burst: f64, now: Instant) -> f64 {
        let since = now.saturating_duration_since(self.filled_at).as_secs_f64();
        (self.tokens + since * rate).min(burst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_held_to_its_rate_and_others_are_not() {
        let mut quotas = Quotas::new(10, 5);
        let start = Instant::now();
        let (noisy, quiet) = (DeviceRef::Legacy(1), DeviceRef::Legacy(2));
        let admitted = (0..1000).filter(|_| quotas.admit(&noisy, start)).count();
        assert_eq!(admitted, 5);
        assert!(quotas.admit(&quiet, start));
        let later = start + Duration::from_millis(250);
        let admitted = (0..1000).filter(|_| quotas.admit(&noisy, later)).count();
        assert_eq!(admitted, 2);
        let much_later = start + Duration::from_hours(1);
        let admitted = (0..1000)
            .filter(|_| quotas.admit(&noisy, much_later))
            .count();
        assert_eq!(admitted, 5, "a bucket holds no more than its burst");
    }

    #[test]
    fn parked_messages_get_turns_at_the_rate_and_come_before_newer_ones() {
        let mut quotas = Quotas::new(10, 1);
        let start = Instant::now();
        let device = DeviceRef::Legacy(1);
        let turns: Vec<u128> = (0..4)
            .map(|_| quotas.turn(&device, start).as_millis())
            .collect();
        assert_eq!(turns, [0, 100, 200, 300]);
        assert!(!quotas.admit(&device, start + Duration::from_millis(300)));
        assert!(quotas.admit(&device, start + Duration::from_millis(450)));
    }

    #[test]
    fn a_device_is_told_of_once_a_minute() {
        let mut quotas = Quotas::new(10, 1);
        let start = Instant::now();
        let device = DeviceRef::Legacy(1);
        let told: Vec<u64> = (0..150)
            .filter(|second| quotas.tell(&device, start + Duration::from_secs(*second)))
            .collect();
        assert_eq!(told, [0, 60, 120]);
    }

    #[test]
    fn a_rate_of_zero_is_no_quota_and_the_memory_is_bounded() {
        let mut quotas = Quotas::new(0, 1);
        let now = Instant::now();
        assert!((0..100).all(|_| quotas.admit(&DeviceRef::Legacy(1), now)));
        assert_eq!(quotas.turn(&DeviceRef::Legacy(1), now), Duration::ZERO);
        let mut quotas = Quotas::new(1000, 2);
        for device in 0..250_000_i64 {
            let now = now + Duration::from_millis(device.unsigned_abs());
            assert!(quotas.admit(&DeviceRef::Legacy(device), now));
        }
        assert!(quotas.buckets.len() <= LIMIT, "{}", quotas.buckets.len());
    }
}
