//! Imports that were asked for. Of several replicas the first one puts their lines into the raw stream, never so many that what
//! devices send would wait behind them; one that dies or stops midway leaves the rest to whoever comes next. A part that is
//! published twice is stored once.

use std::time::Duration;

use chrono::Utc;
use sens_messaging::{Bytes, Messaging, Outgoing};
use sens_schema::envelope::{Envelope, Source};
use sens_schema::{DecoderMap, Micros, Position};
use sens_storage::WorkState;
use sens_storage::import::{self, Imports, Ready};
use sens_storage::{PgPool, Verdict};

use crate::trouble::Trouble;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How soon an import that was asked for begins.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How often it looks whether the stream is worked off.
const STREAM_EVERY: Duration = Duration::from_millis(200);
/// Messages that may wait in the stream before more is put there.
const WAITING: u64 = 2000;

/// What imports take.
pub(crate) struct Importer {
    pub(crate) pool: PgPool,
    pub(crate) messaging: Messaging,
    pub(crate) decoders: DecoderMap,
    pub(crate) epoch: i32,
}

impl Importer {
    /// Does what is asked for, for ever.
    pub(crate) async fn follow(self) {
        let mut trouble = Trouble::default();
        loop {
            trouble.note(&self.look().await, "an import cannot go on");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn look(&self) -> Result<(), Failure> {
        if !import::is_import_open(&self.pool).await? {
            return Ok(());
        }
        let taken = import::take_imports(&self.pool, self.decoders.clone()).await?;
        let Some(mut imports) = taken else {
            return Ok(());
        };
        while let Some(id) = imports.next().await? {
            let Some(mut run) = imports.start(id).await? else {
                continue;
            };
            let state = self.perform(&mut imports, &mut run).await;
            let (state, detail) = match state {
                Ok(state) => (state, None),
                Err(error) => match error.downcast_ref::<sens_storage::Error>() {
                    Some(refused) if matches!(refused.verdict(), Verdict::Permanent { .. }) => {
                        (WorkState::Failed, Some(error.to_string()))
                    }
                    _ => return Err(error),
                },
            };
            imports.finish(id, state, detail.as_deref()).await?;
            tracing::info!(
                import = id,
                state = state.as_str(),
                detail,
                "an import is over"
            );
        }
        imports.end().await?;
        Ok(())
    }

    async fn perform(&self, imports: &mut Imports, run: &mut Ready) -> Result<WorkState, Failure> {
        loop {
            let now = Utc::now().timestamp_micros();
            let Some(part) = imports.part(run, now).await? else {
                break;
            };
            let last = if run.dry_run {
                None
            } else {
                self.publish(&part.payloads, now).await?
            };
            if !imports.note(run, &part, last).await? {
                return Ok(WorkState::Cancelled);
            }
        }
        // What is done can be read.
        while let Some(last) = run.last.filter(|last| last.epoch == self.epoch)
            && self.messaging.raw_status().await?.floor() < last.seq
        {
            tokio::time::sleep(STREAM_EVERY).await;
        }
        Ok(WorkState::Done)
    }

    /// Puts payloads into the stream when it has room. Gives the position of the last one.
    async fn publish(
        &self,
        payloads: &[(String, Vec<u8>)],
        now: Micros,
    ) -> Result<Option<Position>, Failure> {
        let mut waiting: Vec<Outgoing> = payloads
            .iter()
            .map(|(topic, payload)| outgoing(topic, payload, now))
            .collect();
        let mut last = None;
        while !waiting.is_empty() {
            let status = self.messaging.raw_status().await?;
            if status.pending.saturating_add(status.ack_pending) >= WAITING {
                tokio::time::sleep(STREAM_EVERY).await;
                continue;
            }
            let results = self.messaging.publisher().publish(&waiting).await;
            let mut refused = Vec::new();
            for (message, result) in waiting.into_iter().zip(results) {
                match result {
                    Ok(seq) => last = last.max(Some(seq)),
                    Err(error) => {
                        tracing::debug!(%error, "an imported payload is published again");
                        refused.push(message);
                    }
                }
            }
            if !refused.is_empty() {
                tokio::time::sleep(LOOK_EVERY).await;
            }
            waiting = refused;
        }
        Ok(last.map(|seq| Position {
            epoch: self.epoch,
            seq,
        }))
    }
}

fn outgoing(topic: &str, payload: &[u8], now: Micros) -> Outgoing {
    Outgoing {
        envelope: Envelope {
            topic: topic.to_owned(),
            source: Source::Import,
            received_at: now,
            content_type: None,
            traceparent: None,
            truncated: None,
            wait: false,
        },
        payload: Bytes::copy_from_slice(payload),
    }
}
