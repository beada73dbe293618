//! The product's repository: its version, its chart, its tags.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::next::{Refusal, Repository};
use crate::version::{Base, Stage, Version};
use crate::{git, statements};

/// Where the chart is.
pub(crate) const CHART: &str = "infra/helm/sens-platform";
const MIGRATIONS: &str = "libs/storage/migrations";

/// A checkout of the product.
#[derive(Debug, Clone)]
pub(crate) struct Product {
    root: PathBuf,
}

impl Product {
    /// The checkout that holds `folder`.
    ///
    /// # Errors
    /// When `folder` is in no git repository.
    pub(crate) fn at(folder: &Path) -> Result<Self> {
        let root = git::git(folder, &["rev-parse", "--show-toplevel"])?;
        Ok(Self { root: root.into() })
    }

    /// What decides about the next version. `branch` replaces what git says: pipelines check out a commit, not a branch.
    ///
    /// # Errors
    /// When a file is missing or git fails.
    pub(crate) fn repository(&self, branch: Option<String>) -> Result<Repository> {
        let tags = git::lines(&self.root, &["tag", "--list"])?;
        let shallow = git::git(&self.root, &["rev-parse", "--is-shallow-repository"])?;
        Ok(Repository {
            base: self.base()?,
            chart: self.chart_versions()?,
            tagged: tags.iter().filter_map(|tag| Version::of_tag(tag)).collect(),
            branch: branch.or_else(|| git::branch(&self.root)),
            changed: self.changed()?,
            shallow: shallow == "true",
        })
    }

    /// Files that differ from the commit, without git's two letters before each.
    fn changed(&self) -> Result<Vec<String>> {
        let lines = git::lines(&self.root, &["status", "--porcelain"])?;
        Ok(lines
            .iter()
            .filter_map(|line| line.get(3..).map(str::to_owned))
            .collect())
    }

    /// The commit that is checked out.
    ///
    /// # Errors
    /// When git fails.
    pub(crate) fn head(&self) -> Result<String> {
        git::head(&self.root)
    }

    /// The version of the workspace.
    ///
    /// # Errors
    /// When Cargo.toml has none, or a pre-release.
    pub(crate) fn base(&self) -> Result<Base> {
        let path = self.root.join("Cargo.toml");
        let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        let section = text.split("[workspace.package]").nth(1).unwrap_or_default();
        let value = value_of(section, "version =")
            .context("Cargo.toml has no version under [workspace.package]")?;
        let version: Version = value.trim_matches('"').parse()?;
        if version.stage != Stage::Stable {
            bail!(
                "Cargo.toml says {version}: the workspace has the version that main is on its way to, like {}",
                version.base
            );
        }
        Ok(version.base)
    }

    /// Version and appVersion of the chart.
    fn chart_versions(&self) -> Result<[String; 2]> {
        let text = self.read_chart()?;
        let one = |key: &str| -> Result<String> {
            let value = value_of(&text, key)
                .with_context(|| format!("{CHART}/Chart.yaml has no line '{key}'"))?;
            Ok(value.trim_matches('"').to_owned())
        };
        Ok([one("version:")?, one("appVersion:")?])
    }

    /// Writes `version` into the chart: version and appVersion move together.
    ///
    /// # Errors
    /// When Chart.yaml cannot be read or written.
    pub(crate) fn stamp_chart(&self, version: &str) -> Result<()> {
        let stamped = self
            .read_chart()?
            .lines()
            .map(|line| match line.split_once(':') {
                Some((key @ ("version" | "appVersion"), _)) => format!("{key}: {version}\n"),
                _ => format!("{line}\n"),
            })
            .collect::<String>();
        let path = self.root.join(CHART).join("Chart.yaml");
        fs::write(&path, stamped).with_context(|| format!("write {}", path.display()))
    }

