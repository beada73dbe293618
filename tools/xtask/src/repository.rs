//! Where the repository is and what it holds.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The repository's root folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs a program in the root folder and gives its standard output; fails if it fails or prints no UTF-8.
pub(crate) fn output_of(program: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(root())
        .output()
        .with_context(|| format!("run {program}"))?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr);
        bail!("{program} {}: {}", arguments.join(" "), message.trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("read the output of {program}"))
}

/// Every file Git knows or would add, relative to the root; files that are ignored or deleted are left out.
pub(crate) fn files() -> Result<Vec<String>> {
    let listing = output_of(
        "git",
        &[
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ],
    )?;
    let root = root();
    Ok(listing
        .split_terminator('\0')
        .filter(|path| root.join(path).is_file())
        .map(str::to_owned)
        .collect())
}
