//! Faults of values that can be read but must not be used.

use std::path::Path;

use crate::loader::LOCAL_PROVISIONING_SECRET;
use crate::setting::mask_userinfo;
use crate::{Api, Config, CorsOrigin, Need, Secret};

/// Shortest accepted bootstrap key.
const KEY_MIN: usize = 16;

/// Adds a line for each fault of `config` that matters to a service with these needs.
pub(crate) fn check(config: &Config, needs: &[Need], faults: &mut Vec<String>) {
    if needs.contains(&Need::Api) {
        api(config, faults);
    }
    if needs.contains(&Need::Database) {
        database(config, faults);
    }
    if needs.contains(&Need::Nats) {
        nats(config, faults);
    }
    if needs.contains(&Need::Mqtt) {
        mqtt(config, faults);
    }
    provision(config, needs, faults);
    let ingest = config.ingest.max_payload_bytes;
    range(
        faults,
        "SENS_INGEST__MAX_PAYLOAD_BYTES",
        ingest,
        4096,
        64 << 20,
    );
    list_of_tables(
        faults,
        "SENS_INGEST__DECODERS",
        config.ingest.decoders.as_deref(),
    );
    range(
        faults,
        "SENS_INGEST__DEVICE_BURST",
        config.ingest.device_burst,
        1,
        1_000_000,
    );
    range(
        faults,
        "SENS_WORKER__BATCH_SIZE",
        config.worker.batch_size,
        1,
        10_000,
    );
    range(faults, "SENS_WORKER__WRITERS", config.worker.writers, 1, 64);
    range(
        faults,
        "SENS_SHUTDOWN_GRACE_SECONDS",
        config.shutdown_grace_seconds,
        1,
        3600,
    );
}

fn range<T: Copy + PartialOrd + std::fmt::Display>(
    faults: &mut Vec<String>,
    name: &str,
    value: T,
    least: T,
    most: T,
) {
    if value < least || value > most {
        faults.push(format!(
            "{name}: {value} is out of range; use {least} to {most}"
        ));
    }
}

fn exports(api: &Api, faults: &mut Vec<String>) {
    let bytes = |faults: &mut Vec<String>, name: &str, value: u64| {
        range(faults, name, value, 1 << 16, 1 << 40);
    };
    bytes(faults, "SENS_API__EXPORT_MAX_BYTES", api.export_max_bytes);
    bytes(
        faults,
        "SENS_API__EXPORT_TOTAL_BYTES",
        api.export_total_bytes,
    );
    range(
        faults,
        "SENS_API__EXPORT_KEPT_SECONDS",
        api.export_kept_seconds,
        1,
        31_536_000,
    );
}

fn api(config: &Config, faults: &mut Vec<String>) {
    let local = config.environment.is_local();
    let environment = config.environment.as_str();
    let name = "SENS_API__BOOTSTRAP_KEY";
    match &config.api.bootstrap_key {
        None if !local => faults.push(format!(
            "{name}: not set, but required in {environment}; set it (or {name}_FILE) to a random key of at least {KEY_MIN} characters"
        )),
        Some(key) if key.expose().chars().count() < KEY_MIN => faults.push(format!(
            "{name}: has {} characters (not shown); use at least {KEY_MIN}",
            key.expose().chars().count()
        )),
        Some(key) if !local && is_weak(key) => faults.push(format!(
            "{name}: is a default or easily guessed key (not shown), refused in {environment}; use a random one"
        )),
        None | Some(_) => {}
    }
    if !local && config.api.cors_origin == CorsOrigin::Permissive {
        faults.push(format!(
            "CORS_ORIGIN: \"*\" lets every web site call the API, refused in {environment}; list the origins, or leave it unset for same origin only"
        ));
    }
    if let Some(folder) = &config.api.static_dir
        && !folder.is_dir()
    {
        faults.push(format!(
            "STATIC_DIR: \"{}\" is no folder; name the folder of a built app, or leave it unset",
            folder.display()
        ));
    }
    range(
        faults,
        "SENS_API__MAX_BODY_BYTES",
        config.api.max_body_bytes,
        1024,
        1 << 30,
    );
    range(
        faults,
        "SENS_API__REQUEST_TIMEOUT_SECONDS",
        config.api.request_timeout_seconds,
        1,
        3600,
    );
    range(
        faults,
        "SENS_API__OFFLINE_AFTER_SECONDS",
        config.api.offline_after_seconds,
        1,
        31_536_000,
    );
    range(
        faults,
        "SENS_API__MAX_STREAMS",
        config.api.max_streams,
        1,
        100_000,
    );
    range(
        faults,
        "SENS_API__CACHE_SECONDS",
        config.api.cache_seconds,
        0,
        86_400,
    );
    exports(&config.api, faults);
    if config.api.listen.port() != 0 && config.api.listen == config.ops.listen {
        faults.push(format!(
            "SENS_OPS__LISTEN: {} is the address of SENS_API__LISTEN as well; use two",
            config.ops.listen
        ));
    }
}

