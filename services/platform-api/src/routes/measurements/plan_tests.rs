use super::*;
use crate::http::params::Params;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

fn ask(query: &str) -> Ask {
    let params = Params::of(&format!("/x?{query}").parse().unwrap());
    Ask::read(None, params, now()).unwrap()
}

fn facts(series: usize, readings: u64) -> Facts {
    Facts {
        series,
        first: Some(now() - TimeDelta::days(1000)),
        newest: Some(now()),
        readings,
    }
}

fn planned(query: &str, series: usize, readings: u64) -> Result<Plan, Problem> {
    plan(&ask(query), &facts(series, readings), false, now())
}

#[test]
fn the_source_follows_from_the_question() {
    let million = 1_000_000;
    for (query, readings, expected) in [
        (
            "resolution=15m",
            100 * million,
            Basis::Rollup(Level::Minute),
        ),
        ("resolution=6h", 100 * million, Basis::Rollup(Level::Hour)),
        (
            "resolution=1d&tz=Europe/Vienna",
            100 * million,
            Basis::Rollup(Level::Hour),
        ),
        ("resolution=1mo", 100 * million, Basis::Rollup(Level::Day)),
        ("resolution=30s", million, Basis::Readings),
        ("resolution=1h&agg=p50", million, Basis::Readings),
        ("resolution=1h&time=received", million, Basis::Readings),
        (
            "resolution=1h&as_of=2026-11-01T00:00:00Z",
            million,
            Basis::Readings,
        ),
    ] {
        let Plan::Buckets { aggregation, .. } = planned(query, 1, readings).unwrap() else {
            panic!("{query}");
        };
        assert_eq!(aggregation.basis, expected, "{query}");
    }
    for (readings, expected) in [
        (MOST_READ, None),
        (MOST_READ + 1, Some(Level::Minute)),
        (u64::MAX, Some(Level::Minute)),
    ] {
        assert_eq!(
            planned("points=500", 1, readings).unwrap(),
            Plan::Points(expected)
        );
    }
    assert_eq!(
        planned("points=500", 10, u64::MAX).unwrap(),
        Plan::Points(Some(Level::Hour))
    );
}

#[test]
fn what_is_too_large_says_what_would_fit() {
    for (query, series, readings, fits) in [
        ("", MOST_SERIES + 1, 0, json!({ "series": MOST_SERIES })),
        (
            "points=500",
            1000,
            0,
            json!({ "points": 100, "series": 200 }),
        ),
        (
            "resolution=1m&fill=null&from=2026-01-01T00:00:00Z&to=2026-11-01T00:00:00Z",
            1,
            0,
            json!({ "resolution": "5m", "seconds": 1_199_880, "to": "2026-01-14T21:18:00.000000Z" }),
        ),
        (
            "resolution=30s&from=2026-01-01T00:00:00Z&to=2026-01-11T00:00:00Z",
            1,
            2 * MOST_READ,
            json!({ "resolution": "1m", "seconds": 388_800, "to": "2026-01-05T12:00:00.000000Z" }),
        ),
        (
            "resolution=1h&agg=p95&from=2026-01-01T00:00:00Z&to=2026-01-11T00:00:00Z",
            1,
            2 * MOST_READ,
            json!({ "seconds": 388_800, "to": "2026-01-05T12:00:00.000000Z" }),
        ),
    ] {
        let problem = planned(query, series, readings).unwrap_err();
        assert_eq!(problem.code(), Code::QueryTooLarge, "{query}");
        let body = problem.into_body("", "");
        assert_eq!(body.more["fits"], fits, "{query}");
    }
}

#[test]
fn what_is_said_to_fit_does() {
    for (query, seconds) in [
        ("resolution=10s&fill=null&last=100d", true),
        (
            "resolution=1d&tz=Europe/Vienna&fill=null&from=0100-01-01T00:00:00Z&to=2026-01-01T00:00:00Z",
            true,
        ),
        ("resolution=1m&fill=previous&last=900d", false),
    ] {
        let fits = planned(query, 3, 0).unwrap_err().into_body("", "").more["fits"].clone();
        let from = ask(query).from.unwrap();
        let mut smaller = ask(query);
        if seconds {
            smaller.to = Some(from + TimeDelta::seconds(fits["seconds"].as_i64().unwrap()));
        } else if let Form::Buckets(buckets) = &mut smaller.form {
            buckets.step = Step::parse(fits["resolution"].as_str().unwrap()).unwrap();
        }
        assert!(
            plan(&smaller, &facts(3, 0), false, now()).is_ok(),
            "{query} {fits}"
        );
    }
}

#[test]
fn filled_days_have_their_own_lengths() {
    let query = "resolution=1d&tz=Europe/Vienna&fill=null&from=2026-10-23T22:00:00Z&to=2026-10-26T23:00:00Z";
    let Plan::Buckets { starts, .. } = planned(query, 1, 0).unwrap() else {
        panic!("no buckets");
    };
    let hours: Vec<i64> = starts
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).num_hours())
        .collect();
    assert_eq!((starts.len(), hours), (3, vec![24, 25]));
}
