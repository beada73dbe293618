//! The answer to a request, in a form that can be remembered.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::post::IngestResult;
use crate::http::idempotency::REPLAYED;
use crate::problem::{Code, Problem};

const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// What a request is answered once JetStream holds all of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    /// What became of the items.
    Held {
        /// Seconds that were waited, where somebody asked for it.
        waited: Option<u64>,
        /// The body.
        result: IngestResult,
    },
    /// The body is no JSON, and is kept.
    InvalidJson {
        /// Why.
        detail: String,
        /// Its raw record, where that is known.
        raw_record_id: Option<String>,
    },
}

impl Answer {
    /// The response.
    ///
    /// # Errors
    /// `invalid_json`.
    pub(super) fn respond(self) -> Result<Response, Problem> {
        match self {
            Self::InvalidJson {
                detail,
                raw_record_id,
            } => {
                Err(Problem::new(Code::InvalidJson, detail).member("raw_record_id", raw_record_id))
            }
            Self::Held { waited, result } => {
                let Some(seconds) = waited else {
                    return Ok((StatusCode::ACCEPTED, Json(result)).into_response());
                };
                let mut response = (StatusCode::OK, Json(result)).into_response();
                let applied = HeaderValue::from_str(&format!("wait={seconds}")).ok();
                let headers = response.headers_mut();
                headers.extend(applied.map(|value| (PREFERENCE_APPLIED, value)));
                Ok(response)
            }
        }
    }

    /// The same response as before, marked as such.
    ///
    /// # Errors
    /// As [`Answer::respond`].
    pub(super) fn respond_again(self) -> Result<Response, Problem> {
        let replayed = HeaderValue::from_static("true");
        match self.respond() {
            Ok(mut response) => {
                response.headers_mut().insert(REPLAYED, replayed);
                Ok(response)
            }
            Err(problem) => Err(problem.header(REPLAYED, replayed)),
        }
    }
}
