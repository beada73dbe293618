//! The architecture check: dependencies between crates run one way, and each outside system is known in one room.
//!
//! Works on `cargo metadata`, so it needs no network and sees dependencies of every kind and platform.

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::repository;

/// Crates that may be named by few: (crate, packages that may depend on it).
const RESERVED: [(&str, &[&str]); 3] = [
    ("sqlx", &["sens-storage", "sens-e2e", "sens-bench"]),
    ("async-nats", &["sens-messaging"]),
    (
        "rumqttc",
        &[
            "mqtt-ingestion-worker",
            "device-simulator",
            "sens-e2e",
            "sens-bench",
        ],
    ),
];

/// What `sens-schema` must not know: it is pure, so that decoding can be replayed and tested anywhere.
const IMPURE: [&str; 7] = [
    "tokio",
    "tokio-util",
    "axum",
    "reqwest",
    "sqlx",
    "async-nats",
    "rumqttc",
];

/// The libraries a service may use.
const SERVICE_LIBRARIES: &[&str] = &[
    "sens-schema",
    "sens-config",
    "sens-observability",
    "sens-messaging",
    "sens-storage",
];

/// Each package of the workspace and those of our own it may depend on.
const ALLOWED: [(&str, &[&str]); 18] = [
    ("sens-schema", &[]),
    ("sens-config", &[]),
    ("sens-observability", &["sens-config"]),
    ("sens-messaging", &["sens-schema", "sens-config"]),
    ("sens-storage", &["sens-schema", "sens-config"]),
    ("sens-testkit", &[]),
    ("platform-api", SERVICE_LIBRARIES),
    ("mqtt-ingestion-worker", SERVICE_LIBRARIES),
    ("telemetry-worker", SERVICE_LIBRARIES),
    ("sensctl", SERVICE_LIBRARIES),
    ("device-simulator", &["sens-schema"]),
    ("static-server", &["sens-observability"]),
    ("sens-e2e", &["sens-schema", "sens-testkit"]),
    (
        "sens-bench",
        &[
            "sens-schema",
            "sens-config",
            "sens-messaging",
            "sens-storage",
            "sens-testkit",
        ],
    ),
    ("sens-chaos", &["sens-testkit"]),
    ("sens-fuzz", &["sens-schema"]),
    ("sens-release", &[]),
    (
        "xtask",
        &[
            "sens-schema",
            "sens-config",
            "sens-observability",
            "platform-api",
        ],
    ),
];

/// The one library any package may use in its tests, and nothing else may use.
const TEST_LIBRARY: &str = "sens-testkit";

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    /// `dev` or `build`; absent for an ordinary dependency.
    kind: Option<String>,
    /// Set for packages of this workspace.
    path: Option<String>,
}

/// Gives a line for each dependency that the tables above do not allow.
pub(crate) fn check() -> Result<Vec<String>> {
    let json = repository::output_of(
        "cargo",
        &[
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ],
    )?;
    let metadata: Metadata = serde_json::from_str(&json).context("read cargo metadata")?;
    let faults: Vec<String> = metadata.packages.iter().flat_map(faults_of).collect();
    println!(
        "architecture: {} packages checked, {} dependencies not allowed",
        metadata.packages.len(),
        faults.len()
    );
    Ok(faults)
}

fn faults_of(package: &Package) -> Vec<String> {
    let name = package.name.as_str();
    let Some((_, allowed)) = ALLOWED.iter().find(|(known, _)| *known == name) else {
        return vec![format!(
            "{name}: not in the architecture check; say what it may depend on in tools/xtask/src/architecture.rs"
        )];
    };
    package
        .dependencies
        .iter()
        .filter_map(|dependency| objection(name, allowed, dependency))
        .collect()
}

/// Why `package` may not have `dependency`, if so.
fn objection(package: &str, allowed: &[&str], dependency: &Dependency) -> Option<String> {
    let target = dependency.name.as_str();
    if dependency.path.is_some() {
        let for_tests = target == TEST_LIBRARY && dependency.kind.as_deref() == Some("dev");
        return (!for_tests && !allowed.contains(&target)).then(|| {
            format!("{package}: must not depend on {target}; dependencies run one way, see the architecture page")
        });
    }
    if package == "sens-schema" && IMPURE.contains(&target) {
        return Some(format!(
            "{package}: must not depend on {target}; it is pure, move the code to the crate that does the I/O"
        ));
    }
    let (_, users) = RESERVED.iter().find(|(reserved, _)| *reserved == target)?;
    (!users.contains(&package)).then(|| {
        format!(
            "{package}: must not depend on {target}; only {} may",
            users.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(package: &str, dependency: &str, kind: Option<&str>, ours: bool) -> usize {
        faults_of(&Package {
            name: package.to_owned(),
            dependencies: vec![Dependency {
                name: dependency.to_owned(),
                kind: kind.map(str::to_owned),
                path: ours.then(|| "libs/somewhere".to_owned()),
            }],
        })
        .len()
    }

    #[test]
    fn outside_systems_are_known_in_one_room() {
        assert_eq!(faults("sens-storage", "sqlx", None, false), 0);
        assert_eq!(faults("platform-api", "sqlx", None, false), 1);
        assert_eq!(faults("platform-api", "sqlx", Some("dev"), false), 1);
        assert_eq!(faults("telemetry-worker", "async-nats", None, false), 1);
        assert_eq!(faults("platform-api", "axum", None, false), 0);
    }

    #[test]
    fn own_dependencies_run_one_way() {
        assert_eq!(faults("telemetry-worker", "sens-storage", None, true), 0);
        assert_eq!(faults("telemetry-worker", "platform-api", None, true), 1);
        assert_eq!(faults("sens-schema", "sens-config", None, true), 1);
        assert_eq!(faults("sens-schema", "tokio", None, false), 1);
    }

    #[test]
    fn the_test_library_is_for_tests() {
        assert_eq!(faults("sens-storage", "sens-testkit", Some("dev"), true), 0);
        assert_eq!(faults("sens-storage", "sens-testkit", None, true), 1);
    }

    #[test]
    fn a_new_package_must_be_placed() {
        assert_eq!(faults("sens-attic", "serde", None, false), 1);
    }
}
