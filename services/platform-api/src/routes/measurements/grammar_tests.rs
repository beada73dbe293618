use super::*;
use crate::problem::Code;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

fn ask(query: &str) -> Result<Ask, Problem> {
    Ask::read(
        None,
        Params::of(&format!("/x?{query}").parse().unwrap()),
        now(),
    )
}

fn faults(query: &str) -> Vec<String> {
    let problem = ask(query).unwrap_err();
    assert_eq!(problem.code(), Code::InvalidParameter, "{query}");
    let errors = problem.into_body("", "").errors;
    errors
        .into_iter()
        .filter_map(|error| error.parameter)
        .collect()
}

#[test]
fn forms_are_told_apart() {
    let hourly = Buckets {
        step: Step::parse("1h").unwrap(),
        zone: Tz::UTC,
        aggregates: Vec::new(),
        fill: Fill::None,
    };
    let day = Step::parse("1d").unwrap();
    for (query, expected) in [
        ("", Form::Raw),
        ("resolution=raw", Form::Raw),
        ("resolution=auto&last=1h", Form::Raw),
        ("resolution=auto&last=30d", Form::Buckets(hourly.clone())),
        ("resolution=1h", Form::Buckets(hourly.clone())),
        (
            "resolution=1h&agg=avg,p95&agg=p99.9&agg=avg",
            Form::Buckets(Buckets {
                aggregates: vec![
                    Aggregate::Avg,
                    Aggregate::Percentile(95.0),
                    Aggregate::Percentile(99.9),
                ],
                ..hourly.clone()
            }),
        ),
        (
            "resolution=1d&tz=Europe/Vienna&fill=linear&last=7d",
            Form::Buckets(Buckets {
                step: day,
                zone: Tz::Europe__Vienna,
                fill: Fill::Linear,
                aggregates: Vec::new(),
            }),
        ),
        ("points=500", Form::Points(500, Method::Lttb)),
        (
            "points=500&method=minmax",
            Form::Points(500, Method::MinMax),
        ),
    ] {
        assert_eq!(ask(query).unwrap().form, expected, "{query}");
    }
}

#[test]
fn every_fault_is_named() {
    for (query, expected) in [
        ("resolution=1x", vec!["resolution"]),
        ("agg=avg", vec!["agg"]),
        (
            "resolution=raw&agg=avg&fill=null",
            vec!["agg", "fill", "fill"],
        ),
        ("resolution=1h&agg=p101,median", vec!["agg", "agg"]),
        ("resolution=1h&fill=null", vec!["fill"]),
        ("resolution=1h&tz=Europe/Vienna", vec!["tz"]),
        ("resolution=1d&tz=Vienna", vec!["tz"]),
        ("method=lttb", vec!["method"]),
        ("points=3", vec!["points"]),
        ("points=10001", vec!["points"]),
        ("points=10&resolution=1h&agg=avg", vec!["resolution", "agg"]),
        (
            "points=10&limit=5&cursor=x&order=asc&time=received",
            vec!["limit", "cursor", "order", "time"],
        ),
        (
            "at=2026-11-20T10:00:00Z&points=10&last=1h",
            vec!["points", "from"],
        ),
        ("last=1h&from=2026-11-20T10:00:00Z", vec!["last"]),
        ("last=1mo", vec!["last"]),
        ("as_of=2100-01-01T00:00:00Z", vec!["as_of"]),
        (
            "time=local&shape=square&limit=0",
            vec!["time", "shape", "limit"],
        ),
        ("bucket=1h", vec!["bucket"]),
    ] {
        assert_eq!(faults(query), expected, "{query}");
    }
}

#[test]
fn a_body_says_the_same_as_a_query_string() {
    let body = serde_json::json!({ "device": ["A", "B"], "metric": "x", "resolution": "15m", "agg": ["min", "max"],
        "last": "24h", "limit": 10 });
    let body = Params::of_object(body.as_object().unwrap().clone());
    let body = Ask::read(None, body, now()).unwrap();
    let query =
        ask("device=A&device=B&metric=x&resolution=15m&agg=min&agg=max&last=24h&limit=20").unwrap();
    assert_eq!((&body.form, &body.devices), (&query.form, &query.devices));
    assert_eq!(
        (body.from, body.to),
        (Some(now() - TimeDelta::days(1)), Some(now()))
    );
    assert_eq!(body.fingerprint, query.fingerprint, "the same cursors");
    assert_ne!(
        ask("last=24h").unwrap().fingerprint,
        ask("last=1d").unwrap().fingerprint
    );
}

#[test]
fn auto_follows_the_length_of_the_interval() {
    let level = |length| auto(Some(now() - length), None, now());
    assert_eq!(level(TimeDelta::hours(6)), None);
    assert_eq!(level(TimeDelta::days(1)), Some(Level::Minute));
    assert_eq!(level(TimeDelta::days(30)), Some(Level::Hour));
    assert_eq!(level(TimeDelta::days(365)), Some(Level::Day));
    assert_eq!(auto(None, Some(now()), now()), None);
}

#[test]
fn places_are_read_back() {
    let at = |micros| DateTime::from_timestamp_micros(micros).unwrap();
    let key = ReadingKey {
        at: at(-5),
        device_id: 9,
        metric_id: 3,
        recorded_at: at(7),
        dedup: i64::MIN,
    };
    assert_eq!(read_place(&write_place(&key)), Some(key));
    for bad in ["", "1:2:3:4", "1:2:3:4:5:6", "x:2:3:4:5"] {
        assert_eq!(read_place(bad), None, "{bad}");
    }
}
