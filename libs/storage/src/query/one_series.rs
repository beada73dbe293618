//! Readings of one series: the commonest range there is, read from indexes alone and sent as one row.
//!
//! Numbers come from the identity index, and what is not `ok` from an index of those few; both are put together here. A value
//! for each column takes the server and the client less than a row for each reading.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::iter::Peekable;

use chrono::{DateTime, Utc};
use sens_schema::Quality;
use sqlx::{PgExecutor, Postgres, QueryBuilder};

use crate::Error;
use crate::query::measurements::{
    Measurement, Order, ReadingKey, Selection, Series, push_after, push_interval,
};
use crate::query::{StoredValue, packed};

/// Time and dedup of a reading of the series.
type Place = (DateTime<Utc>, i64);

/// Numbers by place, packed; places with an unusual quality; texts by place, with their quality. Null where there are none.
pub(super) type Columns = (
    Option<Vec<u8>>,
    Option<Vec<u8>>,
    Option<Vec<u8>>,
    Option<Vec<DateTime<Utc>>>,
    Option<Vec<i64>>,
    Option<Vec<String>>,
    Option<Vec<DateTime<Utc>>>,
    Option<Vec<i64>>,
    Option<Vec<String>>,
    Option<Vec<String>>,
);

/// The columns of [`push_readings`].
pub(super) const COLUMNS: &str =
    "n.at, n.dedup, n.value, q.at, q.dedup, q.quality, t.at, t.dedup, t.value, t.quality";

/// Reads at most `limit` readings of the series in the order of time and dedup.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub(super) async fn read(
    executor: impl PgExecutor<'_>,
    selection: &Selection,
    series: Series,
    limit: i64,
) -> Result<Vec<Measurement>, Error> {
    let columns: Columns = statement(selection, series, limit)
        .build_query_as()
        .fetch_one(executor)
        .await
        .map_err(Error::during("read a range of readings"))?;
    Ok(merge(columns, series, selection.range.order, limit))
}

fn statement(selection: &Selection, series: Series, limit: i64) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(COLUMNS).push(" FROM (SELECT ");
    query
        .push_bind(series.device_id)
        .push("::int8 AS device_id, ");
    query.push_bind(series.metric_id);
    query.push("::int4 AS metric_id) target");
    push_readings(&mut query, selection, limit);
    query
}

/// Joins the readings of the series that the statement calls `target`: one row with [`COLUMNS`].
pub(super) fn push_readings(query: &mut QueryBuilder<Postgres>, selection: &Selection, limit: i64) {
    let (last, up_to_last) = match selection.range.order {
        Order::Ascending => ("max", " AND r.recorded_at <= n.last"),
        Order::Descending => ("min", " AND r.recorded_at >= n.last"),
    };
    query.push(
        " CROSS JOIN LATERAL (\
         SELECT string_agg(timestamptz_send(recorded_at), '') AS at, string_agg(int8send(dedup), '') AS dedup, \
         string_agg(float8send(value), '') AS value, ",
    );
    query.push(last).push(
        "(recorded_at) AS last FROM (SELECT recorded_at, dedup, value FROM processed_record r",
    );
    query.push(OF_TARGET);
    push_page(query, selection, limit);
    query.push(
        ") page) n CROSS JOIN LATERAL (\
         SELECT array_agg(recorded_at) AS at, array_agg(dedup) AS dedup, array_agg(quality) AS quality FROM processed_record r",
    );
    query.push(OF_TARGET);
    // The bounds of the query let the server leave out partitions before it reads, those of the page while it does.
    push_interval(query, selection);
    query.push(" AND r.quality <> 'ok'").push(up_to_last).push(
        ") q CROSS JOIN LATERAL (\
         SELECT array_agg(recorded_at) AS at, array_agg(dedup) AS dedup, array_agg(value) AS value, array_agg(quality) AS quality FROM (\
         SELECT recorded_at, dedup, value, quality FROM text_record r",
    );
    query.push(OF_TARGET);
    push_page(query, selection, limit);
    query.push(") page) t");
}

