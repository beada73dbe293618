//! Names that the documentation mentions: environment variables, metrics, REST paths, recipes of the justfile.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result};

use super::Page;
use crate::{generate, repository};

/// Upper-case names with our prefixes that are no settings: streams, and what scripts and examples use.
const OTHER_VARIABLES: [&str; 11] = [
    "SENS_CONFIG",
    "SENS_RAW",
    "SENS_EVENTS",
    "SENS_DLQ",
    "SENS_COMMANDS",
    "SENS_PARKED",
    "SENS_SESSIONS",
    "SENS_REQUESTS",
    "SENS_API_KEY",
    "SENS_TEST_DATABASE_URL",
    "SENS_BIN_DIR",
];

/// Lower-case names that begin like a metric and are none: roles, logins of the examples, a decoder, crates.
const OTHER_NAMES: [&str; 13] = [
    "sens_owner",
    "sens_v1",
    "sens_ingest",
    "sens_api",
    "sens_readonly",
    "sens_worker",
    "sens_rest",
    "sens_analyst",
    "sens_storage",
    "sens_schema",
    "sens_config",
    "sens_messaging",
    "sens_observability",
];

/// What exists.
pub(super) struct Known {
    variables: BTreeSet<String>,
    metrics: BTreeSet<String>,
    recipes: BTreeSet<String>,
    routes: Vec<Vec<String>>,
}

impl Known {
    /// Reads the names from the code, the OpenAPI document and the justfile.
    pub(super) fn load() -> Result<Self> {
        let justfile =
            fs::read_to_string(repository::root().join("justfile")).context("read justfile")?;
        let document = generate::document()?;
        let routes = document["paths"]
            .as_object()
            .into_iter()
            .flat_map(|paths| paths.keys());
        let mut variables = variables();
        for file in ["compose.yaml", "compose.prod.yaml"] {
            let text = fs::read_to_string(repository::root().join(file))
                .with_context(|| format!("read {file}"))?;
            variables.extend(interpolated(&text).map(str::to_owned));
        }
        Ok(Self {
            variables,
            metrics: metrics(),
            recipes: justfile
                .lines()
                .filter_map(recipe)
                .map(str::to_owned)
                .collect(),
            routes: routes.map(|path| segments(path)).collect(),
        })
    }

    /// Gives a line for each name on the page that does not exist.
    pub(super) fn check(&self, page: &Page) -> Vec<String> {
        let mut faults = Vec::new();
        for (number, line) in page.text.lines().enumerate() {
            let mut wrong = |what: String| faults.push(page.fault(number, &what));
            for word in words(line) {
                let ours = ["SENS_", "DATABASE_", "PROVISION_"]
                    .iter()
                    .any(|prefix| word.starts_with(prefix));
                if ours && !self.variables.contains(word) {
                    wrong(format!("{word} is no setting"));
                }
                if word.starts_with("sens_") && word.len() > 5 && !self.metrics.contains(word) {
                    wrong(format!("{word} is no metric"));
                }
            }
            for name in recipes(line).filter(|name| !self.recipes.contains(*name)) {
                wrong(format!("the justfile has no recipe {name}"));
            }
            for path in paths(line).filter(|path| !self.has_route(path)) {
                wrong(format!("the REST API has no {path}"));
            }
        }
        faults
    }

    fn has_route(&self, path: &str) -> bool {
        let wanted = segments(path);
        self.routes.iter().any(|route| {
            route.len() == wanted.len()
                && route
                    .iter()
                    .zip(&wanted)
                    .all(|(known, given)| known.starts_with('{') || known == given)
        })
    }
}

fn variables() -> BTreeSet<String> {
    let settings = sens_config::reference().into_iter().flat_map(|key| {
        let file = key.secret.then(|| format!("{}_FILE", key.name));
        [Some(key.name.to_owned()), file].into_iter().flatten()
    });
    settings.chain(OTHER_VARIABLES.map(str::to_owned)).collect()
}

