//! The statements of the release before: a test executes them on today's schema, because programs of both run during a rollout.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::git;
use crate::version::{Base, Stage, Version};

/// Where they are kept: `current.sql`, and one file for the newest release.
const FOLDER: &str = "libs/storage/tests/testdata/statements";
const CURRENT: &str = "current.sql";

/// Keeps the statements of the newest release that `base` follows, as its tag has them, and lets those of earlier ones go.
///
/// # Errors
/// When the tag has no such file, or one cannot be written.
pub(crate) fn keep(root: &Path, tagged: &[Version], base: Base) -> Result<()> {
    let Some(released) = newest(tagged, base) else {
        return Ok(());
    };
    let folder = root.join(FOLDER);
    let wanted = format!("{released}.sql");
    let text = git::git(root, &["show", &format!("v{released}:{FOLDER}/{CURRENT}")])
        .with_context(|| format!("the statements of {released} are not to be had"))?;
    for entry in fs::read_dir(&folder).with_context(|| format!("read {}", folder.display()))? {
        let path = entry?.path();
        if path.file_name().is_none_or(|name| name != CURRENT) {
            fs::remove_file(&path).with_context(|| format!("remove {}", path.display()))?;
        }
    }
    let path = folder.join(wanted);
    fs::write(&path, text + "\n").with_context(|| format!("write {}", path.display()))
}

/// Refuses a workspace that does not hold the statements of the release it follows.
///
/// # Errors
/// When they are missing.
pub(crate) fn check(root: &Path, tagged: &[Version], base: Base) -> Result<()> {
    if let Some(released) = newest(tagged, base) {
        let path = Path::new(FOLDER).join(format!("{released}.sql"));
        ensure!(
            root.join(&path).is_file(),
            "{} is missing, so that nothing proves that the schema still serves the programs of {released}: run 'sens-release bump {base}' and commit the change",
            path.display()
        );
    }
    Ok(())
}

/// The newest release before `base`.
fn newest(tagged: &[Version], base: Base) -> Option<Base> {
    let released = tagged.iter().filter(|tagged| tagged.stage == Stage::Stable);
    released
        .map(|released| released.base)
        .filter(|released| *released < base)
        .max()
}
