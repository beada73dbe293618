//! `release.json`: what a version is made of. Written once by the build, carried along by every promotion.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::version::Version;

/// The images of the platform and where the chart's values name each; one may be used in several places.
const IMAGES: [(&str, &[&str]); 9] = [
    ("platform-api", &["components", "platform-api", "image"]),
    (
        "mqtt-ingestion-worker",
        &["components", "mqtt-ingestion-worker", "image"],
    ),
    (
        "telemetry-worker",
        &["components", "telemetry-worker", "image"],
    ),
    ("web-console", &["components", "web-console", "image"]),
    ("docs", &["components", "docs", "image"]),
    ("sensctl", &["migrations", "image"]),
    ("device-simulator", &["tests", "image"]),
    ("device-simulator", &["mqtt", "mock", "simulator", "image"]),
    ("mock-mqtt", &["mqtt", "mock", "image"]),
];

/// What a version is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Release {
    /// The version by which it is known now.
    pub(crate) version: Version,
    /// The version under which it was built; programs report it for ever.
    pub(crate) build_version: Version,
    /// The commit it was built from.
    pub(crate) git_sha: String,
    /// When it was built, RFC 3339.
    pub(crate) built_at: String,
    /// The chart that goes with it.
    pub(crate) chart: Chart,
    /// The newest migration it brings.
    pub(crate) schema_version: u32,
    /// Each image by name.
    pub(crate) images: BTreeMap<String, Image>,
    /// The pipeline's run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) run_url: Option<String>,
}

/// A chart in the product's repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chart {
    /// Its folder.
    pub(crate) path: String,
    /// The commit it is taken from.
    pub(crate) revision: String,
}

/// An image in a registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Image {
    /// Registry and repository, without a tag.
    pub(crate) repository: String,
    /// The digest of its index or manifest.
    pub(crate) digest: String,
}

impl Release {
    /// Reads a `release.json`.
    ///
    /// # Errors
    /// When the file cannot be read or is no sound release.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
        let release: Self = serde_json::from_str(&text)
            .with_context(|| format!("{} is no release.json", path.display()))?;
        release
            .check()
            .with_context(|| format!("{} is no sound release", path.display()))?;
        Ok(release)
    }

    /// Whether everything in it is immutable and complete.
    ///
    /// # Errors
    /// Naming the first field that is not.
    pub(crate) fn check(&self) -> Result<()> {
        ensure!(
            is_hex(&self.git_sha, 40),
            "git_sha '{}' is no full commit id",
            self.git_sha
        );
        ensure!(
            is_hex(&self.chart.revision, 40),
            "chart.revision '{}' is no full commit id",
            self.chart.revision
        );
        ensure!(
            self.version.base == self.build_version.base,
            "version {} was not built as {}",
            self.version,
            self.build_version
        );
        for (name, _) in IMAGES {
            let Some(image) = self.images.get(name) else {
                bail!("image {name} is missing");
            };
            ensure!(
                is_digest(&image.digest),
                "the digest '{}' of {name} is not sha256:… in full",
                image.digest
            );
        }
        for name in self.images.keys() {
            ensure!(
                IMAGES.iter().any(|(known, _)| known == name),
                "image {name} is unknown to the chart"
            );
        }
        Ok(())
    }

    /// The same build under another version.
    pub(crate) fn renamed(&self, version: Version) -> Self {
        Self {
            version,
            ..self.clone()
        }
    }

    /// The chart's values that pin every image by tag and digest.
    pub(crate) fn values(&self) -> Value {
        let mut values = json!({
            "global": { "imageTag": self.version.to_string() },
            "release": { "version": self.version.to_string(), "gitSha": self.git_sha },
        });
        for (name, path) in IMAGES {
            let Some(image) = self.images.get(name) else {
                continue;
            };
            let mut at = &mut values;
            for key in path {
                at = &mut at[*key];
            }
            at["repository"] = json!(image.repository);
            at["digest"] = json!(image.digest);
        }
        values
    }
}

/// Reads lines `NAME REPOSITORY DIGEST`.
///
/// # Errors
/// When a line has another form.
pub(crate) fn images(text: &str) -> Result<BTreeMap<String, Image>> {
    let mut images = BTreeMap::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [name, repository, digest] = fields[..] else {
            bail!("'{line}' is not 'NAME REPOSITORY DIGEST'");
        };
        let image = Image {
            repository: repository.to_owned(),
            digest: digest.to_owned(),
        };
        ensure!(
            images.insert(name.to_owned(), image).is_none(),
            "image {name} is there twice"
        );
    }
    Ok(images)
}

fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:")
        .is_some_and(|hex| is_hex(hex, 64))
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A release whose digests are made of `digit`.
    pub(crate) fn release(version: &str, digit: char) -> Release {
        let version: Version = version.parse().unwrap();
        let image = |name: &str| Image {
            repository: format!("registry.test/sens/{name}"),
            digest: format!("sha256:{}", digit.to_string().repeat(64)),
        };
        Release {
            version,
            build_version: version,
            git_sha: digit.to_string().repeat(40),
            built_at: "2026-11-21T10:00:00Z".into(),
            chart: Chart {
                path: crate::product::CHART.into(),
                revision: digit.to_string().repeat(40),
            },
            schema_version: 9,
            images: IMAGES
                .iter()
                .map(|(name, _)| ((*name).to_owned(), image(name)))
                .collect(),
            run_url: None,
        }
    }

    #[test]
    fn a_release_survives_writing_and_reading() {
        let release = release("0.5.0-alpha.1.1", 'a');
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("release.json");
        fs::write(&path, serde_json::to_string(&release).unwrap()).unwrap();
        assert_eq!(Release::read(&path).unwrap(), release);
    }

    #[test]
    fn what_can_move_is_refused() {
        let sound = release("0.5.0-alpha.1.1", 'a');
        assert!(sound.check().is_ok());
        let branch = Release {
            git_sha: "main".into(),
            ..sound.clone()
        };
        let mut chart = sound.clone();
        chart.chart.revision = "v1".into();
        let mut digest = sound.clone();
        if let Some(image) = digest.images.get_mut("docs") {
            image.digest = "latest".into();
        }
        let mut missing = sound.clone();
        missing.images.remove("sensctl");
        let mut unknown = sound.clone();
        let image = sound.images.get("docs").cloned().unwrap();
        unknown.images.insert("other".into(), image);
        let foreign = sound.renamed("0.6.0".parse().unwrap());
        for (release, expected) in [
            (branch, "git_sha"),
            (chart, "chart.revision"),
            (digest, "digest"),
            (missing, "sensctl is missing"),
            (unknown, "other is unknown"),
            (foreign, "was not built as"),
        ] {
            let refused = release.check().unwrap_err().to_string();
            assert!(refused.contains(expected), "{refused}");
        }
    }

    #[test]
    fn values_pin_every_image() {
        let values = release("0.5.0", 'b').values();
        assert_eq!(values["global"]["imageTag"], "0.5.0");
        for (name, path) in IMAGES {
            let image = path.iter().fold(&values, |at, key| &at[*key]);
            assert_eq!(
                image["digest"],
                format!("sha256:{}", "b".repeat(64)),
                "{name}"
            );
        }
    }

    #[test]
    fn lists_of_images_are_read() {
        let read = images("a r/a sha256:1\n\nb r/b sha256:2\n").unwrap();
        assert_eq!(read.len(), 2);
        assert!(images("a r/a").is_err());
        assert!(images("a r d\na r d").is_err());
    }
}
