//! From a query to its answer.

use std::sync::Arc;

use axum::http::Uri;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use sens_storage::query::Scope;
use sens_storage::query::buckets::{self, Basis};
use sens_storage::query::measurements::{Clock, Measurement};
use sens_storage::query::targets::{Target, Targets, find_targets};
use sens_storage::query::{estimate, history, named_series};
use sens_storage::{PgConnection, PgExecutor};

use super::format::{self, About, Format};
use super::grammar::{Ask, Fill, Form, USUAL_PAGE, write_place};
use super::pieces::Pieces;
use super::plan::{self, Facts, MOST_SERIES, Plan};
use super::read::Reader;
use super::rows::Table;
use super::whole::Whole;
use crate::app::App;
use crate::http::cursor;
use crate::http::time::Timestamp;
use crate::problem::{Code, Problem};
use crate::routes::devices::not_found;

/// Answers a query; about one device when its serial is given. `uri` names the next page, where the query came in it.
///
/// # Errors
/// `device_not_found`, `invalid_parameter`, `query_too_large`, or when the database cannot answer.
pub(super) async fn answer(
    app: &App,
    scope: &Scope,
    serial: Option<String>,
    ask: Ask,
    format: Format,
    uri: Option<&Uri>,
) -> Result<Response, Problem> {
    let now = Utc::now();
    let as_of = settle(app, ask.as_of).await?;
    let is_pageless = is_pageless(&ask.form);
    let is_whole =
        format != Format::Json && ask.limit.is_none() && ask.after.is_none() && !is_pageless;
    let mut connection = app.reads.acquire().await?;
    let found = if is_whole {
        None
    } else {
        at_once(&mut connection, scope, &ask, as_of).await?
    };
    let (targets, readings) = match found {
        Some((target, readings)) => (Targets::from(target), Some(readings)),
        None => (targets(&mut *connection, scope, &ask).await?, None),
    };
    // A page of readings takes one connection for all its statements. Nobody waits for a second one while it holds one.
    let is_quick = ask.form == Form::Raw && !is_whole && !must_count(&ask, targets.targets.len());
    let connection = if is_quick && readings.is_none() {
        Some(connection)
    } else {
        connection.keep();
        None
    };
    let reader = prepare(app, ask, targets, (as_of, is_whole, now)).await?;
    let mut about = about(&reader, serial).await?;
    if is_whole {
        return format::stream(format, &about, Whole::new(reader));
    }
    let (rows, next) = if is_pageless {
        (reader.all().await?, None)
    } else {
        let limit = page_size(&reader.ask);
        let page = match (readings, connection) {
            (Some(readings), _) => reader.cut(readings, limit),
            (None, Some(mut connection)) => {
                let selection = reader.selection();
                let page = reader.readings(&mut *connection, &selection, limit).await?;
                connection.keep();
                page
            }
            (None, None) => reader.page(&reader.selection(), limit).await?,
        };
        (page.rows, page.next)
    };
    about.complete &= next.is_none();
    let next = next.map(|key| cursor::encode(reader.ask.fingerprint, &write_place(&key)));
    let shape = (reader.ask.columns, next.as_deref());
    let response = format::answer(format, &about, &reader.table, &rows, shape)?;
    let link = uri
        .zip(next.as_deref())
        .map(|(uri, next)| cursor::link(uri, next));
    Ok((link, response).into_response())
}

/// Readings of one metric of one device as they are now: found and read in one statement, where nothing is special about them.
async fn at_once(
    connection: &mut PgConnection,
    scope: &Scope,
    ask: &Ask,
    as_of: Option<DateTime<Utc>>,
) -> Result<Option<(Target, Vec<Measurement>)>, Problem> {
    let ([serial], [metric]) = (&*ask.devices, &*ask.metrics) else {
        return Ok(None);
    };
    if ask.form != Form::Raw || ask.clock != Clock::Device || as_of.is_some() {
        return Ok(None);
    }
    let most = cursor::one_more(page_size(ask));
    let scope = narrowed(scope, ask);
    Ok(named_series::read(connection, &scope, (serial, metric), ask.range(), most).await?)
}

fn page_size(ask: &Ask) -> usize {
    ask.limit.unwrap_or(USUAL_PAGE)
}

/// What has no pages is computed at once.
fn is_pageless(form: &Form) -> bool {
    match form {
        Form::Raw => false,
        Form::Buckets(wanted) => wanted.fill != Fill::None,
        Form::Points(..) | Form::Nearest(_) => true,
    }
}

/// A whole answer that nobody has begun to read.
pub(crate) struct Unread {
    reader: Reader,
    format: Format,
}

impl Unread {
    /// The devices that it tells of.
    pub(crate) fn serials(&self) -> Vec<String> {
        let mut serials: Vec<String> = self
            .reader
            .table
            .targets()
            .map(|target| target.serial.to_string())
            .collect();
        serials.dedup();
        serials
    }

    /// Begins to read it.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub(crate) async fn pieces(self) -> Result<Pieces, Problem> {
        let about = about(&self.reader, None).await?;
        let whole = if is_pageless(&self.reader.ask.form) {
            Whole::pageless(self.reader)
        } else {
            Whole::new(self.reader)
        };
        Pieces::new(self.format, &about, whole)
    }
}

