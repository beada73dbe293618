//! The sample files in `testdata` give exactly the settings or faults written beside them.
//!
//! `UPDATE_GOLDEN=1 cargo test -p sens-config` writes the expected files anew; read the diff.

#![expect(
    clippy::expect_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use sens_config::{Need, load_from};

const ALL: &[Need] = &[Need::Database, Need::Nats, Need::Mqtt, Need::Api];

fn samples(folder: &str) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(format!("testdata/{folder}"))
        .expect("the samples exist")
        .map(|entry| entry.expect("the folder can be listed").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

fn outcome(path: &Path) -> Result<String, String> {
    let variables = BTreeMap::from([
        ("SENS_CONFIG".to_owned(), path.display().to_string()),
        ("SENS_LOG__FORMAT".to_owned(), String::new()),
        ("HOSTNAME".to_owned(), "worker-0".to_owned()),
    ]);
    match load_from(&variables, ALL) {
        Ok(config) => {
            assert_eq!(config.warnings, Vec::<String>::new());
            Ok(config
                .effective(ALL)
                .iter()
                .fold(String::new(), |mut text, (key, value)| {
                    writeln!(text, "{key} = {value}").expect("a String takes everything");
                    text
                }))
        }
        Err(faults) => Err(format!("{faults}\n")),
    }
}

fn compare(path: &Path, actual: &str) {
    assert!(
        !actual.contains("hunter2"),
        "{} shows a secret:\n{actual}",
        path.display()
    );
    let golden = path.with_extension("expected");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&golden, actual).expect("the expectation can be written");
    }
    let expected = std::fs::read_to_string(&golden).unwrap_or_default();
    assert_eq!(actual, expected, "{}", path.display());
}

#[test]
fn good_samples_give_these_settings() {
    for path in samples("good") {
        let settings =
            outcome(&path).unwrap_or_else(|faults| panic!("{}: {faults}", path.display()));
        compare(&path, &settings);
    }
}

#[test]
fn bad_samples_give_these_faults() {
    for path in samples("bad") {
        let faults = outcome(&path).expect_err(&path.display().to_string());
        compare(&path, &faults);
    }
}
