//! A device that publishes by HTTP, again and again until the platform says that it has a message.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail};
use sens_testkit::ledger::{Ledger, Meaning};
use sens_testkit::{Platform, http};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The topic of what comes by HTTP.
const TOPIC: &str = "http";
/// The first of its devices; the simulator's numbers are smaller.
const DEVICE: u64 = 900_000;
/// Messages in a request.
const ITEMS: u64 = 5;
const PAUSE: Duration = Duration::from_millis(100);

/// Requests that go on until they are told to stop.
pub(crate) struct HttpLoad {
    stop: watch::Sender<bool>,
    task: JoinHandle<Result<Vec<String>>>,
}

impl HttpLoad {
    /// Begins.
    pub(crate) fn start(platform: &Platform) -> Self {
        let (stop, stopped) = watch::channel(false);
        let address: Arc<str> = platform.api_address().into();
        let key: Arc<str> = platform.api_key().into();
        let task = tokio::spawn(publish(address, key, stopped));
        Self { stop, task }
    }

    /// Whether it goes on; it ends by itself only by an error.
    pub(crate) fn is_running(&self) -> bool {
        !self.task.is_finished()
    }

    /// Ends after the request under way, and writes what was taken into `ledger`.
    ///
    /// # Errors
    /// When the platform refused a message for good.
    pub(crate) async fn finish(self, ledger: &mut Ledger) -> Result<()> {
        self.stop.send_replace(true);
        for item in self.task.await?? {
            ledger.add(TOPIC, item.as_bytes(), Meaning::Readings(1));
        }
        Ok(())
    }
}

async fn publish(
    address: Arc<str>,
    key: Arc<str>,
    stop: watch::Receiver<bool>,
) -> Result<Vec<String>> {
    let mut taken = Vec::new();
    let mut number = 0;
    while !*stop.borrow() {
        let items: Vec<String> = (number..number + ITEMS).map(item).collect();
        number += ITEMS;
        let body = format!("[{}]", items.join(","));
        // Without a 202 it is unknown whether the platform has the items: they are sent again, as they are.
        loop {
            match http::post(&address, "/v1/ingest", Some(&key), &body).await {
                Ok(answer) if answer.status == 202 => break,
                Ok(answer) if (400..500).contains(&answer.status) && answer.status != 429 => {
                    bail!(
                        "POST /v1/ingest answered {}: {}",
                        answer.status,
                        answer.body
                    );
                }
                Ok(_) | Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
        taken.extend(items);
        tokio::time::sleep(PAUSE).await;
    }
    Ok(taken)
}

/// A flat event; its time is its own, so that it is one reading however often it comes.
fn item(number: u64) -> String {
    let at = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_millis();
    format!(
        r#"{{"device_id":{},"event_type":"platform_extension_ticks","value":{},"timestamp":{}.{:03}}}"#,
        DEVICE + number % ITEMS,
        number % 3000,
        at / 1000,
        at % 1000
    )
}
