//! Everything that is known about one message, and the verdict about it.

use chrono::{DateTime, Utc};
use sens_messaging::{RawMessage, RawStatus, StoredDeadLetter};
use sens_schema::envelope::Envelope;
use sens_schema::explain::{Decided, FirstError, MessageState, StoredFacts, Verdict, message};
use sens_schema::subject::RAW_STREAM;
use sens_schema::{Catalogue, Position, Quality, locate, time};
use sens_storage::correction::find_correction;
use sens_storage::query::dead_letters::{DeadLetterTrace, dead_letter_decisions};
use sens_storage::query::epochs::stream_epoch;
use sens_storage::query::fate::{Fate, ReadingFate, readings_of};
use sens_storage::query::ingest_errors::{IngestError, ingest_errors_of};
use sens_storage::query::messages::{
    LedgerEntry, Neighbours, is_within_epoch, ledger_entry, neighbours, redeliveries,
};
use sens_storage::query::raw_records::{RawRecord, find_raw_record};

use crate::app::App;
use crate::http::time::Timestamp;
use crate::problem::Problem;

/// What is known about a message.
pub(crate) struct Life {
    /// `<epoch>-<sequence>`.
    pub(crate) id: String,
    /// Where it stands, in words.
    pub(crate) verdict: Verdict,
    /// Its raw record.
    pub(crate) record: Option<RawRecord>,
    /// The message in the stream, while it is there; not asked for once it is in the store.
    pub(crate) waiting: Option<RawMessage>,
    /// Its dead letter.
    pub(crate) letter: Option<StoredDeadLetter>,
    /// Decisions about its dead letter, oldest first.
    pub(crate) decisions: Vec<DeadLetterTrace>,
    /// What the ledger knows of it.
    pub(crate) ledger: Option<LedgerEntry>,
    /// What arrived before and after it, where nothing else tells its time.
    pub(crate) neighbours: Neighbours,
    /// Errors in it.
    pub(crate) errors: Vec<IngestError>,
    /// Its good readings.
    pub(crate) readings: Vec<ReadingFate>,
    /// Deliveries to a worker until it was committed; `None` while it is not.
    pub(crate) deliveries: Option<i32>,
}

/// The epoch of the stream that is written now, with the state of the stream.
///
/// # Errors
/// That JetStream or the database is away.
pub(crate) async fn current_epoch(app: &App) -> Result<(Option<i32>, RawStatus), Problem> {
    let status = app.link.get()?.raw_status().await?;
    let created_at = time::to_datetime(status.created_at).unwrap_or_default();
    let epoch = stream_epoch(&app.pools.primary, RAW_STREAM, created_at).await?;
    Ok((epoch, status))
}

impl Life {
    /// Finds out about the message at a position; `None` when no message ever stood there.
    ///
    /// # Errors
    /// That the database is away, or JetStream where only it can tell.
    pub(crate) async fn of(
        app: &App,
        catalogue: &Catalogue,
        position: Position,
    ) -> Result<Option<Self>, Problem> {
        let pool = &app.pools.primary;
        let (epoch, seq) = (position.epoch, position.seq.cast_signed());
        if let Some(record) = find_raw_record(pool, epoch, seq).await? {
            return Self::stored(app, catalogue, position, record)
                .await
                .map(Some);
        }
        // The stream first: what is committed and purged meanwhile is in the store when that is asked.
        let current = current_epoch(app).await;
        let mut life = Self::unknown(position);
        let mut given = false;
        if let Ok((Some(current), status)) = &current
            && *current == epoch
        {
            given = position.seq > 0 && position.seq <= status.last_sequence;
            life.waiting = app.link.get()?.raw_message(position.seq).await?;
        }
        life.ledger = ledger_entry(pool, epoch, seq).await?;
        let Some(entry) = life.ledger else {
            if life.waiting.is_some() {
                life.judge(&MessageState::Pending);
                return Ok(Some(life));
            }
            if !given && !is_within_epoch(pool, epoch, seq).await? {
                // Whether it waits, only the stream could tell.
                current?;
                return Ok(None);
            }
            life.neighbours = neighbours(pool, epoch, seq, seq).await?;
            life.judge(&MessageState::Lost {
                after: life.neighbours.before.map(text),
                before: life.neighbours.after.map(text),
            });
            return Ok(Some(life));
        };
        if entry.dead {
            return life.dead(app, position).await.map(Some);
        }
        // Committed between the two looks.
        if let Some(record) = find_raw_record(pool, epoch, seq).await? {
            return Self::stored(app, catalogue, position, record)
                .await
                .map(Some);
        }
        let minute = text(entry.minute);
        life.errors = ingest_errors_of(pool, epoch, seq).await?;
        life.deliveries = Some(redeliveries(pool, epoch, seq).await?.unwrap_or(1));
        life.judge(&if entry.erased {
            MessageState::Erased { minute }
        } else if entry.within_retention {
            MessageState::RawRecordMissing { minute }
        } else {
            MessageState::Expired { minute }
        });
        Ok(Some(life))
    }

