//! The deployment log: what was rolled out here, who wanted it, from what, to what, and what it rests on.

mod list;
mod record;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use list::{DeploymentFilter, list_deployments};
pub use record::{record_deployment, record_migration};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeploymentAction {
    /// A build came.
    Deploy,
    /// A verified version came from the environment before.
    Promote,
    /// An earlier version came back.
    Rollback,
    /// Settings changed, the version stayed.
    Configure,
    /// A feature flag changed.
    Flag,
    /// The schema moved.
    Migration,
}

impl DeploymentAction {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Deploy,
        Self::Promote,
        Self::Rollback,
        Self::Configure,
        Self::Flag,
        Self::Migration,
    ];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deploy => "deploy",
            Self::Promote => "promote",
            Self::Rollback => "rollback",
            Self::Configure => "configure",
            Self::Flag => "flag",
            Self::Migration => "migration",
        }
    }

    /// By its name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == name)
    }
}

/// What runs, or ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// Its version.
    pub version: String,
    /// The commit it was built from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git_sha: Option<String>,
    /// Its newest migration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_version: Option<i64>,
}

/// A changed feature flag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlagChange {
    /// Its name.
    pub name: String,
    /// What it was.
    pub from: bool,
    /// What it is since.
    pub to: bool,
}

/// One check of a verification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeploymentCheck {
    /// Whether it passed.
    pub passed: bool,
    /// Its name and what it saw.
    pub text: String,
}

/// Feature flags by name.
pub type Features = BTreeMap<String, bool>;

/// A deployment to write down. What is left out is found in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDeployment {
    /// Names it for ever: written down twice it stays one.
    pub key: String,
    /// Where.
    pub environment: String,
    /// What was done; otherwise a version that ran before the last one comes back, one that runs already has other settings,
    /// and any other is deployed.
    pub action: Option<DeploymentAction>,
    /// Number of the deployment in the infrastructure repository.
    pub number: Option<i32>,
    /// When it was decided; otherwise now.
    pub at: Option<DateTime<Utc>>,
    /// Who wanted it.
    pub by: String,
    /// Why.
    pub reason: Option<String>,
    /// What ran before; otherwise what the log says.
    pub before: Option<Running>,
    /// What runs since.
    pub after: Running,
    /// What it rests on: files of the infrastructure repository, or addresses.
    pub evidence: Vec<String>,
    /// The flag that was changed.
    pub flag: Option<FlagChange>,
    /// All flags as they are since; those that the log knows otherwise are written down as changed.
    pub features: Option<Features>,
    /// The pipeline's run.
    pub run_url: Option<String>,
    /// What verification found; empty when nothing was verified.
    pub checks: Vec<DeploymentCheck>,
}

/// A deployment as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// Its number in this log; rises with time.
    pub id: i64,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
    /// What was done.
    pub action: DeploymentAction,
    /// When it was decided.
    pub at: DateTime<Utc>,
    /// Whether every check passed; `None` when nothing was verified.
    pub passed: Option<bool>,
    /// The rest, complete.
    pub told: NewDeployment,
}
