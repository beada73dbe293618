//! Feeds the decoders of `sens-schema` with damaged payloads and checks what must always hold.
//!
//! A [`Target`] takes any bytes and panics when something does not hold. The folder `fuzz/` gives the same targets to
//! `cargo fuzz`; [`run`] mutates the versioned payloads by itself and needs no nightly compiler.

mod check;
mod corpus;
mod mutate;
mod report;
mod target;
mod worker;

pub use corpus::{Corpus, findings};
pub use report::Report;
pub use target::Target;
pub use worker::{Limit, Options, run};
