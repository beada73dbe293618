//! The connection to NATS, made in the background: reads work without it.

use std::sync::Arc;
use std::time::Duration;

use sens_config::Config;
use sens_messaging::{ConnectionState, Error, Messaging, Replica};
use sens_observability::CancellationToken;
use tokio::sync::watch;

use crate::problem::{Code, Problem};

/// Pause after the first failed attempt to connect; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// Longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// Gives the connection once it is there. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Link {
    state: watch::Receiver<Option<Messaging>>,
}

impl Link {
    /// Starts to connect, and goes on until it succeeds; afterwards the client reconnects by itself.
    pub(crate) fn start(config: Arc<Config>, shutdown: CancellationToken) -> Self {
        let (sender, state) = watch::channel(None);
        tokio::spawn(async move {
            let connected = async {
                let mut pause = FIRST_PAUSE;
                loop {
                    match connect(&config).await {
                        Ok(messaging) => break messaging,
                        Err(error) => {
                            tracing::warn!(%error, "JetStream is not ready, trying again");
                        }
                    }
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            };
            tokio::select! {
                messaging = connected => {
                    sender.send_replace(Some(messaging));
                    shutdown.cancelled().await;
                }
                () = shutdown.cancelled() => {}
            }
        });
        Self { state }
    }

    /// The connection, when it stands now.
    ///
    /// # Errors
    /// `messaging_unavailable`.
    pub(crate) fn get(&self) -> Result<Messaging, Problem> {
        let messaging = self.state.borrow().clone();
        messaging
            .filter(|messaging| messaging.state() == ConnectionState::Up)
            .ok_or_else(|| Problem::of(Code::MessagingUnavailable))
    }

    /// Says that this replica runs, whoever asks, from the first connection until the service drains.
    pub(crate) fn answer_for(mut self, replica: Replica, shutdown: CancellationToken) {
        tokio::spawn(async move {
            if let Some(messaging) = self.connected().await {
                shutdown
                    .run_until_cancelled(messaging.answer_for(replica))
                    .await;
            }
        });
    }

    /// Waits for the first connection; `None` when the service drains before.
    pub(crate) async fn connected(&mut self) -> Option<Messaging> {
        self.state.wait_for(Option::is_some).await.ok()?.clone()
    }
}

/// Connects and makes sure that the streams are there.
async fn connect(config: &Config) -> Result<Messaging, Error> {
    let messaging = Messaging::connect(&config.nats, "platform-api").await?;
    messaging.ensure_streams(&config.nats).await?;
    messaging.ensure_raw_consumer().await?;
    Ok(messaging)
}
