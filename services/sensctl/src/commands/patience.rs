//! Waiting for what is not there yet.

use std::time::Duration;

use anyhow::{Result, bail};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, sleep};

/// Between two attempts.
const PAUSE: Duration = Duration::from_secs(1);

/// Tries until it works; the last error when it does not within `patience`. Says on standard error what it waits for,
/// once for each reason. A stop signal ends the waiting: as the first process of a container nobody else heeds it.
pub(super) async fn until<T>(
    patience: Duration,
    mut attempt: impl AsyncFnMut() -> Result<T>,
) -> Result<T> {
    let deadline = Instant::now() + patience;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut said = String::new();
    loop {
        let outcome = tokio::select! {
            outcome = attempt() => outcome,
            _ = terminate.recv() => bail!("stopped while waiting"),
        };
        match outcome {
            Err(error) if Instant::now() < deadline => {
                let text = format!("{error:#}");
                if text != said {
                    eprintln!("waiting: {text}");
                    said = text;
                }
            }
            outcome => return outcome,
        }
        tokio::select! {
            () = sleep(PAUSE) => {}
            _ = terminate.recv() => bail!("stopped while waiting"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_tries_until_it_works() {
        let mut attempts = 0;
        let found = until(Duration::from_secs(10), async || {
            attempts += 1;
            if attempts < 4 {
                bail!("not yet");
            }
            Ok(attempts)
        });
        assert_eq!(found.await.unwrap(), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn it_gives_up_with_the_last_reason() {
        let started = Instant::now();
        let mut attempts = 0;
        let found = until(Duration::from_secs(3), async || -> Result<()> {
            attempts += 1;
            bail!("attempt {attempts} failed")
        });
        assert_eq!(found.await.unwrap_err().to_string(), "attempt 4 failed");
        assert_eq!(started.elapsed(), Duration::from_secs(3));
    }

    #[tokio::test]
    async fn without_patience_there_is_one_attempt() {
        let mut attempts = 0;
        let found = until(Duration::ZERO, async || -> Result<()> {
            attempts += 1;
            bail!("no")
        });
        assert!(found.await.is_err());
        assert_eq!(attempts, 1);
    }
}
