//! Links of the README into the repository. Links between pages are checked when the site is built.

use super::Page;
use crate::repository;

/// Gives a line for each relative link that names no file.
pub(super) fn check(page: &Page) -> Vec<String> {
    if page.path != "README.md" {
        return Vec::new();
    }
    page.text
        .lines()
        .enumerate()
        .flat_map(|(number, line)| targets(line).map(move |target| (number, target)))
        .filter_map(|(number, target)| {
            let file = target.split('#').next().unwrap_or_default();
            let missing = !file.is_empty() && !repository::root().join(file).exists();
            missing.then(|| page.fault(number, &format!("{target} does not exist")))
        })
        .collect()
}

/// The relative targets of Markdown links and of `src`, `srcset` and `href` attributes on a line.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    let between = |open: &'static str, close: char| {
        line.split(open)
            .skip(1)
            .filter_map(move |rest| rest.split(close).next())
    };
    between("](", ')')
        .chain(between("src=\"", '"'))
        .chain(between("srcset=\"", '"'))
        .chain(between("href=\"", '"'))
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_relative_targets_of_all_kinds() {
        let line = "[a](docs/x.md#top) <img src=\"docs/y.svg\"> [b](https://example.org)";
        assert_eq!(
            targets(line).collect::<Vec<_>>(),
            ["docs/x.md#top", "docs/y.svg"]
        );
    }

    #[test]
    fn a_missing_file_is_a_fault() {
        let page = Page {
            path: "README.md".to_owned(),
            text: "[a](Cargo.toml)\n[b](nowhere.md)".to_owned(),
        };
        assert_eq!(check(&page), ["README.md:2: nowhere.md does not exist"]);
    }
}