/// Keys that start as those in examples do, or hold too few different characters to be random.
fn is_weak(key: &Secret) -> bool {
    const STARTS: [&str; 6] = [
        "change-me",
        "change_me",
        "changeme",
        "default",
        "example",
        "local-",
    ];
    let text = key.expose().to_lowercase();
    let different: std::collections::BTreeSet<char> = text.chars().collect();
    different.len() < 5 || STARTS.iter().any(|start| text.starts_with(start))
}

fn database(config: &Config, faults: &mut Vec<String>) {
    let database = &config.database;
    if database.url.is_none() && !faults.iter().any(|fault| fault.starts_with("DATABASE_")) {
        faults.push("DATABASE_URL: not set; set it (or DATABASE_URL_FILE), or DATABASE_HOST, DATABASE_USER, DATABASE_PASSWORD and DATABASE_NAME".into());
    }
    for (name, url) in [
        ("DATABASE_URL", &database.url),
        ("DATABASE_READ_URL", &database.read_url),
    ] {
        let Some(secret) = url else { continue };
        match url::Url::parse(secret.expose()) {
            Ok(url) if !matches!(url.scheme(), "postgres" | "postgresql") => faults.push(format!(
                "{name}: starts with {}://, which is not supported; use postgres:// or postgresql://",
                url.scheme()
            )),
            Ok(_) => {}
            Err(error) => faults.push(format!(
                "{name}: is no URL ({error}; value not shown); write postgres://user:password@host:5432/name and percent-encode special characters"
            )),
        }
    }
    range(
        faults,
        "SENS_DATABASE__MAX_CONNECTIONS",
        database.max_connections,
        1,
        1000,
    );
    range(
        faults,
        "SENS_DATABASE__ACQUIRE_TIMEOUT_SECONDS",
        database.acquire_timeout_seconds,
        1,
        300,
    );
    range(
        faults,
        "SENS_DATABASE__READ_MAX_LAG_SECONDS",
        database.read_max_lag_seconds,
        1,
        86_400,
    );
}

fn nats(config: &Config, faults: &mut Vec<String>) {
    let nats = &config.nats;
    for part in nats.url.split(',') {
        url(faults, "SENS_NATS__URL", part.trim(), &["nats", "tls"]);
    }
    if let Some(monitor) = &nats.monitor_url {
        url(faults, "SENS_NATS__MONITOR_URL", monitor, &["http"]);
    }
    file(faults, "SENS_NATS__CREDS_FILE", nats.creds_file.as_deref());
    file(faults, "SENS_NATS__CA_FILE", nats.ca_file.as_deref());
    if nats.user.is_some() != nats.password.is_some() {
        faults.push(
            "SENS_NATS__USER and SENS_NATS__PASSWORD: only one is set; set both or none".into(),
        );
    }
    if !matches!(nats.replicas, 1 | 3 | 5) {
        faults.push(format!(
            "SENS_NATS__REPLICAS: {} is not possible; use 1, 3 or 5",
            nats.replicas
        ));
    }
    range(
        faults,
        "SENS_NATS__RAW_MAX_BYTES",
        nats.raw_max_bytes,
        1 << 20,
        1 << 50,
    );
    range(
        faults,
        "SENS_NATS__EVENTS_MAX_AGE_SECONDS",
        nats.events_max_age_seconds,
        60,
        31_536_000,
    );
    range(
        faults,
        "SENS_NATS__SUBJECT_SHARDS",
        nats.subject_shards,
        1,
        1024,
    );
}