const OF_TARGET: &str = " WHERE r.device_id = target.device_id AND r.metric_id = target.metric_id";

/// Interval, cursor, order and limit.
fn push_page(query: &mut QueryBuilder<Postgres>, selection: &Selection, limit: i64) {
    push_interval(query, selection);
    if let Some(after) = selection.range.after {
        push_after(query, selection, after);
    }
    query.push(match selection.range.order {
        Order::Ascending => " ORDER BY r.recorded_at, r.dedup LIMIT ",
        Order::Descending => " ORDER BY r.recorded_at DESC, r.dedup DESC LIMIT ",
    });
    query.push_bind(limit);
}

/// At most `limit` numbers and texts in one order, each with its quality.
pub(super) fn merge(
    columns: Columns,
    series: Series,
    order: Order,
    limit: i64,
) -> Vec<Measurement> {
    let (at, dedup, value, odd_at, odd_dedup, odd_quality, text_at, text_dedup, text, text_quality) =
        columns;
    let mut odd: HashMap<Place, String> = places(odd_at, odd_dedup)
        .zip(odd_quality.unwrap_or_default())
        .collect();
    // That of nearly every reading, which the index of the others leaves out.
    let usual = Cow::Borrowed(Quality::Ok.as_str());
    let mut quality = |place: &Place| -> Cow<'static, str> {
        if odd.is_empty() {
            return usual.clone();
        }
        odd.remove(place).map_or_else(|| usual.clone(), Cow::Owned)
    };
    let kind = if series.boolean { "boolean" } else { "number" };
    let (at, dedup) = (at.unwrap_or_default(), dedup.unwrap_or_default());
    let value = value.unwrap_or_default();
    let numbers = packed::times(&at)
        .zip(packed::integers(&dedup))
        .zip(packed::numbers(&value))
        .filter_map(|(place, value)| {
            let value = StoredValue::from_columns(Some(value), None, kind)?;
            Some(reading(series, place, value, quality(&place)))
        });
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut found = Vec::with_capacity(limit.min(at.len() / packed::WIDTH));
    let Some(text) = text else {
        found.extend(numbers.take(limit));
        return found;
    };
    let texts = places(text_at, text_dedup)
        .zip(text)
        .zip(text_quality.unwrap_or_default())
        .map(|((place, text), quality)| {
            reading(series, place, StoredValue::Text(text), quality.into())
        });
    let (mut numbers, mut texts) = (numbers.peekable(), texts.peekable());
    while found.len() < limit
        && let Some(next) = earlier(&mut numbers, &mut texts, order)
    {
        found.push(next);
    }
    found
}

fn places(at: Option<Vec<DateTime<Utc>>>, dedup: Option<Vec<i64>>) -> impl Iterator<Item = Place> {
    at.unwrap_or_default()
        .into_iter()
        .zip(dedup.unwrap_or_default())
}

/// Takes the next one of both.
fn earlier(
    numbers: &mut Peekable<impl Iterator<Item = Measurement>>,
    texts: &mut Peekable<impl Iterator<Item = Measurement>>,
    order: Order,
) -> Option<Measurement> {
    let (Some(number), Some(text)) = (numbers.peek(), texts.peek()) else {
        return numbers.next().or_else(|| texts.next());
    };
    let place = |reading: &Measurement| (reading.key.recorded_at, reading.key.dedup);
    let mut ordering = place(number).cmp(&place(text));
    if order == Order::Descending {
        ordering = ordering.reverse();
    }
    match ordering {
        Ordering::Less | Ordering::Equal => numbers.next(),
        Ordering::Greater => texts.next(),
    }
}

fn reading(
    series: Series,
    (at, dedup): Place,
    value: StoredValue,
    quality: Cow<'static, str>,
) -> Measurement {
    Measurement {
        key: ReadingKey {
            at,
            device_id: series.device_id,
            metric_id: series.metric_id,
            recorded_at: at,
            dedup,
        },
        value,
        quality,
    }
}
