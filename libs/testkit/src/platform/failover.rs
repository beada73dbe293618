//! The database moves to another server.

use std::time::Duration;

use anyhow::{Context, Result};

use super::Platform;

impl Platform {
    /// Gives the database a synchronous standby, kills the server (SIGKILL), promotes the standby after `down`, and lets
    /// the proxy lead there, as a cluster's address would. [`Self::postgres`] is the new server from then on.
    ///
    /// # Errors
    /// When the platform has no proxies, or the standby does not get that far.
    pub async fn fail_over(&mut self, down: Duration) -> Result<()> {
        let proxies = self
            .proxies
            .as_ref()
            .context("a failover needs a platform with proxies")?;
        let standby = self.postgres.standby().await?;
        self.postgres.kill9().await?;
        tokio::time::sleep(down).await;
        standby.promote()?;
        let port = standby.port()?;
        proxies.postgres.redirect(&format!("127.0.0.1:{port}"));
        self.environment.postgres_port = port;
        self.postgres = standby;
        Ok(())
    }
}
