//! What is lost: messages that left the stream uncommitted, and rows that somebody deleted, named by sequence and time.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use sens_messaging::RawStatus;
use sens_storage::maintenance::{
    MissingRows, missing_raw_records, missing_readings, unaccounted_positions,
};
use sens_storage::query::fate::{Fate, readings_of};
use sens_storage::query::messages::{Neighbours, neighbours, raw_records_since};
use sens_storage::query::raw_records::find_raw_record;
use sens_storage::write::load_catalogue;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::time::Timestamp;
use crate::problem::Problem;

/// Losses of each kind that are named; more are only said to be there.
pub(crate) const NAMED: usize = 100;

/// Something that was received and is not there.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Loss {
    /// `message_lost` (it left the stream before it was committed), `raw_record_missing` or `reading_missing` (it was
    /// committed, and the row is not there any more).
    pub(crate) kind: &'static str,
    /// The message, `<epoch>-<sequence>`; the first of several.
    pub(crate) message_id: String,
    /// The last of several lost messages in a row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_message_id: Option<String>,
    /// How many messages are lost, how many raw records or readings are missing.
    pub(crate) count: u64,
    /// When it arrived; for a raw record the minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) received_at: Option<Timestamp>,
    /// When the last known message before the lost ones arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) after: Option<Timestamp>,
    /// When the first known message after the lost ones arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) before: Option<Timestamp>,
}

/// Messages in a row that left the stream uncommitted.
#[derive(Debug, Clone)]
pub(crate) struct LostRange {
    /// Their sequences.
    pub(crate) sequences: RangeInclusive<u64>,
    /// What is known to have arrived around them.
    pub(crate) around: Neighbours,
}

impl LostRange {
    /// How many messages.
    pub(crate) fn count(&self) -> u64 {
        self.sequences.end() - self.sequences.start() + 1
    }

    /// Whether they may have arrived in `[from, to)`.
    pub(crate) fn touches(&self, from: Option<DateTime<Utc>>, to: Option<DateTime<Utc>>) -> bool {
        let too_late = matches!((self.around.before, to), (Some(after), Some(to)) if after >= to);
        let too_early =
            matches!((self.around.after, from), (Some(before), Some(from)) if before < from);
        !too_late && !too_early
    }

    /// As the API shows it.
    pub(crate) fn loss(&self, epoch: i32) -> Loss {
        let (first, last) = (self.sequences.start(), self.sequences.end());
        Loss {
            kind: "message_lost",
            message_id: format!("{epoch}-{first}"),
            last_message_id: (first < last).then(|| format!("{epoch}-{last}")),
            count: self.count(),
            received_at: None,
            after: self.around.before.map(Timestamp),
            before: self.around.after.map(Timestamp),
        }
    }
}

/// The messages of the current epoch that left the stream uncommitted. `status` must be older than this call: what is
/// committed since is no loss.
///
/// # Errors
/// That the database or JetStream is away.
pub(crate) async fn lost_messages(
    app: &App,
    epoch: i32,
    status: &RawStatus,
) -> Result<Vec<LostRange>, Problem> {
    let pool = &app.pools.primary;
    let floor = status.floor();
    let mut gone = unaccounted_positions(pool, epoch, 1..=floor).await?;
    if status.removed() > 0 {
        let open = unaccounted_positions(pool, epoch, floor + 1..=status.last_sequence).await?;
        let open = open.into_iter().flatten().take(NAMED * NAMED);
        let absent = app.link.get()?.absent(open).await?;
        for range in ranges(&absent) {
            gone.extend(unaccounted_positions(pool, epoch, range).await?);
        }
    }
    let mut found = Vec::with_capacity(gone.len());
    for (index, sequences) in gone.into_iter().enumerate() {
        let (first, end) = (
            sequences.start().cast_signed(),
            sequences.end().cast_signed(),
        );
        // Beyond those that are named, the time does not matter.
        let around = if index < NAMED {
            neighbours(pool, epoch, first, end).await?
        } else {
            Neighbours::default()
        };
        found.push(LostRange { sequences, around });
    }
    Ok(found)
}

/// Neighbours joined.
fn ranges(sequences: &[u64]) -> impl Iterator<Item = RangeInclusive<u64>> {
    sequences
        .chunk_by(|left, right| left + 1 == *right)
        .filter_map(|run| Some(*run.first()?..=*run.last()?))
}

/// An interval whose rows are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    /// Inclusive start.
    pub(crate) from: DateTime<Utc>,
    /// Exclusive end.
    pub(crate) to: DateTime<Utc>,
}

impl Span {
    /// The part of it that retention has left.
    ///
    /// # Errors
    /// That the database is away.
    pub(crate) async fn kept(self, app: &App) -> Result<Option<Self>, Problem> {
        let since = raw_records_since(&app.pools.primary).await?;
        let from = since.map_or(self.from, |since| self.from.max(since));
        Ok((from < self.to).then_some(Self { from, ..self }))
    }
}

/// Rows that were committed in the span and are not there, of one device or of all.
///
/// # Errors
/// That the database is away or takes too long.
pub(crate) async fn missing_rows(
    app: &App,
    span: Span,
    device: Option<i64>,
) -> Result<Vec<Loss>, Problem> {
    let pool = &app.pools.primary;
    let limit = i64::try_from(NAMED).unwrap_or(i64::MAX);
    let mut losses = Vec::new();
    if device.is_none() {
        let missing = missing_raw_records(pool, span.from, span.to, limit).await?;
        losses.extend(missing.iter().map(|row| loss("raw_record_missing", row, 1)));
    }
    let catalogue = load_catalogue(pool).await?;
    for row in missing_readings(pool, span.from, span.to, device, limit).await? {
        let Some(record) = find_raw_record(pool, row.epoch, row.seq).await? else {
            continue;
        };
        // What retention has let go is no loss.
        let fates = readings_of(pool, &app.decoders, &catalogue, row.position(), &record).await?;
        let missing = fates.iter().filter(|found| found.fate == Fate::Missing);
        let count = missing.count() as u64;
        if count > 0 {
            losses.push(loss("reading_missing", &row, count));
        }
    }
    Ok(losses)
}

fn loss(kind: &'static str, row: &MissingRows, count: u64) -> Loss {
    Loss {
        kind,
        message_id: format!("{}-{}", row.epoch, row.seq),
        last_message_id: None,
        count,
        received_at: Some(Timestamp(row.received_at)),
        after: None,
        before: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(hour * 3600, 0).unwrap()
    }

    #[test]
    fn a_loss_belongs_to_every_interval_it_may_have_arrived_in() {
        let lost = LostRange {
            sequences: 4..=6,
            around: Neighbours {
                before: Some(at(2)),
                after: Some(at(4)),
            },
        };
        assert_eq!(lost.count(), 3);
        for (from, to, touches) in [
            (None, None, true),
            (Some(at(3)), None, true),
            (Some(at(5)), None, false),
            (None, Some(at(2)), false),
            (None, Some(at(3)), true),
        ] {
            assert_eq!(lost.touches(from, to), touches, "{from:?} {to:?}");
        }
        let shown = lost.loss(1);
        assert_eq!(
            (shown.message_id.as_str(), shown.last_message_id.as_deref()),
            ("1-4", Some("1-6"))
        );
    }

    #[test]
    fn neighbours_are_joined() {
        let joined: Vec<_> = ranges(&[1, 2, 3, 7, 9]).collect();
        assert_eq!(joined, [1..=3, 7..=7, 9..=9]);
    }
}
