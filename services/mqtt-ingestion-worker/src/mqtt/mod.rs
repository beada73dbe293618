//! The connection to the broker: persistent session, shared subscription, manual acknowledgements.

mod options;
mod source;
mod tls;

pub(crate) use options::{OptionsError, options};
pub(crate) use source::Source;
