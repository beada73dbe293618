//! Erasures that were asked for. Of several replicas the first one performs them; one that dies or stops midway leaves the rest
//! to whoever comes next, who goes through everything again.

use std::time::Duration;

use sens_messaging::{Messaging, StoredDeadLetter};
use sens_schema::{Catalogue, ClockPolicy, DecodeContext, DecoderMap, Position, Topic};
use sens_storage::PgPool;
use sens_storage::erasure::{self, ErasureScope, Erasures};
use sens_storage::write::load_catalogue;

use crate::trouble::Trouble;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How soon an erasure that was asked for begins, and how often it looks whether the stream is worked off.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Dead letters that are looked at together.
const LETTERS: usize = 200;

/// What erasures take.
pub(crate) struct Eraser {
    pub(crate) pool: PgPool,
    pub(crate) messaging: Messaging,
    pub(crate) decoders: DecoderMap,
    pub(crate) epoch: i32,
}

impl Eraser {
    /// Does what is asked for, for ever.
    pub(crate) async fn follow(self) {
        let mut trouble = Trouble::default();
        loop {
            trouble.note(&self.look().await, "an erasure cannot go on");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn look(&self) -> Result<(), Failure> {
        if !erasure::is_erasure_open(&self.pool).await? {
            return Ok(());
        }
        let Some(mut erasures) = erasure::take_erasures(&self.pool).await? else {
            return Ok(());
        };
        while let Some(run) = erasures.next().await? {
            self.perform(&mut erasures, run).await?;
        }
        erasures.end().await?;
        Ok(())
    }

    async fn perform(&self, erasures: &mut Erasures, run: i64) -> Result<(), Failure> {
        let last = Position {
            epoch: self.epoch,
            seq: self.messaging.raw_status().await?.last_sequence,
        };
        let Some(scope) = erasures.begin(run, last).await? else {
            tracing::info!(erasure = run, "an erasure was counted, or is over");
            return Ok(());
        };
        erasures.sweep(run).await?;
        self.worked_off(&scope).await?;
        let mut letters = 0;
        loop {
            let rows = erasures.sweep(run).await?;
            letters += self.letters(erasures, run, &scope).await?;
            // What is committed leaves the stream as soon as everything before it is.
            self.messaging.purge_committed().await?;
            let kept = serde_json::json!({ "dead_letters": letters });
            if erasures.finish(run, &kept).await? {
                break;
            }
            tracing::debug!(erasure = run, rows, "something came in between");
        }
        tracing::info!(erasure = run, "an erasure is done");
        Ok(())
    }

    /// Waits until everything that was in the stream when the erasure began is committed.
    async fn worked_off(&self, scope: &ErasureScope) -> Result<(), Failure> {
        // Of an earlier stream nothing waits any more.
        while scope.until.epoch == self.epoch
            && self.messaging.raw_status().await?.floor() < scope.until.seq
        {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    /// Drops the dead letters that speak of the device, each with its trace.
    async fn letters(
        &self,
        erasures: &mut Erasures,
        run: i64,
        scope: &ErasureScope,
    ) -> Result<u64, Failure> {
        let catalogue = load_catalogue(&self.pool).await?;
        let (mut from, mut dropped) = (0, 0);
        loop {
            let letters = self.messaging.dead_letters(from, LETTERS).await?;
            let Some(last) = letters.last() else {
                return Ok(dropped);
            };
            from = last.sequence + 1;
            for stored in &letters {
                if self.speaks_of(stored, scope, &catalogue) {
                    erasures.drop_letter(run, stored.letter.origin).await?;
                    self.messaging.remove_dead_letter(stored.sequence).await?;
                    dropped += 1;
                }
            }
        }
    }

    fn speaks_of(
        &self,
        stored: &StoredDeadLetter,
        scope: &ErasureScope,
        catalogue: &Catalogue,
    ) -> bool {
        let letter = &stored.letter;
        let topic = Topic::parse(&letter.envelope.topic);
        let truncated = letter.envelope.truncated.as_ref();
        let decoded = self.decoders.decode(
            &letter.payload,
            &DecodeContext {
                topic: &topic,
                received_at: letter.envelope.received_at,
                content_type: letter.envelope.content_type.as_deref(),
                truncated: truncated.is_some(),
                full_length: truncated.map_or(letter.payload.len() as u64, |all| all.full_length),
                position: letter.origin,
                catalogue,
                clock: ClockPolicy::default(),
            },
        );
        let readings = decoded.readings.iter().map(|reading| &reading.device);
        let errors = decoded
            .errors
            .iter()
            .filter_map(|error| error.device.as_ref());
        readings
            .chain(errors)
            .chain(decoded.device.as_ref())
            .any(|device| {
                scope
                    .serials
                    .iter()
                    .any(|serial| device.serial().as_str() == serial)
            })
    }
}
