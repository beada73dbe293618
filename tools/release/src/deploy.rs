//! Changes of environments. Each is a new deployment with a number, a tag, and a record; nothing is ever overwritten.

use anyhow::{Result, bail, ensure};

use crate::evidence;
use crate::infra::{Environment, Infra, tag};
use crate::record::{Action, Flag, Origin, Record};
use crate::release::Release;
use crate::version::{Stage, Version};

/// What was prepared in the checkout, to be committed and tagged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Prepared {
    /// The tag for the commit.
    pub(crate) tag: String,
    /// Its subject.
    pub(crate) message: String,
}

/// A change of an environment under way.
struct Change<'a> {
    infra: &'a Infra,
    environment: Environment,
    action: Action,
    origin: &'a Origin,
    evidence: Vec<String>,
    flag: Option<Flag>,
}

impl Change<'_> {
    /// Writes release, application and records.
    fn write(self, from: Option<&Release>, to: &Release) -> Result<Prepared> {
        let environment = self.environment;
        let number = self.infra.next_number(environment)?;
        let mut record = Record::new(environment, number, self.action, self.origin, from, to);
        record.evidence = self.evidence;
        record.flag = self.flag;
        self.infra.set(environment, to, &record)?;
        self.infra.add(&record)?;
        let schema = from.map(|release| release.schema_version);
        if schema.is_some_and(|before| before < to.schema_version) {
            self.infra.add(&Record {
                action: Action::Migration,
                evidence: Vec::new(),
                ..record
            })?;
        }
        Ok(Prepared {
            tag: tag(environment, number),
            message: format!(
                "{}: {} {}",
                environment.name(),
                self.action.name(),
                to.version
            ),
        })
    }
}

/// Brings a build of main to test.
///
/// # Errors
/// When it is no alpha, or not newer than what runs there.
pub(crate) fn deploy(infra: &Infra, release: &Release, origin: &Origin) -> Result<Prepared> {
    let environment = Environment::Test;
    ensure!(
        matches!(release.version.stage, Stage::Alpha { .. }),
        "{} cannot be deployed to test: only builds of main (X.Y.Z-alpha.RUN.ATTEMPT) go there",
        release.version
    );
    let before = infra.release(environment)?;
    if let Some(before) = &before {
        ensure!(
            release.version > before.version,
            "{} is not newer than {}, which test runs: to go back, use 'rollback'",
            release.version,
            before.version
        );
    }
    change(infra, environment, Action::Deploy, origin).write(before.as_ref(), release)
}

/// Brings what was verified in the environment before to the next one, under `version`.
///
/// # Errors
/// When the version does not fit the environment, was built from another release, is not newer, or verification is missing.
pub(crate) fn promote(
    infra: &Infra,
    to: Environment,
    version: Version,
    origin: &Origin,
) -> Result<Prepared> {
    let (source, fits) = match to {
        Environment::Test => bail!("nothing is promoted to test: it follows main"),
        Environment::Staging => (
            Environment::Test,
            matches!(version.stage, Stage::Candidate(_)),
        ),
        Environment::Production => (Environment::Staging, version.stage == Stage::Stable),
    };
    ensure!(
        fits,
        "{version} does not belong in {}: staging takes X.Y.Z-rc.N, production X.Y.Z",
        to.name()
    );
    let Some(candidate) = infra.release(source)? else {
        bail!(
            "nothing has been deployed to {} yet, so nothing can be promoted from there",
            source.name()
        );
    };
    let evidence = evidence::demand(infra, source, &candidate)?;
    let before = infra.release(to)?;
    if let Some(before) = &before {
        ensure!(
            version > before.version,
            "{version} is not newer than {}, which {} runs: to go back, use 'rollback'",
            before.version,
            to.name()
        );
    }
    let promoted = candidate.renamed(version);
    promoted.check()?;
    let mut promotion = change(infra, to, Action::Promote, origin);
    promotion.evidence.push(evidence);
    promotion.write(before.as_ref(), &promoted)
}

/// Brings back the release of an earlier deployment: the newest with another version, or the newest with `version`.
///
/// # Errors
/// When there is none.
pub(crate) fn rollback(
    infra: &Infra,
    environment: Environment,
    version: Option<Version>,
    origin: &Origin,
) -> Result<Prepared> {
    let Some(before) = infra.release(environment)? else {
        bail!("nothing has been deployed to {} yet", environment.name());
    };
    let wanted = |record: &&Record| match version {
        Some(version) => record.to.version == version,
        None => record.to.version < before.version,
    };
    let records = infra.records(environment)?;
    let Some(record) = records.iter().rev().find(wanted) else {
        bail!(
            "the log of {} has no {}: see log/{}",
            environment.name(),
            version.map_or_else(
                || "earlier version to go back to".to_owned(),
                |version| format!("deployment of {version}")
            ),
            environment.name()
        );
    };
    let release = infra.release_at(environment, record.deployment)?;
    ensure!(
        release.version != before.version,
        "{} runs {} already",
        environment.name(),
        before.version
    );
    change(infra, environment, Action::Rollback, origin).write(Some(&before), &release)
}

/// Makes changed values of an environment a deployment; the release stays.
///
/// # Errors
/// When nothing runs there.
pub(crate) fn configure(
    infra: &Infra,
    environment: Environment,
    origin: &Origin,
) -> Result<Prepared> {
    let release = running(infra, environment)?;
    change(infra, environment, Action::Configure, origin).write(Some(&release), &release)
}

/// Sets a feature flag.
///
/// # Errors
/// When nothing runs there, the flag is unknown, or has that value.
pub(crate) fn flag(
    infra: &Infra,
    environment: Environment,
    name: &str,
    on: bool,
    origin: &Origin,
) -> Result<Prepared> {
    let release = running(infra, environment)?;
    let before = infra.set_flag(environment, name, on)?;
    let mut changed = change(infra, environment, Action::Flag, origin);
    changed.flag = Some(Flag {
        name: name.to_owned(),
        from: before,
        to: on,
    });
    changed.write(Some(&release), &release)
}

fn running(infra: &Infra, environment: Environment) -> Result<Release> {
    let Some(release) = infra.release(environment)? else {
        bail!("nothing has been deployed to {} yet", environment.name());
    };
    Ok(release)
}

fn change<'a>(
    infra: &'a Infra,
    environment: Environment,
    action: Action,
    origin: &'a Origin,
) -> Change<'a> {
    Change {
        infra,
        environment,
        action,
        origin,
        evidence: Vec::new(),
        flag: None,
    }
}

#[cfg(test)]
#[path = "deploy_tests.rs"]
mod tests;
