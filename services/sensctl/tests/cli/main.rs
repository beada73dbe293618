//! sensctl on real servers, as an operator calls it.

mod configuration;
mod correct;
mod keys;
mod metrics;
mod migrate;
mod retention;
mod site;
