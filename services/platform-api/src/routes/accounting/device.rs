//! The account of one device, from its rows.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use sens_schema::{Catalogue, Position};
use sens_storage::query::Scope;
use sens_storage::query::accounting::{DeviceTotals, read_device};
use sens_storage::query::family::find_family;
use sens_storage::write::load_catalogue;

use super::balance::{MessageAccount, ReadingAccount};
use super::get::Account;
use super::losses::{Span, missing_rows};
use crate::app::App;
use crate::problem::Problem;
use crate::routes::devices::not_found;
use crate::routes::explain::{Streams, Window, look};
use crate::routes::messages::Life;

/// The account of a device over what the span holds of raw records.
///
/// # Errors
/// `device_not_found`, or that the database or JetStream is away.
pub(super) async fn account(app: &App, serial: &str, span: Span) -> Result<Account, Problem> {
    let pool = &app.pools.primary;
    let family = find_family(pool, &Scope::EVERYTHING, serial).await?;
    let family = family.ok_or_else(|| not_found(serial))?;
    let catalogue = load_catalogue(pool).await?;
    let window = Window {
        serial: serial.to_owned(),
        names: family.names,
        device_ids: family.ids,
        at: span.to,
        from: span.from,
        to: span.to,
        metric: None,
        alone: false,
    };
    // The stream first: what is committed meanwhile is in the rows then.
    let Streams { positions, .. } = look(app, &catalogue, &window).await?;
    let kept = span.kept(app).await?;
    let (mut totals, mut losses) = (DeviceTotals::default(), Vec::new());
    if let Some(kept) = kept {
        totals = read_device(pool, &window.device_ids, kept.from, kept.to).await?;
        for device in &window.device_ids {
            losses.extend(missing_rows(app, kept, Some(*device)).await?);
        }
    }
    let (dead, in_flight) = open(app, &catalogue, positions).await?;
    let messages = MessageAccount {
        received: totals.parsed + totals.failed + totals.control + dead + in_flight,
        parsed: totals.parsed,
        failed: totals.failed,
        control: totals.control,
        dead,
        in_flight,
    };
    let readings = ReadingAccount {
        decoded: totals.decoded,
        processed: totals.processed,
        duplicate: totals.duplicate,
        error: totals.error,
    };
    Ok(Account {
        messages,
        readings,
        // Readings that retention has let go are in no row: whether any is missing, its message tells.
        balanced: losses.is_empty(),
        losses,
        rows_checked: kept,
    })
}

/// How many of these messages were given up, and how many wait.
async fn open(
    app: &App,
    catalogue: &Catalogue,
    positions: BTreeSet<Position>,
) -> Result<(i64, i64), Problem> {
    let (mut dead, mut in_flight) = (0, 0);
    for position in positions {
        match Life::of(app, catalogue, position).await? {
            Some(life) if life.verdict.code == "dead_letter" => dead += 1,
            Some(life) if life.verdict.code == "pending" => in_flight += 1,
            _ => {}
        }
    }
    Ok((dead, in_flight))
}

/// How far back the account of a device goes when nothing is said.
pub(super) const WITHOUT_START: TimeDelta = TimeDelta::days(1);
