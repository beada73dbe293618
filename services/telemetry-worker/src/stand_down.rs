//! Standing down: whoever judges a new version leaves a file, and its worker takes no more messages.
//!
//! No Service sends messages to a worker, so that being not ready keeps none away: it has to give them back itself.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sens_observability::{Component, Health};
use tokio_util::sync::CancellationToken;

/// Between two looks for the file.
const PAUSE: Duration = Duration::from_millis(500);

/// The token that the work runs under: it fires with `shutdown`, or once the file is there. Without a file it only fires with
/// `shutdown`.
pub(crate) fn follow(
    file: Option<PathBuf>,
    health: &Health,
    shutdown: &CancellationToken,
) -> CancellationToken {
    let working = shutdown.child_token();
    if let Some(file) = file {
        let verdict = health.component("verdict");
        tokio::spawn(watch(file, verdict, working.clone()));
    }
    working
}

async fn watch(file: PathBuf, health: Component, working: CancellationToken) {
    health.set_ok();
    while !working.is_cancelled() {
        if let Some(reason) = reason(&file).await {
            tracing::error!(%reason, "standing down: what is held is given back, and nothing more is taken");
            health.set_failing(reason);
            working.cancel();
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = working.cancelled() => {}
        }
    }
}

/// What the file says; `None` while it is not there.
async fn reason(file: &Path) -> Option<String> {
    match tokio::fs::read_to_string(file).await {
        Ok(text) => Some(format!("told to stand down: {}", text.trim())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => Some(format!("told to stand down: {}: {error}", file.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_verdict_ends_the_work_and_not_the_process() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("verdict");
        let (health, shutdown) = (Health::default(), CancellationToken::new());
        let working = follow(Some(file.clone()), &health, &shutdown);
        assert!(!working.is_cancelled());
        std::fs::write(&file, "too slow\n").unwrap();
        working.cancelled().await;
        assert!(!shutdown.is_cancelled(), "the process stays");
        let report = health.report();
        let detail = report.components.iter().find_map(|c| c.detail.clone());
        assert_eq!(detail.as_deref(), Some("told to stand down: too slow"));
    }

    #[tokio::test]
    async fn the_end_of_the_process_ends_the_work() {
        let (health, shutdown) = (Health::default(), CancellationToken::new());
        let working = follow(None, &health, &shutdown);
        shutdown.cancel();
        working.cancelled().await;
        assert!(health.report().components.is_empty());
    }
}
