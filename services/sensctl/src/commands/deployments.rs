//! `sensctl deployments`: the deployment log.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use sens_config::Need;
use sens_storage::deployment::{Deployment, DeploymentFilter, list_deployments};
use serde_json::{Value, json};

use super::patience;
use crate::cli::DeploymentsCommand;
use crate::settings;

/// How long one answer may take.
const TIMEOUT: Duration = Duration::from_secs(20);

pub(crate) async fn run(command: DeploymentsCommand) -> Result<ExitCode> {
    match command {
        DeploymentsCommand::List { limit } => list(limit).await,
        DeploymentsCommand::Report {
            api_url,
            api_key,
            record,
            record_file,
            checks,
            wait,
        } => {
            let record = match record_file {
                Some(file) => read(&file)?,
                None => record.unwrap_or_default(),
            };
            let body = body(&record, &checks)?;
            report(&api_url, &api_key, &body, Duration::from_secs(wait)).await
        }
    }
}

async fn list(limit: u32) -> Result<ExitCode> {
    let config = settings::load(&[Need::Database])?;
    let pools = sens_storage::connect(&config.database, "sensctl", None)?;
    let filter = DeploymentFilter::default();
    for deployment in list_deployments(&pools.primary, &filter, limit.into()).await? {
        println!("{}", line(&deployment));
    }
    Ok(ExitCode::SUCCESS)
}

/// One line for people.
fn line(deployment: &Deployment) -> String {
    let told = &deployment.told;
    let at = deployment.at.format("%Y-%m-%dT%H:%M:%SZ");
    let number = told.number.map_or_else(String::new, |n| format!(" #{n}"));
    let what = match (&told.flag, &told.before) {
        (Some(flag), _) => format!("{}: {} -> {}", flag.name, flag.from, flag.to),
        (None, Some(before)) if before.version != told.after.version => {
            format!("{} -> {}", before.version, told.after.version)
        }
        (None, Some(before)) if before.schema_version != told.after.schema_version => {
            let schema =
                |version: Option<i64>| version.map_or_else(|| "?".to_owned(), |v| v.to_string());
            format!(
                "schema {} -> {}",
                schema(before.schema_version),
                schema(told.after.schema_version)
            )
        }
        _ => told.after.version.clone(),
    };
    let verified = match deployment.passed {
        None => "",
        Some(true) => "  verified",
        Some(false) => "  FAILED VERIFICATION",
    };
    let reason = told.reason.as_deref();
    let reason = reason.map_or_else(String::new, |reason| format!("  ({reason})"));
    format!(
        "{at}  {}{number}  {:<9}  {what}  by {}{reason}{verified}",
        told.environment,
        deployment.action.as_str(),
        told.by
    )
}

/// The record with the checks of all reports.
fn body(record: &str, reports: &[PathBuf]) -> Result<Value> {
    let mut body: Value = serde_json::from_str(record).context("the record is no JSON")?;
    ensure!(body.is_object(), "the record is no JSON object");
    let mut found = Vec::new();
    for report in reports {
        found.extend(read(report)?.lines().filter_map(check));
    }
    if !reports.is_empty() {
        ensure!(
            !found.is_empty(),
            "the reports hold no line that starts with 'ok' or 'FAIL': nothing was verified"
        );
        body["checks"] = Value::Array(found);
    }
    Ok(body)
}

fn check(line: &str) -> Option<Value> {
    let (word, text) = line.split_once(' ')?;
    let passed = match word {
        "ok" => true,
        "FAIL" => false,
        _ => return None,
    };
    let text: String = text.trim().chars().take(1000).collect();
    Some(json!({ "passed": passed, "text": text }))
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("read {}", file.display()))
}

async fn report(url: &str, key: &str, body: &Value, wait: Duration) -> Result<ExitCode> {
    let client = reqwest::Client::builder().timeout(TIMEOUT).build()?;
    let url = format!("{}/v1/deployments", url.trim_end_matches('/'));
    let (status, text) = patience::until(wait, async || {
        let request = client.post(&url).bearer_auth(key).json(body);
        let answer = request.send().await.context("no answer")?;
        let status = answer.status();
        let text = answer.text().await.context("the answer broke off")?;
        ensure!(!status.is_server_error(), "{url} answered {status}: {text}");
        Ok((status, text))
    })
    .await?;
    if !status.is_success() {
        bail!("{url} refused the record: {status}: {text}");
    }
    let kept: Value = serde_json::from_str(&text).context("the answer is no JSON")?;
    let version = kept["to"]["version"].as_str().unwrap_or("?");
    let action = kept["action"].as_str().unwrap_or("?");
    println!(
        "deployment {} is written down: {action} {version}",
        kept["id"]
    );
    let failed = kept["checks"].as_array().into_iter().flatten();
    let failed: Vec<&str> = failed
        .filter(|check| check["passed"] == false)
        .filter_map(|check| check["text"].as_str())
        .collect();
    for text in &failed {
        println!("FAIL  {text}");
    }
    Ok(if failed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn checks_of_all_reports_are_added() {
        let mut report = tempfile::NamedTempFile::new().unwrap();
        writeln!(report, "ok    /version: 1\nnoise\nFAIL  load: 3 missing").unwrap();
        let files = [report.path().to_owned()];
        let body = body(r#"{"to":{"version":"1"}}"#, &files).unwrap();
        assert_eq!(
            body["checks"],
            json!([{"passed": true, "text": "/version: 1"}, {"passed": false, "text": "load: 3 missing"}])
        );
    }

    #[test]
    fn a_report_without_checks_verified_nothing() {
        let report = tempfile::NamedTempFile::new().unwrap();
        assert!(body("{}", &[report.path().to_owned()]).is_err());
        assert!(body("[]", &[]).is_err());
    }
}
