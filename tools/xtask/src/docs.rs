//! The check of what the documentation says: payload examples are decoded, and names must exist.

mod examples;
mod links;
mod names;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::repository;

/// The folder whose pages are checked, besides the README.
const PAGES: &str = "docs/src/content/docs/";

/// A page of the documentation, or the README.
struct Page {
    path: String,
    text: String,
}

impl Page {
    /// A fault at a line, as editors understand it.
    fn fault(&self, line: usize, what: &str) -> String {
        format!("{}:{}: {what}", self.path, line + 1)
    }
}

/// Gives a line for each example that does not hold, and each name that does not exist.
pub(crate) fn check() -> Result<Vec<String>> {
    let pages = pages()?;
    let names = names::Known::load()?;
    let mut faults = Vec::new();
    let mut count = 0;
    for page in &pages {
        let (checked, wrong) = examples::check(page);
        count += checked;
        faults.extend(wrong);
        faults.extend(names.check(page));
        faults.extend(links::check(page));
    }
    println!(
        "documentation: {} pages, {count} payload examples decoded, {} faults",
        pages.len(),
        faults.len()
    );
    Ok(faults)
}

fn pages() -> Result<Vec<Page>> {
    repository::files()?
        .into_iter()
        .filter(|path| {
            let kind = Path::new(path).extension();
            let page = kind.is_some_and(|kind| kind == "md" || kind == "mdx");
            (page && path.starts_with(PAGES)) || path == "README.md"
        })
        .map(|path| {
            let text = fs::read_to_string(repository::root().join(&path))
                .with_context(|| format!("read {path}"))?;
            Ok(Page { path, text })
        })
        .collect()
}