fn mqtt(config: &Config, faults: &mut Vec<String>) {
    let mqtt = &config.mqtt;
    url(faults, "SENS_MQTT__URL", &mqtt.url, &["mqtt", "mqtts"]);
    file(faults, "SENS_MQTT__CA_FILE", mqtt.ca_file.as_deref());
    file(
        faults,
        "SENS_MQTT__CLIENT_CERT_FILE",
        mqtt.client_cert_file.as_deref(),
    );
    file(
        faults,
        "SENS_MQTT__CLIENT_KEY_FILE",
        mqtt.client_key_file.as_deref(),
    );
    if mqtt.client_cert_file.is_some() != mqtt.client_key_file.is_some() {
        faults.push("SENS_MQTT__CLIENT_CERT_FILE and SENS_MQTT__CLIENT_KEY_FILE: only one is set; set both or none".into());
    }
    if mqtt.password.is_some() && mqtt.username.is_none() {
        faults
            .push("SENS_MQTT__PASSWORD: set without SENS_MQTT__USERNAME; set both or none".into());
    }
    if mqtt.share_group.contains(['/', '+', '#']) {
        faults.push(format!(
            "SENS_MQTT__SHARE_GROUP: {:?} holds one of / + #; use letters, digits and -",
            mqtt.share_group
        ));
    }
    range(
        faults,
        "SENS_MQTT__RECEIVE_MAXIMUM",
        mqtt.receive_maximum,
        1,
        u16::MAX,
    );
    range(
        faults,
        "SENS_MQTT__KEEP_ALIVE_SECONDS",
        mqtt.keep_alive_seconds,
        5,
        u16::MAX,
    );
}

fn provision(config: &Config, needs: &[Need], faults: &mut Vec<String>) {
    if config.environment.is_local() {
        return;
    }
    let environment = config.environment.as_str();
    let secrets = [
        ("PROVISION_SECRET", &config.provision.secret),
        ("PROVISION_SECRET_PREVIOUS", &config.provision.previous),
    ];
    for (name, secret) in secrets {
        if secret
            .as_ref()
            .is_some_and(|s| s.expose() == LOCAL_PROVISIONING_SECRET)
        {
            faults.push(format!("{name}: is the default of a local machine, refused in {environment}; use a random secret"));
        }
    }
    if config.features.device_startup
        && config.provision.secret.is_none()
        && needs.contains(&Need::Database)
    {
        faults.push(format!("PROVISION_SECRET: not set, but SENS_FEATURES__DEVICE_STARTUP is true in {environment}; set it (or PROVISION_SECRET_FILE) or switch the feature off"));
    }
}

fn url(faults: &mut Vec<String>, name: &str, text: &str, schemes: &[&str]) {
    let expected = format!("write for example {}://host:port", schemes[0]);
    match url::Url::parse(text) {
        Ok(url) if !schemes.contains(&url.scheme()) => faults.push(format!(
            "{name}: {:?} has the scheme {}, use {}; {expected}",
            mask_userinfo(text),
            url.scheme(),
            schemes.join(" or ")
        )),
        Ok(url) if url.has_host() => {}
        Ok(_) => faults.push(format!(
            "{name}: {:?} names no host; {expected}",
            mask_userinfo(text)
        )),
        Err(error) => faults.push(format!(
            "{name}: {:?} is no URL ({error}); {expected}",
            mask_userinfo(text)
        )),
    }
}

/// A list of tables in TOML. What may stand in the tables is known to whoever reads them.
fn list_of_tables(faults: &mut Vec<String>, name: &str, text: Option<&str>) {
    let Some(text) = text else { return };
    let is_list = toml::from_str::<toml::Table>(&format!("list = {text}"))
        .ok()
        .filter(|table| table.len() == 1)
        .and_then(|table| table.get("list")?.as_array().cloned())
        .is_some_and(|list| list.iter().all(toml::Value::is_table));
    if !is_list {
        faults.push(format!(
            "{name}: {text:?} is no list of tables in TOML; write for example [{{ topic = \"sens/v1/+/telemetry\", content_type = \"application/senml+cbor\", decoder = \"senml_cbor\" }}]"
        ));
    }
}

fn file(faults: &mut Vec<String>, name: &str, path: Option<&Path>) {
    if let Some(path) = path
        && let Err(error) = std::fs::File::open(path)
    {
        faults.push(format!(
            "{name}: cannot read \"{}\" ({error}); name a readable file",
            path.display()
        ));
    }
}
