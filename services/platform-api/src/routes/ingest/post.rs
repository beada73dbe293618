//! `POST /v1/ingest`.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use chrono::Utc;
use rand::RngCore as _;
use sens_messaging::{Outgoing, PublishError};
use sens_schema::envelope::{Envelope, Source, truncate_oversized};
use sens_schema::{Reason, trace};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer::Answer;
use super::idempotency::{self, Begun};
use super::items::{self, Form, Item};
use super::limit;
use super::outcomes::{self, ItemResult, ItemStatus};
use super::prefer;
use crate::app::App;
use crate::auth::Sender;
use crate::http::body;
use crate::http::idempotency::Claim;
use crate::problem::{AccessErrors, BodyErrors, Code, IdempotencyError, Problem};

/// What became of the items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct IngestResult {
    /// How many items JetStream holds.
    accepted: usize,
    /// One entry per item, in their order.
    items: Vec<ItemResult>,
}

/// Post telemetry
///
/// A JSON object is one item, an array and NDJSON have several; each becomes a raw record with exactly the bytes that
/// were sent. The body may be gzip. 202 means that JetStream holds every item durably. With `Prefer: wait=N` (at most
/// 30 seconds) the answer waits for the outcome of each item. A body that is no JSON is kept as a raw record too, and
/// answered 400. Repeating a request is always harmless. With an `Idempotency-Key` it also has the same answer and adds
/// no message, for a day, by whichever replica; the key belongs to the API key. An API key that is limited to some devices is
/// refused items of others: 403 `device_not_allowed`, and nothing of the request is taken.
#[utoipa::path(
    post,
    path = "/v1/ingest",
    tag = "ingest",
    params(
        ("Prefer" = Option<String>, Header, description = "`wait=N`: wait up to N seconds for the outcomes"),
        ("Idempotency-Key" = Option<String>, Header, description = "any text that names this request, such as a UUID")
    ),
    request_body(
        content(
            (serde_json::Value = "application/json"),
            (String = "application/x-ndjson"),
            (serde_json::Value = "application/senml+json"),
            (Vec<u8> = "application/senml+cbor"),
            (Vec<u8> = "application/octet-stream")
        ),
        description = "telemetry in any of the platform's formats"
    ),
    responses(
        (status = 202, description = "JetStream holds every item", body = IngestResult),
        (status = 200, description = "waited: what became of every item", body = IngestResult),
        IdempotencyError,
        BodyErrors,
        AccessErrors
    )
)]
pub(crate) async fn post_ingest(
    Sender(caller): Sender,
    State(app): State<App>,
    request: Request,
) -> Result<Response, Problem> {
    let received_at = Utc::now().timestamp_micros();
    let media_type = body::media_type(request.headers());
    let form = Form::of(media_type.as_deref()).ok_or_else(|| {
        Problem::new(
            Code::UnsupportedMediaType,
            format!("accepted are {}", Form::ACCEPTED),
        )
    })?;
    let (headers, body) = body::read(request, app.config.api.max_body_bytes).await?;
    let claim = match idempotency::begin(&app, &caller, &headers, &body).await? {
        Begun::Plain => None,
        Begun::Claimed(claim) => Some(claim),
        Begun::Known(answer) => return answer.respond_again(),
    };
    let items = items::cut(form, &body);
    let wait = prefer::wait(&headers);
    let envelope = Envelope {
        topic: sens_schema::topic::HTTP.to_owned(),
        source: Source::Http,
        received_at,
        content_type: text(&headers, header::CONTENT_TYPE.as_str()),
        traceparent: Some(traceparent(&headers)),
        truncated: None,
        wait: wait.is_some(),
    };
    limit::check(&app, &caller.scope, &envelope, &items).await?;
    let messages: Vec<Outgoing> = items
        .iter()
        .map(|item| outgoing(&envelope, item, app.config.ingest.max_payload_bytes))
        .collect();
    let id = claim.as_ref().map(Claim::message_id);
    let delivery = deliver(&app, messages, wait, id).await?;
    app.counts.ingest_items.inc_by(items.len() as u64);
    // What was refused in part is finished by the next request with the same key.
    let answer = answer(form, &items, delivery)?;
    if let Some(claim) = claim {
        claim.remember(&app, &answer).await;
    }
    answer.respond()
}

