//! Certificates of our own making, by the `openssl` program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// A certificate and its key, PEM files.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// The certificate.
    pub cert: PathBuf,
    /// Its private key (PKCS#8).
    pub key: PathBuf,
}

/// An authority that signs certificates for servers on this machine and for their clients.
#[derive(Debug, Clone)]
pub struct Authority {
    dir: PathBuf,
    own: Certificate,
}

impl Authority {
    /// Makes an authority whose files are in `dir`.
    ///
    /// # Errors
    /// When `openssl` is missing or fails.
    pub fn make(dir: &Path, name: &str) -> Result<Self> {
        fs::create_dir_all(dir)?;
        let own = files(dir, name);
        let subject = format!("/CN={name}");
        openssl(&[
            &["req", "-x509", "-days", "30", "-subj", &subject],
            &["-addext", "basicConstraints=critical,CA:TRUE"],
            &["-addext", "keyUsage=critical,keyCertSign,cRLSign"],
            NEW_KEY,
            &["-keyout", text(&own.key)?, "-out", text(&own.cert)?],
        ])?;
        Ok(Self {
            dir: dir.to_path_buf(),
            own,
        })
    }

    /// The authority's own certificate.
    pub fn certificate(&self) -> &Path {
        &self.own.cert
    }

    /// A certificate for 127.0.0.1 and localhost, for a server or a client.
    ///
    /// # Errors
    /// As [`Self::make`].
    pub fn sign(&self, name: &str) -> Result<Certificate> {
        let made = files(&self.dir, name);
        let request = self.dir.join(format!("{name}.csr"));
        let extensions = self.dir.join(format!("{name}.ext"));
        fs::write(
            &extensions,
            "basicConstraints=CA:FALSE\nsubjectAltName=IP:127.0.0.1,DNS:localhost\n\
             extendedKeyUsage=serverAuth,clientAuth\n",
        )?;
        let subject = format!("/CN={name}");
        openssl(&[
            &["req", "-subj", &subject],
            NEW_KEY,
            &["-keyout", text(&made.key)?, "-out", text(&request)?],
        ])?;
        openssl(&[
            &["x509", "-req", "-days", "30", "-CAcreateserial"],
            &["-CA", text(&self.own.cert)?, "-CAkey", text(&self.own.key)?],
            &["-in", text(&request)?, "-out", text(&made.cert)?],
            &["-extfile", text(&extensions)?],
        ])?;
        Ok(made)
    }
}

const NEW_KEY: &[&str] = &[
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
];

fn files(dir: &Path, name: &str) -> Certificate {
    Certificate {
        cert: dir.join(format!("{name}.crt")),
        key: dir.join(format!("{name}.key")),
    }
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("the path is not text")
}

fn openssl(arguments: &[&[&str]]) -> Result<()> {
    let output = Command::new("openssl")
        .args(arguments.concat())
        .stdin(Stdio::null())
        .output()
        .context("cannot run openssl: install it (apt install openssl, brew install openssl)")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("openssl failed ({}): {}", output.status, said.trim());
    }
    Ok(())
}
