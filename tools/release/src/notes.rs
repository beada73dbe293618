//! Release notes from changelog fragments: `changelog.d/<subject>.<kind>.md`, a line or a paragraph each.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

/// Kinds of change, in the order of the notes.
const KINDS: [(&str, &str); 6] = [
    ("security", "Security"),
    ("added", "Added"),
    ("changed", "Changed"),
    ("deprecated", "Deprecated"),
    ("removed", "Removed"),
    ("fixed", "Fixed"),
];

/// The fragments of a folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Fragments {
    files: Vec<PathBuf>,
    /// Texts by place in [`KINDS`].
    texts: BTreeMap<usize, Vec<String>>,
}

/// Reads all fragments, in the order of their names.
///
/// # Errors
/// When a file has a name of another form, or is empty.
pub(crate) fn read(folder: &Path) -> Result<Fragments> {
    let entries = fs::read_dir(folder).with_context(|| format!("read {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    files.retain(|path| path.file_name().is_some_and(|name| name != "README.md"));
    files.sort();
    let mut fragments = Fragments::default();
    for path in files {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let kind = name
            .strip_suffix(".md")
            .and_then(|stem| stem.rsplit_once('.'))
            .map(|(_, kind)| kind);
        let Some(place) = KINDS.iter().position(|(known, _)| Some(*known) == kind) else {
            let kinds: Vec<&str> = KINDS.iter().map(|(kind, _)| *kind).collect();
            bail!(
                "{}: must be named SUBJECT.KIND.md with one of {}",
                path.display(),
                kinds.join(", ")
            );
        };
        let text = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        ensure!(!text.trim().is_empty(), "{} is empty", path.display());
        fragments
            .texts
            .entry(place)
            .or_default()
            .push(text.trim().to_owned());
        fragments.files.push(path);
    }
    Ok(fragments)
}

impl Fragments {
    /// The notes in Markdown.
    pub(crate) fn markdown(&self) -> String {
        let sections = self.texts.iter().map(|(place, texts)| {
            let title = KINDS.get(*place).map_or("", |(_, title)| title);
            let items: Vec<String> = texts
                .iter()
                .map(|text| format!("- {}\n", text.replace('\n', "\n  ")))
                .collect();
            format!("### {title}\n\n{}", items.concat())
        });
        sections.collect::<Vec<String>>().join("\n")
    }

    /// Moves the fragments into the changelog, under a heading of their own below `[Unreleased]`, with what stood there by hand.
    ///
    /// # Errors
    /// When the changelog has no such heading, has the version already, or a file cannot be written.
    pub(crate) fn into_changelog(self, changelog: &Path, version: &str, date: &str) -> Result<()> {
        let text = fs::read_to_string(changelog)
            .with_context(|| format!("read {}", changelog.display()))?;
        let moved = insert(&text, version, date, &self.markdown())?;
        fs::write(changelog, moved).with_context(|| format!("write {}", changelog.display()))?;
        for file in self.files {
            fs::remove_file(&file).with_context(|| format!("remove {}", file.display()))?;
        }
        Ok(())
    }
}

/// The text below the heading of `version` in a changelog.
///
/// # Errors
/// When there is no such heading.
pub(crate) fn section(changelog: &str, version: &str) -> Result<String> {
    let heading = format!("## [{version}]");
    let mut lines = changelog
        .lines()
        .skip_while(|line| !line.starts_with(&heading));
    if lines.next().is_none() {
        bail!(
            "the changelog has no '{heading}': run 'sens-release notes --release {version}' and commit the change"
        );
    }
    let text: Vec<&str> = lines.take_while(|line| !line.starts_with("## ")).collect();
    Ok(text.join("\n").trim().to_owned() + "\n")
}

fn insert(changelog: &str, version: &str, date: &str, notes: &str) -> Result<String> {
    const UNRELEASED: &str = "## [Unreleased]";
    ensure!(
        !changelog.contains(&format!("## [{version}]")),
        "the changelog has a section for {version} already"
    );
    let Some((before, after)) = changelog.split_once(UNRELEASED) else {
        bail!("the changelog has no heading '{UNRELEASED}'");
    };
    let end = after.find("\n## ").unwrap_or(after.len());
    let (by_hand, older) = after.split_at(end);
    let mut section = by_hand.trim().to_owned();
    if !section.is_empty() && !notes.is_empty() {
        section.push_str("\n\n");
    }
    section.push_str(notes.trim_end());
    ensure!(
        !section.is_empty(),
        "there is nothing to release: no fragment, and nothing under '{UNRELEASED}'"
    );
    Ok(format!(
        "{before}{UNRELEASED}\n\n## [{version}] - {date}\n\n{section}\n{older}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    #[test]
    fn kinds_have_their_order_and_lines_their_indent() {
        let folder = folder(&[
            ("b.fixed.md", "Second.\n"),
            ("a.fixed.md", "First\nwith two lines."),
            ("x.added.md", "New."),
            ("README.md", "not a fragment"),
        ]);
        let notes = read(folder.path()).unwrap().markdown();
        assert_eq!(
            notes,
            "### Added\n\n- New.\n\n### Fixed\n\n- First\n  with two lines.\n- Second.\n"
        );
    }

    #[test]
    fn other_names_and_empty_fragments_are_refused() {
        for (name, text) in [
            ("a.md", "x"),
            ("a.other.md", "x"),
            ("a.fixed.txt", "x"),
            ("a.fixed.md", " \n"),
        ] {
            let folder = folder(&[(name, text)]);
            assert!(read(folder.path()).is_err(), "{name}");
        }
    }

    #[test]
    fn a_release_takes_fragments_and_what_stood_there() {
        let folder = folder(&[("a.fixed.md", "Fix.")]);
        let changelog = folder.path().join("CHANGELOG");
        fs::write(&changelog, "# C\n\n## [Unreleased]\n\n### Added\n\n- By hand\n\n## [0.4.0] - 2026-01-01\n\n- Old\n").unwrap();
        let fragments = folder.path().join("d");
        fs::create_dir(&fragments).unwrap();
        fs::rename(
            folder.path().join("a.fixed.md"),
            fragments.join("a.fixed.md"),
        )
        .unwrap();
        read(&fragments)
            .unwrap()
            .into_changelog(&changelog, "0.5.0", "2026-11-21")
            .unwrap();
        let text = fs::read_to_string(&changelog).unwrap();
        assert_eq!(
            text,
            "# C\n\n## [Unreleased]\n\n## [0.5.0] - 2026-11-21\n\n### Added\n\n- By hand\n\n### Fixed\n\n- Fix.\n\n## [0.4.0] - 2026-01-01\n\n- Old\n"
        );
        assert_eq!(section(&text, "0.4.0").unwrap(), "- Old\n");
        assert!(section(&text, "0.5.0").unwrap().ends_with("- Fix.\n"));
        assert!(section(&text, "0.6.0").is_err());
        assert!(!fragments.join("a.fixed.md").exists());
        assert!(
            read(&fragments)
                .unwrap()
                .into_changelog(&changelog, "0.5.0", "x")
                .is_err(),
            "twice"
        );
        assert!(
            read(&fragments)
                .unwrap()
                .into_changelog(&changelog, "0.6.0", "x")
                .is_err(),
            "nothing"
        );
    }
}
