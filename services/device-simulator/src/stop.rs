//! SIGINT and SIGTERM: the first asks to finish, the second to give up.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// The two requests.
#[derive(Debug, Clone)]
pub(crate) struct Stop {
    /// Send nothing new, wait for what is under way.
    pub(crate) finish: CancellationToken,
    /// Do not even wait.
    pub(crate) abandon: CancellationToken,
}

impl Stop {
    /// Listens for the signals from now on.
    pub(crate) fn listen() -> std::io::Result<Self> {
        let stop = Self {
            finish: CancellationToken::new(),
            abandon: CancellationToken::new(),
        };
        let (mut terminate, mut interrupt) = (
            signal(SignalKind::terminate())?,
            signal(SignalKind::interrupt())?,
        );
        let (finish, abandon) = (stop.finish.clone(), stop.abandon.clone());
        tokio::spawn(async move {
            for token in [finish, abandon] {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                token.cancel();
            }
        });
        Ok(stop)
    }
}
