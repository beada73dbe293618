//! What must be true before anything is started; each fault is one line that says what to do.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use sens_testkit::{binary_path, check_programs, eventually, port_is_free, remove_server_folder};

use crate::options::Options;

const BINARIES: [&str; 4] = [
    "sensctl",
    "telemetry-worker",
    "mqtt-ingestion-worker",
    "platform-api",
];

/// How long servers of a demo that was killed a moment ago may hold their ports.
const LEFTOVERS: Duration = Duration::from_secs(1);

/// Holds the demo's folder for this process.
#[derive(Debug)]
pub(crate) struct Hold {
    /// The folder, absolute.
    pub(crate) dir: PathBuf,
    _lock: File,
}

/// Checks tools and ports, takes hold of the folder and wipes it where asked to.
///
/// # Errors
/// The first thing that is not as it must be.
pub(crate) async fn check(options: &Options) -> Result<Hold> {
    check_programs()?;
    for binary in BINARIES {
        binary_path(binary)?;
    }
    if !options.no_simulator {
        binary_path("device-simulator")?;
    }
    let hold = take_hold(&options.dir)?;
    check_ports(options).await?;
    if options.fresh {
        wipe(&hold.dir)?;
    }
    Ok(hold)
}

async fn check_ports(options: &Options) -> Result<()> {
    let mut given: HashMap<u16, &str> = HashMap::new();
    for (port, purpose, option) in options.named_ports() {
        if let Some(other) = given.insert(port, purpose) {
            bail!("port {port} is meant for {other} and for {purpose}: give another with {option}");
        }
        let free = || async move { port_is_free(port).then_some(()) };
        if eventually(LEFTOVERS, "a free port", free).await.is_err() {
            bail!(
                "port {port} for {purpose} is in use or not allowed: stop what uses it, or give another with {option} PORT"
            );
        }
    }
    Ok(())
}

fn take_hold(dir: &Path) -> Result<Hold> {
    let advice = || {
        format!(
            "cannot write in {}: give another folder with --dir, or change its rights",
            dir.display()
        )
    };
    fs::create_dir_all(dir).with_context(advice)?;
    let dir = dir.canonicalize().with_context(advice)?;
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(dir.join("lock"))
        .with_context(advice)?;
    match lock.try_lock() {
        Ok(()) => Ok(Hold { dir, _lock: lock }),
        Err(TryLockError::WouldBlock) => {
            bail!(
                "the demo runs already in {}: stop it, or give another folder with --dir",
                dir.display()
            )
        }
        Err(TryLockError::Error(error)) => Err(error).with_context(advice),
    }
}

/// Empties the folder, all but the lock we hold.
fn wipe(dir: &Path) -> Result<()> {
    remove_server_folder(&dir.join("postgres"))?;
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.ends_with("lock") {
            continue;
        }
        let removed = if path.is_dir() {
            fs::remove_dir_all(&path)
        } else {
            fs::remove_file(&path)
        };
        removed.with_context(|| format!("cannot delete {}", path.display()))?;
    }
    Ok(())
}

/// The built console, when there is one: `services/web-console/dist` of the project that holds this program or the
/// working folder.
pub(crate) fn console() -> Option<PathBuf> {
    let starts = [std::env::current_exe().ok(), std::env::current_dir().ok()];
    starts
        .iter()
        .flatten()
        .flat_map(|start| start.ancestors())
        .map(|folder| folder.join("services/web-console/dist"))
        .find(|dist| dist.join("index.html").is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[tokio::test]
    async fn a_taken_port_is_named_with_its_option() {
        let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = taken.local_addr().unwrap().port().to_string();
        let options = Options::parse_from(["sens-demo", "--port", &port]);
        let error = check_ports(&options).await.unwrap_err().to_string();
        assert!(
            error.contains(&port) && error.contains("--port PORT"),
            "{error}"
        );
        let options = Options::parse_from(["sens-demo", "--port", "29111", "--mqtt-port", "29111"]);
        let error = check_ports(&options).await.unwrap_err().to_string();
        assert!(
            error.contains("29111 is meant for the console and the API and for MQTT"),
            "{error}"
        );
    }

    #[test]
    fn a_folder_serves_one_demo_and_a_wipe_keeps_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let hold = take_hold(folder.path()).unwrap();
        let error = take_hold(folder.path()).unwrap_err().to_string();
        assert!(error.contains("runs already"), "{error}");
        fs::create_dir(hold.dir.join("nats")).unwrap();
        fs::write(hold.dir.join("api-key"), "x").unwrap();
        wipe(&hold.dir).unwrap();
        let left: Vec<_> = fs::read_dir(&hold.dir)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(left, ["lock"]);
    }
}
