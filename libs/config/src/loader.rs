//! Layers the sources, reads every setting, resolves what depends on others.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

use crate::database_url::Parts;
use crate::table::{Fallback, Row, TABLE};
use crate::{Config, ConfigErrors, CorsOrigin, LogFormat, Need, Secret};
use crate::{environment, file, setting, validate};

/// The provisioning secret of a local machine; refused everywhere else.
pub(crate) const LOCAL_PROVISIONING_SECRET: &str = "local-provisioning-secret";

/// The configuration while it is being read: what depends on other settings is still open.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) config: Config,
    pub(crate) parts: Parts,
    pub(crate) cors_origin: Option<CorsOrigin>,
    pub(crate) client_id: Option<String>,
    pub(crate) device_startup: Option<bool>,
    pub(crate) provision_secret: Option<Secret>,
    pub(crate) replica_name: Option<String>,
    pub(crate) log_format: Option<LogFormat>,
}

impl Draft {
    fn empty() -> Self {
        Self {
            config: Config::default(),
            parts: Parts::default(),
            cors_origin: None,
            client_id: None,
            device_startup: None,
            provision_secret: None,
            replica_name: None,
            log_format: None,
        }
    }

    /// A draft that holds exactly what `config` says.
    pub(crate) fn of(config: &Config) -> Self {
        Self {
            cors_origin: Some(config.api.cors_origin.clone()),
            client_id: Some(config.mqtt.client_id.clone()),
            device_startup: Some(config.features.device_startup),
            provision_secret: config.provision.secret.clone(),
            replica_name: Some(config.replica.name.clone()),
            log_format: Some(config.log.format),
            parts: Parts::default(),
            config: config.clone(),
        }
    }
}

/// One source of settings: a tree of raw values and, for each, the name it was given by.
pub(crate) struct Layer {
    pub(crate) name: &'static str,
    pub(crate) values: Dict,
    pub(crate) origins: BTreeMap<&'static str, String>,
    /// The files that secrets were read from.
    pub(crate) files: BTreeMap<&'static str, PathBuf>,
}

impl Layer {
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            name,
            values: Dict::new(),
            origins: BTreeMap::new(),
            files: BTreeMap::new(),
        }
    }

    /// Puts `value` at the dotted `path`.
    pub(crate) fn insert(&mut self, path: &'static str, value: impl Into<Value>, origin: String) {
        let mut keys: Vec<_> = path.split('.').collect();
        let Some(last) = keys.pop() else { return };
        let mut dict = &mut self.values;
        for key in keys {
            let entry = dict.entry(key.into()).or_insert_with(|| Dict::new().into());
            let Value::Dict(_, inner) = entry else { return };
            dict = inner;
        }
        dict.insert(last.into(), value.into());
        self.origins.insert(path, origin);
    }
}

impl Provider for &Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name)
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(self.values.clone()))
    }
}

/// Loads the configuration from the process environment and the file that `SENS_CONFIG` names.
///
/// `needs` are the things the service cannot do without: settings of others are read, but their
/// faults are not reported.
///
/// # Errors
/// Every fault found, one line each; no line shows a secret.
pub fn load(needs: &[Need]) -> Result<Config, ConfigErrors> {
    let mut not_text = Vec::new();
    let mut variables = BTreeMap::new();
    for (name, value) in std::env::vars_os() {
        match (name.into_string(), value.into_string()) {
            (Ok(name), Ok(value)) => drop(variables.insert(name, value)),
            (Ok(name), Err(_)) if environment::is_ours(&name) => {
                not_text.push(format!(
                    "{name}: the value is not valid UTF-8; give it as text"
                ));
            }
            _ => {}
        }
    }
    if !variables.contains_key("HOSTNAME")
        && let Ok(name) = std::fs::read_to_string("/proc/sys/kernel/hostname")
    {
        variables.insert("HOSTNAME".into(), name.trim().into());
    }
    if not_text.is_empty() {
        load_from(&variables, needs)
    } else {
        Err(ConfigErrors::new(not_text))
    }
}

