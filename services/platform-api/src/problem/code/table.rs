//! The table of problem codes.

use axum::http::StatusCode;

use super::Code;
use crate::problem::entry::{Entry, permanent, transient};

/// Every code, in the order of its declaration.
pub(crate) static TABLE: [Entry; 55] = [
    permanent(
        Code::InvalidParameter,
        "invalid_parameter",
        StatusCode::BAD_REQUEST,
        "A parameter is not valid",
        "A query parameter is unknown, malformed or out of its range. `errors` names each one. Times are RFC 3339 with \
         an offset, such as 2026-11-20T10:00:00Z.",
    ),
    permanent(
        Code::InvalidCursor,
        "invalid_cursor",
        StatusCode::BAD_REQUEST,
        "The cursor does not belong to this request",
        "A cursor continues exactly the request that gave it: the same path and filters. Start again without a cursor \
         when a filter changes; only `limit` may differ.",
    ),
    permanent(
        Code::InvalidJson,
        "invalid_json",
        StatusCode::BAD_REQUEST,
        "The body is not JSON",
        "The body could not be read as JSON. On /v1/ingest it is kept as a raw record all the same; `raw_record_id` \
         names it.",
    ),
    permanent(
        Code::InvalidBody,
        "invalid_body",
        StatusCode::BAD_REQUEST,
        "The body does not have the expected content",
        "The body is JSON, but a field is missing, unknown or of the wrong type. `errors` points at it.",
    ),
    permanent(
        Code::BadRequest,
        "bad_request",
        StatusCode::BAD_REQUEST,
        "The request cannot be understood",
        "The request is malformed: a path segment or a header cannot be read, or the body ended early.",
    ),
    permanent(
        Code::Unauthenticated,
        "unauthenticated",
        StatusCode::UNAUTHORIZED,
        "A valid API key is needed",
        "Send `Authorization: Bearer <key>` with a key that is neither revoked nor expired.",
    ),
    permanent(
        Code::Forbidden,
        "forbidden",
        StatusCode::FORBIDDEN,
        "The key's role does not allow this",
        "The key is valid, but its role is not enough. `detail` names the roles that are.",
    ),
    permanent(
        Code::NotFound,
        "not_found",
        StatusCode::NOT_FOUND,
        "There is nothing at this address",
        "No route has this path. /openapi.json and /docs list all of them.",
    ),
    permanent(
        Code::DeviceNotFound,
        "device_not_found",
        StatusCode::NOT_FOUND,
        "There is no such device",
        "No device has this serial. Serials are case-sensitive; a device appears with its first good telemetry or \
         with its startup message.",
    ),
    permanent(
        Code::RawRecordNotFound,
        "raw_record_not_found",
        StatusCode::NOT_FOUND,
        "There is no such raw record",
        "No raw record has this id. It may not be committed yet, or retention has removed it.",
    ),
    permanent(
        Code::MessageNotFound,
        "message_not_found",
        StatusCode::NOT_FOUND,
        "There never was such a message",
        "No message has had this id. The id of a message is `<epoch>-<sequence>`, as for raw records; the sequence has \
         not been given yet, or the epoch is another one.",
    ),
    permanent(
        Code::ApiKeyNotFound,
        "api_key_not_found",
        StatusCode::NOT_FOUND,
        "There is no such API key",
        "No API key has this id. The id is the middle part of `sens_<id>_<secret>`.",
    ),
    permanent(
        Code::DeadLetterNotFound,
        "dead_letter_not_found",
        StatusCode::NOT_FOUND,
        "There is no such dead letter",
        "No dead letter has this number. It may have been requeued or dropped.",
    ),
    permanent(
        Code::RetentionRunNotFound,
        "retention_run_not_found",
        StatusCode::NOT_FOUND,
        "There is no such run of retention",
        "No run of retention has this number. Runs are kept for 400 days; /v1/retention-runs lists the newest.",
    ),
    permanent(
        Code::MetricNotFound,
        "metric_not_found",
        StatusCode::NOT_FOUND,
        "There is no such metric",
        "No metric has this name. Names are case-sensitive; /v1/metrics lists all of them, also those that devices send \
         without being described.",
    ),
    permanent(
        Code::ReplayNotFound,
        "replay_not_found",
        StatusCode::NOT_FOUND,
        "There is no such replay",
        "No replay has this number. `GET /v1/replays` lists them.",
    ),
    permanent(
        Code::CorrectionNotFound,
        "correction_not_found",
        StatusCode::NOT_FOUND,
        "There is no such correction",
        "No correction has this number. `GET /v1/corrections` lists them.",
    ),
    permanent(
        Code::CorrectionConflict,
        "correction_conflict",
        StatusCode::CONFLICT,
        "The correction cannot be undone",
        "It was undone before, or a later correction has corrected its readings since and has to be undone first; \
         `detail` says which.",
    ),
    permanent(
        Code::CorrectionTooLarge,
        "correction_too_large",
        StatusCode::UNPROCESSABLE_ENTITY,
        "The interval holds too many readings for one correction",
        "One correction touches at most 10,000 readings, so that it is made at once and can be looked through. Nothing was \
         changed; correct the interval in parts.",
    ),
    permanent(
        Code::NothingToCorrect,
        "nothing_to_correct",
        StatusCode::UNPROCESSABLE_ENTITY,
        "No reading of the interval counts",
        "The device has no reading of this metric in the interval, or all of them were taken out or superseded before.",
    ),
    permanent(
        Code::CommandNotFound,
        "command_not_found",
        StatusCode::NOT_FOUND,
        "There is no such command",
        "The device has no command of this id. `GET /v1/devices/{serial}/commands` lists them.",
    ),
    permanent(
        Code::CommandNotQueued,
        "command_not_queued",
        StatusCode::CONFLICT,
        "The command is not queued any more",
        "A command can be cancelled until a worker begins to send it; `detail` says how far it is. A device that has it \
         can be sent another command.",
    ),
    permanent(
        Code::OperationNotFound,
        "operation_not_found",
        StatusCode::NOT_FOUND,
        "There is no such operation",
        "No operation has this id, which is `<kind>-<number>`. `GET /v1/operations` lists them.",
    ),
    permanent(
        Code::OperationNotCancellable,
        "operation_not_cancellable",
        StatusCode::CONFLICT,
        "This operation cannot be cancelled",
        "A run of retention goes on to its end: it drops only what the settings let go. So does an erasure that was begun.",
    ),
    permanent(
        Code::ExportNotReady,
        "export_not_ready",
        StatusCode::CONFLICT,
        "The export has no file",
        "The file can be read when the export is done: `GET /v1/operations/export-{number}` says how far it is. One that failed or \
         was cancelled has none.",
    ),
    permanent(
        Code::ExportGone,
        "export_gone",
        StatusCode::GONE,
        "The file of the export is gone",
        "It was kept for SENS_API__EXPORT_KEPT_SECONDS, somebody deleted it, or a device that it told of was erased. Ask for the \
         export again.",
    ),
    permanent(
        Code::MetricExists,
        "metric_exists",
        StatusCode::CONFLICT,
        "There is a metric of this name already",
        "Devices may have sent it before anybody described it. Describe it with PATCH /v1/metrics/{name}.",
    ),
    permanent(
        Code::MetricInUse,
        "metric_in_use",
        StatusCode::CONFLICT,
        "The change would give stored values another meaning",
        "The metric has readings, so that its unit and kind stay what they are: values are never rewritten. Choose a \
         display unit with a factor, or make another metric.",
    ),
    permanent(
        Code::VersionConflict,
        "version_conflict",
        StatusCode::CONFLICT,
        "Somebody changed it meanwhile",
        "The change was made for another version than the one there is now. Read it again, and repeat the change if it \
         still makes sense.",
    ),
    permanent(
        Code::DeviceExists,
        "device_exists",
        StatusCode::CONFLICT,
        "There is a device with this serial",
        "The serial is taken, perhaps by a placeholder that telemetry made. Change that device with PUT or PATCH. A deleted \
         device does not stand in the way: entering it again restores it with its history.",
    ),
    permanent(
        Code::LegacyIdTaken,
        "legacy_id_taken",
        StatusCode::CONFLICT,
        "The legacy number is linked to another device",
        "A legacy number belongs to one device at most; `detail` names it. Unlink it there first: set `legacy_id` to null.",
    ),
    permanent(
        Code::DeviceNotAllowed,
        "device_not_allowed",
        StatusCode::FORBIDDEN,
        "The key is not for this device",
        "The key is limited to some devices, by their labels or serials, and an item speaks of another one. Nothing of the \
         request was taken. /v1/whoami tells the limit.",
    ),
    permanent(
        Code::RetentionSettingNotFound,
        "retention_setting_not_found",
        StatusCode::NOT_FOUND,
        "There is no such retention setting",
        "The class or the metric does not exist, or the metric has no setting of its own. /v1/retention-settings lists all.",
    ),
    permanent(
        Code::PreconditionFailed,
        "precondition_failed",
        StatusCode::PRECONDITION_FAILED,
        "It was changed meanwhile",
        "`If-Match` names another version than the one that stands there, or `If-None-Match: *` found something. Read it \
         again, apply the change to what it is now, and send the new `ETag`.",
    ),
    permanent(
        Code::PreconditionRequired,
        "precondition_required",
        StatusCode::PRECONDITION_REQUIRED,
        "The change must say what it is made for",
        "Send `If-Match` with the `ETag` of the last answer, so that nobody's change is overwritten unseen; `If-Match: *` \
         changes whatever stands there.",
    ),
    permanent(
        Code::MethodNotAllowed,
        "method_not_allowed",
        StatusCode::METHOD_NOT_ALLOWED,
        "The method is not allowed here",
        "The path exists, but not with this method. The `Allow` header lists the ones it has.",
    ),
    permanent(
        Code::NotAcceptable,
        "not_acceptable",
        StatusCode::NOT_ACCEPTABLE,
        "None of the accepted formats is offered",
        "The `Accept` header names no format this resource has. `detail` lists them.",
    ),
    permanent(
        Code::PayloadTooLarge,
        "payload_too_large",
        StatusCode::PAYLOAD_TOO_LARGE,
        "The body is too large",
        "The body, after decompression, is larger than the server accepts. Send it in parts.",
    ),
    permanent(
        Code::UnsupportedMediaType,
        "unsupported_media_type",
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "The content type or encoding is not supported",
        "`Content-Type` or `Content-Encoding` names something this resource does not read. `detail` lists what it does.",
    ),
    permanent(
        Code::UriTooLong,
        "uri_too_long",
        StatusCode::URI_TOO_LONG,
        "The address is too long",
        "Path and query string together are longer than 8 KiB. Ask for less at once.",
    ),
    permanent(
        Code::RangeNotSatisfiable,
        "range_not_satisfiable",
        StatusCode::RANGE_NOT_SATISFIABLE,
        "The range lies outside of the file",
        "`Range` begins after the last byte. `Content-Range` says how many bytes there are.",
    ),
    permanent(
        Code::UpgradeRequired,
        "upgrade_required",
        StatusCode::UPGRADE_REQUIRED,
        "This address speaks WebSocket alone",
        "The request did not ask for a WebSocket (RFC 6455, version 13). Open it with a WebSocket client, or read the same \
         messages as server-sent events from `/v1/stream`.",
    ),
    transient(
        Code::RateLimited,
        "rate_limited",
        "Too many requests with this key",
        "The key has made more requests than SENS_API__RATE_LIMIT and SENS_API__RATE_BURST allow. `Retry-After` says when \
         there is room again; the `RateLimit` headers of every answer say how much is left.",
    )
    .answered(StatusCode::TOO_MANY_REQUESTS),
    permanent(
        Code::IdempotencyKeyReused,
        "idempotency_key_reused",
        StatusCode::UNPROCESSABLE_ENTITY,
        "The idempotency key came with another request",
        "Within the last day the same `Idempotency-Key` came with another body or content type. Nothing of this request is \
         stored. Take a new key for every new request, and the same one only to repeat a request exactly.",
    ),
    transient(
        Code::RequestUnderWay,
        "request_under_way",
        "The same request is being worked on",
        "A request with this idempotency key has come before and has no answer yet. Send it again in a moment: it has the \
         same answer then.",
    )
    .answered(StatusCode::CONFLICT),
    permanent(
        Code::QueryTooLarge,
        "query_too_large",
        StatusCode::UNPROCESSABLE_ENTITY,
        "The query is too large",
        "The answer would take too much to compute, or has more rows than an answer without pages may have. `found` and \
         `limit` say how much there is and how much may be, `fits` what would fit: a shorter interval, wider buckets, fewer \
         series or points.",
    ),
    permanent(
        Code::InternalError,
        "internal_error",
        StatusCode::INTERNAL_SERVER_ERROR,
        "Something went wrong on our side",
        "An error that should not happen. Report it with the `request_id`; the server's log has the rest.",
    ),
    transient(
        Code::DatabaseUnavailable,
        "database_unavailable",
        "The database cannot be reached",
        "The platform cannot reach its database at the moment. Repeat the request after the time in `Retry-After`.",
    ),
    transient(
        Code::MessagingUnavailable,
        "messaging_unavailable",
        "The message stream cannot be reached",
        "The platform cannot reach NATS JetStream at the moment. Nothing was stored, or on /v1/ingest only the items \
         that say so. Repeat the request after the time in `Retry-After`: repetitions make no duplicates.",
    ),
    transient(
        Code::StreamFull,
        "stream_full",
        "The message stream is full",
        "More arrives than is committed, and the stream has reached its size limit. Items not marked as accepted are \
         not stored; repeat them after the time in `Retry-After`.",
    ),
    transient(
        Code::TooManyStreams,
        "too_many_streams",
        "All live streams are taken",
        "This server serves as many live streams as `SENS_API__MAX_STREAMS` allows. Close streams that nobody reads, or try \
         again after the time in `Retry-After`: with `Last-Event-ID` nothing is missed.",
    ),
    transient(
        Code::ImportsBusy,
        "imports_busy",
        "Other imports wait already",
        "So many imports wait or are at work that this file is not taken now. Look at `/v1/operations?kind=import`, and send it \
         again when one of them is over.",
    ),
    transient(
        Code::ExportsBusy,
        "exports_busy",
        "There is no room for another export",
        "So many exports wait or are at work, of this key or of all, or the files that are kept take all that \
         SENS_API__EXPORT_TOTAL_BYTES allows; `detail` says which. Wait for one to end, or delete a file with \
         `DELETE /v1/exports/{id}/content`.",
    ),
    transient(
        Code::QueryTimeout,
        "query_timeout",
        "The query takes too long",
        "The database gave up on this query. Ask for a shorter interval or fewer metrics.",
    ),
    transient(
        Code::RequestTimeout,
        "request_timeout",
        "The request takes too long",
        "The request was not finished in time and was given up.",
    ),
];
