//! Waiting for something that becomes true by itself, under a deadline.

use std::future::Future;
use std::time::{Duration, Instant};

use anyhow::bail;

/// How long [`eventually`] and `assert_eventually!` pause between two looks.
pub const fn poll_interval() -> Duration {
    Duration::from_millis(20)
}

/// Calls `look` until it gives `Some`, and gives that value.
///
/// # Errors
/// When `within` has passed; the message names `what` was waited for.
pub async fn eventually<T, F, Fut>(within: Duration, what: &str, mut look: F) -> anyhow::Result<T>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    let deadline = Instant::now() + within;
    loop {
        if let Some(found) = look().await {
            return Ok(found);
        }
        if Instant::now() >= deadline {
            bail!("{what}: not within {within:?}");
        }
        tokio::time::sleep(poll_interval()).await;
    }
}

/// Panics unless the condition becomes true within the duration. The condition is evaluated again and again in the
/// calling async function, so it may `.await`; a message may follow as in `assert!`.
///
/// ```no_run
/// # async fn count() -> u32 { 3 }
/// # async fn example() {
/// use std::time::Duration;
/// sens_testkit::assert_eventually!(Duration::from_secs(5), count().await == 3, "three rows");
/// # }
/// ```
#[macro_export]
macro_rules! assert_eventually {
    ($within:expr, $condition:expr $(,)?) => {
        $crate::assert_eventually!($within, $condition, "{}", stringify!($condition))
    };
    ($within:expr, $condition:expr, $($message:tt)+) => {{
        let within: ::std::time::Duration = $within;
        let deadline = ::std::time::Instant::now() + within;
        loop {
            if $condition {
                break;
            }
            assert!(
                ::std::time::Instant::now() < deadline,
                "not within {within:?}: {}",
                format_args!($($message)+),
            );
            ::tokio::time::sleep($crate::poll_interval()).await;
        }
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn gives_the_value_or_names_what_was_waited_for() {
        let mut left = 3;
        let value = eventually(Duration::from_secs(5), "countdown", || {
            left -= 1;
            let value = (left == 0).then_some(7);
            async move { value }
        })
        .await;
        assert_eq!(value.unwrap(), 7);
        let error = eventually(Duration::from_millis(1), "never", || async { None::<()> }).await;
        assert!(
            error
                .unwrap_err()
                .to_string()
                .starts_with("never: not within")
        );
    }

    #[tokio::test]
    #[should_panic(expected = "not within 1ms: the moon")]
    async fn panics_with_the_message() {
        assert_eventually!(Duration::from_millis(1), false, "the {}", "moon");
    }
}