/// What JetStream and, where somebody waited, the worker said.
struct Delivery {
    results: Vec<ItemResult>,
    /// Set when something was refused.
    refusal: Option<Code>,
    /// How long was waited.
    waited: Option<Duration>,
}

async fn deliver(
    app: &App,
    messages: Vec<Outgoing>,
    wait: Option<Duration>,
    id: Option<String>,
) -> Result<Delivery, Problem> {
    // Interest is registered before anything is published, so that no outcome can pass unseen.
    let feed = match wait {
        Some(patience) => Some((app.feed.outcomes().await?, patience)),
        None => None,
    };
    let published = app.publisher.publish(messages, id).await?;
    let mut epoch = app.publisher.epoch().await;
    let mut outcomes = std::collections::HashMap::new();
    if let Some((feed, patience)) = feed {
        let sequences = published
            .iter()
            .filter_map(|result| result.as_ref().ok().copied())
            .collect();
        (outcomes, epoch) =
            outcomes::wait_for(feed, epoch, sequences, patience, &app.shutdown).await;
    }
    let mut refusal = None;
    let results = published
        .iter()
        .map(|result| match result {
            Ok(sequence) => {
                let id = epoch.map(|epoch| format!("{epoch}-{sequence}"));
                let mut item = ItemResult::of(ItemStatus::Accepted, id);
                if let Some(outcome) = outcomes.get(sequence) {
                    item.settle(outcome);
                }
                item
            }
            Err(error) => {
                let code = refusal_code(error);
                refusal = Some(code);
                tracing::warn!(%error, "JetStream did not take an item");
                ItemResult::faulty(
                    ItemStatus::Refused,
                    None,
                    code.entry().name,
                    code.entry().title,
                )
            }
        })
        .collect();
    Ok(Delivery {
        results,
        refusal,
        waited: wait,
    })
}

fn refusal_code(error: &PublishError) -> Code {
    match error {
        PublishError::Full(_) => Code::StreamFull,
        PublishError::TooLarge(_) => Code::PayloadTooLarge,
        PublishError::Refused(_) | PublishError::Unanswered(_) => Code::MessagingUnavailable,
    }
}

/// The answer when JetStream holds everything; a problem that tells what is stored when it does not.
fn answer(form: Form, items: &[Item], mut delivery: Delivery) -> Result<Answer, Problem> {
    for (item, result) in items.iter().zip(&mut delivery.results) {
        if let (Some(fault), ItemStatus::Accepted) = (&item.fault, result.status) {
            let id = result.raw_record_id.take();
            *result =
                ItemResult::faulty(ItemStatus::Invalid, id, Reason::InvalidJson.as_str(), fault);
        }
    }
    let accepted = delivery
        .results
        .iter()
        .filter(|result| result.status != ItemStatus::Refused)
        .count();
    if let Some(code) = delivery.refusal {
        let detail = format!(
            "{accepted} of {} items are stored; repeat the others",
            delivery.results.len()
        );
        let items = serde_json::to_value(&delivery.results).unwrap_or_default();
        return Err(Problem::new(code, detail)
            .member("accepted", accepted)
            .member("items", items));
    }
    if form != Form::Lines
        && let (
            [
                Item {
                    fault: Some(fault), ..
                },
            ],
            [result],
        ) = (items, delivery.results.as_slice())
    {
        return Ok(Answer::InvalidJson {
            detail: fault.clone(),
            raw_record_id: result.raw_record_id.clone(),
        });
    }
    Ok(Answer::Held {
        waited: delivery.waited.map(|patience| patience.as_secs()),
        result: IngestResult {
            accepted,
            items: delivery.results,
        },
    })
}

