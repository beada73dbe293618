//! The connection to the broker: persistent session, shared subscription, manual acknowledgements.

mod options;
mod retire;
mod rival;
mod source;
mod tls;

pub(crate) use options::{OptionsError, options};
pub(crate) use retire::end_session;
pub(crate) use source::{Purpose, Source};
