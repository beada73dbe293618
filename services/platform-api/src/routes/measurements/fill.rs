//! Buckets without readings, filled in.

use chrono::{DateTime, Utc};
use sens_storage::query::StoredValue;

use super::grammar::Fill;
use super::rows::{Body, Row};

/// The rows of one series with one for each start of a bucket; `rows` are in order of time, as the starts are.
pub(super) fn fill(
    series: usize,
    rows: Vec<Row>,
    starts: &[DateTime<Utc>],
    fill: Fill,
    width: usize,
) -> Vec<Row> {
    let mut rows = rows.into_iter().peekable();
    let mut filled: Vec<Row> = Vec::with_capacity(starts.len());
    let mut before: Option<(DateTime<Utc>, Values)> = None;
    for start in starts {
        if let Some(row) = rows.next_if(|row| row.recorded_at == *start) {
            before = Some((*start, values(&row.body)));
            filled.push(row);
            continue;
        }
        let after = rows.peek().map(|row| (row.recorded_at, values(&row.body)));
        let values = match (fill, &before) {
            (Fill::None | Fill::Null, _) | (_, None) => None,
            (Fill::Previous, Some((_, values))) => Some(values.clone()),
            (Fill::Linear, Some(before)) => after.map(|after| between(before, &after, *start)),
        };
        filled.push(Row {
            series,
            recorded_at: *start,
            body: body(values, width),
        });
    }
    filled
}

/// What is filled in: the value, or each of the aggregates.
type Values = Vec<Option<StoredValue>>;

fn values(body: &Body) -> Values {
    match body {
        Body::Rollup { value, .. } => vec![value.clone()],
        Body::Picked { values, .. } => values.clone(),
        Body::Reading { .. } | Body::Point(_) => Vec::new(),
    }
}

/// `width` is the number of aggregates asked for.
fn body(values: Option<Values>, width: usize) -> Body {
    if width == 0 {
        return Body::Rollup {
            value: values.and_then(|values| values.into_iter().next().flatten()),
            rollup: None,
        };
    }
    Body::Picked {
        count: 0,
        values: values.unwrap_or_else(|| vec![None; width]),
    }
}

/// The values on the lines between two buckets; only numbers have lines.
fn between(
    before: &(DateTime<Utc>, Values),
    after: &(DateTime<Utc>, Values),
    at: DateTime<Utc>,
) -> Values {
    let length = (after.0 - before.0).as_seconds_f64();
    let share = (at - before.0).as_seconds_f64() / length;
    let pairs = before.1.iter().zip(&after.1);
    let value = |pair: (&Option<StoredValue>, &Option<StoredValue>)| match pair {
        (Some(StoredValue::Number(low)), Some(StoredValue::Number(high))) => {
            Some(StoredValue::Number(low + (high - low) * share))
        }
        _ => None,
    };
    pairs.map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::super::rows::{Cell, Column};
    use super::super::samples;
    use super::*;

    #[test]
    fn empty_buckets_are_filled_in() {
        let starts: Vec<DateTime<Utc>> = (0..6)
            .map(|minute| samples::key(1, minute * 60_000_000).at)
            .collect();
        for (mode, expected) in [
            (Fill::Null, [None, Some(15.0), None, None, Some(45.0), None]),
            (
                Fill::Previous,
                [
                    None,
                    Some(15.0),
                    Some(15.0),
                    Some(15.0),
                    Some(45.0),
                    Some(45.0),
                ],
            ),
            (
                Fill::Linear,
                [None, Some(15.0), Some(25.0), Some(35.0), Some(45.0), None],
            ),
        ] {
            for (query, column) in [
                ("resolution=1m", Column::Value),
                (
                    "resolution=1m&agg=avg",
                    Column::Picked(0, super::super::grammar::Aggregate::Avg),
                ),
            ] {
                let table = samples::table(query);
                let width = usize::from(query.contains("agg"));
                let found = [
                    samples::bucket(1, 10.0, 20.0),
                    samples::bucket(4, 40.0, 50.0),
                ];
                let rows = found
                    .iter()
                    .filter_map(|bucket| table.bucket(bucket))
                    .collect();
                let rows = fill(0, rows, &starts, mode, width);
                let values: Vec<Option<f64>> = rows
                    .iter()
                    .map(|row| match table.cell(row, column) {
                        Cell::Number(number) => Some(number),
                        _ => None,
                    })
                    .collect();
                assert_eq!(values, expected, "{mode:?} {query}");
                let count = if width == 0 {
                    Column::Rollup(super::super::rows::Part::Count)
                } else {
                    Column::Count
                };
                let counts: Vec<Cell<'_>> = rows.iter().map(|row| table.cell(row, count)).collect();
                let [none, two] = [Cell::Integer(0), Cell::Integer(2)];
                assert_eq!(counts, [none, two, none, none, two, none]);
            }
        }
    }
}