/// The item as it goes to the stream; of an oversized one only the beginning.
fn outgoing(envelope: &Envelope, item: &Item, limit: usize) -> Outgoing {
    let mut envelope = envelope.clone();
    let payload: Bytes = match truncate_oversized(&item.bytes, limit) {
        Some((kept, truncated)) => {
            envelope.truncated = Some(truncated);
            item.bytes.slice_ref(kept)
        }
        None => item.bytes.clone(),
    };
    Outgoing { envelope, payload }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// The caller's trace where it is valid, else a new one.
fn traceparent(headers: &HeaderMap) -> String {
    let given =
        text(headers, "traceparent").filter(|given| trace::parse_traceparent(given).is_some());
    given.unwrap_or_else(|| {
        let mut random = [0; 24];
        rand::rng().fill_bytes(&mut random);
        trace::new_traceparent(random)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(fault: Option<&str>) -> Item {
        Item {
            bytes: Bytes::from_static(b"{}"),
            fault: fault.map(str::to_owned),
        }
    }

    fn delivery(results: Vec<ItemResult>, refusal: Option<Code>) -> Delivery {
        Delivery {
            results,
            refusal,
            waited: None,
        }
    }

    fn accepted(id: &str) -> ItemResult {
        ItemResult::of(ItemStatus::Accepted, Some(id.to_owned()))
    }

    #[test]
    fn all_held_is_accepted() {
        let response = answer(
            Form::Json,
            &[item(None)],
            delivery(vec![accepted("1-1")], None),
        )
        .unwrap();
        assert!(matches!(response, Answer::Held { waited: None, .. }));
    }

    #[test]
    fn a_body_that_is_no_json_is_a_problem_that_names_its_raw_record() {
        let answer = answer(
            Form::Json,
            &[item(Some("eof"))],
            delivery(vec![accepted("1-1")], None),
        );
        let problem = answer.unwrap().respond().unwrap_err();
        assert_eq!(problem.code(), Code::InvalidJson);
        assert_eq!(problem.into_body("", "").more["raw_record_id"], "1-1");
    }

    #[test]
    fn a_line_that_is_no_json_does_not_spoil_the_others() {
        let items = [item(None), item(Some("eof"))];
        let response = answer(
            Form::Lines,
            &items,
            delivery(vec![accepted("1-1"), accepted("1-2")], None),
        )
        .unwrap();
        assert!(matches!(response, Answer::Held { waited: None, .. }));
    }

    #[test]
    fn a_refusal_tells_what_is_stored() {
        let refused = ItemResult::faulty(ItemStatus::Refused, None, "stream_full", "");
        let delivery = delivery(vec![accepted("1-1"), refused], Some(Code::StreamFull));
        let problem = answer(Form::Json, &[item(None), item(None)], delivery).unwrap_err();
        let body = problem.into_body("", "");
        assert_eq!(
            (body.code, &body.more["accepted"]),
            ("stream_full", &serde_json::json!(1))
        );
        assert_eq!(body.more["items"][1]["status"], "refused");
    }

    #[test]
    fn an_oversized_item_is_cut_and_says_so() {
        let headers = HeaderMap::new();
        let envelope = Envelope {
            topic: "http".to_owned(),
            source: Source::Http,
            received_at: 0,
            content_type: None,
            traceparent: Some(traceparent(&headers)),
            truncated: None,
            wait: false,
        };
        let large = Item {
            bytes: Bytes::from(vec![b'x'; 5000]),
            fault: None,
        };
        let message = outgoing(&envelope, &large, 4999);
        assert_eq!(message.payload.len(), 4096);
        assert_eq!(
            message
                .envelope
                .truncated
                .map(|truncated| truncated.full_length),
            Some(5000)
        );
        assert_eq!(outgoing(&envelope, &large, 5000).payload.len(), 5000);
    }
}
