//! A deployment, as answers show it.

use sens_storage::deployment::{DeploymentCheck, FlagChange, Running};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::time::Timestamp;

/// A deployment: a change of what runs, or of how it runs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Deployment {
    /// Its number in this log; rises with time.
    id: i64,
    /// Names it for ever.
    key: String,
    /// Where.
    environment: String,
    /// `deploy`, `promote`, `rollback`, `configure`, `flag` or `migration`.
    action: &'static str,
    /// Number of the deployment in the infrastructure repository.
    #[serde(rename = "deployment")]
    number: Option<i32>,
    /// When it was decided.
    at: Timestamp,
    /// When it was written down here.
    recorded_at: Timestamp,
    /// Who wanted it.
    by: String,
    /// Why.
    reason: Option<String>,
    /// What ran before.
    from: Option<Build>,
    /// What runs since.
    to: Build,
    /// What it rests on: files of the infrastructure repository, or addresses.
    evidence: Vec<String>,
    /// The flag that was changed.
    flag: Option<Flag>,
    /// The pipeline's run.
    run_url: Option<String>,
    /// Whether every check of its verification passed; `null` when nothing was verified.
    verified: Option<bool>,
    /// What verification found.
    checks: Vec<Check>,
}

/// What runs, or ran.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = DeployedBuild)]
pub(super) struct Build {
    /// Its version.
    pub(super) version: String,
    /// The commit it was built from.
    pub(super) git_sha: Option<String>,
    /// Its newest migration.
    pub(super) schema_version: Option<i64>,
}

/// A changed feature flag.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = FlagChange)]
pub(super) struct Flag {
    /// Its name.
    pub(super) name: String,
    /// What it was.
    pub(super) from: bool,
    /// What it is since.
    pub(super) to: bool,
}

/// One check of a verification.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = DeploymentCheck)]
pub(super) struct Check {
    /// Whether it passed.
    pub(super) passed: bool,
    /// Its name and what it saw.
    pub(super) text: String,
}

impl From<sens_storage::deployment::Deployment> for Deployment {
    fn from(kept: sens_storage::deployment::Deployment) -> Self {
        let told = kept.told;
        Self {
            id: kept.id,
            key: told.key,
            environment: told.environment,
            action: kept.action.as_str(),
            number: told.number,
            at: Timestamp(kept.at),
            recorded_at: Timestamp(kept.recorded_at),
            by: told.by,
            reason: told.reason,
            from: told.before.map(Build::from),
            to: told.after.into(),
            evidence: told.evidence,
            flag: told.flag.map(Flag::from),
            run_url: told.run_url,
            verified: kept.passed,
            checks: told.checks.into_iter().map(Check::from).collect(),
        }
    }
}

impl From<Running> for Build {
    fn from(running: Running) -> Self {
        Self {
            version: running.version,
            git_sha: running.git_sha,
            schema_version: running.schema_version,
        }
    }
}

impl From<Build> for Running {
    fn from(build: Build) -> Self {
        Self {
            version: build.version,
            git_sha: build.git_sha,
            schema_version: build.schema_version,
        }
    }
}

impl From<FlagChange> for Flag {
    fn from(FlagChange { name, from, to }: FlagChange) -> Self {
        Self { name, from, to }
    }
}

impl From<Flag> for FlagChange {
    fn from(Flag { name, from, to }: Flag) -> Self {
        Self { name, from, to }
    }
}

impl From<DeploymentCheck> for Check {
    fn from(DeploymentCheck { passed, text }: DeploymentCheck) -> Self {
        Self { passed, text }
    }
}

impl From<Check> for DeploymentCheck {
    fn from(Check { passed, text }: Check) -> Self {
        Self { passed, text }
    }
}
