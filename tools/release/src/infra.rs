//! The infrastructure repository: what runs where, and the log of how it came to.
//!
//! ```text
//! apps/sens-test.yaml                    the Argo CD application; names the chart's commit and the deployment's tag
//! environments/test/release.json         what runs there
//! environments/test/values-release.json  its images, as the chart's values
//! environments/test/flags.yaml           feature flags
//! log/test/00042-deploy.json             a record for each deployment, promotion, rollback, change
//! evidence/test/0.5.0-alpha.1.1.json     what verification found there
//! ```

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::git;
use crate::record::Record;
use crate::release::Release;

/// Where a version can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Environment {
    /// Follows main.
    Test,
    /// Release candidates.
    Staging,
    /// What customers rely on.
    Production,
}

impl Environment {
    /// Its name in paths.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }
}

/// A checkout of the infrastructure repository.
#[derive(Debug, Clone)]
pub(crate) struct Infra {
    root: PathBuf,
}

impl Infra {
    /// The checkout at `root`.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn at(root: &Path) -> Result<Self> {
        ensure!(
            root.join("apps").is_dir() && root.join("environments").is_dir(),
            "{} is no infrastructure repository: it has no folders 'apps' and 'environments'",
            root.display()
        );
        Ok(Self { root: root.into() })
    }

    /// What an environment runs; `None` before its first deployment.
    ///
    /// # Errors
    /// When the file is there but is no release.
    pub(crate) fn release(&self, environment: Environment) -> Result<Option<Release>> {
        let path = self.folder(environment).join("release.json");
        if !path.exists() {
            return Ok(None);
        }
        Release::read(&path).map(Some)
    }

    /// What an environment ran at a deployment.
    ///
    /// # Errors
    /// When the deployment's tag or its release is not there.
    pub(crate) fn release_at(&self, environment: Environment, deployment: u32) -> Result<Release> {
        let file = format!(
            "{}:environments/{}/release.json",
            tag(environment, deployment),
            environment.name()
        );
        let text = git::git(&self.root, &["show", &file])?;
        serde_json::from_str(&text).with_context(|| format!("{file} is no release.json"))
    }

    /// Makes an environment run `release` as the deployment of `record`: release, values, and the application's two revisions.
    /// The chart reports the record to the platform once it has verified the rollout.
    ///
    /// # Errors
    /// When a file cannot be written or the application has no such lines.
    pub(crate) fn set(
        &self,
        environment: Environment,
        release: &Release,
        record: &Record,
    ) -> Result<()> {
        let folder = self.folder(environment);
        write_json(&folder.join("release.json"), release)?;
        let mut values = release.values();
        values["release"]["record"] = serde_json::to_value(record)?;
        write_json(&folder.join("values-release.json"), &values)?;
        let path = self
            .root
            .join(format!("apps/sens-{}.yaml", environment.name()));
        let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        let pinned = pin(&text, "# the chart", &release.chart.revision)?;
        let pinned = pin(
            &pinned,
            "# the deployment",
            &tag(environment, record.deployment),
        )?;
        fs::write(&path, pinned).with_context(|| format!("write {}", path.display()))
    }

    /// The number of the next deployment: one more than any that has a record or a tag.
    ///
    /// # Errors
    /// When git fails or a record cannot be read.
    pub(crate) fn next_number(&self, environment: Environment) -> Result<u32> {
        let prefix = format!("deploy-{}-", environment.name());
        let tags = git::lines(&self.root, &["tag", "--list", &format!("{prefix}*")])?;
        let tagged = tags
            .iter()
            .filter_map(|tag| tag.strip_prefix(&prefix)?.parse().ok());
        let recorded = self
            .records(environment)?
            .into_iter()
            .map(|record| record.deployment);
        Ok(1 + tagged.chain(recorded).max().unwrap_or(0))
    }

    /// All records of an environment, oldest first.
    ///
    /// # Errors
    /// When one cannot be read.
    pub(crate) fn records(&self, environment: Environment) -> Result<Vec<Record>> {
        let folder = self.root.join("log").join(environment.name());
        if !folder.exists() {
            return Ok(Vec::new());
        }
        let entries =
            fs::read_dir(&folder).with_context(|| format!("read {}", folder.display()))?;
        let mut paths: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect();
        paths.retain(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        });
        paths.sort();
        paths.iter().map(|path| read_json(path)).collect()
    }

    /// Adds a record. One file each, and never the same twice: a log that is only added to.
    ///
    /// # Errors
    /// When the file is there or cannot be written.
    pub(crate) fn add(&self, record: &Record) -> Result<PathBuf> {
        let folder = self.root.join("log").join(record.environment.name());
        let path = folder.join(format!(
            "{:05}-{}.json",
            record.deployment,
            record.action.name()
        ));
        ensure!(
            !path.exists(),
            "{} is there already, and records are never changed",
            path.display()
        );
        fs::create_dir_all(&folder).with_context(|| format!("make {}", folder.display()))?;
        write_json(&path, record)?;
        Ok(path)
    }

    /// Where verification of a version in an environment is kept, below the repository's root.
    pub(crate) fn evidence_path(
        environment: Environment,
        version: impl std::fmt::Display,
    ) -> String {
        format!("evidence/{}/{version}.json", environment.name())
    }

    /// Reads a file below the repository's root.
    ///
    /// # Errors
    /// When it is missing or has another form.
    pub(crate) fn read<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        read_json(&self.root.join(path))
    }

    /// Whether a file is there.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }

    /// Writes a file below the repository's root.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn write<T: Serialize>(&self, path: &str, value: &T) -> Result<()> {
        let path = self.root.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
        }
        write_json(&path, value)
    }

    /// Sets a feature flag and gives what it was.
    ///
    /// # Errors
    /// When there is no such flag, or it has that value already.
    pub(crate) fn set_flag(&self, environment: Environment, name: &str, on: bool) -> Result<bool> {
        let path = self.folder(environment).join("flags.yaml");
        let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        let (before, after) = (format!("  {name}: {}", !on), format!("  {name}: {on}"));
        if text.lines().any(|line| line == after) {
            bail!("{name} is {on} already in {}", environment.name());
        }
        ensure!(
            text.lines().any(|line| line == before),
            "{} has no flag '{name}': add a line '{before}' in a reviewed change first",
            path.display()
        );
        let changed = text.replacen(&format!("{before}\n"), &format!("{after}\n"), 1);
        fs::write(&path, changed).with_context(|| format!("write {}", path.display()))?;
        Ok(!on)
    }

    fn folder(&self, environment: Environment) -> PathBuf {
        self.root.join("environments").join(environment.name())
    }
}

