//! The next version, as a function of what the repository says; and every reason to refuse one.

use crate::version::{Base, Stage, Version};

/// What to make a version for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channel {
    /// A build of main.
    Alpha {
        /// Number of the pipeline's run.
        run: u64,
        /// Attempt of that run.
        attempt: u64,
    },
    /// A release candidate.
    Candidate,
    /// A release.
    Stable,
}

/// What the repository says.
#[derive(Debug, Clone)]
pub(crate) struct Repository {
    /// The version main is on its way to (the workspace's).
    pub(crate) base: Base,
    /// The chart's version and appVersion.
    pub(crate) chart: [String; 2],
    /// All versions that have a tag.
    pub(crate) tagged: Vec<Version>,
    /// The branch; `None` when no branch is checked out.
    pub(crate) branch: Option<String>,
    /// Files that differ from the commit.
    pub(crate) changed: Vec<String>,
    /// Whether history and tags are cut off.
    pub(crate) shallow: bool,
}

/// Why there is no next version. Each says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// Uncommitted changes.
    #[error(
        "the working tree has {count} changed or unknown files ({first}, …): a version names a commit; commit or remove them"
    )]
    Dirty {
        /// How many.
        count: usize,
        /// One of them.
        first: String,
    },
    /// Not main.
    #[error(
        "versions are made on main only, and this is {0}: check out main, or pass --branch in a pipeline that did"
    )]
    Branch(String),
    /// No full history.
    #[error(
        "this is a shallow clone, whose tags may be missing: fetch the whole history (fetch-depth: 0)"
    )]
    Shallow,
    /// The chart has another version.
    #[error(
        "Chart.yaml says version {version} and appVersion {app}, the workspace {base}: run 'sens-release bump {base}'"
    )]
    Chart {
        /// Its version.
        version: String,
        /// Its appVersion.
        app: String,
        /// The workspace's version.
        base: Base,
    },
    /// The tag is there.
    #[error(
        "{0} has a tag already, and a version never changes: make a new run instead of repeating this one"
    )]
    Exists(Version),
    /// Something newer is there.
    #[error("{version} is lower than {newest}, which is there already: {advice}")]
    Lower {
        /// What was asked for.
        version: Version,
        /// What is there.
        newest: Version,
        /// What to do.
        advice: &'static str,
    },
    /// Runs and attempts count from 1.
    #[error("run and attempt are counted from 1")]
    Zero,
}

/// The next version of a channel.
///
/// # Errors
/// When the tree is dirty, the branch is not main, tags may be missing, the chart differs from the workspace, the version
/// exists, or a higher one of its channel (or the release itself) does.
pub(crate) fn next(channel: Channel, repository: &Repository) -> Result<Version, Refusal> {
    sound(repository)?;
    let base = repository.base;
    let stage = match channel {
        Channel::Alpha { run: 0, .. } | Channel::Alpha { attempt: 0, .. } => {
            return Err(Refusal::Zero);
        }
        Channel::Alpha { run, attempt } => Stage::Alpha { run, attempt },
        Channel::Candidate => Stage::Candidate(1 + last_candidate(repository)),
        Channel::Stable => Stage::Stable,
    };
    allowed(Version { base, stage }, repository)
}

/// Gives `version` back if it may be tagged now.
///
/// # Errors
/// As [`next`], without looking at the state of the tree.
pub(crate) fn allowed(version: Version, repository: &Repository) -> Result<Version, Refusal> {
    if repository.tagged.contains(&version) {
        return Err(Refusal::Exists(version));
    }
    // An alpha after a candidate of the same release is the way to the next candidate, so each channel counts for
    // itself; a release ends all of them.
    let newest = repository
        .tagged
        .iter()
        .copied()
        .filter(|tagged| tagged.stage == Stage::Stable || same_channel(tagged.stage, version.stage))
        .max();
    match newest {
        Some(newest) if newest > version => Err(Refusal::Lower {
            version,
            newest,
            advice: if newest.stage == Stage::Stable {
                "raise the version of the workspace with 'sens-release bump'"
            } else {
                "an old run was repeated; start a new one"
            },
        }),
        _ => Ok(version),
    }
}

/// Refuses a repository that no version may be made of.
fn sound(repository: &Repository) -> Result<(), Refusal> {
    if repository.branch.as_deref() != Some("main") {
        let branch = repository.branch.clone();
        return Err(Refusal::Branch(branch.map_or_else(
            || "no branch".to_owned(),
            |name| format!("'{name}'"),
        )));
    }
    if let Some(first) = repository.changed.first() {
        return Err(Refusal::Dirty {
            count: repository.changed.len(),
            first: first.clone(),
        });
    }
    if repository.shallow {
        return Err(Refusal::Shallow);
    }
    chart_follows(repository)
}

/// Refuses a chart whose version is not the workspace's.
///
/// # Errors
/// [`Refusal::Chart`].
pub(crate) fn chart_follows(repository: &Repository) -> Result<(), Refusal> {
    let base = repository.base;
    let [version, app] = repository.chart.clone();
    if version == base.to_string() && app == version {
        return Ok(());
    }
    Err(Refusal::Chart { version, app, base })
}

fn same_channel(a: Stage, b: Stage) -> bool {
    std::mem::discriminant(&a) == std::mem::discriminant(&b)
}

