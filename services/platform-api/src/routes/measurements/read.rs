//! Carries out a plan.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sens_storage::query::buckets::{self, Aggregation};
use sens_storage::query::measurements::{self, Measurement, Order, Range, ReadingKey, Selection};
use sens_storage::query::targets::selection;
use sens_storage::query::{nearest, points};
use sens_storage::rollup::Level;
use sens_storage::{PgExecutor, PgPool};

use super::downsample::{Method, Sampler};
use super::fill;
use super::grammar::{Ask, Form};
use super::plan::Plan;
use super::rows::{Row, Table};
use crate::http::cursor;
use crate::problem::Problem;

/// Points read at once.
const POINTS: i64 = 50_000;

/// A plan with everything it takes.
#[derive(Clone)]
pub(super) struct Reader {
    /// Where to read.
    pub(super) pool: PgPool,
    /// The query.
    pub(super) ask: Arc<Ask>,
    /// Its series, and how rows come of them.
    pub(super) table: Arc<Table>,
    /// How it is answered.
    pub(super) plan: Arc<Plan>,
    /// Whose knowledge is shown.
    pub(super) as_of: Option<DateTime<Utc>>,
    /// From where to where, where the query leaves it open.
    pub(super) span: (DateTime<Utc>, DateTime<Utc>),
}

/// Rows, and the place after which there are more.
pub(super) struct Page {
    pub(super) rows: Vec<Row>,
    pub(super) next: Option<ReadingKey>,
}

impl Reader {
    /// All series.
    pub(super) fn selection(&self) -> Selection {
        selection(
            self.table.targets(),
            self.range(),
            self.ask.clock,
            self.as_of,
        )
    }

    /// One series.
    pub(super) fn one(&self, index: usize, range: Range) -> Selection {
        {
            let one = self.table.members(index).iter();
            selection(one, range, self.ask.clock, self.as_of)
        }
    }

    /// The range of the query.
    pub(super) fn range(&self) -> Range {
        self.ask.range()
    }

