//! One pass over the marks.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use sens_schema::Micros;
use sqlx::error::DatabaseError;
use sqlx::postgres::PgArguments;
use sqlx::query::{Query, QueryAs};
use sqlx::{Connection, Executor, PgConnection, PgPool, Postgres};

use super::levels::Level;
use super::marks::Marks;
use super::plan::{Floors, Span, Work, plan};
use super::{series, sql};
use crate::Error;
use crate::instant::timestamp;
use crate::work::Turn;

const TURN: &str = "sens.rollup";

/// Series in an hour that one pass recomputes: bounds what it keeps in memory.
const SERIES: usize = 20_000;
/// Of them in one transaction, where nobody waits meanwhile.
const SLICE: usize = 5_000;
/// Marks (of a series in an hour) looked at by one pass. Far more, because under load most of them name the same series.
const ENTRIES: i64 = 2_000_000;
/// Rows of marks looked at by one pass.
const ROWS: i64 = 5_000;
/// Marks read at once. Those of past readings hardly name a series twice, so that few of them fill a pass.
const AT_ONCE: i64 = 50_000;

const NEXT: &str = "
    SELECT id, hour, entries FROM (
        SELECT id, hour, entries, sum(entries) OVER (ORDER BY id) - entries AS before
        FROM (SELECT id, hour, entries FROM rollup_mark ORDER BY id LIMIT $1) AS oldest
    ) AS running
    WHERE before < $2";

const ENSURE: &str = "
    SELECT ensure_partition(name, start) FROM (
        SELECT DISTINCT name, date_trunc(span, hour, 'UTC') AS start
        FROM time_table, unnest($1::timestamptz[]) AS hour WHERE name IN ('rollup_1m', 'rollup_1h', 'rollup_1d')
    ) AS needed
    ORDER BY name, start";

const SEEN: &str = "SELECT id, hour, device_ids, metric_ids, minutes FROM rollup_mark WHERE id = ANY($1) ORDER BY id";

const FLOORS: &str = "SELECT class, metric_id, dropped_before FROM retention_floor";

const BACKLOG: &str = "
    SELECT coalesce(sum(entries), 0)::bigint,
           coalesce(extract(epoch FROM now() - min(marked_at)), 0)::float8 FROM rollup_mark";

const TICK: &str = "
    WITH old AS (DELETE FROM commit_clock WHERE at < statement_timestamp() - interval '1 hour')
    INSERT INTO commit_clock (at, xid) VALUES (statement_timestamp(), pg_current_xact_id()) ON CONFLICT DO NOTHING";

/// What a pass did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// Another process recomputes at this moment.
    Elsewhere,
    /// There was nothing to do.
    Idle,
    /// Marks were worked off.
    Done {
        /// How many: one for each device, metric and hour that a batch touched.
        marks: usize,
        /// Whether as many wait as fit into a pass, or more.
        more: bool,
    },
}

/// What waits to be recomputed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backlog {
    /// Marks.
    pub pending: i64,
    /// Age of the oldest mark.
    pub lag: Duration,
}

/// How far a pass is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Another process recomputes at this moment: the pass is over, and its marks wait.
    Elsewhere,
    /// Series are left.
    Going,
    /// It is over.
    Done,
}

/// The turn to recompute, held by one session of the database at a time. It ends with this value, whatever happens.
#[derive(Debug)]
pub struct Rollups {
    turn: Turn,
}

/// A pass that is under way. Given up at any point, it leaves its marks to the next one.
#[derive(Debug)]
pub struct UnderWay {
    ids: Vec<i64>,
    /// By series, so that one slice has all that is marked of a series.
    left: BTreeMap<(i64, i32, Micros), i64>,
    /// Marks that it began with: one for each device, metric and hour.
    pub marks: usize,
    /// Whether as many wait as fit into a pass, or more.
    pub more: bool,
}

impl UnderWay {
    /// Marks that are left.
    pub fn left(&self) -> usize {
        self.left.len()
    }

