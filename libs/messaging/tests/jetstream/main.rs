//! Publisher, consumer and feed on a real nats-server.

mod consume;
mod feed;
mod parked;
mod publish;
mod replicas;
mod support;