    /// A page of readings or of buckets.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub(super) async fn page(&self, selection: &Selection, limit: usize) -> Result<Page, Problem> {
        if let Plan::Buckets { aggregation, .. } = &*self.plan {
            let most = cursor::one_more(limit);
            let mut found = buckets::read_buckets(&self.pool, selection, aggregation, most).await?;
            let more = cursor::cut(&mut found, limit);
            return Ok(Page {
                next: found.last().filter(|_| more).map(|last| last.key),
                rows: found
                    .iter()
                    .filter_map(|bucket| self.table.bucket(bucket))
                    .collect(),
            });
        }
        self.readings(&self.pool, selection, limit).await
    }

    /// A page of readings.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub(super) async fn readings(
        &self,
        executor: impl PgExecutor<'_>,
        selection: &Selection,
        limit: usize,
    ) -> Result<Page, Problem> {
        let most = cursor::one_more(limit);
        let found = measurements::read_range(executor, selection, most).await?;
        Ok(self.cut(found, limit))
    }

    /// A page of what was read, which is one more where there are more.
    pub(super) fn cut(&self, mut found: Vec<Measurement>, limit: usize) -> Page {
        let more = cursor::cut(&mut found, limit);
        let next = found.last().filter(|_| more).map(|last| last.key);
        // In one piece: nearly every reading becomes a row, which a filter cannot know.
        let mut rows = Vec::with_capacity(found.len());
        let readings = found.into_iter();
        rows.extend(readings.filter_map(|reading| self.table.reading(reading)));
        Page { rows, next }
    }

    /// The rows of an answer without pages: filled buckets, points, nearest readings.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub(super) async fn all(&self) -> Result<Vec<Row>, Problem> {
        match (&*self.plan, &self.ask.form) {
            (Plan::Nearest(at), _) => {
                let found = nearest::read_nearest(&self.pool, &self.selection(), *at).await?;
                let mut rows: Vec<Option<Row>> = vec![None; self.table.count()];
                for row in found
                    .into_iter()
                    .filter_map(|found| self.table.reading(found))
                {
                    let far = |row: &Row| (row.recorded_at - *at).abs();
                    let known = &mut rows[row.series];
                    if known.as_ref().is_none_or(|known| far(&row) < far(known)) {
                        *known = Some(row);
                    }
                }
                Ok(rows.into_iter().flatten().collect())
            }
            (Plan::Points(level), Form::Points(count, method)) => {
                let mut rows = Vec::new();
                for index in 0..self.table.count() {
                    if self
                        .table
                        .members(index)
                        .iter()
                        .all(|member| member.metric.kind != "text")
                    {
                        let chosen = self.sample(index, *level, (*count, *method)).await?;
                        rows.extend(
                            chosen
                                .into_iter()
                                .map(|point| self.table.point(index, point)),
                        );
                    }
                }
                Ok(rows)
            }
            (
                Plan::Buckets {
                    aggregation,
                    starts,
                },
                _,
            ) => self.filled(aggregation, starts).await,
            (Plan::Raw | Plan::Points(_), _) => Ok(Vec::new()),
        }
    }

    async fn sample(
        &self,
        index: usize,
        level: Option<Level>,
        (count, method): (usize, Method),
    ) -> Result<Vec<(i64, f64)>, Problem> {
        let mut selection = self.one(index, self.range());
        let members = self.table.members(index).iter();
        let firsts: Option<Vec<_>> = members.clone().map(|member| member.first).collect();
        let first = firsts.and_then(|firsts| firsts.into_iter().min());
        let first = self.ask.from.or(first).unwrap_or(self.span.0);
        let newest = members.map(|member| member.metric.newest).max();
        let newest = newest.unwrap_or(self.span.1);
        let end = self.ask.to.unwrap_or(newest);
        let interval = (
            first.timestamp_micros(),
            end.timestamp_micros().saturating_add(1),
        );
        let mut sampler = Sampler::new(count, method, interval);
        loop {
            let place = match level {
                None => self.sample_readings(&selection, &mut sampler).await?,
                Some(level) => self.sample_buckets(&selection, level, &mut sampler).await?,
            };
            if place.is_none() {
                return Ok(sampler.finish());
            }
            selection.range.after = place;
        }
    }

    async fn sample_readings(
        &self,
        selection: &Selection,
        sampler: &mut Sampler,
    ) -> Result<Option<ReadingKey>, Problem> {
        let found = points::read_points(&self.pool, selection, POINTS).await?;
        for (at, _, _, value) in &found {
            sampler.push((at.timestamp_micros(), *value));
        }
        let is_full = found.len() as u64 == POINTS.unsigned_abs();
        let last = found.last().filter(|_| is_full);
        Ok(last.and_then(|last| points::place(selection, *last)))
    }

    /// The extremes of a bucket stand at its first and last reading: when exactly they were is not known.
    async fn sample_buckets(
        &self,
        selection: &Selection,
        level: Level,
        sampler: &mut Sampler,
    ) -> Result<Option<ReadingKey>, Problem> {
        let wanted = Aggregation::of(level);
        let found = buckets::read_buckets(&self.pool, selection, &wanted, POINTS).await?;
        for bucket in &found {
            let (Some(min), Some(max), Some(first)) = (bucket.min, bucket.max, bucket.first) else {
                continue;
            };
            let falls = (max - first).abs() < (first - min).abs();
            let (early, late) = if falls { (max, min) } else { (min, max) };
            sampler.push((bucket.first_at.timestamp_micros(), early));
            if bucket.n > 1 {
                sampler.push((bucket.last_at.timestamp_micros(), late));
            }
        }
        let is_full = found.len() as u64 == POINTS.unsigned_abs();
        Ok(found.last().filter(|_| is_full).map(|last| last.key))
    }

    async fn filled(
        &self,
        aggregation: &Aggregation,
        starts: &[DateTime<Utc>],
    ) -> Result<Vec<Row>, Problem> {
        let Form::Buckets(wanted) = &self.ask.form else {
            return Ok(Vec::new());
        };
        let mut selection = self.selection();
        selection.range.order = Order::Ascending;
        let found = buckets::read_buckets(&self.pool, &selection, aggregation, i64::MAX).await?;
        let mut by_series: Vec<Vec<Row>> = (0..self.table.count()).map(|_| Vec::new()).collect();
        for row in found.iter().filter_map(|bucket| self.table.bucket(bucket)) {
            by_series[row.series].push(row);
        }
        let width = wanted.aggregates.len();
        let mut rows: Vec<Row> = Vec::with_capacity(by_series.len() * starts.len());
        for (index, found) in by_series.into_iter().enumerate() {
            rows.extend(fill::fill(index, found, starts, wanted.fill, width));
        }
        rows.sort_by_key(|row| (row.recorded_at, row.series));
        if self.ask.order == Order::Descending {
            rows.reverse();
        }
        Ok(rows)
    }
}
