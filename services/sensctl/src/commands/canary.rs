//! `sensctl canary`: beside a new version while it takes a part of the load.

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, sleep};

use crate::canary::{Limits, Metrics, broken};
use crate::cli::{CanaryCommand, WatchArguments};

/// How long one answer may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Looks in a row that may get no answer.
const SILENCE: u32 = 3;

pub(crate) async fn run(command: CanaryCommand) -> Result<ExitCode> {
    match command {
        CanaryCommand::Watch(arguments) => watch(&arguments).await,
        CanaryCommand::Ready { verdict } => Ok(ready(&verdict)),
    }
}

fn ready(verdict: &Path) -> ExitCode {
    match fs::read_to_string(verdict) {
        Ok(text) => {
            println!("{}", text.trim_end());
            ExitCode::FAILURE
        }
        Err(_) => ExitCode::SUCCESS,
    }
}

/// Looks until the time is over or a rule is broken, then stays: the verdict holds as long as the pod.
async fn watch(arguments: &WatchArguments) -> Result<ExitCode> {
    let mut terminate = signal(SignalKind::terminate())?;
    if arguments.verdict.exists() {
        println!("a rule was broken before: this version stays out");
        terminate.recv().await;
        return Ok(ExitCode::SUCCESS);
    }
    let client = client()?;
    let mut watched = Watched::new(&client, arguments);
    while !watched.is_over() {
        if stopped_during(&mut terminate, Duration::from_secs(arguments.every)).await {
            return Ok(ExitCode::SUCCESS);
        }
        if let Some(reason) = watched.look().await {
            fs::write(&arguments.verdict, format!("{reason}\n"))
                .with_context(|| format!("write {}", arguments.verdict.display()))?;
            println!("stop: {reason}");
            terminate.recv().await;
            return Ok(ExitCode::SUCCESS);
        }
    }
    println!("no rule was broken in {} s", arguments.seconds);
    terminate.recv().await;
    Ok(ExitCode::SUCCESS)
}

/// Straight to the service and to Prometheus, both in the cluster.
fn client() -> Result<reqwest::Client> {
    let builder = reqwest::Client::builder().timeout(TIMEOUT).no_proxy();
    builder.build().context("make an HTTP client")
}

/// Waits; whether it was told to stop meanwhile.
async fn stopped_during(terminate: &mut Signal, pause: Duration) -> bool {
    tokio::select! {
        () = sleep(pause) => false,
        _ = terminate.recv() => true,
    }
}

/// A service, as it was at the first look.
struct Watched<'a> {
    client: &'a reqwest::Client,
    arguments: &'a WatchArguments,
    limits: Limits,
    first: Option<Metrics>,
    /// The end of the time, which begins with the first answer.
    end: Option<Instant>,
    silent: u32,
}

impl<'a> Watched<'a> {
    fn new(client: &'a reqwest::Client, arguments: &'a WatchArguments) -> Self {
        let limits = Limits {
            error_ratio: arguments.max_error_ratio,
            request_seconds: arguments.max_request_seconds,
            ingest_seconds: arguments.max_ingest_seconds,
            fewest: arguments.fewest,
        };
        Self {
            client,
            arguments,
            limits,
            first: None,
            end: None,
            silent: 0,
        }
    }

    /// Whether it was watched for the whole time.
    fn is_over(&self) -> bool {
        self.end.is_some_and(|end| Instant::now() >= end)
    }

    /// Why the service is to be stopped; `None` while it keeps the rules.
    async fn look(&mut self) -> Option<String> {
        match self.metrics().await {
            Ok(now) => {
                self.silent = 0;
                let time = Duration::from_secs(self.arguments.seconds);
                self.end.get_or_insert_with(|| Instant::now() + time);
                let first = self.first.get_or_insert_with(|| now.clone());
                if let Some(reason) = broken(first, &now, &self.limits) {
                    return Some(reason);
                }
            }
            // Before the first answer it is still starting: probes have their own patience.
            Err(_) if self.first.is_none() => return None,
            Err(error) => {
                self.silent += 1;
                if self.silent >= SILENCE {
                    return Some(format!(
                        "its metrics were not there {SILENCE} times: {error:#}"
                    ));
                }
            }
        }
        for query in &self.arguments.stop_when {
            match self.asked(query).await {
                Ok(false) => {}
                Ok(true) => return Some(format!("Prometheus finds {query}")),
                // Prometheus may be away without any fault of the version.
                Err(error) => println!("Prometheus did not answer: {error:#}"),
            }
        }
        None
    }