/// Like [`load`], with `variables` in place of the process environment.
///
/// # Errors
/// Every fault found, one line each; no line shows a secret.
pub fn load_from(
    variables: &BTreeMap<String, String>,
    needs: &[Need],
) -> Result<Config, ConfigErrors> {
    let mut faults = Vec::new();
    let mut draft = Draft::empty();
    let defaults = defaults();
    let path = variables.get("SENS_CONFIG").map(String::as_str);
    let file = file::layer(path, &mut faults).map_err(|fault| ConfigErrors::new(vec![fault]))?;
    let environment = environment::layer(variables, needs, &mut draft.config.warnings, &mut faults);
    let layers = [&defaults, &file, &environment];
    let figment = layers
        .into_iter()
        .fold(Figment::new(), |figment, layer| figment.merge(layer));

    for row in TABLE {
        let Ok(value) = figment.find_value(row.key.toml) else {
            continue;
        };
        let layer = layers
            .iter()
            .rev()
            .find(|layer| layer.origins.contains_key(row.key.toml));
        let origin = layer
            .and_then(|layer| layer.origins.get(row.key.toml))
            .map_or(row.key.name, String::as_str);
        if let Err(fault) = read(row, &value, &mut draft)
            && row.key.need.is_none_or(|need| needs.contains(&need))
        {
            faults.push(format!("{origin}: {fault}"));
        }
        if let Some(file) = layer.and_then(|layer| layer.files.get(row.key.toml)) {
            remember_file(&mut draft, row.key.toml, file);
        }
    }
    let hostname = variables
        .get("HOSTNAME")
        .map_or("localhost", String::as_str);
    let config = resolve(draft, hostname, needs, &mut faults);
    validate::check(&config, needs, &mut faults);
    if faults.is_empty() {
        Ok(config)
    } else {
        Err(ConfigErrors::new(faults))
    }
}

/// Ties the secrets that may change while a service runs to the file they came from.
fn remember_file(draft: &mut Draft, key: &str, file: &Path) {
    let Draft { config, parts, .. } = draft;
    let secret = match key {
        "database.url" => &mut config.database.url,
        "database.read_url" => &mut config.database.read_url,
        "database.password" => &mut parts.password,
        "nats.password" => &mut config.nats.password,
        "mqtt.password" => &mut config.mqtt.password,
        _ => return,
    };
    *secret = secret.take().map(|secret| secret.read_from(file));
}

fn defaults() -> Layer {
    let mut layer = Layer::new("defaults");
    for row in TABLE.iter().filter(|row| row.fallback == Fallback::Literal) {
        layer.insert(
            row.key.toml,
            row.key.default,
            format!("default of {}", row.key.name),
        );
    }
    layer
}

/// Reads one value into the draft; the fault shows the value unless it is secret.
fn read(row: &Row, value: &Value, draft: &mut Draft) -> Result<(), String> {
    let text = text_of(value).ok_or("holds a table or a list of tables where one value belongs")?;
    (row.set)(draft, &text).map_err(|fault| {
        if row.key.secret {
            format!("the value (not shown) {fault}")
        } else {
            format!("{:?} {fault}", setting::mask_userinfo(&text))
        }
    })
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(_, text) => Some(text.clone()),
        Value::Bool(_, flag) => Some(flag.to_string()),
        Value::Num(_, number) => number
            .to_i128()
            .map(|n| n.to_string())
            .or_else(|| number.to_u128().map(|n| n.to_string()))
            .or_else(|| number.to_f64().map(|n| n.to_string())),
        Value::Array(_, items) => {
            let texts: Option<Vec<_>> = items.iter().map(text_of).collect();
            Some(texts?.join(","))
        }
        Value::Char(_, letter) => Some(letter.to_string()),
        Value::Empty(..) | Value::Dict(..) => None,
    }
}

/// Settles what depends on the environment, the terminal, the host or other settings.
fn resolve(draft: Draft, hostname: &str, needs: &[Need], faults: &mut Vec<String>) -> Config {
    let Draft {
        mut config, parts, ..
    } = draft;
    let local = config.environment.is_local();
    config.api.cors_origin = draft.cors_origin.unwrap_or(if local {
        CorsOrigin::Permissive
    } else {
        CorsOrigin::SameOrigin
    });
    config.mqtt.client_id = draft
        .client_id
        .unwrap_or_else(|| format!("sens-ingest-{hostname}"));
    config.features.device_startup = draft.device_startup.unwrap_or(local);
    config.provision.secret = draft
        .provision_secret
        .or_else(|| local.then(|| Secret::new(LOCAL_PROVISIONING_SECRET)));
    config.replica.name = draft.replica_name.unwrap_or_else(|| hostname.to_owned());
    config.log.format = draft.log_format.unwrap_or_else(|| {
        if std::io::stdout().is_terminal() {
            LogFormat::Pretty
        } else {
            LogFormat::Json
        }
    });
    if config.database.url.is_none() {
        match parts.url() {
            Ok(url) => config.database.url = url,
            Err(fault) if needs.contains(&Need::Database) => faults.push(fault),
            Err(_) => {}
        }
    }
    config
}
