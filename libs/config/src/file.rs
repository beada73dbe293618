//! The TOML layer. Unknown keys are faults.

use std::path::Path;

use figment::value::Value;

use crate::environment::read_secret;
use crate::loader::Layer;
use crate::nearest::nearest;
use crate::table::{LISTS_OF_TABLES, TABLE};

/// Reads the file at `path`, if one is named. A file that cannot be read at all is an error;
/// faults of single keys are added to `faults`.
pub(crate) fn layer(path: Option<&str>, faults: &mut Vec<String>) -> Result<Layer, String> {
    let mut layer = Layer::new("file");
    let Some(path) = path.filter(|path| !path.is_empty()) else {
        return Ok(layer);
    };
    let text = std::fs::read_to_string(path).map_err(|error| {
        format!("SENS_CONFIG: cannot read {path:?} ({error}); name a readable TOML file")
    })?;
    // The message alone: the full error quotes the line, which may hold a secret.
    let table = toml::from_str::<toml::Table>(&text).map_err(|error| {
        let before = error
            .span()
            .and_then(|span| text.get(..span.start))
            .unwrap_or("");
        let line = 1 + before.matches('\n').count();
        format!(
            "{path} line {line}: not valid TOML: {}",
            one_line(error.message())
        )
    })?;
    let mut leaves = Vec::new();
    flatten("", table, &mut leaves);
    for (key, value) in leaves {
        if let Err(fault) = insert(&mut layer, path, &key, &value) {
            faults.push(fault);
        }
    }
    Ok(layer)
}

fn one_line(text: &str) -> String {
    text.lines().collect::<Vec<_>>().join("; ")
}

fn flatten(prefix: &str, table: toml::Table, leaves: &mut Vec<(String, toml::Value)>) {
    for (key, value) in table {
        let path = if prefix.is_empty() {
            key
        } else {
            format!("{prefix}.{key}")
        };
        let is_setting = TABLE.iter().any(|row| row.key.toml == path);
        match value {
            toml::Value::Table(inner) if !is_setting => flatten(&path, inner, leaves),
            value => leaves.push((path, value)),
        }
    }
}

fn insert(layer: &mut Layer, path: &str, key: &str, value: &toml::Value) -> Result<(), String> {
    let origin = format!("{key} in {path}");
    if let Some(row) = TABLE.iter().find(|row| row.key.toml == key) {
        let value = if LISTS_OF_TABLES.contains(&key) && value.is_array() {
            Value::from(value.to_string())
        } else {
            Value::serialize(value).map_err(|error| format!("{origin}: {error}"))?
        };
        if !matches!(&value, Value::String(_, text) if text.is_empty()) {
            layer.insert(row.key.toml, value, origin);
        }
        return Ok(());
    }
    let secret = key.strip_suffix("_file").and_then(|key| {
        TABLE
            .iter()
            .find(|row| row.key.secret && row.key.toml == key)
    });
    if let (Some(row), Some(file)) = (secret, value.as_str()) {
        if layer.origins.contains_key(row.key.toml) {
            return Err(format!(
                "{origin}: set together with {}; set only one of them",
                row.key.toml
            ));
        }
        let text = read_secret(Path::new(file)).map_err(|fault| format!("{origin}: {fault}"))?;
        if let Some(text) = text {
            layer.insert(row.key.toml, text, origin);
            layer.files.insert(row.key.toml, file.into());
        }
        return Ok(());
    }
    let hint = nearest(key, TABLE.iter().map(|row| row.key.toml)).map_or_else(
        || "remove it".to_owned(),
        |near| format!("did you mean {near}?"),
    );
    Err(format!("{origin}: no such setting; {hint}"))
}