    /// Takes the next `count` marks, and what else is marked of the last series of them.
    fn take(&mut self, count: usize) -> Marks {
        let last = self.left.keys().nth(count.saturating_sub(1)).copied();
        let rest =
            last.map(|(device, metric, _)| self.left.split_off(&(device, metric, Micros::MAX)));
        let taken = std::mem::replace(&mut self.left, rest.unwrap_or_default());
        let by_hour = |((device, metric, hour), minutes)| ((hour, device, metric), minutes);
        Marks(taken.into_iter().map(by_hour).collect())
    }
}

/// Takes the turn to recompute; `None` while another session has it.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn take_rollups(pool: &PgPool) -> Result<Option<Rollups>, Error> {
    let Some(mut turn) = Turn::take(pool, TURN).await? else {
        return Ok(None);
    };
    // Of a process that is frozen the server takes it back.
    sqlx::query("SET idle_session_timeout = '5min'")
        .execute(&mut turn.connection)
        .await
        .map_err(Error::during("limit a turn"))?;
    Ok(Some(Rollups { turn }))
}

impl Rollups {
    /// Looks what the oldest marks name; `None` when there are none.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`].
    pub async fn begin(&mut self) -> Result<Option<UnderWay>, Error> {
        begin(&mut self.turn.connection).await
    }

    /// Recomputes what `count` marks of a pass name, in a transaction. Its snapshot is newer than the marks, so it holds every
    /// reading they speak of; the marks go with the last slice.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Query`]: nothing is changed by this slice, and all marks of the pass wait.
    pub async fn slice(&mut self, pass: &mut UnderWay, count: usize) -> Result<Step, Error> {
        slice(&mut self.turn.connection, pass, count).await
    }

    /// Gives the turn back.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn end(self) -> Result<(), Error> {
        self.turn.end().await
    }
}

/// Recomputes what the oldest marks name, without pauses. Only one process does so at a time.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`]: the marks wait.
pub async fn recompute(pool: &PgPool) -> Result<Pass, Error> {
    let mut connection = pool.acquire().await.map_err(Error::during("connect"))?;
    let Some(mut pass) = begin(&mut connection).await? else {
        return Ok(Pass::Idle);
    };
    loop {
        match slice(&mut connection, &mut pass, SLICE).await? {
            Step::Going => {}
            Step::Elsewhere => return Ok(Pass::Elsewhere),
            Step::Done => {
                return Ok(Pass::Done {
                    marks: pass.marks,
                    more: pass.more,
                });
            }
        }
    }
}

async fn begin(connection: &mut PgConnection) -> Result<Option<UnderWay>, Error> {
    let next: Vec<(i64, DateTime<Utc>, i32)> = sqlx::query_as(NEXT)
        .bind(ROWS)
        .bind(ENTRIES)
        .fetch_all(&mut *connection)
        .await
        .map_err(Error::during("look for rollup marks"))?;
    if next.is_empty() {
        return Ok(None);
    }
    let hours: Vec<DateTime<Utc>> = next.iter().map(|row| row.1).collect();
    let entries: i64 = next.iter().map(|row| i64::from(row.2)).sum();
    let is_full = entries >= ENTRIES || next.len() as u64 >= ROWS.unsigned_abs();
    sqlx::query(ENSURE)
        .bind(hours)
        .execute(&mut *connection)
        .await
        .map_err(Error::during("make partitions for rollups"))?;
    let (mut seen, mut marks) = (Vec::with_capacity(next.len()), Marks::default());
    for ids in portions(&next) {
        if marks.0.len() >= SERIES {
            break;
        }
        look(connection, &ids, &mut seen, &mut marks).await?;
    }
    let by_series = |((hour, device, metric), minutes)| ((device, metric, hour), minutes);
    Ok(Some(UnderWay {
        more: seen.len() < next.len() || is_full,
        ids: seen,
        marks: marks.0.len(),
        left: marks.0.into_iter().map(by_series).collect(),
    }))
}

