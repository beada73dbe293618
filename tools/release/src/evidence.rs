//! What verification of a running version found: promotion asks for it.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

use crate::infra::{Environment, Infra};
use crate::record::Origin;
use crate::release::{Image, Release};
use crate::version::Version;

/// What verification found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Evidence {
    /// Where.
    pub(crate) environment: Environment,
    /// Which version.
    pub(crate) version: Version,
    /// Its images as they were verified.
    pub(crate) images: BTreeMap<String, Image>,
    /// When, RFC 3339, UTC.
    pub(crate) at: String,
    /// Who ran it.
    pub(crate) by: String,
    /// Whether every check passed.
    pub(crate) passed: bool,
    /// The checks.
    pub(crate) checks: Vec<Check>,
    /// The pipeline's run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) run_url: Option<String>,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Check {
    /// Whether it passed.
    pub(crate) passed: bool,
    /// Its name and what it saw.
    pub(crate) text: String,
}

/// Reads the lines of `device-simulator verify`: `ok …` and `FAIL …`; others are left out.
pub(crate) fn checks(report: &str) -> Vec<Check> {
    let check = |line: &str| {
        let (word, text) = line.split_once(' ')?;
        let passed = match word {
            "ok" => true,
            "FAIL" => false,
            _ => return None,
        };
        Some(Check {
            passed,
            text: text.trim().to_owned(),
        })
    };
    report.lines().filter_map(check).collect()
}

/// Writes evidence for what runs in `environment`; gives the file.
///
/// # Errors
/// When nothing runs there or the report holds no check.
pub(crate) fn record(
    infra: &Infra,
    environment: Environment,
    report: &str,
    origin: &Origin,
) -> Result<(String, Evidence)> {
    let checks = checks(report);
    ensure!(
        !checks.is_empty(),
        "the report holds no line that starts with 'ok' or 'FAIL': nothing was verified"
    );
    let Some(release) = infra.release(environment)? else {
        anyhow::bail!("nothing has been deployed to {} yet", environment.name());
    };
    let evidence = Evidence {
        environment,
        version: release.version,
        images: release.images,
        at: origin.at.clone(),
        by: origin.by.clone(),
        passed: checks.iter().all(|check| check.passed),
        checks,
        run_url: origin.run_url.clone(),
    };
    let path = Infra::evidence_path(environment, evidence.version);
    infra.write(&path, &evidence)?;
    Ok((path, evidence))
}

/// The file that proves that `release` was verified in `environment`.
///
/// # Errors
/// When there is none, it did not pass, or other images were verified.
pub(crate) fn demand(infra: &Infra, environment: Environment, release: &Release) -> Result<String> {
    let path = Infra::evidence_path(environment, release.version);
    ensure!(
        infra.has(&path),
        "{path} is missing: {} has not been verified in {}",
        release.version,
        environment.name()
    );
    let evidence: Evidence = infra.read(&path)?;
    let failed = evidence.checks.iter().filter(|check| !check.passed).count();
    ensure!(
        evidence.passed && failed == 0 && !evidence.checks.is_empty(),
        "{path}: verification did not pass ({failed} of {} checks failed)",
        evidence.checks.len()
    );
    ensure!(
        evidence.images == release.images && evidence.version == release.version,
        "{path} is about other images than those that are to be promoted"
    );
    Ok(path)
}