/// Variables that a compose file asks for: `${NAME}`, `${NAME:-default}`.
fn interpolated(text: &str) -> impl Iterator<Item = &str> {
    text.split("${")
        .skip(1)
        .filter_map(|rest| words(rest).next())
}

fn metrics() -> BTreeSet<String> {
    let series = sens_observability::metrics::ALL.iter().flat_map(|spec| {
        ["", "_bucket", "_sum", "_count"].map(|suffix| format!("{}{suffix}", spec.name))
    });
    series.chain(OTHER_NAMES.map(str::to_owned)).collect()
}

/// Identifiers of a line.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|character: char| !character.is_ascii_alphanumeric() && character != '_')
        .filter(|word| !word.is_empty())
}

/// The name of the recipe that a line of the justfile declares.
fn recipe(line: &str) -> Option<&str> {
    let (head, rest) = line.split_once(':')?;
    let name = head.split(' ').next()?;
    let declares = !rest.starts_with('=')
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && name != "set";
    declares.then_some(name)
}

/// Recipes that a line calls: behind `./justw `, and behind `just ` in code font.
fn recipes(line: &str) -> impl Iterator<Item = &str> {
    ["./justw ", "`just "]
        .into_iter()
        .flat_map(move |call| line.split(call).skip(1))
        .filter_map(|rest| {
            let end = rest
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '-')
                .unwrap_or(rest.len());
            Some(&rest[..end])
                .filter(|name| name.starts_with(|first: char| first.is_ascii_lowercase()))
        })
}

/// Paths under `/v1/`, without their query.
fn paths(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("/v1/").filter_map(move |(start, _)| {
        // `sens/v1/…` is a topic.
        if line[..start].ends_with("sens") {
            return None;
        }
        let rest = &line[start..];
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && !"/-_.{}:".contains(c))
            .unwrap_or(rest.len());
        Some(rest[..end].trim_end_matches(['.', ':', '/']))
    })
}

fn segments(path: &str) -> Vec<String> {
    path.trim_matches('/')
        .split('/')
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipes_are_told_from_settings_of_the_justfile() {
        assert_eq!(recipe("demo *ARGS:"), Some("demo"));
        assert_eq!(recipe("ci-lint: && deny"), Some("ci-lint"));
        assert_eq!(recipe("tools := justfile_directory()"), None);
        assert_eq!(recipe("    cargo build: x"), None);
    }

    #[test]
    fn calls_and_paths_are_found_in_prose_and_code() {
        assert_eq!(
            recipes("run `./justw demo` or `just ci-lint`, just so").collect::<Vec<_>>(),
            ["demo", "ci-lint"]
        );
        let line =
            "curl 'http://127.0.0.1:8080/v1/devices?q=a' and `/v1/stream`. sens/v1/x/telemetry";
        assert_eq!(
            paths(line).collect::<Vec<_>>(),
            ["/v1/devices", "/v1/stream"]
        );
    }

    #[test]
    fn compose_files_ask_for_variables() {
        let text = "image: ${SENS_IMAGES:-sens}/api:${SENS_VERSION}";
        assert_eq!(
            interpolated(text).collect::<Vec<_>>(),
            ["SENS_IMAGES", "SENS_VERSION"]
        );
    }

    #[test]
    fn routes_match_their_templates() {
        let known = Known {
            variables: variables(),
            metrics: metrics(),
            recipes: BTreeSet::new(),
            routes: vec![segments("/v1/devices/{serial}/latest")],
        };
        assert!(known.has_route("/v1/devices/AI-1/latest"));
        assert!(!known.has_route("/v1/devices/AI-1"));
        let page = Page {
            path: "p.md".to_owned(),
            text: "SENS_API__LISTEN\nSENS_API__LISTN and sens_nothing_total\n".to_owned(),
        };
        assert_eq!(
            known.check(&page),
            [
                "p.md:2: SENS_API__LISTN is no setting",
                "p.md:2: sens_nothing_total is no metric"
            ]
        );
    }
}