async fn slice(
    connection: &mut PgConnection,
    pass: &mut UnderWay,
    count: usize,
) -> Result<Step, Error> {
    let mut transaction = connection
        .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ")
        .await
        .map_err(Error::during("begin a transaction"))?;
    if !take_lock(&mut transaction).await? {
        return Ok(Step::Elsewhere);
    }
    let marks = pass.take(count);
    recompute_marked(&mut transaction, &marks).await?;
    let done = pass.left.is_empty();
    if done {
        sqlx::query("DELETE FROM rollup_mark WHERE id = ANY($1)")
            .bind(&pass.ids)
            .execute(&mut *transaction)
            .await
            .map_err(Error::during("delete rollup marks"))?;
    }
    transaction
        .commit()
        .await
        .map_err(Error::during("commit the rollups"))?;
    Ok(if done { Step::Done } else { Step::Going })
}

async fn recompute_marked(connection: &mut PgConnection, marks: &Marks) -> Result<(), Error> {
    let floors = floors(connection).await?;
    for level in [Level::Minute, Level::Hour] {
        work_off(connection, level, &plan(level, marks, &floors)).await?;
    }
    let work = plan(Level::Day, marks, &floors);
    let days: BTreeSet<Span> = [&work.from_finer, &work.from_readings, &work.onto_base]
        .into_iter()
        .flatten()
        .copied()
        .collect();
    let before = series::days(connection, &days).await?;
    work_off(connection, Level::Day, &work).await?;
    let after = series::days(connection, &days).await?;
    series::follow(connection, &before, &after).await
}

/// How much waits, and for how long.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn backlog(pool: &PgPool) -> Result<Backlog, Error> {
    let (pending, age): (i64, f64) = sqlx::query_as(BACKLOG)
        .fetch_one(pool)
        .await
        .map_err(Error::during("count rollup marks"))?;
    Ok(Backlog {
        pending,
        lag: Duration::try_from_secs_f64(age).unwrap_or_default(),
    })
}

/// Notes the time and the number of this transaction, so that reads as of a past moment know what is settled.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn tick(pool: &PgPool) -> Result<(), Error> {
    sqlx::query(TICK)
        .execute(pool)
        .await
        .map(drop)
        .map_err(Error::during("note what is settled"))
}

/// Before the snapshot: what another process deleted while we waited would otherwise still be seen.
async fn take_lock(connection: &mut PgConnection) -> Result<bool, Error> {
    let taken = connection
        .execute("SET LOCAL jit = off; LOCK TABLE rollup_lock IN EXCLUSIVE MODE NOWAIT")
        .await;
    match taken {
        Ok(_) => Ok(true),
        Err(error) => {
            let code = error.as_database_error().and_then(DatabaseError::code);
            if code.as_deref() == Some("55P03") {
                return Ok(false);
            }
            Err(Error::during("take the lock of the rollups")(error))
        }
    }
}

/// The ids of rows of marks, parted so that each part has about [`AT_ONCE`] marks.
fn portions(rows: &[(i64, DateTime<Utc>, i32)]) -> Vec<Vec<i64>> {
    let mut portions: Vec<Vec<i64>> = Vec::new();
    let mut room = 0;
    for (id, _, entries) in rows {
        if room <= 0 {
            portions.push(Vec::new());
            room = AT_ONCE;
        }
        if let Some(portion) = portions.last_mut() {
            portion.push(*id);
        }
        room -= i64::from(*entries);
    }
    portions
}

/// Merges rows of marks to those there are already, up to so many as one pass recomputes.
async fn look(
    connection: &mut PgConnection,
    ids: &[i64],
    seen: &mut Vec<i64>,
    marks: &mut Marks,
) -> Result<(), Error> {
    type Row = (i64, DateTime<Utc>, Vec<i64>, Vec<i32>, Vec<i64>);
    let mut rows = sqlx::query_as::<_, Row>(SEEN).bind(ids).fetch(connection);
    while marks.0.len() < SERIES
        && let Some((id, hour, devices, metrics, minutes)) = rows
            .try_next()
            .await
            .map_err(Error::during("read rollup marks"))?
    {
        seen.push(id);
        let hour = hour.timestamp_micros();
        for ((device, metric), minutes) in devices.into_iter().zip(metrics).zip(minutes) {
            marks.merge((hour, device, metric), minutes);
        }
    }
    Ok(())
}

