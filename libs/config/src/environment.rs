//! The environment layer. Values stay the text they are; nothing is guessed from their looks.

use std::collections::BTreeMap;
use std::path::Path;

use crate::Need;
use crate::loader::Layer;
use crate::nearest::nearest;
use crate::table::{Row, TABLE};

/// Whether a variable belongs to the platform's configuration.
pub(crate) fn is_ours(name: &str) -> bool {
    name.starts_with("SENS_")
        || TABLE
            .iter()
            .any(|row| name.strip_suffix("_FILE").unwrap_or(name) == row.key.name)
}

/// Reads the variables of the table. Unknown `SENS_*` variables become warnings.
pub(crate) fn layer(
    variables: &BTreeMap<String, String>,
    needs: &[Need],
    warnings: &mut Vec<String>,
    faults: &mut Vec<String>,
) -> Layer {
    let mut layer = Layer::new("environment");
    let get = |name: &str| variables.get(name).filter(|value| !value.is_empty());
    for row in TABLE {
        for name in names(row) {
            let given = get(&name);
            let file = if row.key.secret {
                get(&format!("{name}_FILE"))
            } else {
                None
            };
            let needed = row.key.need.is_none_or(|need| needs.contains(&need));
            match (given, file) {
                (None, None) => continue,
                (Some(value), None) => layer.insert(row.key.toml, value.as_str(), name),
                (Some(_), Some(_)) if needed => faults.push(format!(
                    "{name}: set together with {name}_FILE; set only one of them"
                )),
                (None, Some(path)) => match read_secret(Path::new(path)) {
                    Ok(None) => continue,
                    Ok(Some(text)) => {
                        layer.insert(row.key.toml, text, format!("{name}_FILE ({path})"));
                        layer.files.insert(row.key.toml, path.into());
                    }
                    Err(fault) if needed => faults.push(format!("{name}_FILE: {fault}")),
                    Err(_) => {}
                },
                _ => {}
            }
            break;
        }
    }
    warnings.extend(variables.keys().filter_map(|name| unknown(name)));
    layer
}

/// Reads a secret from a file without its one trailing newline; an empty file is no secret.
pub(crate) fn read_secret(path: &Path) -> Result<Option<String>, String> {
    let bytes = std::fs::read(path).map_err(|error| {
        format!(
            "cannot read {:?} ({error}); name a readable file that holds the secret",
            path.display().to_string()
        )
    })?;
    let text = String::from_utf8(bytes)
        .map_err(|_| format!("{:?} is not valid UTF-8", path.display().to_string()))?;
    let text = text
        .strip_suffix('\n')
        .map_or(text.as_str(), |t| t.strip_suffix('\r').unwrap_or(t));
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// The variables that give a setting: its name, and the systematic one where they differ.
fn names(row: &Row) -> Vec<String> {
    let systematic = format!("SENS_{}", row.key.toml.replace('.', "__").to_uppercase());
    if systematic == row.key.name {
        vec![systematic]
    } else {
        vec![row.key.name.to_owned(), systematic]
    }
}

/// A warning when `name` looks like a setting but is none.
fn unknown(name: &str) -> Option<String> {
    if !name.starts_with("SENS_") || name == "SENS_CONFIG" || is_service_link(name) {
        return None;
    }
    let known: Vec<String> = TABLE
        .iter()
        .flat_map(|row| {
            names(row).into_iter().flat_map(|name| {
                let file = row.key.secret.then(|| format!("{name}_FILE"));
                std::iter::once(name).chain(file)
            })
        })
        .collect();
    if known.iter().any(|known| known == name) {
        return None;
    }
    let hint = nearest(name, known.iter().map(String::as_str))
        .map_or_else(String::new, |near| format!("; did you mean {near}?"));
    Some(format!("{name}: no such setting, ignored{hint}"))
}

/// Kubernetes sets such variables for each Service of the namespace.
fn is_service_link(name: &str) -> bool {
    !name.contains("__")
        && (name.ends_with("_SERVICE_HOST")
            || name.contains("_SERVICE_PORT")
            || name.ends_with("_PORT")
            || name.contains("_PORT_"))
}
