//! Versions of the platform: `X.Y.Z-alpha.RUN.ATTEMPT` < `X.Y.Z-rc.N` < `X.Y.Z`, ordered as `SemVer` orders them.
//!
//! Other `SemVer` texts are refused: one shape for each channel leaves no doubt about where a version may run.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where a version stands on its way to production. The order is the order of `SemVer`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// A build of main: the run of the pipeline and its attempt.
    Alpha {
        /// Number of the run.
        run: u64,
        /// Attempt of that run.
        attempt: u64,
    },
    /// A release candidate, counted from 1.
    Candidate(u64),
    /// A release.
    Stable,
}

/// A version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Version {
    /// X.Y.Z.
    pub(crate) base: Base,
    /// What follows it.
    pub(crate) stage: Stage,
}

/// X.Y.Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Base(pub(crate) u64, pub(crate) u64, pub(crate) u64);

/// A text that is no version.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "'{0}' is no version of the platform: it must look like 0.5.0-alpha.123.1, 0.5.0-rc.1 or 0.5.0"
)]
pub(crate) struct NoVersion(String);

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base = self.base;
        match self.stage {
            Stage::Alpha { run, attempt } => write!(f, "{base}-alpha.{run}.{attempt}"),
            Stage::Candidate(number) => write!(f, "{base}-rc.{number}"),
            Stage::Stable => write!(f, "{base}"),
        }
    }
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.to_string()
    }
}

impl TryFrom<String> for Version {
    type Error = NoVersion;

    fn try_from(text: String) -> Result<Self, NoVersion> {
        text.parse()
    }
}

impl FromStr for Version {
    type Err = NoVersion;

    fn from_str(text: &str) -> Result<Self, NoVersion> {
        parse(text).ok_or_else(|| NoVersion(text.to_owned()))
    }
}

impl Version {
    /// The version named by a tag `vX.Y.Z…`; `None` for every other tag.
    pub(crate) fn of_tag(tag: &str) -> Option<Self> {
        parse(tag.strip_prefix('v')?)
    }
}

fn parse(text: &str) -> Option<Version> {
    let (base, rest) = match text.split_once('-') {
        Some((base, rest)) => (base, Some(rest)),
        None => (text, None),
    };
    let [major, minor, patch] = numbers(base)?;
    let stage = match rest {
        None => Stage::Stable,
        Some(rest) => match rest.split_once('.')? {
            ("alpha", numbered) => {
                let [run, attempt] = numbers(numbered)?;
                Stage::Alpha { run, attempt }
            }
            ("rc", numbered) => {
                let [number] = numbers(numbered)?;
                Stage::Candidate(number)
            }
            _ => return None,
        },
    };
    Some(Version {
        base: Base(major, minor, patch),
        stage,
    })
}

/// Exactly N numbers between dots, without signs or leading zeros.
fn numbers<const N: usize>(text: &str) -> Option<[u64; N]> {
    let mut found = [0; N];
    let mut parts = text.split('.');
    for slot in &mut found {
        let part = parts.next()?;
        let canonical = part == "0" || !part.starts_with('0');
        if !canonical || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *slot = part.parse().ok()?;
    }
    parts.next().is_none().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn order_is_that_of_semver() {
        let ascending = [
            "0.4.9",
            "0.5.0-alpha.9.1",
            "0.5.0-alpha.9.2",
            "0.5.0-alpha.10.1",
            "0.5.0-alpha.123.1",
            "0.5.0-rc.1",
            "0.5.0-rc.2",
            "0.5.0-rc.10",
            "0.5.0",
            "0.5.1-alpha.1.1",
            "0.10.0",
            "1.0.0",
        ];
        for pair in ascending.windows(2) {
            let [lower, higher] = pair else {
                unreachable!()
            };
            let (lower, higher): (Version, Version) =
                (lower.parse().unwrap(), higher.parse().unwrap());
            assert!(lower < higher, "{lower} < {higher}");
        }
    }

    #[test]
    fn other_shapes_are_refused() {
        for text in [
            "",
            "latest",
            "0.5",
            "0.5.0.1",
            "v0.5.0",
            "0.5.0-",
            "0.5.0-alpha",
            "0.5.0-alpha.1",
            "0.5.0-alpha.1.2.3",
            "0.5.0-alpha.01.1",
            "0.5.0-beta.1",
            "0.5.0-rc",
            "0.5.0-rc.+1",
            "0.5.0-rc.x",
            "0.5.0+sha",
            "0.5.0-rc.99999999999999999999",
            " 0.5.0",
        ] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }

    #[test]
    fn only_tags_with_a_v_name_versions() {
        assert_eq!(Version::of_tag("0.5.0"), None);
        assert_eq!(Version::of_tag("vscode-1"), None);
        let version = Version::of_tag("v0.5.0-rc.2").unwrap();
        assert_eq!(version.to_string(), "0.5.0-rc.2");
    }

    proptest! {
        #[test]
        fn text_and_version_are_the_same_thing(a: u64, b: u64, c: u64, run: u64, attempt: u64, kind in 0..3) {
            let stage = match kind {
                0 => Stage::Alpha { run, attempt },
                1 => Stage::Candidate(run),
                _ => Stage::Stable,
            };
            let version = Version { base: Base(a, b, c), stage };
            prop_assert_eq!(version.to_string().parse::<Version>(), Ok(version));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,40}") {
            if let Ok(version) = text.parse::<Version>() {
                prop_assert_eq!(version.to_string(), text);
            }
        }
    }
}
