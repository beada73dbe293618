//! Reading while counting and hashing, and checking a file against its entry.

use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};

use anyhow::{Context as _, Result, ensure};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt as _, ReadBuf};

use super::manifest::FileEntry;

/// Bytes read at once.
const CHUNK: usize = 256 * 1024;

/// A reader that remembers what went through it.
pub(super) struct Hashing<R> {
    inner: R,
    hash: Sha256,
    bytes: u64,
}

impl<R> Hashing<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            hash: Sha256::new(),
            bytes: 0,
        }
    }

    /// The entry of what was read.
    pub(super) fn entry(self, name: &str) -> FileEntry {
        FileEntry {
            name: name.to_owned(),
            bytes: self.bytes,
            sha256: hex::encode(self.hash.finalize()),
        }
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Hashing<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        let this = &mut *self;
        std::task::ready!(Pin::new(&mut this.inner).poll_read(context, buffer))?;
        let new = buffer.filled().get(before..).unwrap_or_default();
        this.hash.update(new);
        this.bytes += new.len() as u64;
        Poll::Ready(Ok(()))
    }
}

/// Holds a file against its entry in the manifest: a damaged one is named, with what is wrong with it.
pub(super) async fn check(path: &Path, wanted: &FileEntry) -> Result<()> {
    let file = tokio::fs::File::open(path)
        .await
        .with_context(|| format!("the backup's file {} cannot be opened", wanted.name))?;
    let mut reader = Hashing::new(file);
    let mut chunk = vec![0; CHUNK];
    while reader
        .read(&mut chunk)
        .await
        .with_context(|| format!("read {}", path.display()))?
        > 0
    {}
    compare(&reader.entry(&wanted.name), wanted)
}

/// Holds what was read against what the manifest says.
pub(super) fn compare(found: &FileEntry, wanted: &FileEntry) -> Result<()> {
    ensure!(
        found.bytes == wanted.bytes,
        "the backup's file {} has {} bytes, the manifest says {}: it is cut off or was changed",
        wanted.name,
        found.bytes,
        wanted.bytes
    );
    ensure!(
        found.sha256 == wanted.sha256,
        "the backup's file {} does not match its SHA-256 in the manifest: it is damaged or was changed",
        wanted.name
    );
    Ok(())
}
