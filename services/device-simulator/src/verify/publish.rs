//! Publishing a few messages by MQTT and waiting for their acknowledgements.

use std::sync::Arc;

use anyhow::Result;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::cli::Connection;
use crate::commands::Commands;
use crate::deliver::Delivery;
use crate::load::{Patience, settle};
use crate::message::{Kind, Message};
use crate::stop::Stop;
use crate::tally::Tally;
use crate::target;

/// Seconds without an acknowledgement before it is given up.
const PATIENCE: u64 = 20;

/// Publishes the payloads to a topic; done when the broker has acknowledged all of them.
pub(super) async fn publish(
    connection: &Connection,
    topic: String,
    payloads: Vec<Value>,
) -> Result<()> {
    let broker = Arc::new(target::resolve(connection)?.broker);
    let (topic, total) = (Arc::<str>::from(topic), payloads.len() as u64);
    let tally = Arc::new(Tally::new(None));
    let stop = Stop::listen()?;
    let (sender, source) = mpsc::channel(usize::from(connection.window));
    let delivery = Delivery {
        broker,
        client_id: format!("sens-verify-{:08x}", rand::random::<u32>()),
        window: connection.window,
        require_subscribers: connection.require_subscribers,
        storms: None,
        greeting: Vec::new(),
        will: None,
        commands: Commands::default(),
        tally: Arc::clone(&tally),
    };
    let mut clients = JoinSet::new();
    clients.spawn(delivery.run(source, stop.abandon.clone()));
    tokio::spawn(async move {
        for payload in payloads {
            let message = Message {
                topic: Arc::clone(&topic),
                payload: payload.to_string().into(),
                retain: false,
                kind: Kind::V1,
                readings: 1,
            };
            if sender.send(message).await.is_err() {
                return;
            }
        }
    });
    settle(clients, total, &tally, &stop, Patience::new(PATIENCE)).await?;
    Ok(())
}
