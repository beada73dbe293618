//! The passwords and keys of one platform.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, Result};

/// What the parts of a platform show each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secrets {
    /// PostgreSQL's superuser.
    pub superuser_password: String,
    /// The owner of the database, as which `sensctl` works.
    pub owner_password: String,
    /// telemetry-worker's login.
    pub ingest_password: String,
    /// platform-api's login.
    pub api_password: String,
    /// An admin API key that is valid from the first start.
    pub api_key: String,
    /// The key of the devices' provisioning tokens.
    pub provision_secret: String,
}

/// What `SENS_ENVIRONMENT=local` takes when nothing is given; samples and examples use it.
const LOCAL_PROVISION_SECRET: &str = "local-provisioning-secret";

impl Secrets {
    /// Fixed secrets for tests.
    pub fn for_tests() -> Self {
        Self {
            superuser_password: "test-superuser".into(),
            owner_password: "test-owner".into(),
            ingest_password: "test-ingest".into(),
            api_password: "test-api".into(),
            api_key: "test-admin-key-0123456789".into(),
            provision_secret: LOCAL_PROVISION_SECRET.into(),
        }
    }

    /// Random secrets, made at the first call and kept in `folder`, readable for their owner alone.
    ///
    /// # Errors
    /// When a file can be neither read nor written.
    pub fn kept(folder: &Path) -> Result<Self> {
        Ok(Self {
            superuser_password: kept_secret(folder, "postgres-superuser-password")?,
            owner_password: kept_secret(folder, "postgres-owner-password")?,
            ingest_password: kept_secret(folder, "postgres-ingest-password")?,
            api_password: kept_secret(folder, "postgres-api-password")?,
            api_key: kept_secret(folder, "api-key")?,
            provision_secret: LOCAL_PROVISION_SECRET.into(),
        })
    }
}

fn kept_secret(folder: &Path, name: &str) -> Result<String> {
    let path = folder.join(name);
    if path.is_file() {
        let text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        return Ok(text.trim().to_owned());
    }
    let secret = random_hex().context("cannot read random bytes from /dev/urandom")?;
    write_private(&path, &secret)?;
    Ok(secret)
}

/// Writes a file that only its owner can read.
///
/// # Errors
/// When the file cannot be written.
pub fn write_private(path: &Path, text: &str) -> Result<()> {
    let write = || -> std::io::Result<()> {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(path)?;
        writeln!(file, "{text}")
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

fn random_hex() -> std::io::Result<String> {
    let mut bytes = [0_u8; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn kept_secrets_stay_and_are_private() {
        let folder = tempfile::tempdir().unwrap();
        let first = Secrets::kept(folder.path()).unwrap();
        assert_eq!(first, Secrets::kept(folder.path()).unwrap());
        assert_ne!(first.api_password, first.ingest_password);
        assert_eq!(first.api_key.len(), 32);
        let mode = fs::metadata(folder.path().join("api-key"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
