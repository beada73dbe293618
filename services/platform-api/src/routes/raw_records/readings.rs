//! Which readings of a payload are stored: the payload is decoded again, and its readings are looked up by identity.

use sens_schema::{Position, time};
use sens_storage::query::fate::decode_again;
use sens_storage::query::raw_records::{self, ReadingIdentity, StoredReading};
use sens_storage::write::load_catalogue;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::time::Timestamp;
use crate::http::value::{Value, ValueSchema};
use crate::problem::Problem;

/// A stored reading of the payload.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RawReading {
    /// The device.
    serial: String,
    /// Name of the metric.
    metric: String,
    /// The value.
    #[schema(value_type = ValueSchema)]
    value: Value,
    /// When it was measured.
    recorded_at: Timestamp,
    /// The raw record that stored it first: another one when this payload repeats it.
    raw_record_id: String,
}

impl RawReading {
    /// The device.
    pub(super) fn serial(&self) -> &str {
        &self.serial
    }
}

impl From<StoredReading> for RawReading {
    fn from(reading: StoredReading) -> Self {
        Self {
            serial: reading.serial,
            metric: reading.metric,
            value: Value(reading.value),
            recorded_at: Timestamp(reading.recorded_at),
            raw_record_id: format!("{}-{}", reading.epoch, reading.seq),
        }
    }
}

/// The readings of a raw record that are stored, in the order of its items.
///
/// # Errors
/// A storage problem.
pub(super) async fn stored(
    app: &App,
    epoch: i32,
    seq: i64,
    record: &raw_records::RawRecord,
) -> Result<Vec<RawReading>, Problem> {
    if record.decoded_count == 0 {
        return Ok(Vec::new());
    }
    let catalogue = load_catalogue(&app.pools.read).await?;
    let position = Position {
        epoch,
        seq: seq.cast_unsigned(),
    };
    let decoded = decode_again(&app.decoders, &catalogue, position, record);
    let identities: Vec<ReadingIdentity> = decoded
        .readings
        .iter()
        .filter_map(|reading| {
            Some(ReadingIdentity {
                serial: reading.device.serial().to_string(),
                metric: reading.metric.to_string(),
                recorded_at: time::to_datetime(reading.recorded_at)?,
                dedup: reading.dedup,
            })
        })
        .collect();
    let readings = raw_records::find_readings(&app.pools.read, &identities).await?;
    Ok(readings.into_iter().map(RawReading::from).collect())
}
