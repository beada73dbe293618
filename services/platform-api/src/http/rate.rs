//! How many requests a key may make: a bucket of tokens each, told in `RateLimit` headers, and 429 when it is empty. Counted by each
//! replica for itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sens_config::Api;
use sha2::{Digest, Sha256};

use crate::auth::token;
use crate::problem::{Code, Problem};

/// Keys that are remembered; those with a full bucket are forgotten first.
const REMEMBERED: usize = 10_000;

type Key = [u8; 16];

/// The buckets of all keys. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Limits {
    rate: f64,
    burst: f64,
    buckets: Arc<Mutex<HashMap<Key, Bucket>>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    filled_at: Instant,
}

/// What is said about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    admitted: bool,
    /// Requests that may still be made at once.
    remaining: u64,
    /// Seconds until the bucket is full, or until there is a token again.
    reset: u64,
}

impl Limits {
    /// The configured limits; `None` when there are none.
    pub(crate) fn of(api: &Api) -> Option<Self> {
        (api.rate_limit > 0).then(|| Self {
            rate: f64::from(api.rate_limit),
            burst: f64::from(api.rate_burst.max(api.rate_limit)),
            buckets: Arc::default(),
        })
    }

    fn take(&self, key: Key, now: Instant) -> Standing {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= REMEMBERED && !buckets.contains_key(&key) {
            buckets.retain(|_, bucket| self.filled(*bucket, now) < self.burst);
            if buckets.len() >= REMEMBERED {
                // More keys than there are: somebody makes them up.
                buckets.clear();
            }
        }
        let bucket = buckets.entry(key).or_insert(Bucket {
            tokens: self.burst,
            filled_at: now,
        });
        let tokens = self.filled(*bucket, now);
        let admitted = tokens >= 1.0;
        let left = if admitted { tokens - 1.0 } else { tokens };
        *bucket = Bucket {
            tokens: left,
            filled_at: now,
        };
        let missing = if admitted {
            self.burst - left
        } else {
            1.0 - left
        };
        Standing {
            admitted,
            remaining: whole(left.floor()),
            reset: whole((missing / self.rate).ceil()).max(u64::from(!admitted)),
        }
    }

    fn filled(&self, bucket: Bucket, now: Instant) -> f64 {
        let since = now.saturating_duration_since(bucket.filled_at);
        (bucket.tokens + since.as_secs_f64() * self.rate).min(self.burst)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a small number that is not negative"
)]
fn whole(number: f64) -> u64 {
    number.max(0.0) as u64
}

/// Counts a request that brings a key, and refuses it when there were too many.
pub(crate) async fn layer(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let Some(token) = token(request.headers()) else {
        return next.run(request).await;
    };
    let mut key = [0; 16];
    key.copy_from_slice(&Sha256::digest(token)[..16]);
    let standing = limits.take(key, Instant::now());
    let mut response = if standing.admitted {
        next.run(request).await
    } else {
        let detail = format!(
            "this key may make {} requests a second, and {} at once",
            limits.rate, limits.burst
        );
        let later = HeaderValue::from(standing.reset);
        Problem::new(Code::RateLimited, detail)
            .header(header::RETRY_AFTER, later)
            .into_response()
    };
    let policy = format!(
        "\"key\";q={};w={}",
        limits.burst,
        whole((limits.burst / limits.rate).ceil())
    );
    let state = format!("\"key\";r={};t={}", standing.remaining, standing.reset);
    for (name, value) in [("ratelimit-policy", policy), ("ratelimit", state)] {
        if let Ok(value) = HeaderValue::try_from(value) {
            response
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_key_has_its_burst_and_then_its_rate() {
        let limits = Limits {
            rate: 2.0,
            burst: 4.0,
            buckets: Arc::default(),
        };
        let start = Instant::now();
        for left in [3, 2, 1, 0] {
            let standing = limits.take([1; 16], start);
            assert_eq!((standing.admitted, standing.remaining), (true, left));
        }
        let refused = limits.take([1; 16], start);
        assert_eq!((refused.admitted, refused.reset), (false, 1));
        assert!(limits.take([2; 16], start).admitted, "another key");
        let later = start + Duration::from_millis(600);
        assert!(limits.take([1; 16], later).admitted);
        assert!(!limits.take([1; 16], later).admitted);
    }

    #[test]
    fn keys_at_rest_are_forgotten() {
        let limits = Limits {
            rate: 1.0,
            burst: 1.0,
            buckets: Arc::default(),
        };
        let start = Instant::now();
        for number in 0..REMEMBERED {
            let mut key = [0; 16];
            key[..8].copy_from_slice(&number.to_be_bytes());
            limits.take(key, start);
        }
        limits.take([255; 16], start + Duration::from_secs(2));
        assert_eq!(limits.buckets.lock().unwrap().len(), 1);
    }
}
