//! How time is cut into buckets.

use chrono::{DateTime, Utc};
use sens_schema::Micros;
use sqlx::{Postgres, QueryBuilder};

use crate::instant::timestamp;
use crate::query::measurements::Range;
use crate::rollup::Level;

/// How time is cut into buckets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grid {
    /// All of one width, counted from 1970-01-01T00:00:00Z.
    Every(Micros),
    /// Between these instants, which rise; there is nothing before the first and from the last on.
    Edges(Vec<DateTime<Utc>>),
}

impl Grid {
    /// The buckets of a rollup.
    pub fn of(level: Level) -> Self {
        Self::Every(level.width())
    }

    /// The start of the bucket that holds the instant, or of the first one after it.
    pub fn start(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Every(width) => timestamp(
                at.timestamp_micros()
                    .div_euclid(*width)
                    .saturating_mul(*width),
            ),
            Self::Edges(edges) => {
                let after = edges.partition_point(|edge| *edge <= at);
                edges.get(after.saturating_sub(1)).copied().unwrap_or(at)
            }
        }
    }

    /// The end of the bucket before the instant: the range up to it, widened to whole buckets, ends there.
    pub fn end(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Every(width) => {
                let micros = at.timestamp_micros();
                timestamp(
                    (micros - 1)
                        .div_euclid(*width)
                        .saturating_add(1)
                        .saturating_mul(*width),
                )
            }
            Self::Edges(edges) => {
                let end = edges.partition_point(|edge| *edge < at);
                edges
                    .get(end)
                    .or_else(|| edges.last())
                    .copied()
                    .unwrap_or(at)
            }
        }
    }

    /// The range of the buckets that the range touches.
    pub fn widen(&self, range: &Range) -> Range {
        let (mut from, mut to) = (
            range.from.map(|from| self.start(from)),
            range.to.map(|to| self.end(to)),
        );
        if let Self::Edges(edges) = self {
            from = from.max(edges.first().copied());
            to = to.into_iter().chain(edges.last().copied()).min();
        }
        Range { from, to, ..*range }
    }

    /// Appends the start of the bucket that holds the instant in `column`.
    pub(super) fn push_bucket(&self, query: &mut QueryBuilder<Postgres>, column: &str) {
        match self {
            Self::Every(width) => {
                query.push(format!(
                    "date_bin('{width} microseconds', {column}, '1970-01-01T00:00:00Z')"
                ));
            }
            Self::Edges(edges) => {
                query.push("(").push_bind(edges.clone());
                query.push(format!("::timestamptz[])[width_bucket({column}, "));
                query.push_bind(edges.clone()).push("::timestamptz[])]");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::measurements::Order;

    fn at(micros: i64) -> DateTime<Utc> {
        timestamp(micros)
    }

    #[test]
    fn ranges_are_widened_to_whole_buckets() {
        let every = Grid::Every(10);
        let edges = Grid::Edges(vec![at(-10), at(0), at(7), at(20)]);
        for (grid, from, to, expected) in [
            (&every, 0, 10, (0, 10)),
            (&every, 9, 11, (0, 20)),
            (&every, -1, 1, (-10, 10)),
            (&edges, 0, 7, (0, 7)),
            (&edges, 6, 8, (0, 20)),
            (&edges, -50, 50, (-10, 20)),
        ] {
            let widened = grid.widen(&Range {
                from: Some(at(from)),
                to: Some(at(to)),
                order: Order::Ascending,
                after: None,
            });
            let expected = (Some(at(expected.0)), Some(at(expected.1)));
            assert_eq!((widened.from, widened.to), expected, "{from}..{to}");
        }
    }
}