/// Plans a query whose answer is wanted as a whole.
///
/// # Errors
/// `device_not_found`, `invalid_parameter`, `query_too_large`, or when the database cannot answer.
pub(super) async fn unread(
    app: &App,
    scope: &Scope,
    ask: Ask,
    format: Format,
) -> Result<Unread, Problem> {
    let as_of = settle(app, ask.as_of).await?;
    let targets = targets(&app.pools.read, scope, &ask).await?;
    let is_whole = !is_pageless(&ask.form);
    let reader = prepare(app, ask, targets, (as_of, is_whole, Utc::now())).await?;
    Ok(Unread { reader, format })
}

/// The moment that an answer can show: what was asked for, or the newest one up to which everything is committed.
async fn settle(app: &App, asked: Option<DateTime<Utc>>) -> Result<Option<DateTime<Utc>>, Problem> {
    let Some(asked) = asked else {
        return Ok(None);
    };
    let settled = history::settled(&app.pools.read).await?.unwrap_or_default();
    Ok(Some(asked.min(settled)))
}

/// The series that the query is about.
async fn targets(
    executor: impl PgExecutor<'_>,
    scope: &Scope,
    ask: &Ask,
) -> Result<Targets, Problem> {
    let given = |names: &'_ [String]| (!names.is_empty()).then(|| names.to_vec());
    let (devices, metrics) = (given(&ask.devices), given(&ask.metrics));
    let scope = narrowed(scope, ask);
    let found = find_targets(
        executor,
        &scope,
        devices.as_deref(),
        metrics.as_deref(),
        MOST_SERIES,
    )
    .await?;
    match found.missing.as_slice() {
        [] => Ok(found),
        [serial] => Err(not_found(serial)),
        several => {
            let detail = format!("there are no devices {}", several.join(", "));
            Err(Problem::new(Code::DeviceNotFound, detail))
        }
    }
}

/// The devices of a scope that all selectors of the query take.
fn narrowed(scope: &Scope, ask: &Ask) -> Scope {
    let selectors = ask.labels.iter();
    selectors.fold(scope.clone(), |scope, selector| scope.narrowed(selector))
}

/// Plans the query with what is known of its series.
async fn prepare(
    app: &App,
    ask: Ask,
    found: Targets,
    (as_of, is_whole, now): (Option<DateTime<Utc>>, bool, DateTime<Utc>),
) -> Result<Reader, Problem> {
    let firsts: Option<Vec<_>> = found.targets.iter().map(|target| target.first).collect();
    let mut facts = Facts {
        series: found.targets.len(),
        first: firsts.and_then(|firsts| firsts.into_iter().min()),
        newest: found
            .targets
            .iter()
            .map(|target| target.metric.newest)
            .max(),
        readings: 0,
    };
    let span = plan::span(&ask, &facts, now);
    let mut reader = Reader {
        pool: app.pools.read.clone(),
        table: Arc::new(Table::new(&ask, found.targets)?),
        ask: Arc::new(ask),
        plan: Arc::new(Plan::Raw),
        as_of,
        span,
    };
    if facts.series <= MOST_SERIES && must_count(&reader.ask, facts.series) {
        facts.readings = estimate::count_readings(&app.pools.read, &reader.selection()).await?;
    }
    reader.plan = Arc::new(plan::plan(&reader.ask, &facts, is_whole, now)?);
    Ok(reader)
}

/// Whether the plan depends on how much there is: pages of a few series cost what they give.
fn must_count(ask: &Ask, series: usize) -> bool {
    match &ask.form {
        Form::Nearest(_) => false,
        Form::Raw => ask.clock == Clock::Received || series > 100,
        Form::Buckets(_) | Form::Points(..) => true,
    }
}

/// What is to be said about the answer as a whole; whether it has everything is not known yet.
async fn about(reader: &Reader, serial: Option<String>) -> Result<About, Problem> {
    let source = match &*reader.plan {
        Plan::Buckets { aggregation, .. } => match aggregation.basis {
            Basis::Rollup(level) => Some(level),
            Basis::Readings => None,
        },
        Plan::Points(level) => *level,
        Plan::Raw | Plan::Nearest(_) => None,
    };
    let newest = || {
        reader
            .table
            .targets()
            .map(|target| target.metric.newest)
            .max()
    };
    let (pending, watermark) = if source.is_some() {
        let selection = reader.selection();
        (
            buckets::is_pending(&reader.pool, &selection).await?,
            buckets::rolled_up_to(&reader.pool, &selection).await?,
        )
    } else {
        (false, newest())
    };
    let known = |newest: DateTime<Utc>| reader.as_of.map_or(newest, |as_of| newest.min(as_of));
    Ok(About {
        serial,
        source: source.map_or("raw", sens_storage::rollup::Level::table),
        complete: !pending,
        watermark: watermark.map(known).map(Timestamp),
        as_of: reader.as_of.map(Timestamp),
    })
}
