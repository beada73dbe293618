//! The rules.

use super::Metrics;

const REQUESTS: &str = "http_server_request_duration_seconds";
const INGEST: &str = "sens_ingest_end_to_end_seconds";
/// Messages that the database refuses for good: a healthy version makes none.
const DEAD: &str = "sens_dead_letters_total";
const LOST_DATABASE: &str = "sens_db_connection_failures_total";
/// Attempts to store messages that failed for a reason other than the messages, and those that succeeded.
const FAILED_WRITES: &str = "sens_db_retries_total";
const WRITES: &str = "sens_ingest_insert_duration_seconds_count";
/// Failed connections, and failed attempts to store, that are borne: databases restart.
const BORNE: f64 = 5.0;

/// What is borne.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Highest share of requests that may fail.
    pub(crate) error_ratio: f64,
    /// Most seconds that 95 % of the requests may take.
    pub(crate) request_seconds: f64,
    /// Most seconds that 95 % of the messages may take.
    pub(crate) ingest_seconds: f64,
    /// Fewest requests or messages that say something.
    pub(crate) fewest: f64,
}

/// The first rule that is broken by what came since `before`, in words.
pub(crate) fn broken(before: &Metrics, now: &Metrics, limits: &Limits) -> Option<String> {
    let grown = now.since(before);
    let requests = grown.sum(&format!("{REQUESTS}_count"), |_| true);
    let failed = grown.sum(&format!("{REQUESTS}_count"), |series| {
        series.label("status").starts_with('5')
    });
    if requests >= limits.fewest && failed / requests > limits.error_ratio {
        return Some(format!(
            "{failed} of {requests} requests failed, more than {} %",
            limits.error_ratio * 100.0
        ));
    }
    // Streams last as long as somebody listens.
    let slow = grown.quantile(REQUESTS, 0.95, |series| {
        !series.label("route").contains("stream")
    });
    if requests >= limits.fewest && slow.is_some_and(|slow| slow > limits.request_seconds) {
        return Some(format!(
            "95 % of the requests take up to {} s, more than {} s",
            slow.unwrap_or_default(),
            limits.request_seconds
        ));
    }
    let messages = grown.sum(&format!("{INGEST}_count"), |_| true);
    let late = grown.quantile(INGEST, 0.95, |_| true);
    if messages >= limits.fewest && late.is_some_and(|late| late > limits.ingest_seconds) {
        return Some(format!(
            "95 % of the messages take up to {} s from arrival to commit, more than {} s",
            late.unwrap_or_default(),
            limits.ingest_seconds
        ));
    }
    let dead = grown.sum(DEAD, |_| true);
    if dead > 0.0 {
        return Some(format!("{dead} messages became dead letters"));
    }
    let lost = grown.sum(LOST_DATABASE, |_| true);
    if lost > BORNE {
        return Some(format!("{lost} connections to the database failed"));
    }
    let failed = grown.sum(FAILED_WRITES, |_| true);
    let stored = grown.sum(WRITES, |_| true);
    (failed > BORNE && failed > stored)
        .then(|| format!("{failed} attempts to store messages failed, and {stored} did not"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        error_ratio: 0.01,
        request_seconds: 1.0,
        ingest_seconds: 5.0,
        fewest: 20.0,
    };

    fn verdict(text: &str) -> Option<String> {
        broken(&Metrics::default(), &Metrics::parse(text), &LIMITS)
    }

    fn requests(good: u32, failed: u32, slow: &str) -> String {
        let all = good + failed;
        format!(
            "{REQUESTS}_count{{status=\"200\"}} {good}\n{REQUESTS}_count{{status=\"503\"}} {failed}\n\
             {REQUESTS}_bucket{{route=\"/v1/x\",le=\"{slow}\"}} {all}\n{REQUESTS}_bucket{{route=\"/v1/x\",le=\"+Inf\"}} {all}\n"
        )
    }

    #[test]
    fn a_healthy_service_breaks_nothing() {
        assert_eq!(verdict(&requests(100, 1, "0.5")), None);
        assert_eq!(verdict(""), None);
        let stream = format!(
            "{REQUESTS}_count{{status=\"200\"}} 99\n{REQUESTS}_bucket{{route=\"/v1/stream\",le=\"+Inf\"}} 99\n"
        );
        assert_eq!(verdict(&stream), None, "streams may last");
    }

    #[test]
    fn each_rule_can_be_broken() {
        let ingest = |bound: &str, count: u32| {
            format!(
                "{INGEST}_count {count}\n{INGEST}_bucket{{le=\"{bound}\"}} {count}\n{INGEST}_bucket{{le=\"+Inf\"}} {count}\n"
            )
        };
        for (text, says) in [
            (requests(90, 10, "0.5"), "10 of 100 requests failed"),
            (requests(100, 0, "2.5"), "take up to 2.5 s"),
            (ingest("10", 50), "from arrival to commit"),
            (format!("{DEAD} 1\n"), "dead letters"),
            (format!("{LOST_DATABASE} 6\n"), "connections"),
            (
                format!("{FAILED_WRITES} 6\n{WRITES} 2\n"),
                "6 attempts to store messages failed, and 2 did not",
            ),
        ] {
            let found = verdict(&text).unwrap_or_default();
            assert!(found.contains(says), "{text}: {found}");
        }
        assert_eq!(verdict(&requests(9, 10, "0.5")), None, "too few to say");
        assert_eq!(verdict(&ingest("10", 5)), None, "too few to say");
        let restarted = format!("{FAILED_WRITES} 6\n{WRITES} 60\n");
        assert_eq!(verdict(&restarted), None, "a database that was away");
    }
}