    async fn metrics(&self) -> Result<Metrics> {
        let answer = self.client.get(&self.arguments.metrics).send().await?;
        ensure!(answer.status().is_success(), "{}", answer.status());
        Ok(Metrics::parse(&answer.text().await?))
    }

    /// Whether a query of Prometheus gives anything.
    async fn asked(&self, query: &str) -> Result<bool> {
        let base = self.arguments.prometheus.as_deref().unwrap_or_default();
        let url = format!("{}/api/v1/query", base.trim_end_matches('/'));
        let url = reqwest::Url::parse_with_params(&url, [("query", query)])?;
        let answer = self.client.get(url).send().await?;
        ensure!(answer.status().is_success(), "{}", answer.status());
        let answer: Value = answer.json().await?;
        let found = answer["data"]["result"].as_array();
        Ok(!found.context("no result")?.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;
    use crate::cli::{Cli, Command};

    fn arguments(more: &[&str]) -> WatchArguments {
        let line = [
            &["sensctl", "canary", "watch", "--verdict", "/nowhere"],
            more,
        ]
        .concat();
        match Cli::parse_from(line).command {
            Command::Canary {
                command: CanaryCommand::Watch(arguments),
            } => arguments,
            other => panic!("{other:?}"),
        }
    }

    /// Serves these bodies, one after the other, then goes away; gives its address.
    async fn serve(bodies: &'static [&'static str]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            for body in bodies {
                let (mut stream, _) = listener.accept().await.unwrap();
                let read = stream.read(&mut [0; 4096]).await.unwrap();
                assert!(read > 0);
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        url
    }

    #[tokio::test]
    async fn a_rule_is_broken_by_what_comes_after_the_first_look() {
        let url = serve(&[
            "sens_dead_letters_total 4",
            "sens_dead_letters_total 4",
            "sens_dead_letters_total 5",
        ])
        .await;
        let (client, arguments) = (client().unwrap(), arguments(&["--metrics", &url]));
        let mut watched = Watched::new(&client, &arguments);
        assert_eq!(watched.look().await, None);
        assert_eq!(watched.look().await, None);
        let reason = watched.look().await.unwrap_or_default();
        assert!(
            reason.contains("1 messages became dead letters"),
            "{reason}"
        );
        assert_eq!(watched.look().await, None, "one silence is borne");
        assert_eq!(watched.look().await, None);
        let reason = watched.look().await.unwrap_or_default();
        assert!(reason.contains("not there 3 times"), "{reason}");
    }

    #[tokio::test]
    async fn the_time_begins_with_the_first_answer() {
        let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let silent = format!("http://{}", gone.local_addr().unwrap());
        drop(gone);
        let url = serve(&["up 1"]).await;
        for (metrics, over) in [(silent, false), (url, true)] {
            let more = ["--metrics", &metrics, "--seconds", "0"];
            let (client, arguments) = (client().unwrap(), arguments(&more));
            let mut watched = Watched::new(&client, &arguments);
            assert_eq!(watched.look().await, None);
            assert_eq!(watched.is_over(), over, "{metrics}");
        }
    }

    #[tokio::test]
    async fn prometheus_stops_it_as_an_alert_would() {
        let metrics = serve(&["up 1", "up 1"]).await;
        let prometheus = serve(&[
            r#"{"data":{"result":[]}}"#,
            r#"{"data":{"result":[{"value":[0,"1"]}]}}"#,
        ])
        .await;
        let more = [
            "--metrics",
            &metrics,
            "--prometheus",
            &prometheus,
            "--stop-when",
            "x > 1",
        ];
        let (client, arguments) = (client().unwrap(), arguments(&more));
        let mut watched = Watched::new(&client, &arguments);
        assert_eq!(watched.look().await, None);
        assert_eq!(
            watched.look().await.as_deref(),
            Some("Prometheus finds x > 1")
        );
    }

    #[test]
    fn a_verdict_keeps_it_out() {
        let folder = tempfile::tempdir().unwrap();
        let verdict = folder.path().join("verdict");
        assert_eq!(
            format!("{:?}", ready(&verdict)),
            format!("{:?}", ExitCode::SUCCESS)
        );
        fs::write(&verdict, "too slow\n").unwrap();
        assert_eq!(
            format!("{:?}", ready(&verdict)),
            format!("{:?}", ExitCode::FAILURE)
        );
    }
}
