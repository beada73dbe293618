//! Asks git, by its command.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// What `git ARGUMENTS` prints in `folder`, without the last line break.
///
/// # Errors
/// When git is missing or fails; its own message is part of the error.
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> Result<String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .output()
        .context("git cannot be started: is it installed?")?;
    if !output.status.success() {
        bail!(
            "git {} failed in {}: {}",
            arguments.join(" "),
            folder.display(),
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout)
        .trim_end()
        .to_owned())
}

/// The lines of `git ARGUMENTS`.
///
/// # Errors
/// As [`git`].
pub(crate) fn lines(folder: &Path, arguments: &[&str]) -> Result<Vec<String>> {
    Ok(git(folder, arguments)?.lines().map(str::to_owned).collect())
}

/// The branch that is checked out, if any.
pub(crate) fn branch(folder: &Path) -> Option<String> {
    git(folder, &["symbolic-ref", "--quiet", "--short", "HEAD"]).ok()
}

/// The commit that is checked out.
///
/// # Errors
/// As [`git`].
pub(crate) fn head(folder: &Path) -> Result<String> {
    git(folder, &["rev-parse", "HEAD"])
}