async fn floors(connection: &mut PgConnection) -> Result<Floors, Error> {
    let rows: Vec<(String, i32, DateTime<Utc>)> = sqlx::query_as(FLOORS)
        .fetch_all(connection)
        .await
        .map_err(Error::during("read what retention has dropped"))?;
    let floors = rows
        .into_iter()
        .map(|(class, metric, before)| ((class, metric), before.timestamp_micros()));
    Ok(Floors(floors.collect::<HashMap<_, _>>()))
}

async fn work_off(connection: &mut PgConnection, level: Level, work: &Work) -> Result<(), Error> {
    let steps = [
        (
            &work.from_readings,
            sql::from_readings as fn(Level) -> String,
        ),
        (&work.from_finer, sql::from_finer),
        (&work.onto_base, sql::keep_base),
        (&work.onto_base, sql::onto_base),
    ];
    for (spans, statement) in steps {
        let Some(ranges) = Ranges::of(spans) else {
            continue;
        };
        ranges
            .bind(sqlx::query(sqlx::AssertSqlSafe(statement(level))))
            .execute(&mut *connection)
            .await
            .map_err(Error::during("recompute rollups"))?;
    }
    Ok(())
}

/// Spans as the statements take them.
pub(super) struct Ranges {
    devices: Vec<i64>,
    metrics: Vec<i32>,
    starts: Vec<DateTime<Utc>>,
    ends: Vec<DateTime<Utc>>,
    first: DateTime<Utc>,
    last: DateTime<Utc>,
}

impl Ranges {
    /// `None` when there is no span.
    pub(super) fn of(spans: &BTreeSet<Span>) -> Option<Self> {
        let starts: Vec<_> = spans.iter().map(|span| timestamp(span.2)).collect();
        let ends: Vec<_> = spans.iter().map(|span| timestamp(span.3)).collect();
        Some(Self {
            devices: spans.iter().map(|span| span.0).collect(),
            metrics: spans.iter().map(|span| span.1).collect(),
            first: *starts.iter().min()?,
            last: *ends.iter().max()?,
            starts,
            ends,
        })
    }

    fn bind(self, query: Query<'_, Postgres, PgArguments>) -> Query<'_, Postgres, PgArguments> {
        query
            .bind(self.devices)
            .bind(self.metrics)
            .bind(self.starts)
            .bind(self.ends)
            .bind(self.first)
            .bind(self.last)
    }

    pub(super) fn bind_as<T>(
        self,
        query: QueryAs<'_, Postgres, T, PgArguments>,
    ) -> QueryAs<'_, Postgres, T, PgArguments> {
        query
            .bind(self.devices)
            .bind(self.metrics)
            .bind(self.starts)
            .bind(self.ends)
            .bind(self.first)
            .bind(self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_has_all_that_is_marked_of_its_series() {
        let marked = [
            (1, 1, 0),
            (1, 1, 1),
            (1, 2, 0),
            (2, 1, 0),
            (2, 1, 1),
            (2, 1, 2),
        ];
        for count in 0..8 {
            let mut pass = UnderWay {
                ids: Vec::new(),
                left: marked.map(|key| (key, 1)).into(),
                marks: marked.len(),
                more: false,
            };
            let mut slices = Vec::new();
            while pass.left() > 0 {
                let series = pass.take(count).0.into_keys();
                slices.push(series.map(|(_, device, metric)| (device, metric)).collect());
            }
            let series: BTreeSet<(i64, i32)> = slices.iter().flatten().copied().collect();
            let apart: usize = slices.iter().map(BTreeSet::len).sum();
            assert_eq!((series.len(), apart), (3, 3), "{count}: {slices:?}");
            assert!(count < 6 || slices.len() == 1, "{count}: {slices:?}");
        }
    }
    #[test]
    fn marks_are_read_in_portions() {
        let rows = |entries: &[i32]| -> Vec<(i64, DateTime<Utc>, i32)> {
            let numbered = (0..).zip(entries);
            numbered
                .map(|(id, entries)| (id, DateTime::UNIX_EPOCH, *entries))
                .collect()
        };
        assert!(portions(&[]).is_empty());
        assert_eq!(portions(&rows(&[1, 2, 3])), [vec![0, 1, 2]]);
        assert_eq!(
            portions(&rows(&[30_000, 20_000, 60_000, 0, 1])),
            [vec![0, 1], vec![2], vec![3, 4]]
        );
    }
}
