//! TLS of a running cluster.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use anyhow::{Context as _, Result};

use super::Postgres;
use crate::Certificate;

impl Postgres {
    /// Speaks TLS with this certificate from now on, without a restart: new connections see it.
    ///
    /// # Errors
    /// When the cluster was given by URL, or a file cannot be written.
    pub fn set_certificate(&self, certificate: &Certificate) -> Result<()> {
        let dir = self.dir()?;
        let tools = self.tools.as_ref().context("the cluster is not ours")?;
        for (from, name) in [
            (&certificate.cert, "server.crt"),
            (&certificate.key, "server.key"),
        ] {
            let to = dir.join(name);
            fs::copy(from, &to).with_context(|| format!("cannot write {}", to.display()))?;
            fs::set_permissions(&to, fs::Permissions::from_mode(0o600))?;
            tools.give_to_server_user(&to)?;
        }
        let dir = dir.display();
        self.sql(&format!(
            "ALTER SYSTEM SET ssl_cert_file = '{dir}/server.crt';
             ALTER SYSTEM SET ssl_key_file = '{dir}/server.key';
             ALTER SYSTEM SET ssl = on;
             SELECT pg_reload_conf();"
        ))
        .map(drop)
    }
}
