//! Holding stream, ledger and rows against each other, for as long as the worker lives: what is missing is told once, and
//! counted by `sens_ledger_imbalance`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use sens_messaging::{Messaging, RawStatus};
use sens_schema::DecoderMap;
use sens_storage::query::fate::{Fate, readings_of};
use sens_storage::query::messages::raw_records_since;
use sens_storage::query::raw_records::find_raw_record;
use sens_storage::write::load_catalogue;
use sens_storage::{Error, PgPool, maintenance};

use crate::metrics::Metrics;

const EVERY: Duration = Duration::from_secs(10);
/// Rows cost more to look at: they are compared with the ledger this often, in rounds.
const ROWS_EVERY: u32 = 6;
/// Arrivals whose rows are compared every time...
const RECENT: TimeDelta = TimeDelta::minutes(3);
/// ...and those that are compared in turn, this much at a time...
const SLICE: TimeDelta = TimeDelta::minutes(2);
/// ...of this long. `sensctl doctor --ledger` and `/v1/accounting` look at any time.
const BACK: TimeDelta = TimeDelta::days(1);
/// Messages after the acknowledged ones that are looked for in the stream; missing rows that are counted.
const LIMIT: usize = 1000;

/// What is missing, and how far the search has come.
pub(crate) struct Audit {
    messaging: Messaging,
    pool: PgPool,
    decoders: DecoderMap,
    epoch: i32,
    /// Everything up to here is known to be committed or lost.
    audited: u64,
    lost: BTreeSet<u64>,
    /// Missing rows, with the time of their arrival.
    missing: BTreeMap<(i32, i64, &'static str), DateTime<Utc>>,
    /// How long ago the search is.
    turn: TimeDelta,
}

impl Audit {
    /// An audit that has looked at nothing yet.
    pub(crate) fn new(
        messaging: Messaging,
        pool: PgPool,
        decoders: DecoderMap,
        epoch: i32,
    ) -> Self {
        Self {
            messaging,
            pool,
            decoders,
            epoch,
            audited: 0,
            lost: BTreeSet::new(),
            missing: BTreeMap::new(),
            turn: RECENT,
        }
    }

    /// Looks from time to time, until it is dropped.
    pub(crate) async fn run(mut self, metrics: Metrics) {
        let mut round = 0;
        loop {
            tokio::time::sleep(EVERY).await;
            round = (round + 1) % ROWS_EVERY;
            if let Err(error) = self.positions().await {
                tracing::debug!(%error, "the stream was not audited this time");
            }
            if round == 0
                && let Err(error) = self.rows(Utc::now()).await
            {
                tracing::debug!(%error, "the rows were not audited this time");
            }
            let imbalance = self.lost.len() + self.missing.len();
            metrics
                .imbalance
                .set(i64::try_from(imbalance).unwrap_or(i64::MAX));
        }
    }

    /// Compares what the stream says is acknowledged, and what is not in it any more, with what the ledger knows.
    async fn positions(&mut self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let status = self.messaging.raw_status().await?;
        let floor = status.floor();
        let gaps =
            maintenance::unaccounted_positions(&self.pool, self.epoch, self.audited + 1..=floor);
        let mut gone: Vec<u64> = gaps.await?.into_iter().flatten().collect();
        gone.extend(self.removed(&status).await?);
        for sequence in gone {
            if self.lost.insert(sequence) {
                tracing::error!(
                    stream.epoch = self.epoch,
                    stream.sequence = sequence,
                    "a message left the stream before it was committed: it is lost; see the runbook on ledger imbalance"
                );
            }
        }
        self.audited = self.audited.max(floor);
        Ok(())
    }

    /// Messages that somebody took out of the stream although they wait.
    async fn removed(
        &self,
        status: &RawStatus,
    ) -> Result<Vec<u64>, Box<dyn std::error::Error + Send + Sync>> {
        if status.removed() == 0 {
            return Ok(Vec::new());
        }
        let waiting = status.floor() + 1..=status.last_sequence;
        let open = maintenance::unaccounted_positions(&self.pool, self.epoch, waiting).await?;
        let open = open.into_iter().flatten().take(LIMIT);
        let mut gone = Vec::new();
        for sequence in self.messaging.absent(open).await? {
            // Not what was committed between the two looks.
            let position = sequence..=sequence;
            let still = maintenance::unaccounted_positions(&self.pool, self.epoch, position);
            gone.extend(still.await?.into_iter().flatten());
        }
        Ok(gone)
    }

    /// Compares rows with the ledger: those of the last minutes, and a slice of those before.
    async fn rows(&mut self, now: DateTime<Utc>) -> Result<(), Error> {
        let minute = TimeDelta::minutes(1);
        let now = now.duration_trunc(minute).unwrap_or(now);
        let kept_since = raw_records_since(&self.pool).await?.unwrap_or(now);
        self.turn = if self.turn < BACK {
            self.turn + SLICE
        } else {
            RECENT + SLICE
        };
        let past = now - self.turn;
        for (from, to) in [(now - RECENT, now + minute), (past, past + SLICE)] {
            let from = from.max(kept_since);
            if from < to {
                self.span(from, to).await?;
            }
        }
        self.missing.retain(|_, at| *at >= now - BACK - RECENT);
        Ok(())
    }

    async fn span(&mut self, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<(), Error> {
        let limit = i64::try_from(LIMIT).unwrap_or(i64::MAX);
        let mut found = BTreeMap::new();
        for row in maintenance::missing_raw_records(&self.pool, from, to, limit).await? {
            found.insert((row.epoch, row.seq, "raw record"), row.received_at);
        }
        let suspects = maintenance::missing_readings(&self.pool, from, to, None, limit).await?;
        if !suspects.is_empty() {
            let catalogue = load_catalogue(&self.pool).await?;
            for row in suspects {
                let record = find_raw_record(&self.pool, row.epoch, row.seq).await?;
                let Some(record) = record else { continue };
                let position = row.position();
                // What retention has dropped is no loss.
                let fates =
                    readings_of(&self.pool, &self.decoders, &catalogue, position, &record).await?;
                if fates.iter().any(|reading| reading.fate == Fate::Missing) {
                    found.insert((row.epoch, row.seq, "reading"), row.received_at);
                }
            }
        }
        for ((epoch, sequence, what), at) in &found {
            if !self.missing.contains_key(&(*epoch, *sequence, *what)) {
                tracing::error!(
                    stream.epoch = epoch,
                    stream.sequence = sequence,
                    received_at = %at,
                    what,
                    "a row that was committed is not there any more; see the runbook on ledger imbalance"
                );
            }
        }
        // What was put back is no loss any more.
        self.missing.retain(|_, at| *at < from || *at >= to);
        self.missing.extend(found);
        Ok(())
    }
}
