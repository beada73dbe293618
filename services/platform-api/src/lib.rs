//! platform-api: REST, live streams and administration.
//!
//! `router.rs` is the table of contents. Each resource has a folder under `routes/`, each verb a file in it.

mod app;
mod auth;
mod cache;
mod feed;
mod http;
mod link;
mod problem;
mod publish;
mod router;
mod routes;
mod serve;

pub use serve::{INFO, run};
