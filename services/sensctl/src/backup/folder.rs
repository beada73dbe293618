//! Backups in a folder: one folder for each, named while it is not complete with an ending of its own.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use tokio::fs;
use tokio::io::{AsyncRead, AsyncWriteExt as _, BufWriter};

/// Ending of a backup's folder until the backup is complete.
const PARTIAL: &str = ".partial";

/// A folder of backups.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// The folder of a backup that is not complete, where it is; of a complete one otherwise.
    pub(super) fn of(&self, id: &str) -> PathBuf {
        let partial = self.path.join(format!("{id}{PARTIAL}"));
        if partial.is_dir() {
            partial
        } else {
            self.path.join(id)
        }
    }

    /// Writes a file of a backup that is being made. Returns when the disk has it.
    pub(super) async fn put(
        &self,
        id: &str,
        name: &str,
        mut content: impl AsyncRead + Unpin,
    ) -> Result<()> {
        let folder = self.path.join(format!("{id}{PARTIAL}"));
        fs::create_dir_all(&folder)
            .await
            .with_context(|| format!("make the folder {}", folder.display()))?;
        let path = folder.join(name);
        let failed = || format!("write {}", path.display());
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let file = options.open(&path).await.with_context(failed)?;
        let mut writer = BufWriter::with_capacity(256 * 1024, file);
        tokio::io::copy(&mut content, &mut writer)
            .await
            .with_context(failed)?;
        writer.flush().await.with_context(failed)?;
        writer.get_ref().sync_all().await.with_context(failed)
    }

    /// Gives a complete backup its name.
    pub(super) async fn complete(&self, id: &str) -> Result<()> {
        let partial = self.path.join(format!("{id}{PARTIAL}"));
        let complete = self.path.join(id);
        sync(&partial).await?;
        fs::rename(&partial, &complete)
            .await
            .with_context(|| format!("rename {} to {}", partial.display(), complete.display()))?;
        sync(&self.path).await
    }

    pub(super) async fn read(&self, id: &str, name: &str) -> Result<Option<Vec<u8>>> {
        match fs::read(self.of(id).join(name)).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("read {name} of backup {id}")),
        }
    }

    /// Names of all backups, complete or not.
    pub(super) async fn ids(&self) -> Result<Vec<String>> {
        let failed = || format!("list the backups in {}", self.path.display());
        let mut entries = match fs::read_dir(&self.path).await {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error).with_context(failed),
        };
        let mut ids = Vec::new();
        while let Some(entry) = entries.next_entry().await.with_context(failed)? {
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type().await.with_context(failed)?.is_dir() {
                ids.push(name.strip_suffix(PARTIAL).unwrap_or(&name).to_owned());
            }
        }
        Ok(ids)
    }

    pub(super) async fn delete(&self, id: &str) -> Result<()> {
        let folder = self.of(id);
        fs::remove_dir_all(&folder)
            .await
            .with_context(|| format!("delete {}", folder.display()))
    }
}

/// A folder's entries are on disk only when the folder itself is synced.
async fn sync(folder: &Path) -> Result<()> {
    let failed = || format!("sync the folder {}", folder.display());
    let handle = fs::File::open(folder).await.with_context(failed)?;
    handle.sync_all().await.with_context(failed)
}
