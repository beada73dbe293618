//! How long the disk takes for what both JetStream and PostgreSQL do for every batch, while they do it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;
use tokio::task::JoinHandle;

use crate::figures::Quantiles;

/// Pause between two writes: seldom enough to be no load of its own.
const PAUSE: Duration = Duration::from_millis(10);
const BLOCK: [u8; 4096] = [0; 4096];

/// A file that grows by a block and is synced, again and again.
pub(crate) struct DiskProbe {
    stop: Arc<AtomicBool>,
    writing: JoinHandle<std::io::Result<Vec<i64>>>,
}

impl DiskProbe {
    /// Begins in this folder.
    pub(crate) async fn start(dir: &Path) -> Result<Self> {
        let path = dir.join("disk-probe");
        let mut file = File::create(&path).await?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let writing = tokio::spawn(async move {
            let mut micros = Vec::new();
            while !stopped.load(Ordering::Relaxed) {
                let started = Instant::now();
                file.write_all(&BLOCK).await?;
                file.sync_data().await?;
                micros.push(i64::try_from(started.elapsed().as_micros()).unwrap_or(i64::MAX));
                tokio::time::sleep(PAUSE).await;
            }
            tokio::fs::remove_file(path).await?;
            Ok(micros)
        });
        Ok(Self { stop, writing })
    }

    /// Ends. Gives the times of one write with its sync.
    pub(crate) async fn finish(self) -> Result<Option<Quantiles>> {
        self.stop.store(true, Ordering::Relaxed);
        Ok(Quantiles::of(self.writing.await??))
    }
}