    /// When it arrived, where that is known.
    pub(crate) fn received_at(&self) -> Option<Timestamp> {
        if let Some(record) = &self.record {
            return Some(Timestamp(record.received_at));
        }
        self.envelope()
            .map(|envelope| Timestamp::from_micros(envelope.received_at))
    }

    /// The topic it came on, where that is known.
    pub(crate) fn topic(&self) -> Option<String> {
        if let Some(record) = &self.record {
            return Some(record.topic.clone());
        }
        self.envelope().map(|envelope| envelope.topic.clone())
    }

    fn envelope(&self) -> Option<&Envelope> {
        let waiting = self.waiting.as_ref().map(|waiting| &waiting.envelope);
        let letter = self.letter.as_ref().map(|letter| &letter.letter.envelope);
        letter.or(waiting)
    }

    fn unknown(position: Position) -> Self {
        let id = format!("{}-{}", position.epoch, position.seq);
        Self {
            verdict: message(&id, &MessageState::Pending),
            id,
            record: None,
            waiting: None,
            letter: None,
            decisions: Vec::new(),
            ledger: None,
            neighbours: Neighbours::default(),
            errors: Vec::new(),
            readings: Vec::new(),
            deliveries: None,
        }
    }

    fn judge(&mut self, state: &MessageState) {
        self.verdict = message(&self.id, state);
    }

    async fn stored(
        app: &App,
        catalogue: &Catalogue,
        position: Position,
        record: RawRecord,
    ) -> Result<Self, Problem> {
        let pool = &app.pools.primary;
        let (epoch, seq) = (position.epoch, position.seq.cast_signed());
        let mut life = Self::unknown(position);
        life.errors = ingest_errors_of(pool, epoch, seq).await?;
        life.readings = readings_of(pool, &app.decoders, catalogue, position, &record).await?;
        life.deliveries = Some(redeliveries(pool, epoch, seq).await?.unwrap_or(1));
        life.ledger = ledger_entry(pool, epoch, seq).await?;
        let mut facts = life.facts(&record);
        if let Some(id) = life.readings.iter().find_map(|found| found.correction) {
            let made = find_correction(pool, id).await?;
            facts.correction = made.map(|made| made.in_words());
        }
        life.record = Some(record);
        life.judge(&MessageState::Stored(facts));
        Ok(life)
    }

    async fn dead(mut self, app: &App, position: Position) -> Result<Self, Problem> {
        self.decisions = dead_letter_decisions(&app.pools.primary, position).await?;
        // A decision tells enough when JetStream is away.
        let messaging = app.link.get();
        if self.decisions.is_empty() || messaging.is_ok() {
            self.letter = messaging?.dead_letter_of(position).await?;
        }
        self.deliveries = self
            .letter
            .as_ref()
            .map(|letter| i32::try_from(letter.letter.cause.attempts).unwrap_or(i32::MAX));
        let letter = self.letter.as_ref().map(|letter| {
            let cause = &letter.letter.cause;
            (
                letter.sequence,
                format!("{}: {}", cause.code, cause.text),
                cause.attempts,
            )
        });
        let decided = self.decisions.last().map(|decision| Decided {
            new_message: decision
                .new_sequence
                .map(|sequence| format!("{}-{sequence}", position.epoch)),
            actor: decision.actor.clone(),
            at: text(decision.decided_at),
        });
        self.judge(&MessageState::Dead { letter, decided });
        Ok(self)
    }

    fn facts(&self, record: &RawRecord) -> StoredFacts {
        let with = |fate| self.readings.iter().filter(move |found| found.fate == fate);
        let implausible = || {
            self.readings
                .iter()
                .filter(|found| found.reading.quality == Quality::ImplausibleClock)
        };
        StoredFacts {
            control: record.outcome == "control",
            stored: with(Fate::Stored).count(),
            expired: with(Fate::Expired).count(),
            corrected: with(Fate::Corrected).count(),
            correction: None,
            duplicates: with(Fate::Duplicate).count(),
            duplicate_of: with(Fate::Duplicate)
                .find_map(|found| found.stored.as_ref())
                .map(|stored| format!("{}-{}", stored.epoch, stored.seq)),
            missing: with(Fate::Missing).count(),
            implausible: implausible().count(),
            implausible_at: implausible()
                .next()
                .map(|found| Timestamp::from_micros(found.reading.recorded_at).to_string()),
            errors: self.errors.len(),
            first_error: self.errors.first().map(|error| FirstError {
                reason: error.reason.clone(),
                detail: error.detail.clone(),
                pointer: error.pointer.clone(),
                spot: locate(&record.payload, &error.pointer),
            }),
        }
    }
}

fn text(instant: DateTime<Utc>) -> String {
    Timestamp(instant).to_string()
}
