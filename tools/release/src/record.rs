//! The deployment log: one structured record for everything that changes an environment.

use serde::{Deserialize, Serialize};

use crate::infra::Environment;
use crate::release::Release;
use crate::version::Version;

/// The form of a record; grows only.
const FORM: &str = "sens-deployment/1";

/// A change of an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// [`FORM`].
    #[serde(rename = "record")]
    pub(crate) form: String,
    /// Where.
    pub(crate) environment: Environment,
    /// Which deployment of that environment it belongs to.
    pub(crate) deployment: u32,
    /// What was done.
    pub(crate) action: Action,
    /// When, RFC 3339, UTC.
    pub(crate) at: String,
    /// Who asked for it.
    pub(crate) by: String,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// What ran before.
    pub(crate) from: Option<Running>,
    /// What runs from now on.
    pub(crate) to: Running,
    /// What was looked at before it was allowed: files of this repository, or addresses.
    pub(crate) evidence: Vec<String>,
    /// The changed feature flag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) flag: Option<Flag>,
    /// The pipeline's run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) run_url: Option<String>,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Action {
    /// A build of main came to test.
    Deploy,
    /// A verified version came from the environment before.
    Promote,
    /// An earlier deployment's release came back.
    Rollback,
    /// Values were changed, the release stayed.
    Configure,
    /// A feature flag was changed.
    Flag,
    /// The schema moves with this deployment.
    Migration,
}

impl Action {
    /// Its name in file names and messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Deploy => "deploy",
            Self::Promote => "promote",
            Self::Rollback => "rollback",
            Self::Configure => "configure",
            Self::Flag => "flag",
            Self::Migration => "migration",
        }
    }
}

/// What runs in an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Running {
    /// Its version.
    pub(crate) version: Version,
    /// The commit it was built from.
    pub(crate) git_sha: String,
    /// Its newest migration.
    pub(crate) schema_version: u32,
}

impl From<&Release> for Running {
    fn from(release: &Release) -> Self {
        Self {
            version: release.version,
            git_sha: release.git_sha.clone(),
            schema_version: release.schema_version,
        }
    }
}

/// A changed feature flag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Flag {
    /// Its name in the chart's `features`.
    pub(crate) name: String,
    /// What it was.
    pub(crate) from: bool,
    /// What it is.
    pub(crate) to: bool,
}

/// Who does something, when, why and in which run: what all records of a change share.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    /// When, RFC 3339, UTC.
    pub(crate) at: String,
    /// Who.
    pub(crate) by: String,
    /// Why.
    pub(crate) reason: Option<String>,
    /// The pipeline's run.
    pub(crate) run_url: Option<String>,
}

impl Record {
    /// A record of `action`, without evidence and flag.
    pub(crate) fn new(
        environment: Environment,
        deployment: u32,
        action: Action,
        origin: &Origin,
        from: Option<&Release>,
        to: &Release,
    ) -> Self {
        Self {
            form: FORM.to_owned(),
            environment,
            deployment,
            action,
            at: origin.at.clone(),
            by: origin.by.clone(),
            reason: origin.reason.clone(),
            from: from.map(Running::from),
            to: to.into(),
            evidence: Vec::new(),
            flag: None,
            run_url: origin.run_url.clone(),
        }
    }
}