    /// Writes `base` into Cargo.toml and the chart: what main is on its way to from now on. The statements of the release before
    /// are kept with it.
    ///
    /// # Errors
    /// When `base` is not higher than now, tags may be missing, or a file cannot be written.
    pub(crate) fn bump(&self, base: Base) -> Result<()> {
        let now = self.base()?;
        if base < now {
            bail!("{base} is lower than {now}, the version of the workspace");
        }
        let repository = self.repository(None)?;
        if repository.shallow {
            bail!("{}", Refusal::Shallow);
        }
        let path = self.root.join("Cargo.toml");
        let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        let bumped = text.replacen(
            &format!("version = \"{now}\""),
            &format!("version = \"{base}\""),
            1,
        );
        fs::write(&path, bumped).with_context(|| format!("write {}", path.display()))?;
        self.stamp_chart(&base.to_string())?;
        statements::keep(&self.root, &repository.tagged, base)
    }

    /// Refuses a workspace that does not keep what the release before needs to be proven compatible.
    ///
    /// # Errors
    /// When it is missing.
    pub(crate) fn keeps_statements(&self, repository: &Repository) -> Result<()> {
        statements::check(&self.root, &repository.tagged, repository.base)
    }

    /// The number of the newest migration.
    ///
    /// # Errors
    /// When the folder cannot be read or holds none.
    pub(crate) fn schema_version(&self) -> Result<u32> {
        let folder = self.root.join(MIGRATIONS);
        let entries =
            fs::read_dir(&folder).with_context(|| format!("read {}", folder.display()))?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let newest = names
            .filter_map(|name| name.split_once('_')?.0.parse().ok())
            .max();
        newest.with_context(|| format!("{} holds no migration", folder.display()))
    }

    fn read_chart(&self) -> Result<String> {
        let path = self.root.join(CHART).join("Chart.yaml");
        fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))
    }
}

