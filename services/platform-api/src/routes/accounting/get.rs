//! `GET /v1/accounting`.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use sens_schema::subject::RAW_STREAM;
use sens_schema::time;
use sens_storage::query::accounting::{EpochSplit, read_ledger};
use sens_storage::query::epochs::stream_epoch;
use serde::Serialize;
use utoipa::ToSchema;

use super::balance::{self, MessageAccount, ReadingAccount};
use crate::app::App;
use crate::auth::Viewer;
use crate::http::params::Params;
use crate::http::time::Timestamp;
use crate::problem::{AccessErrors, ParameterErrors, Problem};

/// Whether everything that arrived is accounted for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Accounting {
    /// Start of the interval; `null` for the beginning.
    from: Option<Timestamp>,
    /// End of the interval; `null` for now.
    to: Option<Timestamp>,
    /// Messages.
    messages: MessageAccount,
    /// Readings.
    readings: ReadingAccount,
    /// `received = parsed + failed + control + dead + in_flight` and `decoded = processed + duplicate + error`.
    balanced: bool,
}

/// Received, stored and lost
///
/// The interval is by arrival, in whole minutes: both ends are widened to them. Left out, it is everything.
#[utoipa::path(
    get,
    path = "/v1/accounting",
    tag = "operation",
    params(
        ("from" = Option<String>, Query, description = "inclusive start, RFC 3339"),
        ("to" = Option<String>, Query, description = "exclusive end, RFC 3339")
    ),
    responses((status = 200, description = "the account", body = Accounting), ParameterErrors, AccessErrors)
)]
pub(crate) async fn accounting(
    _: Viewer,
    State(app): State<App>,
    mut params: Params,
) -> Result<Json<Accounting>, Problem> {
    let (from, to) = params.interval();
    params.finish()?;
    let (from, to) = (from.map(minute_of), to.map(minute_after));
    let is_open = to.is_none_or(|to| to > Utc::now());
    // The stream first: what is committed meanwhile is in the ledger then, and never counted as lost.
    let split = if is_open {
        Some(current_split(&app).await?)
    } else {
        None
    };
    let unsplit = EpochSplit {
        epoch: None,
        floor: 0,
        last: 0,
    };
    let (totals, committed) =
        read_ledger(&app.pools.primary, from, to, split.unwrap_or(unsplit)).await?;
    let balance = balance::balance(&totals, split.map(|split| (split, committed)));
    Ok(Json(Accounting {
        from: from.map(Timestamp),
        to: to.map(Timestamp),
        messages: balance.messages,
        readings: balance.readings,
        balanced: balance.balanced,
    }))
}

async fn current_split(app: &App) -> Result<EpochSplit, Problem> {
    let status = app.link.get()?.raw_status().await?;
    let created_at = time::to_datetime(status.created_at).unwrap_or_default();
    let epoch = stream_epoch(&app.pools.primary, RAW_STREAM, created_at).await?;
    Ok(balance::split(epoch, &status))
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
