//! The one connection of a process to NATS.

use std::sync::atomic::Ordering;
use std::time::Duration;

use async_nats::jetstream;
use sens_config::Nats;

use crate::Error;

/// How long one JetStream request may take before it counts as unanswered.
pub(crate) const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

/// How soon a lost connection is noticed by those who wait for an answer.
const LOOK: Duration = Duration::from_millis(50);

/// How long a flush may take at the end: a server that went away without a word takes nothing any more.
const GOODBYE: Duration = Duration::from_secs(1);

/// Whether the connection stands at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionState {
    /// Connected.
    Up,
    /// Not connected; the client keeps trying by itself.
    Down,
}

/// A connection to NATS with JetStream. Cheap to clone; reconnects by itself for as long as it lives.
#[derive(Clone)]
pub struct Messaging {
    pub(crate) client: async_nats::Client,
    pub(crate) jetstream: jetstream::Context,
    pub(crate) shards: u16,
}

impl Messaging {
    /// Connects once.
    ///
    /// `name` is shown in the server's connection list.
    ///
    /// # Errors
    /// [`Error::Connect`] when no server answers, [`Error::File`] when a credentials or CA file cannot be used.
    pub async fn connect(config: &Nats, name: &str) -> Result<Self, Error> {
        let client = options(config, name)
            .await?
            .connect(config.url.as_str())
            .await
            .map_err(|error| Error::Connect {
                url: without_credentials(&config.url),
                reason: error.to_string(),
            })?;
        let jetstream = jetstream::ContextBuilder::new()
            .timeout(REQUEST_TIMEOUT)
            .build(client.clone());
        Ok(Self {
            client,
            jetstream,
            shards: config.subject_shards.max(1),
        })
    }

    /// Whether the connection stands now.
    pub fn state(&self) -> ConnectionState {
        match self.client.connection_state() {
            async_nats::connection::State::Connected => ConnectionState::Up,
            _ => ConnectionState::Down,
        }
    }

    /// Waits until the connection that stands now is lost: what was asked on it is never answered.
    pub async fn lost(&self) {
        let connects = || self.client.statistics().connects.load(Ordering::Relaxed);
        let before = connects();
        while self.state() == ConnectionState::Up && connects() == before {
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Sends what is buffered, as long as the connection takes it: what does not get through is an acknowledgement, and
    /// its message comes again.
    ///
    /// # Errors
    /// [`Error::JetStream`] when the connection breaks meanwhile.
    pub async fn close(&self) -> Result<(), Error> {
        if self.state() == ConnectionState::Down {
            return Ok(());
        }
        match tokio::time::timeout(GOODBYE, self.client.flush()).await {
            Ok(flushed) => {
                flushed.map_err(|error| Error::jetstream("flush the connection", &error))
            }
            Err(_) => Ok(()),
        }
    }
}

async fn options(config: &Nats, name: &str) -> Result<async_nats::ConnectOptions, Error> {
    let mut options = login(config)
        .name(name)
        .request_timeout(Some(REQUEST_TIMEOUT))
        .connection_timeout(Duration::from_secs(5))
        .ping_interval(Duration::from_secs(5))
        .client_capacity(8192)
        .reconnect_delay_callback(reconnect_delay)
        .event_callback(|event| async move {
            match event {
                async_nats::Event::Connected => tracing::info!("connected to NATS"),
                async_nats::Event::Disconnected => {
                    tracing::warn!("lost the connection to NATS, trying again");
                }
                other => tracing::warn!(event = %other, "NATS connection event"),
            }
        });
    if let Some(path) = &config.creds_file {
        options = options
            .credentials_file(path)
            .await
            .map_err(|error| Error::File {
                variable: "SENS_NATS__CREDS_FILE",
                path: path.display().to_string(),
                reason: error.to_string(),
            })?;
    }
    if let Some(path) = &config.ca_file {
        options = options
            .add_root_certificates(path.clone())
            .require_tls(true);
    }
    Ok(options)
}

/// Asks for user and password at every connection: they may have changed since the last one.
fn login(config: &Nats) -> async_nats::ConnectOptions {
    let (Some(user), Some(password)) = (&config.user, &config.password) else {
        return async_nats::ConnectOptions::new();
    };
    let (user, password) = (user.clone(), password.clone());
    async_nats::ConnectOptions::with_auth_callback(move |_nonce| {
        let mut auth = async_nats::Auth::new();
        auth.username = Some(user.clone());
        auth.password = Some(password.current());
        async move { Ok(auth) }
    })
}

/// Grows to two seconds: JetStream being away stops acknowledgements, so coming back quickly matters more than sparing it.
fn reconnect_delay(attempts: usize) -> Duration {
    let exponent = u32::try_from(attempts.min(5)).unwrap_or(5);
    Duration::from_millis(2000.min(50 * 2_u64.pow(exponent)))
}

fn without_credentials(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_never_reach_an_error_message() {
        assert_eq!(
            without_credentials("nats://user:secret@db:4222"),
            "nats://db:4222"
        );
        assert_eq!(
            without_credentials("nats://127.0.0.1:4222"),
            "nats://127.0.0.1:4222"
        );
    }

    #[test]
    fn reconnect_delay_is_bounded() {
        assert_eq!(reconnect_delay(0), Duration::from_millis(50));
        assert_eq!(reconnect_delay(1_000_000), Duration::from_millis(1600));
    }
}
