//! `GET /v1/audit-log`.

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use sens_storage::audit::{AuditEvent, AuditFilter, list_audit_events};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Admin;
use crate::http::cursor::{self, Fingerprint};
use crate::http::params::Params;
use crate::http::time::Timestamp;
use crate::problem::{AccessErrors, ParameterErrors, Problem};

/// A page of changes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditPage {
    /// The changes, the newest first.
    items: Vec<AuditItem>,
    /// Continues after this page; `null` on the last one.
    next_cursor: Option<String>,
}

/// One change.
#[derive(Debug, Serialize, ToSchema)]
struct AuditItem {
    /// Its number; rises with time.
    id: i64,
    /// When.
    at: Timestamp,
    /// Name of the key, `bootstrap`, or `sensctl:<user>` for somebody at the server.
    actor: String,
    /// Id of the key; `null` where it was none of ours.
    key_id: Option<String>,
    /// What was done: `create`, `change`, `replace`, `delete`, `import`, `request`, `cancel`, `revoke`, `requeue`, `drop` or `record`.
    action: String,
    /// To what: `device`, `devices`, `api_key`, `metric`, `retention_setting`, `retention_run`, `replay`, `command`,
    /// `dead_letter` or `deployment`.
    object_kind: String,
    /// To which one.
    object_id: String,
    /// What it was; `null` when it is new.
    before: Option<serde_json::Value>,
    /// What it became; `null` when it is gone.
    after: Option<serde_json::Value>,
    /// The request, as `X-Request-Id` and the service's log name it.
    request_id: Option<String>,
}

impl From<AuditEvent> for AuditItem {
    fn from(event: AuditEvent) -> Self {
        Self {
            id: event.id,
            at: Timestamp(event.at),
            actor: event.actor.name,
            key_id: event.actor.key_id,
            action: event.action,
            object_kind: event.object_kind,
            object_id: event.object_id,
            before: event.before,
            after: event.after,
            request_id: event.actor.request_id,
        }
    }
}

/// Who changed what
///
/// Every change through the API and `sensctl`, written in the transaction of the change itself. The API can add to it and
/// nothing else. Secrets are never in it.
#[utoipa::path(
    get,
    path = "/v1/audit-log",
    tag = "audit log",
    params(
        ("actor" = Option<String>, Query, description = "only by this actor: name or id of a key"),
        ("action" = Option<String>, Query, description = "only this action"),
        ("object_kind" = Option<String>, Query, description = "only changes of such things"),
        ("object_id" = Option<String>, Query, description = "only changes of this one"),
        ("request_id" = Option<String>, Query, description = "only changes of this request"),
        ("from" = Option<String>, Query, description = "from then on, RFC 3339"),
        ("to" = Option<String>, Query, description = "before then, RFC 3339"),
        ("limit" = Option<u32>, Query, description = "page size, 1 to 1000, default 100"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before")
    ),
    responses((status = 200, description = "a page of changes", body = AuditPage), ParameterErrors, AccessErrors)
)]
pub(crate) async fn list_audit_log(
    _: Admin,
    State(app): State<App>,
    uri: Uri,
    mut params: Params,
) -> Result<Response, Problem> {
    let names = ["actor", "action", "object_kind", "object_id", "request_id"];
    let given = names.map(|name| params.text(name));
    let (from, to) = params.interval();
    let limit = params.limit(100, 1000);
    let cursor = params.text("cursor");
    params.finish()?;
    let [actor, action, object_kind, object_id, request_id] =
        given.each_ref().map(Option::as_deref);
    let times = [from, to].map(|time| time.map_or_else(String::new, |time| time.to_rfc3339()));
    let mut shape = vec!["audit-log", &times[0], &times[1]];
    shape.extend(given.iter().map(|text| text.as_deref().unwrap_or_default()));
    let fingerprint = Fingerprint::of(&shape);
    let before_id = cursor::decode(fingerprint, cursor.as_deref(), |place| place.parse().ok())?;
    let filter = AuditFilter {
        actor,
        action,
        object_kind,
        object_id,
        request_id,
        from,
        to,
        before_id,
    };
    // From the primary: whoever made a change finds it at once.
    let pool = &app.pools.primary;
    let mut events = list_audit_events(pool, &filter, cursor::one_more(limit)).await?;
    let next_cursor = cursor::next(fingerprint, &mut events, limit, |last| last.id.to_string());
    let link = next_cursor.as_deref().map(|next| cursor::link(&uri, next));
    let page = AuditPage {
        items: events.into_iter().map(AuditItem::from).collect(),
        next_cursor,
    };
    Ok((link, Json(page)).into_response())
}
