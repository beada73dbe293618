//! A correction, as answers show it.

use sens_storage::correction::{CorrectionChange, CorrectionRequest, Undoing};
use sens_storage::query::StoredValue;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::time::Timestamp;
use crate::http::value::{Value, ValueSchema};

/// A correction: what a person said of readings, and why.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Correction {
    /// Its number; `null` when it was only tried.
    id: Option<i64>,
    /// Whether it only says what would change.
    dry_run: bool,
    /// The device.
    device: String,
    /// Name of the metric.
    metric: String,
    /// Inclusive start of the interval.
    from: Timestamp,
    /// Exclusive end.
    to: Timestamp,
    /// `set` or `withdraw`.
    action: &'static str,
    /// The value that readings have since, in the unit of the catalogue; `null` when they were taken out.
    #[schema(value_type = Option<ValueSchema>)]
    value: Option<Value>,
    /// Why.
    reason: String,
    /// Who made it.
    corrected_by: String,
    /// When; `null` when it was only tried.
    corrected_at: Option<Timestamp>,
    /// How many readings it superseded.
    readings: i64,
    /// Set when it was undone.
    undone: Option<Undone>,
}

/// That a correction was undone.
#[derive(Debug, Serialize, ToSchema)]
struct Undone {
    /// When.
    at: Timestamp,
    /// By whom.
    by: String,
    /// Why.
    reason: String,
}

/// A correction with the first of the readings it superseded.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CorrectionDetail {
    /// The correction.
    #[serde(flatten)]
    correction: Correction,
    /// The first 50 readings, by time.
    changes: Vec<CorrectedReading>,
}

/// A corrected reading.
#[derive(Debug, Serialize, ToSchema)]
struct CorrectedReading {
    /// When it was measured.
    recorded_at: Timestamp,
    /// Its value before; `null` once retention has dropped it.
    #[schema(value_type = Option<ValueSchema>)]
    before: Option<Value>,
    /// Its value by the correction; `null` when it was taken out.
    #[schema(value_type = Option<ValueSchema>)]
    after: Option<Value>,
    /// The payload it came from.
    raw_record_id: String,
}

fn action(value: Option<&StoredValue>) -> &'static str {
    if value.is_some() { "set" } else { "withdraw" }
}

impl From<sens_storage::correction::Correction> for Correction {
    fn from(made: sens_storage::correction::Correction) -> Self {
        Self {
            id: Some(made.id),
            dry_run: false,
            device: made.serial,
            metric: made.metric,
            from: Timestamp(made.from),
            to: Timestamp(made.to),
            action: action(made.value.as_ref()),
            value: made.value.map(Value),
            reason: made.reason,
            corrected_by: made.corrected_by,
            corrected_at: Some(Timestamp(made.corrected_at)),
            readings: made.readings,
            undone: made.undone.map(Undone::from),
        }
    }
}

impl From<Undoing> for Undone {
    fn from(undoing: Undoing) -> Self {
        Self {
            at: Timestamp(undoing.at),
            by: undoing.by,
            reason: undoing.reason,
        }
    }
}

impl CorrectionDetail {
    /// One that was made.
    pub(super) fn made(
        made: sens_storage::correction::Correction,
        changes: Vec<CorrectionChange>,
    ) -> Self {
        let value = made.value.clone();
        Self {
            correction: Correction::from(made),
            changes: readings(value.as_ref(), changes),
        }
    }

    /// One that is only tried.
    pub(super) fn planned(
        request: CorrectionRequest,
        who: &str,
        readings_touched: i64,
        changes: Vec<CorrectionChange>,
    ) -> Self {
        Self {
            changes: readings(request.value.as_ref(), changes),
            correction: Correction {
                id: None,
                dry_run: true,
                device: request.serial,
                metric: request.metric,
                from: Timestamp(request.from),
                to: Timestamp(request.to),
                action: action(request.value.as_ref()),
                value: request.value.map(Value),
                reason: request.reason,
                corrected_by: who.to_owned(),
                corrected_at: None,
                readings: readings_touched,
                undone: None,
            },
        }
    }

    /// The same, as the answer to somebody who only tried to undo it.
    pub(super) fn tried(mut self) -> Self {
        self.correction.dry_run = true;
        self
    }
}

fn readings(after: Option<&StoredValue>, changes: Vec<CorrectionChange>) -> Vec<CorrectedReading> {
    let shown = changes.into_iter().map(|change| CorrectedReading {
        recorded_at: Timestamp(change.recorded_at),
        before: change.before.map(Value),
        after: after.cloned().map(Value),
        raw_record_id: format!("{}-{}", change.epoch, change.seq),
    });
    shown.collect()
}
