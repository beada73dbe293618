//! `Prefer: wait=N` (RFC 7240).

use std::time::Duration;

use axum::http::HeaderMap;

/// Longest time a caller may wait for outcomes.
pub(crate) const MAX_WAIT: Duration = Duration::from_secs(30);

/// How long the caller wants to wait, cut to the longest time; `None` when not at all.
pub(super) fn wait(headers: &HeaderMap) -> Option<Duration> {
    headers
        .get_all("prefer")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split([',', ';']))
        .find_map(|preference| {
            preference
                .trim()
                .to_ascii_lowercase()
                .strip_prefix("wait=")?
                .trim()
                .parse::<u64>()
                .ok()
        })
        .filter(|seconds| *seconds > 0)
        .map(|seconds| Duration::from_secs(seconds).min(MAX_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preference_is_found_and_bounded() {
        let table = [
            ("wait=5", Some(5)),
            ("respond-async, wait=7", Some(7)),
            ("Wait=1", Some(1)),
            ("wait=9999", Some(30)),
            ("wait=0", None),
            ("wait=soon", None),
            ("respond-async", None),
        ];
        for (value, seconds) in table {
            let headers =
                HeaderMap::from_iter([("prefer".parse().unwrap(), value.parse().unwrap())]);
            assert_eq!(wait(&headers), seconds.map(Duration::from_secs), "{value}");
        }
    }
}
