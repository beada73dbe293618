//! What there is: first and last reading and number of readings of each series, kept up as days are computed again.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::plan::Span;
use super::recompute::Ranges;
use crate::Error;

const DAYS: &str = "
    SELECT r.device_id, r.metric_id, r.bucket, r.n + r.texts, r.first_at, r.last_at
    FROM unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::timestamptz[]) AS t (device_id, metric_id, lower_bound, upper_bound)
    JOIN rollup_1d r ON r.device_id = t.device_id AND r.metric_id = t.metric_id AND r.bucket = t.lower_bound
    WHERE r.bucket >= $5 AND r.bucket < $6";

const UPSERT: &str = "
    INSERT INTO series AS s (device_id, metric_id, n, first_at, last_at)
    SELECT * FROM unnest($1::bigint[], $2::int[], $3::bigint[], $4::timestamptz[], $5::timestamptz[])
    ON CONFLICT (device_id, metric_id) DO UPDATE SET n = s.n + excluded.n, first_at = least(s.first_at, excluded.first_at),
        last_at = greatest(s.last_at, excluded.last_at)";

/// Series that may have lost their first or last reading: asked again of all their days.
const LOOK_AGAIN: &str = "
    WITH asked AS (SELECT * FROM unnest($1::bigint[], $2::int[]) AS t (device_id, metric_id)),
    found AS (
        SELECT a.device_id, a.metric_id, sum(r.n + r.texts)::bigint AS n, min(r.first_at) AS first_at, max(r.last_at) AS last_at
        FROM asked a JOIN rollup_1d r ON r.device_id = a.device_id AND r.metric_id = a.metric_id
        GROUP BY a.device_id, a.metric_id
    ), written AS (
        INSERT INTO series AS s (device_id, metric_id, n, first_at, last_at)
        SELECT device_id, metric_id, n, first_at, last_at FROM found
        ON CONFLICT (device_id, metric_id) DO UPDATE SET n = excluded.n, first_at = excluded.first_at, last_at = excluded.last_at
    )
    DELETE FROM series s USING asked a
    WHERE s.device_id = a.device_id AND s.metric_id = a.metric_id
      AND NOT EXISTS (SELECT FROM found f WHERE f.device_id = s.device_id AND f.metric_id = s.metric_id)";

/// A day of a series: number of readings, first, last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day {
    n: i64,
    first_at: DateTime<Utc>,
    last_at: DateTime<Utc>,
}

type Key = (i64, i32, DateTime<Utc>);

/// The days of the spans as they stand.
pub(super) async fn days(
    connection: &mut PgConnection,
    spans: &BTreeSet<Span>,
) -> Result<BTreeMap<Key, Day>, Error> {
    type Row = (i64, i32, DateTime<Utc>, i64, DateTime<Utc>, DateTime<Utc>);
    let Some(ranges) = Ranges::of(spans) else {
        return Ok(BTreeMap::new());
    };
    let rows: Vec<Row> = ranges
        .bind_as(sqlx::query_as(DAYS))
        .fetch_all(connection)
        .await
        .map_err(Error::during("read the days of series"))?;
    Ok(rows
        .into_iter()
        .map(|(device, metric, bucket, n, first_at, last_at)| {
            let day = Day {
                n,
                first_at,
                last_at,
            };
            ((device, metric, bucket), day)
        })
        .collect())
}

/// What the changed days mean for their series.
#[derive(Debug, Default, PartialEq, Eq)]
struct Changes {
    grown: BTreeMap<(i64, i32), Day>,
    shrunk: BTreeSet<(i64, i32)>,
}

fn changes(before: &BTreeMap<Key, Day>, after: &BTreeMap<Key, Day>) -> Changes {
    let mut changes = Changes::default();
    for ((device, metric, bucket), old) in before {
        let new = after.get(&(*device, *metric, *bucket));
        if new.is_none_or(|new| new.first_at > old.first_at || new.last_at < old.last_at) {
            changes.shrunk.insert((*device, *metric));
        }
    }
    for (key @ (device, metric, _), new) in after {
        let old = before.get(key);
        if old == Some(new) || changes.shrunk.contains(&(*device, *metric)) {
            continue;
        }
        let added = new.n - old.map_or(0, |old| old.n);
        changes
            .grown
            .entry((*device, *metric))
            .and_modify(|day| {
                day.n += added;
                day.first_at = day.first_at.min(new.first_at);
                day.last_at = day.last_at.max(new.last_at);
            })
            .or_insert(Day { n: added, ..*new });
    }
    changes
}

/// Brings the series up to the changed days.
pub(super) async fn follow(
    connection: &mut PgConnection,
    before: &BTreeMap<Key, Day>,
    after: &BTreeMap<Key, Day>,
) -> Result<(), Error> {
    let changes = changes(before, after);
    let grown = || changes.grown.iter();
    if grown().next().is_some() {
        sqlx::query(UPSERT)
            .bind(grown().map(|(key, _)| key.0).collect::<Vec<i64>>())
            .bind(grown().map(|(key, _)| key.1).collect::<Vec<i32>>())
            .bind(grown().map(|(_, day)| day.n).collect::<Vec<i64>>())
            .bind(grown().map(|(_, day)| day.first_at).collect::<Vec<_>>())
            .bind(grown().map(|(_, day)| day.last_at).collect::<Vec<_>>())
            .execute(&mut *connection)
            .await
            .map_err(Error::during("update series"))?;
    }
    if !changes.shrunk.is_empty() {
        let (devices, metrics): (Vec<i64>, Vec<i32>) = changes.shrunk.iter().copied().unzip();
        sqlx::query(LOOK_AGAIN)
            .bind(devices)
            .bind(metrics)
            .execute(connection)
            .await
            .map_err(Error::during("look for the ends of series again"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn day(n: i64, first: i64, last: i64) -> Day {
        Day {
            n,
            first_at: at(first),
            last_at: at(last),
        }
    }

    #[test]
    fn days_that_grow_add_up_and_days_that_shrink_are_looked_at_again() {
        let before = BTreeMap::from([((1, 1, at(0)), day(2, 5, 6)), ((2, 1, at(0)), day(2, 5, 6))]);
        let after = BTreeMap::from([
            ((1, 1, at(0)), day(3, 4, 6)),
            ((1, 1, at(100)), day(1, 101, 101)),
            ((2, 1, at(0)), day(1, 6, 6)),
        ]);
        let changes = changes(&before, &after);
        assert_eq!(changes.grown, BTreeMap::from([((1, 1), day(2, 4, 101))]));
        assert_eq!(changes.shrunk, BTreeSet::from([(2, 1)]));
    }
}
