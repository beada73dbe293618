//! Finding the programs of other projects on this machine.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};

/// The first existing file named `name` in the folders of `PATH`.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// The file that the environment variable `variable` names.
///
/// # Errors
/// When the variable is set to something that is no file.
pub(crate) fn from_variable(variable: &str) -> Result<Option<PathBuf>> {
    let Some(value) = env::var_os(variable).filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let path = PathBuf::from(value);
    if path.is_file() {
        return Ok(Some(path));
    }
    Err(anyhow!(
        "{variable} names {}, which is no file",
        path.display()
    ))
}

/// `.tools/bin/<name>` of the project that contains the working folder or this executable.
pub(crate) fn in_project_tools(name: &str) -> Option<PathBuf> {
    let starts = [env::current_dir().ok(), env::current_exe().ok()];
    starts
        .iter()
        .flatten()
        .flat_map(|start| start.ancestors())
        .map(|folder| folder.join(".tools/bin").join(name))
        .find(|file| file.is_file())
}

/// The nats-server to run: `SENS_NATS_SERVER`, `.tools/bin`, `PATH`.
pub(crate) fn nats_server() -> Result<PathBuf> {
    if let Some(path) = from_variable("SENS_NATS_SERVER")? {
        return Ok(path);
    }
    in_project_tools("nats-server")
        .or_else(|| on_path("nats-server"))
        .ok_or_else(|| anyhow!("nats-server not found: run scripts/setup, put it on PATH, or name it with SENS_NATS_SERVER"))
}

/// The mosquitto broker to run: `SENS_MOSQUITTO`, `.tools/bin`, `PATH`, the sbin folders and Homebrew.
pub(crate) fn mosquitto() -> Result<PathBuf> {
    if let Some(path) = from_variable("SENS_MOSQUITTO")? {
        return Ok(path);
    }
    let usual = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin"];
    in_project_tools("mosquitto")
        .or_else(|| on_path("mosquitto"))
        .or_else(|| {
            usual
                .iter()
                .map(|folder| Path::new(folder).join("mosquitto"))
                .find(|file| file.is_file())
        })
        .ok_or_else(|| anyhow!("mosquitto not found: install it (apt install mosquitto, brew install mosquitto) or name it with SENS_MOSQUITTO"))
}

/// Whether all three servers can be run on this machine.
///
/// # Errors
/// Names the first program that is missing, and what to do.
pub fn check_programs() -> Result<()> {
    crate::postgres::check()?;
    nats_server()?;
    mosquitto()?;
    Ok(())
}

/// Whether this process runs as root.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
