//! The configuration reference, from the one table of settings.

use sens_config::{Key, reference};

use super::markdown::{code, prose, table};

const INTRODUCTION: &str = "\
Settings are read in this order, later ones win: the defaults, the TOML file named by `SENS_CONFIG`, the environment. One
file may serve all services; each takes what concerns it. Unknown keys in the file are errors, with a hint at the nearest one.

Where **secret** stands, the value may be given in a file instead: append `_FILE` to the variable, or `_file` to the key, and name the file. A line
end at its end is ignored. Secrets are never printed. Text from the environment is never taken for anything but the type of its
setting, so a password of digits stays the text it is.

What is in force, with secrets masked:

```bash
telemetry-worker check-config
```

Every fault is one line on standard error, and the [exit code](/reference/exit-codes/) is 2.
";

/// Headings by the first part of the file's key.
const SECTIONS: [(&str, &str); 12] = [
    ("environment", "Environment"),
    ("api", "REST API"),
    ("ops", "Health and metrics"),
    ("database", "PostgreSQL"),
    ("nats", "NATS JetStream"),
    ("mqtt", "MQTT"),
    ("ingest", "Ingest"),
    ("worker", "Telemetry worker"),
    ("features", "Features"),
    ("provision", "Provisioning"),
    ("replica", "Replica"),
    ("log", "Logging"),
];

/// The heading that collects settings outside every section.
const REST: &str = "Process";

pub(super) fn body() -> String {
    let keys = reference();
    let heading = |key: &Key| {
        let section = key.toml.split('.').next().unwrap_or_default();
        SECTIONS
            .iter()
            .find(|(name, _)| *name == section)
            .map_or(REST, |(_, heading)| *heading)
    };
    let mut text = vec![INTRODUCTION.to_owned()];
    for title in SECTIONS.iter().map(|(_, title)| *title).chain([REST]) {
        let rows: Vec<Vec<String>> = keys
            .iter()
            .filter(|key| heading(key) == title)
            .map(row)
            .collect();
        if !rows.is_empty() {
            let head = ["Variable and key in the file", "Default", "Meaning"];
            text.push(format!("\n## {title}\n\n{}", table(&head, rows)));
        }
    }
    text.concat()
}

fn row(key: &Key) -> Vec<String> {
    let secret = if key.secret { " **secret**" } else { "" };
    let default = match key.default {
        "" => "–".to_owned(),
        words if words.contains(' ') => prose(words),
        value => code(value),
    };
    vec![
        format!("{}<br />{}", code(key.name), code(key.toml)),
        default,
        format!("{}{secret}", prose(key.description)),
    ]
}
