//! A folder for a server: temporary (removed on drop) or given (kept).

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

/// Where a server keeps its files.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    /// Removes the folder when dropped; `None` for a given folder.
    _temporary: Option<TempDir>,
}

impl DataDir {
    /// A fresh folder that disappears with this value. Servers that run as their own user can pass through it.
    ///
    /// # Errors
    /// When the system's temporary folder cannot be written.
    pub fn temporary(name: &str) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix(&format!("sens-{name}-"))
            .tempdir()
            .context("cannot make a temporary folder")?;
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
        Ok(Self {
            path: folder.path().to_path_buf(),
            _temporary: Some(folder),
        })
    }

    /// `path`, made when missing and kept afterwards.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn kept(path: &Path) -> Result<Self> {
        fs::create_dir_all(path)
            .with_context(|| format!("cannot make the folder {}", path.display()))?;
        let path = path
            .canonicalize()
            .with_context(|| format!("cannot resolve the folder {}", path.display()))?;
        Ok(Self {
            path,
            _temporary: None,
        })
    }

    /// [`Self::kept`] where a path is given, else [`Self::temporary`].
    ///
    /// # Errors
    /// As those two.
    pub fn of(path: Option<&Path>, name: &str) -> Result<Self> {
        path.map_or_else(|| Self::temporary(name), Self::kept)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }
}
