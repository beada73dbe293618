//! Problem codes: stable names that clients may rely on.

mod table;

use axum::http::StatusCode;

use super::entry::Entry;
pub(crate) use table::TABLE;

/// What went wrong, by a name that never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    InvalidParameter,
    InvalidCursor,
    InvalidJson,
    InvalidBody,
    BadRequest,
    Unauthenticated,
    Forbidden,
    NotFound,
    DeviceNotFound,
    RawRecordNotFound,
    MessageNotFound,
    ApiKeyNotFound,
    DeadLetterNotFound,
    RetentionRunNotFound,
    MetricNotFound,
    ReplayNotFound,
    CorrectionNotFound,
    CorrectionConflict,
    CorrectionTooLarge,
    NothingToCorrect,
    CommandNotFound,
    CommandNotQueued,
    OperationNotFound,
    OperationNotCancellable,
    ExportNotReady,
    ExportGone,
    MetricExists,
    MetricInUse,
    VersionConflict,
    DeviceExists,
    LegacyIdTaken,
    DeviceNotAllowed,
    RetentionSettingNotFound,
    PreconditionFailed,
    PreconditionRequired,
    MethodNotAllowed,
    NotAcceptable,
    PayloadTooLarge,
    UnsupportedMediaType,
    UriTooLong,
    RangeNotSatisfiable,
    UpgradeRequired,
    RateLimited,
    IdempotencyKeyReused,
    RequestUnderWay,
    QueryTooLarge,
    InternalError,
    DatabaseUnavailable,
    MessagingUnavailable,
    StreamFull,
    TooManyStreams,
    ImportsBusy,
    ExportsBusy,
    QueryTimeout,
    RequestTimeout,
}

impl Code {
    /// Its row in the table.
    pub(crate) fn entry(self) -> &'static Entry {
        let entry = &TABLE[self as usize];
        debug_assert_eq!(entry.code, self, "the table is in the order of the codes");
        entry
    }

    /// The row with the given name.
    pub(crate) fn find(name: &str) -> Option<&'static Entry> {
        TABLE.iter().find(|entry| entry.name == name)
    }

    /// The code that stands for a bare status given by a library.
    pub(crate) fn from_status(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::Unauthenticated,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::NOT_ACCEPTABLE => Self::NotAcceptable,
            StatusCode::PRECONDITION_FAILED => Self::PreconditionFailed,
            StatusCode::PAYLOAD_TOO_LARGE => Self::PayloadTooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::UnsupportedMediaType,
            StatusCode::URI_TOO_LONG => Self::UriTooLong,
            StatusCode::TOO_MANY_REQUESTS => Self::RateLimited,
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => Self::RequestTimeout,
            status if status.is_client_error() => Self::BadRequest,
            _ => Self::InternalError,
        }
    }
}

#[cfg(test)]
mod tests;
