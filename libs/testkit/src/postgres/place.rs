//! A place for a cluster that its server can get to.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use anyhow::{Context, Result};

use super::tools::Tools;
use crate::DataDir;

/// `dir`, or, where we are root and the server's own user cannot get to it (a project below `/root`), a folder in
/// `/var/tmp` to which `dir` becomes a link.
pub(super) fn reachable(tools: &Tools, dir: &Path) -> Result<DataDir> {
    if !dir.is_symlink() {
        let kept = DataDir::kept(dir)?;
        if tools.user.is_none()
            || kept
                .path()
                .parent()
                .is_none_or(|parent| tools.can_reach(parent))
        {
            return Ok(kept);
        }
        let elsewhere = tempfile::Builder::new()
            .prefix("sens-postgres-")
            .tempdir_in("/var/tmp")
            .context("cannot make a folder in /var/tmp")?
            .keep();
        fs::remove_dir(dir)
            .with_context(|| format!("{} is closed to PostgreSQL's user", dir.display()))?;
        symlink(&elsewhere, dir)
            .with_context(|| format!("cannot link {} to {}", dir.display(), elsewhere.display()))?;
    }
    DataDir::kept(dir)
}

/// Removes a folder in which a cluster was kept, with what it may link to.
///
/// # Errors
/// When a file cannot be removed.
pub fn remove_server_folder(dir: &Path) -> Result<()> {
    let explain = || format!("cannot delete {}", dir.display());
    if dir.is_symlink() {
        let target = fs::read_link(dir).with_context(explain)?;
        if target.is_dir() {
            fs::remove_dir_all(&target).with_context(explain)?;
        }
        fs::remove_file(dir).with_context(explain)
    } else if dir.is_dir() {
        fs::remove_dir_all(dir).with_context(explain)
    } else {
        Ok(())
    }
}
