//! Why a correction is not made, as a problem; and the faults of a body.

use sens_storage::correction::Refusal;

use crate::problem::{Code, FieldError, Problem};

/// Longest reason, in characters.
const REASON: usize = 1000;

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            Refusal::UnknownDevice(_) => invalid(vec![fault("/device", detail)]),
            Refusal::UnknownMetric(_) => invalid(vec![fault("/metric", detail)]),
            Refusal::Value(_) => invalid(vec![fault("/value", detail)]),
            Refusal::Nothing { .. } => Self::new(Code::NothingToCorrect, detail),
            Refusal::TooMany => Self::new(Code::CorrectionTooLarge, detail),
            Refusal::UnknownCorrection(_) => Self::new(Code::CorrectionNotFound, detail),
            Refusal::Undone(_) | Refusal::Blocked { .. } => {
                Self::new(Code::CorrectionConflict, detail)
            }
            Refusal::Storage(error) => Self::from(error),
        }
    }
}

/// A reason for people: not empty, and not a book.
pub(super) fn reason(given: &str, faults: &mut Vec<FieldError>) -> String {
    let reason = given.trim();
    if reason.is_empty() || reason.chars().count() > REASON || reason.contains('\0') {
        let detail = format!("say why, in 1 to {REASON} characters");
        faults.push(fault("/reason", detail));
    }
    reason.to_owned()
}

pub(super) fn fault(pointer: &str, detail: String) -> FieldError {
    FieldError {
        detail,
        pointer: Some(pointer.to_owned()),
        parameter: None,
    }
}

pub(super) fn invalid(faults: Vec<FieldError>) -> Problem {
    Problem::with_errors(Code::InvalidBody, faults)
}
