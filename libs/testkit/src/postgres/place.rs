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

/// Removes the lock file of a server that was killed when its process id is that of a zombie or of another program by now:
/// PostgreSQL itself would take either for a running server. Where there is no `/proc`, it stays PostgreSQL's decision.
pub(super) fn remove_stale_lock(dir: &Path) -> Result<()> {
    let data = dir.join("data");
    let lock = data.join("postmaster.pid");
    let Some(pid) = fs::read_to_string(&lock)
        .ok()
        .and_then(|text| text.lines().next().map(str::to_owned))
    else {
        return Ok(());
    };
    // Empty for a zombie, an error for a process that is gone: then PostgreSQL sees for itself that the lock is stale.
    let Ok(command) = fs::read(Path::new("/proc").join(pid.trim()).join("cmdline")) else {
        return Ok(());
    };
    let ours = String::from_utf8_lossy(&command).contains(&data.display().to_string());
    if !ours {
        fs::remove_file(&lock).with_context(|| format!("cannot remove {}", lock.display()))?;
    }
    Ok(())
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
