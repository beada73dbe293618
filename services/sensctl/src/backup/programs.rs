//! PostgreSQL's own programs: found in the right version, run without a password on their command line.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result, bail, ensure};
use sens_config::{Database, Secret};
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, Command};
use url::Url;

/// How much of what a program says is shown.
const SHOWN: usize = 2000;

/// A program of PostgreSQL.
#[derive(Debug, Clone)]
pub(super) struct Program {
    path: PathBuf,
    /// Its major version.
    pub(super) major: u32,
}

/// Major version of a server from its version as one number.
pub(super) fn major(server_version_num: i32) -> u32 {
    u32::try_from(server_version_num / 10_000).unwrap_or_default()
}

impl Program {
    /// Finds `pg_dump` or `pg_restore` for a server: in its own major version where that is installed, otherwise the next
    /// newer one. Looks at PATH and where Debian puts them.
    pub(super) async fn find(name: &str, server: u32) -> Result<Self> {
        let mut found = Vec::new();
        for path in candidates(name) {
            if let Some(major) = version_of(&path).await {
                found.push(Self { path, major });
            }
        }
        let newest = found.iter().map(|program| program.major).max();
        found
            .into_iter()
            .filter(|program| program.major >= server)
            .min_by_key(|program| program.major)
            .with_context(|| match newest {
                None => format!("{name} is not installed: install PostgreSQL's client programs of version {server}"),
                Some(newest) => format!(
                    "{name} here is of version {newest}, the server of version {server}: install PostgreSQL's client programs of version {server} (images: build argument POSTGRES_IMAGE)"
                ),
            })
    }

    /// A command that connects to the database of the configuration.
    pub(super) fn command(&self, config: &Database) -> Result<Command> {
        let url = config.url.as_ref().context("DATABASE_URL is not set")?;
        let (url, password) = without_password(url)?;
        let mut command = Command::new(&self.path);
        command
            .arg("--no-password")
            .arg(format!("--dbname={url}"))
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        if let Some(password) = password {
            command.env("PGPASSWORD", password);
        }
        Ok(command)
    }

    /// Starts it.
    pub(super) fn start(&self, command: &mut Command) -> Result<Child> {
        command
            .spawn()
            .with_context(|| format!("start {}", self.path.display()))
    }

    /// Waits for it to end well; the error says what it said.
    pub(super) async fn finish(&self, mut child: Child) -> Result<()> {
        let mut said = String::new();
        if let Some(mut errors) = child.stderr.take() {
            let mut bytes = Vec::new();
            errors
                .read_to_end(&mut bytes)
                .await
                .context("read what the program says")?;
            said = String::from_utf8_lossy(&bytes).into_owned();
        }
        let status = child.wait().await.context("wait for the program")?;
        if status.success() {
            return Ok(());
        }
        let end = said.trim_end();
        let start = end.len().saturating_sub(SHOWN);
        let shown = end.get(end.ceil_char_boundary(start)..).unwrap_or(end);
        bail!("{} failed ({status}): {shown}", self.path.display())
    }
}

fn candidates(name: &str) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = std::env::var_os("PATH")
        .map(|paths| std::env::split_paths(&paths).collect())
        .unwrap_or_default();
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        folders.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    let mut paths: Vec<PathBuf> = folders
        .into_iter()
        .map(|folder| folder.join(name))
        .collect();
    paths.retain(|path| path.is_file());
    paths
}

/// `pg_dump (PostgreSQL) 15.18 (Debian …)` is 15.
async fn version_of(path: &Path) -> Option<u32> {
    let output = Command::new(path).arg("--version").output().await.ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_whitespace()
        .find_map(|word| word.split('.').next()?.parse().ok())
}

/// Command lines can be seen by everybody on the machine: the password goes another way.
fn without_password(url: &Secret) -> Result<(Url, Option<String>)> {
    let mut url: Url = url
        .expose()
        .parse()
        .context("DATABASE_URL cannot be read as an address")?;
    let password = url.password().map(|password| {
        percent_encoding::percent_decode_str(password)
            .decode_utf8_lossy()
            .into_owned()
    });
    ensure!(url.set_password(None).is_ok(), "DATABASE_URL names no host");
    Ok((url, password))
}

/// The same server, another database.
pub(super) fn with_database(config: &Database, name: &str) -> Result<Database> {
    let mut url: Url = config
        .url
        .as_ref()
        .context("DATABASE_URL is not set")?
        .expose()
        .parse()
        .context("DATABASE_URL cannot be read as an address")?;
    url.set_path(name);
    Ok(Database {
        url: Some(Secret::new(url.as_str())),
        read_url: None,
        ..config.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_leaves_the_address() {
        let url = Secret::new("postgres://sens:p%40ss@db:5432/sens?sslmode=require");
        let (url, password) = without_password(&url).unwrap();
        assert_eq!(url.as_str(), "postgres://sens@db:5432/sens?sslmode=require");
        assert_eq!(password.as_deref(), Some("p@ss"));
    }

    #[tokio::test]
    async fn a_program_that_is_too_old_is_named() {
        let error = Program::find("pg_dump", 900).await.unwrap_err().to_string();
        assert!(error.contains("version 900"), "{error}");
    }
}