/// What follows `key` on the first line that starts with it.
fn value_of<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines()
        .find_map(|line| line.strip_prefix(key))
        .map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::next::{Channel, next};

    const RUN: Channel = Channel::Alpha { run: 7, attempt: 1 };

    fn product() -> (tempfile::TempDir, Product) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join(CHART)).unwrap();
        fs::create_dir_all(root.join(MIGRATIONS)).unwrap();
        fs::write(
            root.join("Cargo.toml"),
            "[workspace.package]\nversion = \"0.5.0\"\n",
        )
        .unwrap();
        let chart = "name: x\nversion: 0.5.0\nappVersion: 0.5.0\nsources: []\n";
        fs::write(root.join(CHART).join("Chart.yaml"), chart).unwrap();
        for name in ["0001_base.sql", "0012_more.sql", "roles.sql"] {
            fs::write(root.join(MIGRATIONS).join(name), "").unwrap();
        }
        for arguments in [
            &["init", "--quiet", "--initial-branch=main"][..],
            &["config", "user.name", "Test"],
            &["config", "user.email", "test@example.test"],
        ] {
            git::git(root, arguments).unwrap();
        }
        commit(root);
        let product = Product::at(root).unwrap();
        (folder, product)
    }

    fn commit(root: &Path) {
        git::git(root, &["add", "."]).unwrap();
        git::git(
            root,
            &["commit", "--quiet", "--allow-empty", "--message", "x"],
        )
        .unwrap();
    }

    #[test]
    fn a_real_repository_is_read_as_it_is() {
        let (folder, product) = product();
        let root = folder.path();
        git::git(root, &["tag", "v0.5.0-alpha.6.1"]).unwrap();
        git::git(root, &["tag", "unrelated"]).unwrap();
        let repository = product.repository(None).unwrap();
        assert_eq!(
            next(RUN, &repository).unwrap().to_string(),
            "0.5.0-alpha.7.1"
        );
        assert_eq!(product.schema_version().unwrap(), 12);
        assert_eq!(product.head().unwrap().len(), 40);

        git::git(root, &["tag", "v0.5.0-alpha.7.1"]).unwrap();
        assert!(matches!(
            next(RUN, &product.repository(None).unwrap()),
            Err(Refusal::Exists(_))
        ));

        fs::write(root.join("left-over"), "").unwrap();
        assert!(matches!(
            next(RUN, &product.repository(None).unwrap()),
            Err(Refusal::Dirty { count: 1, .. })
        ));
        fs::remove_file(root.join("left-over")).unwrap();

        git::git(root, &["checkout", "--quiet", "-b", "other"]).unwrap();
        assert!(matches!(
            next(RUN, &product.repository(None).unwrap()),
            Err(Refusal::Branch(_))
        ));
        git::git(root, &["checkout", "--quiet", "--detach"]).unwrap();
        assert!(matches!(
            next(RUN, &product.repository(None).unwrap()),
            Err(Refusal::Branch(_))
        ));
        let named = product.repository(Some("main".into())).unwrap();
        assert_eq!(named.branch.as_deref(), Some("main"));
    }

    #[test]
    fn a_shallow_clone_is_seen() {
        let (folder, _) = product();
        commit(folder.path());
        let copy = tempfile::tempdir().unwrap();
        let from = format!("file://{}", folder.path().display());
        git::git(
            copy.path(),
            &["clone", "--quiet", "--depth=1", &from, "copy"],
        )
        .unwrap();
        let shallow = Product::at(&copy.path().join("copy")).unwrap();
        assert_eq!(
            next(RUN, &shallow.repository(None).unwrap()),
            Err(Refusal::Shallow)
        );
    }

    #[test]
    fn the_statements_of_a_release_are_kept_from_its_tag() {
        const STATEMENTS: &str = "libs/storage/tests/testdata/statements";
        let (folder, product) = product();
        let statements = folder.path().join(STATEMENTS);
        fs::create_dir_all(&statements).unwrap();
        fs::write(statements.join("0.4.0.sql"), "() SELECT 4\n").unwrap();
        fs::write(statements.join("current.sql"), "() SELECT 5\n").unwrap();
        commit(folder.path());
        git::git(folder.path(), &["tag", "v0.5.0"]).unwrap();
        fs::write(statements.join("current.sql"), "() SELECT 6\n").unwrap();
        commit(folder.path());
        let repository = || product.repository(None).unwrap();
        assert!(product.keeps_statements(&repository()).is_ok());
        let ahead = Repository {
            base: Base(0, 6, 0),
            ..repository()
        };
        let refused = product.keeps_statements(&ahead).unwrap_err().to_string();
        assert!(refused.contains("0.5.0.sql is missing"), "{refused}");
        product.bump(Base(0, 6, 0)).unwrap();
        assert!(product.keeps_statements(&repository()).is_ok());
        let kept = fs::read_to_string(statements.join("0.5.0.sql")).unwrap();
        assert_eq!(kept, "() SELECT 5\n");
        assert!(!statements.join("0.4.0.sql").exists());
    }

    #[test]
    fn workspace_and_chart_move_together() {
        let (folder, product) = product();
        product.bump(Base(0, 6, 0)).unwrap();
        assert_eq!(product.base().unwrap(), Base(0, 6, 0));
        assert_eq!(product.chart_versions().unwrap(), ["0.6.0", "0.6.0"]);
        assert!(product.bump(Base(0, 5, 9)).is_err());
        product.stamp_chart("0.6.0-alpha.1.1").unwrap();
        let chart = fs::read_to_string(folder.path().join(CHART).join("Chart.yaml")).unwrap();
        assert_eq!(
            chart,
            "name: x\nversion: 0.6.0-alpha.1.1\nappVersion: 0.6.0-alpha.1.1\nsources: []\n"
        );
        commit(folder.path());
        assert!(matches!(
            next(RUN, &product.repository(None).unwrap()),
            Err(Refusal::Chart { .. })
        ));
    }
}
