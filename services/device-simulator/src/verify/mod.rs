//! `verify`: is a deployment healthy, does it work, is it closed where it should be, does it bear some load?
//!
//! Each check prints a line, `ok` or `FAIL`. What is written belongs to one device, [`SERIAL`], and to a metric that is in no
//! catalogue, so that no evaluation sees it.

mod client;
mod function;
mod health;
mod load;
mod publish;
mod security;

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::future::Future;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::cli::{VerifyCommand, VerifyOptions};
use client::Client;

/// The device that verification speaks for.
const SERIAL: &str = "sens-verify";
/// Its metric.
const METRIC: &str = "verification";

/// Runs the checks of one kind.
///
/// # Errors
/// When an argument makes no sense or a check fails.
pub(crate) async fn verify(options: VerifyOptions) -> Result<()> {
    let client = Client::new(&options)?;
    let mut report = Report::default();
    // Ports are tried from where the API may well be out of reach.
    if !matches!(options.what, VerifyCommand::Ports { .. }) {
        report
            .check("reaching the API", client.reach("/health/live"))
            .await;
    }
    if let Some(build) = &options.build {
        report.check("the build", client.runs(build)).await;
    }
    match &options.what {
        VerifyCommand::Health { page } => health::check(&client, page, &mut report).await,
        VerifyCommand::Function { mqtt } => {
            function::check(&client, mqtt.then_some(&options.connection), &mut report).await;
        }
        VerifyCommand::Security { closed, mqtt } => {
            let broker = mqtt.then_some(&options.connection);
            security::check(&client, closed, broker, &mut report).await;
        }
        VerifyCommand::Ports { open, closed } => {
            security::ports(open, closed, &mut report).await;
        }
        VerifyCommand::Load { mqtt, messages } => {
            let broker = mqtt.then_some(&options.connection);
            load::check(&client, *messages, broker, &mut report).await;
        }
    }
    if let Some(file) = &options.report {
        return report.keep(file);
    }
    if report.failed > 0 {
        bail!("{} of {} checks failed", report.failed, report.run);
    }
    println!("all {} checks passed", report.run);
    Ok(())
}

/// What the checks gave.
#[derive(Debug, Default)]
struct Report {
    run: usize,
    failed: usize,
    lines: String,
}

impl Report {
    /// Runs a check and prints what it gave; whether it passed.
    async fn check(&mut self, name: &str, check: impl Future<Output = Result<String>>) -> bool {
        self.run += 1;
        let (passed, line) = match check.await {
            Ok(detail) => (true, format!("ok    {name}: {detail}")),
            Err(error) => (false, format!("FAIL  {name}: {error:#}")),
        };
        println!("{line}");
        self.failed += usize::from(!passed);
        // Writing to a text cannot fail.
        writeln!(self.lines, "{}", line.replace(['\n', '\r'], " ")).is_ok() && passed
    }

    /// Adds the results to a file.
    fn keep(&self, file: &Path) -> Result<()> {
        let mut options = OpenOptions::new();
        let opened = options.create(true).append(true).open(file);
        opened
            .and_then(|mut opened| opened.write_all(self.lines.as_bytes()))
            .with_context(|| format!("write {}", file.display()))
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use tokio::net::TcpListener;

    use super::*;
    use crate::cli::{Arguments, Command};

    async fn ports(arguments: &[&str]) -> Result<()> {
        let line = [&["device-simulator", "verify", "ports"], arguments].concat();
        match Arguments::parse_from(line).command {
            Command::Verify(options) => verify(options).await,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn ports_are_tried_where_no_api_is() {
        let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let closed = gone.local_addr().unwrap().to_string();
        drop(gone);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        ports(&["--open", &address, "--closed", &closed])
            .await
            .unwrap();
        assert!(
            ports(&["--open", &address, "--closed", &address])
                .await
                .is_err()
        );
    }

    #[tokio::test]
    async fn what_failed_is_kept_for_whoever_decides() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report.txt");
        let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = gone.local_addr().unwrap().to_string();
        let file_text = file.to_str().unwrap();
        ports(&["--open", &address, "--report", file_text])
            .await
            .unwrap();
        drop(gone);
        ports(&["--open", &address, "--report", file_text])
            .await
            .unwrap();
        let kept = std::fs::read_to_string(&file).unwrap();
        let words: Vec<&str> = kept.lines().filter_map(|l| l.split(' ').next()).collect();
        assert_eq!(words, ["ok", "FAIL"], "{kept}");
    }

    #[tokio::test]
    async fn failures_are_counted() {
        let mut report = Report::default();
        assert!(report.check("good", async { Ok(String::new()) }).await);
        assert!(!report.check("bad", async { bail!("no") }).await);
        assert_eq!((report.run, report.failed), (2, 1));
    }
}
