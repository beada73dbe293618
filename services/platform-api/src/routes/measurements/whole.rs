//! Whole intervals, read piece by piece while they are sent.
//!
//! One series after the other, each in the order of time: every piece starts where the one before ended, from the index.
//! Between pieces nothing is held, neither a connection nor a snapshot, so that a client may read as slowly as it likes; what
//! arrives meanwhile in the part not yet read is among the rows, `as_of` leaves it out.

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use sens_storage::query::buckets::{Basis, Grid};
use sens_storage::query::measurements::{Order, Range, ReadingKey};

use super::plan::Plan;
use super::read::Reader;
use super::rows::{Row, Table};
use crate::problem::Problem;

/// Rows of a piece.
const PIECE: usize = 10_000;

/// An interval on its way to the client.
pub(super) struct Whole {
    reader: Reader,
    /// Series that are not read to their end, the first one being read.
    series: std::ops::Range<usize>,
    /// Parts of the interval that are still to read of this series.
    parts: VecDeque<Range>,
    after: Option<ReadingKey>,
    /// What has no pages is computed at once.
    pageless: bool,
}

impl Whole {
    pub(super) fn new(reader: Reader) -> Self {
        let series = 0..reader.table.count();
        let mut whole = Self {
            reader,
            series,
            parts: VecDeque::new(),
            after: None,
            pageless: false,
        };
        whole.parts = whole.parts();
        whole
    }

    /// Of an answer that has no pages: filled buckets, points, nearest readings.
    pub(super) fn pageless(reader: Reader) -> Self {
        Self {
            series: 0..1,
            parts: VecDeque::new(),
            after: None,
            pageless: true,
            reader,
        }
    }

    /// How its rows are made.
    pub(super) fn table(&self) -> Arc<Table> {
        Arc::clone(&self.reader.table)
    }

    /// How much of it was read, 0 to 1.
    pub(super) fn share(&self) -> f64 {
        let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        if self.series.is_empty() {
            return 1.0;
        }
        let (from, to) = self.reader.span;
        let passed = self.after.map_or(0.0, |after| {
            let passed = match self.reader.ask.order {
                Order::Ascending => after.at - from,
                Order::Descending => to - after.at,
            };
            (passed.as_seconds_f64() / (to - from).as_seconds_f64()).clamp(0.0, 1.0)
        });
        (number(self.series.start) + passed) / number(self.series.end)
    }

    /// The next rows; `None` at the end.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Row>>, Problem> {
        if self.pageless && !self.series.is_empty() {
            self.series.start = self.series.end;
            return self.reader.all().await.map(Some);
        }
        while !self.series.is_empty() {
            let Some(part) = self.parts.front() else {
                self.series.start += 1;
                self.parts = self.parts();
                continue;
            };
            let range = Range {
                after: self.after,
                ..*part
            };
            let selection = self.reader.one(self.series.start, range);
            let page = self.reader.page(&selection, PIECE).await?;
            self.after = page.next;
            if page.next.is_none() {
                self.parts.pop_front();
            }
            if !page.rows.is_empty() {
                return Ok(Some(page.rows));
            }
        }
        Ok(None)
    }

    /// What is computed is cut into parts, for each piece of it would compute all that is left.
    fn parts(&self) -> VecDeque<Range> {
        let whole = self.reader.range();
        let members = self.reader.table.members(self.series.start);
        if members.is_empty() {
            return VecDeque::new();
        }
        match &*self.reader.plan {
            Plan::Buckets { aggregation, .. } => {
                let Grid::Every(width) = aggregation.grid else {
                    return VecDeque::from([whole]);
                };
                let is_stored =
                    matches!(aggregation.basis, Basis::Rollup(level) if level.width() == width);
                if is_stored {
                    return VecDeque::from([whole]);
                }
                let (from, to) = self.reader.span;
                let firsts: Option<Vec<_>> = members.iter().map(|member| member.first).collect();
                let first = firsts.and_then(|firsts| firsts.into_iter().min());
                let from = first.map_or(from, |first| from.max(first));
                parts(
                    whole,
                    (from, to),
                    TimeDelta::microseconds(width),
                    &aggregation.grid,
                )
            }
            _ => VecDeque::from([whole]),
        }
    }
}

/// Cuts an interval at edges of the grid, in the order in which the parts are read.
fn parts(
    whole: Range,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    width: TimeDelta,
    grid: &Grid,
) -> VecDeque<Range> {
    let mut parts = VecDeque::new();
    let mut start = grid.start(from);
    let piece = i32::try_from(PIECE).unwrap_or(i32::MAX);
    while start < to {
        let end = start.checked_add_signed(width * piece).unwrap_or(to);
        let part = Range {
            from: Some(start),
            to: Some(end.min(grid.end(to))),
            ..whole
        };
        match whole.order {
            Order::Ascending => parts.push_back(part),
            Order::Descending => parts.push_front(part),
        }
        start = end;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_the_interval_once() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        for order in [Order::Ascending, Order::Descending] {
            let whole = Range {
                from: None,
                to: None,
                order,
                after: None,
            };
            let grid = Grid::Every(10_000_000);
            let mut cut: Vec<Range> =
                parts(whole, (at(5), at(250_001)), TimeDelta::seconds(10), &grid).into();
            if order == Order::Descending {
                cut.reverse();
            }
            let bounds: Vec<_> = cut.iter().map(|part| (part.from, part.to)).collect();
            let some = |from, to| (Some(at(from)), Some(at(to)));
            assert_eq!(
                bounds,
                [
                    some(0, 100_000),
                    some(100_000, 200_000),
                    some(200_000, 250_010)
                ]
            );
        }
    }
}