/// The tag of a deployment: it names values and release for ever.
pub(crate) fn tag(environment: Environment, number: u32) -> String {
    format!("deploy-{}-{number}", environment.name())
}

/// Replaces the revision on the one line that ends with `mark`.
fn pin(text: &str, mark: &str, revision: &str) -> Result<String> {
    let is_it = |line: &&str| line.contains("targetRevision:") && line.ends_with(mark);
    let mut found = text.lines().filter(is_it);
    let (Some(line), None) = (found.next(), found.next()) else {
        bail!("the application must have exactly one line 'targetRevision: … {mark}'");
    };
    let (before, _) = line.split_once("targetRevision:").unwrap_or_default();
    Ok(text.replacen(
        line,
        &format!("{before}targetRevision: {revision} {mark}"),
        1,
    ))
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
    serde_json::from_str(&text)
        .with_context(|| format!("{} has another form than expected", path.display()))
}

fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<()> {
    let text = serde_json::to_string_pretty(value)? + "\n";
    fs::write(path, text).with_context(|| format!("write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_marked_line_is_pinned() {
        let text = "a:\n  - targetRevision: old # the chart\n    x: 1\n  - targetRevision: t # the deployment\n";
        let pinned = pin(text, "# the chart", "abc").unwrap();
        assert_eq!(pinned, text.replace("old", "abc"));
        assert!(pin(text, "# nothing", "abc").is_err());
        assert!(pin(&format!("{text}{text}"), "# the chart", "abc").is_err());
    }
}
