//! The REST API on a real PostgreSQL and a real nats-server: success, bad input, no key and wrong role of each route.

mod access;
mod accounting;
mod administrator;
mod commands;
mod dead_letters;
mod durability;
mod exports;
mod idempotency;
mod ingest;
mod measurements;
mod metrics;
mod operations;
mod outage;
mod pages;
mod quotas;
mod reads;
mod replays;
mod retention;
mod rollups;
mod rules;
mod sockets;
mod stream;
mod support;
