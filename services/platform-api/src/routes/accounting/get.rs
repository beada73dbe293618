//! `GET /v1/accounting`.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use sens_storage::query::accounting::{EpochSplit, read_ledger};
use serde::Serialize;
use utoipa::ToSchema;

use super::balance::{self, MessageAccount, ReadingAccount};
use super::device;
use super::losses::{self, Loss, LostRange, Span, lost_messages, missing_rows};
use crate::app::App;
use crate::auth::Viewer;
use crate::http::params::Params;
use crate::http::time::Timestamp;
use crate::problem::{AccessErrors, Code, NotFoundError, ParameterErrors, Problem};
use crate::routes::messages::current_epoch;

/// Rows are compared with the ledger over this time when no interval is given...
const RECENT: TimeDelta = TimeDelta::minutes(15);
/// ...and over at most this when one is: the end of it.
const LONGEST: TimeDelta = TimeDelta::days(1);

/// Whether everything that arrived is accounted for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Accounting {
    /// Start of the interval; `null` for the beginning.
    from: Option<Timestamp>,
    /// End of the interval; `null` for now.
    to: Option<Timestamp>,
    /// The device whose account it is; `null` for all.
    device: Option<String>,
    /// Messages.
    messages: MessageAccount,
    /// Readings.
    readings: ReadingAccount,
    /// `received = parsed + failed + control + dead + in_flight`, `decoded = processed + duplicate + error`, and nothing
    /// in `losses`.
    balanced: bool,
    /// What is lost, at most 100 of each kind: by sequence and time.
    losses: Vec<Loss>,
    /// The arrivals whose rows were compared with the ledger; `null` when retention has dropped them, or when it would
    /// have taken too long.
    rows_checked: Option<CheckedSpan>,
}

/// Arrivals whose rows were compared with the ledger.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckedSpan {
    /// Inclusive start.
    from: Timestamp,
    /// Exclusive end.
    to: Timestamp,
}

/// An account before it is written down.
pub(super) struct Account {
    pub(super) messages: MessageAccount,
    pub(super) readings: ReadingAccount,
    pub(super) balanced: bool,
    pub(super) losses: Vec<Loss>,
    pub(super) rows_checked: Option<Span>,
}

/// Received, stored and lost
///
/// The interval is by arrival, in whole minutes: both ends are widened to them. Left out, it is everything. What is lost
/// is named: messages that left the stream before they were committed, and rows that somebody deleted. Rows are compared
/// over the last 24 hours of the interval, or over the last 15 minutes when none is given. The account of a `device` goes
/// back one day when `from` is left out, and is made of what its messages say of it alone.
#[utoipa::path(
    get,
    path = "/v1/accounting",
    tag = "operation",
    params(
        ("from" = Option<String>, Query, description = "inclusive start, RFC 3339"),
        ("to" = Option<String>, Query, description = "exclusive end, RFC 3339"),
        ("device" = Option<String>, Query, description = "serial: the account of this device alone")
    ),
    responses(
        (status = 200, description = "the account", body = Accounting),
        NotFoundError,
        ParameterErrors,
        AccessErrors
    )
)]
pub(crate) async fn accounting(
    _: Viewer,
    State(app): State<App>,
    mut params: Params,
) -> Result<Json<Accounting>, Problem> {
    let (from, to) = params.interval();
    let device = params.text("device");
    params.finish()?;
    let (mut from, to) = (from.map(minute_of), to.map(minute_after));
    let end = to.unwrap_or_else(|| minute_after(Utc::now()) + TimeDelta::minutes(1));
    let account = match &device {
        Some(serial) => {
            let start = *from.get_or_insert(end - device::WITHOUT_START);
            device::account(
                &app,
                serial,
                Span {
                    from: start,
                    to: end,
                },
            )
            .await?
        }
        None => of_all(&app, from, to, end).await?,
    };
    Ok(Json(Accounting {
        from: from.map(Timestamp),
        to: to.map(Timestamp),
        device,
        messages: account.messages,
        readings: account.readings,
        balanced: account.balanced,
        losses: account.losses,
        rows_checked: account.rows_checked.map(|span| CheckedSpan {
            from: Timestamp(span.from),
            to: Timestamp(span.to),
        }),
    }))
}

async fn of_all(
    app: &App,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    end: DateTime<Utc>,
) -> Result<Account, Problem> {
    let is_open = to.is_none_or(|to| to > Utc::now());
    // The stream first: what is committed meanwhile is in the ledger then, and never counted as lost.
    let current = match current_epoch(app).await {
        Ok(current) => Some(current),
        // The account of a time that is over can do without.
        Err(_) if !is_open => None,
        Err(problem) => return Err(problem),
    };
    let split = current.as_ref().map_or(
        EpochSplit {
            epoch: None,
            floor: 0,
            last: 0,
        },
        |(epoch, status)| balance::split(*epoch, status),
    );
    let lost = match &current {
        Some((Some(epoch), status)) => lost_messages(app, *epoch, status).await?,
        _ => Vec::new(),
    };
    let (totals, committed) = read_ledger(&app.pools.primary, from, to, split).await?;
    let lost_after: u64 = lost
        .iter()
        .filter(|range| range.sequences.start().cast_signed() > split.floor)
        .map(LostRange::count)
        .sum();
    let in_flight = if is_open {
        balance::in_flight(split, committed, lost_after)
    } else {
        0
    };
    let within: Vec<&LostRange> = lost
        .iter()
        .filter(|range| range.touches(from, to))
        .collect();
    let lost_within = within.iter().map(|range| range.count()).sum();
    let balance = balance::balance(&totals, in_flight, lost_within);
    let start = match (from, to) {
        (Some(from), _) => from.max(end - LONGEST),
        (None, _) => end - RECENT,
    };
    let (rows_checked, missing) = rows(
        app,
        Span {
            from: start,
            to: end,
        },
    )
    .await?;
    let mut losses: Vec<Loss> = within
        .into_iter()
        .take(losses::NAMED)
        .map(|range| range.loss(split.epoch.unwrap_or_default()))
        .collect();
    losses.extend(missing);
    Ok(Account {
        messages: balance.messages,
        readings: balance.readings,
        balanced: balance.balanced && losses.is_empty(),
        losses,
        rows_checked,
    })
}

/// Compares the rows, where there are any and it does not take too long.
async fn rows(app: &App, span: Span) -> Result<(Option<Span>, Vec<Loss>), Problem> {
    let Some(kept) = span.kept(app).await? else {
        return Ok((None, Vec::new()));
    };
    match missing_rows(app, kept, None).await {
        Ok(missing) => Ok((Some(kept), missing)),
        Err(problem) if problem.is(Code::QueryTimeout) => Ok((None, Vec::new())),
        Err(problem) => Err(problem),
    }
}

fn minute_of(time: DateTime<Utc>) -> DateTime<Utc> {
    time.duration_trunc(TimeDelta::minutes(1)).unwrap_or(time)
}

fn minute_after(time: DateTime<Utc>) -> DateTime<Utc> {
    let minute = minute_of(time);
    if minute == time {
        time
    } else {
        minute + TimeDelta::minutes(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_widened_to_minutes() {
        let at = |text: &str| crate::http::time::parse(text).unwrap();
        let within = at("2026-11-20T10:00:30.5Z");
        assert_eq!(minute_of(within), at("2026-11-20T10:00:00Z"));
        assert_eq!(minute_after(within), at("2026-11-20T10:01:00Z"));
        assert_eq!(
            minute_after(at("2026-11-20T10:01:00Z")),
            at("2026-11-20T10:01:00Z")
        );
    }
}
