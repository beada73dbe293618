//! Where the raw stream stands, and removing what is committed.

use sens_schema::{Micros, subject};

use crate::{Error, Messaging};

/// The raw stream and its consumer at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawStatus {
    /// When the stream was made: together with the restore counter this is the epoch of its positions.
    pub created_at: Micros,
    /// First sequence still stored.
    pub first_sequence: u64,
    /// Sequence of the newest message ever stored.
    pub last_sequence: u64,
    /// Messages stored.
    pub messages: u64,
    /// Bytes stored.
    pub bytes: u64,
    /// Byte limit of the stream.
    pub max_bytes: u64,
    /// Messages not delivered to any worker yet.
    pub pending: u64,
    /// Messages delivered and not acknowledged.
    pub ack_pending: u64,
    /// Everything up to this sequence is acknowledged.
    pub ack_floor: u64,
}

impl RawStatus {
    /// Everything up to this sequence must be committed: only what is committed is acknowledged or purged.
    pub fn floor(&self) -> u64 {
        self.ack_floor
            .max(self.first_sequence.saturating_sub(1))
            .min(self.last_sequence)
    }

    /// Messages that were removed from between others, which neither we nor JetStream ever do.
    pub fn removed(&self) -> u64 {
        (self.last_sequence + 1)
            .saturating_sub(self.first_sequence)
            .saturating_sub(self.messages)
    }
}

impl Messaging {
    /// Reads the state of the raw stream and of its consumer.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the stream or the consumer is missing or the server is away.
    pub async fn raw_status(&self) -> Result<RawStatus, Error> {
        let stream = self
            .jetstream
            .get_stream(subject::RAW_STREAM)
            .await
            .map_err(|error| Error::jetstream("describe stream SENS_RAW", &error))?;
        let info = stream.cached_info();
        let consumer = stream
            .consumer_info(subject::RAW_CONSUMER)
            .await
            .map_err(|error| Error::jetstream("describe the raw consumer", &error))?;
        Ok(RawStatus {
            created_at: i64::try_from(info.created.unix_timestamp_nanos() / 1000)
                .unwrap_or_default(),
            first_sequence: info.state.first_sequence,
            last_sequence: info.state.last_sequence,
            messages: info.state.messages,
            bytes: info.state.bytes,
            max_bytes: u64::try_from(info.config.max_bytes).unwrap_or(u64::MAX),
            pending: consumer.num_pending,
            ack_pending: consumer.num_ack_pending as u64,
            ack_floor: consumer.ack_floor.stream_sequence,
        })
    }

    /// Removes everything below the acknowledged floor of our consumer. Does nothing when the consumer is missing: its
    /// floor is the only proof that a message is committed.
    ///
    /// # Errors
    /// [`Error::JetStream`] as for [`Messaging::raw_status`], or when the purge is refused.
    pub async fn purge_committed(&self) -> Result<RawStatus, Error> {
        let status = self.raw_status().await?;
        if status.ack_floor >= status.first_sequence && status.messages > 0 {
            let stream = self
                .jetstream
                .get_stream_no_info(subject::RAW_STREAM)
                .await
                .map_err(|error| Error::jetstream("find stream SENS_RAW", &error))?;
            stream
                .purge()
                .sequence(status.ack_floor + 1)
                .await
                .map_err(|error| Error::jetstream("purge committed messages", &error))?;
        }
        Ok(status)
    }

    /// Number of dead letters waiting for a decision.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the stream is missing or the server is away.
    pub async fn dead_letter_count(&self) -> Result<u64, Error> {
        let stream = self.dead_letter_stream("count the dead letters").await?;
        Ok(stream.cached_info().state.messages)
    }
}
