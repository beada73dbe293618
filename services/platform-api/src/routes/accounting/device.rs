//! The account of one device, from its rows.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use sens_schema::{Catalogue, Position};
use sens_storage::query::accounting::{DeviceTotals, read_device};
use sens_storage::query::explain::explained_device;
use sens_storage::write::load_catalogue;

use super::balance::{MessageAccount, ReadingAccount};
use super::get::Account;
use super::losses::{Span, missing_rows};
use crate::app::App;
use crate::problem::{Code, Problem};
use crate::routes::explain::{Streams, Window, look};
use crate::routes::messages::Life;

/// The account of a device over what the span holds of raw records.
///
/// # Errors
/// `device_not_found`, or that the database or JetStream is away.
pub(super) async fn account(app: &App, serial: &str, span: Span) -> Result<Account, Problem> {
    let pool = &app.pools.primary;
    let device = explained_device(pool, serial).await?;
    let device = device.ok_or_else(|| {
        Problem::new(Code::DeviceNotFound, format!("there is no device {serial}"))
    })?;
    let catalogue = load_catalogue(pool).await?;
    let window = Window {
        serial: serial.to_owned(),
        at: span.to,
        from: span.from,
        to: span.to,
        metric: None,
    };
    // The stream first: what is committed meanwhile is in the rows then.
    let Streams { positions, .. } = look(app, &catalogue, &window).await?;
    let kept = span.kept(app).await?;
    let (totals, losses) = match kept {
        Some(kept) => (
            read_device(pool, device.id, kept.from, kept.to).await?,
            missing_rows(app, kept, Some(device.id)).await?,
        ),
        None => (DeviceTotals::default(), Vec::new()),
    };
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