fn last_candidate(repository: &Repository) -> u64 {
    let numbers = repository
        .tagged
        .iter()
        .filter_map(|tagged| match tagged.stage {
            Stage::Candidate(number) if tagged.base == repository.base => Some(number),
            _ => None,
        });
    numbers.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn repository(tags: &[&str]) -> Repository {
        Repository {
            base: Base(0, 5, 0),
            chart: ["0.5.0".into(), "0.5.0".into()],
            tagged: tags.iter().map(|tag| tag.parse().unwrap()).collect(),
            branch: Some("main".into()),
            changed: Vec::new(),
            shallow: false,
        }
    }

    const RUN: Channel = Channel::Alpha {
        run: 123,
        attempt: 1,
    };

    #[test]
    fn the_next_version_of_each_channel() {
        for (channel, tags, expected) in [
            (RUN, &[][..], "0.5.0-alpha.123.1"),
            (RUN, &["0.4.0", "0.5.0-alpha.122.3"], "0.5.0-alpha.123.1"),
            // After a candidate, main goes on towards the next one.
            (
                RUN,
                &["0.5.0-alpha.122.1", "0.5.0-rc.1"],
                "0.5.0-alpha.123.1",
            ),
            (Channel::Candidate, &[], "0.5.0-rc.1"),
            (Channel::Candidate, &["0.4.0-rc.7", "0.4.0"], "0.5.0-rc.1"),
            (
                Channel::Candidate,
                &["0.5.0-rc.9", "0.5.0-rc.10"],
                "0.5.0-rc.11",
            ),
            (Channel::Stable, &["0.4.0", "0.5.0-rc.2"], "0.5.0"),
        ] {
            let version = next(channel, &repository(tags)).map(|version| version.to_string());
            assert_eq!(version, Ok(expected.to_owned()), "{channel:?} {tags:?}");
        }
    }

    #[test]
    fn a_tag_is_never_made_twice() {
        let version = "0.5.0-alpha.123.1".parse().unwrap();
        assert_eq!(
            next(RUN, &repository(&["0.5.0-alpha.123.1"])),
            Err(Refusal::Exists(version))
        );
        let release = repository(&["0.5.0"]);
        assert_eq!(
            next(Channel::Stable, &release),
            Err(Refusal::Exists("0.5.0".parse().unwrap()))
        );
    }

    #[test]
    fn a_lower_version_is_refused() {
        for (channel, tags) in [
            (RUN, &["0.5.0-alpha.124.1"][..]),
            (RUN, &["0.5.0-alpha.123.2"]),
            (RUN, &["0.6.0-alpha.1.1"]),
            (RUN, &["0.5.0"]),
            (Channel::Candidate, &["0.5.0"]),
            (Channel::Candidate, &["0.6.0-rc.1"]),
            (Channel::Stable, &["0.5.1"]),
        ] {
            let refused = next(channel, &repository(tags));
            assert!(
                matches!(refused, Err(Refusal::Lower { .. })),
                "{channel:?} {tags:?}: {refused:?}"
            );
        }
    }

    #[test]
    fn only_main_makes_versions() {
        for branch in [
            Some("fix/leak".to_owned()),
            Some("mainline".to_owned()),
            None,
        ] {
            let repository = Repository {
                branch,
                ..repository(&[])
            };
            assert!(matches!(next(RUN, &repository), Err(Refusal::Branch(_))));
        }
    }

    #[test]
    fn a_dirty_tree_a_shallow_clone_and_another_chart_are_refused() {
        let dirty = Repository {
            changed: vec!["README.md".into(), "x".into()],
            ..repository(&[])
        };
        assert_eq!(
            next(RUN, &dirty),
            Err(Refusal::Dirty {
                count: 2,
                first: "README.md".into()
            })
        );
        let shallow = Repository {
            shallow: true,
            ..repository(&[])
        };
        assert_eq!(next(RUN, &shallow), Err(Refusal::Shallow));
        for chart in [["0.4.0", "0.5.0"], ["0.5.0", "0.4.0"]] {
            let repository = Repository {
                chart: chart.map(str::to_owned),
                ..repository(&[])
            };
            assert!(matches!(next(RUN, &repository), Err(Refusal::Chart { .. })));
        }
    }

    #[test]
    fn runs_and_attempts_count_from_one() {
        for (run, attempt) in [(0, 1), (1, 0)] {
            let channel = Channel::Alpha { run, attempt };
            assert_eq!(next(channel, &repository(&[])), Err(Refusal::Zero));
        }
    }

    proptest! {
        /// Whatever was tagged before, what is given is new and higher than all of its channel and all releases.
        #[test]
        fn what_is_given_is_the_highest(runs in prop::collection::vec((1_u64..200, 1_u64..4), 0..8), candidates in 0_u64..5, run in 1_u64..200) {
            let mut tags: Vec<String> = runs.iter().map(|(run, attempt)| format!("0.5.0-alpha.{run}.{attempt}")).collect();
            tags.extend((1..=candidates).map(|number| format!("0.5.0-rc.{number}")));
            let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
            let repository = repository(&tags);
            for channel in [Channel::Alpha { run, attempt: 1 }, Channel::Candidate, Channel::Stable] {
                if let Ok(version) = next(channel, &repository) {
                    for tagged in repository.tagged.iter().filter(|tagged| same_channel(tagged.stage, version.stage)) {
                        prop_assert!(*tagged < version);
                    }
                }
            }
        }
    }
}
