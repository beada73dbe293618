//! What all routes share on the HTTP side.

pub(crate) mod body;
pub(crate) mod conditional;
pub(crate) mod cors;
pub(crate) mod csv;
pub(crate) mod cursor;
pub(crate) mod edge;
pub(crate) mod elsewhere;
pub(crate) mod idempotency;
pub(crate) mod negotiate;
pub(crate) mod params;
pub(crate) mod position;
pub(crate) mod range;
pub(crate) mod rate;
pub(crate) mod request_id;
pub(crate) mod sse;
pub(crate) mod time;
pub(crate) mod timeout;
pub(crate) mod value;
