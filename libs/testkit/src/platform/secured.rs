//! A platform whose services come with logins, over TLS, and prove who they are: everything from files, as mounted secrets
//! are, so that it can be changed while they run.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::secrets::write_private;
use crate::{Authority, Certificate, SecuredListener};

/// The user of the services at NATS and at the broker.
const USER: &str = "sens";
/// The login of telemetry-worker.
const DATABASE_LOGIN: &str = "sens_telemetry_worker";

/// A secret in a file that the services read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretFile {
    /// The password of the services at NATS.
    Nats,
    /// The password of mqtt-ingestion-worker at the broker.
    Mqtt,
    /// The password of telemetry-worker's database login.
    Database,
}

impl SecretFile {
    fn name(self) -> &'static str {
        match self {
            Self::Nats => "nats-password",
            Self::Mqtt => "mqtt-password",
            Self::Database => "database-password",
        }
    }
}

/// The files.
#[derive(Debug, Clone)]
pub struct Secured {
    dir: PathBuf,
}

impl Secured {
    /// Makes a first authority, certificates and passwords.
    pub(super) fn make(dir: &Path, database_password: &str) -> Result<(Self, Authority)> {
        let secured = Self {
            dir: dir.to_path_buf(),
        };
        let authority = secured.authority("first")?;
        secured.trust(&[&authority])?;
        secured.set_client_certificate(&authority.sign("client-first")?)?;
        secured.set(SecretFile::Nats, "first-nats-password")?;
        secured.set(SecretFile::Mqtt, "first-mqtt-password")?;
        secured.set(SecretFile::Database, database_password)?;
        Ok((secured, authority))
    }

    /// Makes one more authority.
    ///
    /// # Errors
    /// When `openssl` is missing or fails.
    pub fn authority(&self, name: &str) -> Result<Authority> {
        Authority::make(&self.dir.join(name), name)
    }

    /// The file with the authorities that services and servers trust.
    pub fn authorities(&self) -> PathBuf {
        self.dir.join("authorities.pem")
    }

    /// Replaces the trusted authorities.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn trust(&self, authorities: &[&Authority]) -> Result<()> {
        let mut all = String::new();
        for authority in authorities {
            all.push_str(&fs::read_to_string(authority.certificate())?);
        }
        self.replace("authorities.pem", &all)
    }

    /// Replaces the certificate that mqtt-ingestion-worker shows.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn set_client_certificate(&self, certificate: &Certificate) -> Result<()> {
        self.replace("client.crt", &fs::read_to_string(&certificate.cert)?)?;
        self.replace("client.key", &fs::read_to_string(&certificate.key)?)
    }

    /// Replaces a password in the file that the services read. The server is to be told by itself.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn set(&self, secret: SecretFile, password: &str) -> Result<()> {
        self.replace(secret.name(), password)
    }

    /// What the broker's listener for services asks for, with the password that the file holds now.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn listener(&self, certificate: &Certificate) -> Result<SecuredListener> {
        Ok(SecuredListener {
            certificate: certificate.clone(),
            authorities: self.authorities(),
            login: self.login(SecretFile::Mqtt)?,
        })
    }

    /// User and password as the file holds it now.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn login(&self, secret: SecretFile) -> Result<(String, String)> {
        let file = self.dir.join(secret.name());
        let password =
            fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        Ok((USER.to_owned(), password.trim_end().to_owned()))
    }

    /// As a mounted secret changes: at once, never half.
    fn replace(&self, name: &str, text: &str) -> Result<()> {
        let fresh = self.dir.join(format!("{name}.new"));
        fs::remove_file(&fresh).ok();
        write_private(&fresh, text)?;
        fs::rename(&fresh, self.dir.join(name)).with_context(|| format!("cannot replace {name}"))
    }

    fn path(&self, name: &str) -> String {
        self.dir.join(name).display().to_string()
    }

    pub(super) fn nats(&self, port: u16) -> Vec<(&'static str, String)> {
        vec![
            ("SENS_NATS__URL", format!("tls://127.0.0.1:{port}")),
            ("SENS_NATS__USER", USER.to_owned()),
            ("SENS_NATS__PASSWORD_FILE", self.path("nats-password")),
            ("SENS_NATS__CA_FILE", self.path("authorities.pem")),
        ]
    }

    pub(super) fn mqtt(&self, port: u16) -> Vec<(&'static str, String)> {
        vec![
            ("SENS_MQTT__URL", format!("mqtts://127.0.0.1:{port}")),
            ("SENS_MQTT__USERNAME", USER.to_owned()),
            ("SENS_MQTT__PASSWORD_FILE", self.path("mqtt-password")),
            ("SENS_MQTT__CA_FILE", self.path("authorities.pem")),
            ("SENS_MQTT__CLIENT_CERT_FILE", self.path("client.crt")),
            ("SENS_MQTT__CLIENT_KEY_FILE", self.path("client.key")),
        ]
    }

    pub(super) fn database(&self, port: u16) -> Vec<(&'static str, String)> {
        vec![
            ("DATABASE_HOST", "127.0.0.1".to_owned()),
            ("DATABASE_PORT", port.to_string()),
            ("DATABASE_USER", DATABASE_LOGIN.to_owned()),
            ("DATABASE_PASSWORD_FILE", self.path("database-password")),
            ("DATABASE_NAME", "sens".to_owned()),
            ("PGSSLMODE", "verify-full".to_owned()),
            ("PGSSLROOTCERT", self.path("authorities.pem")),
        ]
    }
}
