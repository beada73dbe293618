//! How the layers meet: environment over file over defaults, secrets from files, and which
//! faults a service hears of.

#![expect(
    clippy::expect_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::collections::BTreeMap;

use sens_config::{Config, ConfigErrors, CorsOrigin, Environment, Need, load_from, reference};

const ALL: &[Need] = &[Need::Database, Need::Nats, Need::Mqtt, Need::Api];

const ALL_BUT_API: &[Need] = &[Need::Database, Need::Nats, Need::Mqtt];

fn load(variables: &[(&str, &str)], needs: &[Need]) -> Result<Config, ConfigErrors> {
    let variables: BTreeMap<_, _> = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    load_from(&variables, needs)
}

#[track_caller]
fn good(variables: &[(&str, &str)], needs: &[Need]) -> Config {
    load(variables, needs).expect("the configuration is good")
}

#[track_caller]
fn faults(variables: &[(&str, &str)], needs: &[Need]) -> Vec<String> {
    load(variables, needs)
        .expect_err("the configuration is bad")
        .faults()
        .to_vec()
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    std::fs::write(file.path(), text).expect("it can be written");
    file
}

fn path(file: &tempfile::NamedTempFile) -> &str {
    file.path().to_str().expect("its path is text")
}

#[test]
fn nothing_set_gives_the_documented_defaults() {
    let loaded = good(&[("SENS_LOG__FORMAT", "json")], &[]);
    assert_eq!(loaded.effective(ALL), Config::default().effective(ALL));
    for key in reference() {
        let literal = loaded
            .effective(ALL)
            .into_iter()
            .find(|(toml, _)| *toml == key.toml);
        if let Some((_, value)) = literal
            && !key.secret
            && !key.default.contains([' ', '<'])
        {
            assert_eq!(value, key.default, "{}", key.name);
        }
    }
}

#[test]
fn the_reference_has_every_variable_of_the_contract() {
    let names: Vec<_> = reference().into_iter().map(|key| key.name).collect();
    for name in [
        "SENS_ENVIRONMENT",
        "SENS_API__LISTEN",
        "SENS_OPS__LISTEN",
        "DATABASE_URL",
        "DATABASE_DRIVER",
        "DATABASE_HOST",
        "DATABASE_PORT",
        "DATABASE_USER",
        "DATABASE_PASSWORD",
        "DATABASE_NAME",
        "DATABASE_SCHEMA",
        "DATABASE_READ_URL",
        "SENS_NATS__URL",
        "SENS_NATS__CREDS_FILE",
        "SENS_NATS__CA_FILE",
        "SENS_NATS__REPLICAS",
        "SENS_NATS__RAW_MAX_BYTES",
        "SENS_MQTT__URL",
        "SENS_MQTT__USERNAME",
        "SENS_MQTT__PASSWORD",
        "SENS_MQTT__CA_FILE",
        "SENS_MQTT__CLIENT_CERT_FILE",
        "SENS_MQTT__CLIENT_KEY_FILE",
        "SENS_MQTT__SHARE_GROUP",
        "SENS_MQTT__CLIENT_ID",
        "SENS_FEATURES__DEVICE_STARTUP",
        "PROVISION_SECRET",
        "PROVISION_SECRET_PREVIOUS",
        "SENS_API__BOOTSTRAP_KEY",
        "CORS_ORIGIN",
        "STATIC_DIR",
        "BUILD_SHA",
        "RUST_LOG",
        "SENS_LOG__FORMAT",
    ] {
        assert!(names.contains(&name), "{name}");
    }
    let mut unique = names.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), names.len());
}

#[test]
fn text_settings_stay_the_text_they_are() {
    for key in [
        "0012345678901234567",
        "true",
        "1e400",
        "[1,2]",
        "  leading and trailing  ",
        "\"quoted\" text",
    ] {
        let key = format!("{key:0<16}");
        let config = good(
            &[
                ("SENS_API__BOOTSTRAP_KEY", &key),
                ("SENS_MQTT__USERNAME", "007"),
            ],
            ALL_BUT_DATABASE,
        );
        assert_eq!(config.api.bootstrap_key.expect("it is set").expose(), key);
        assert_eq!(config.mqtt.username.as_deref(), Some("007"));
    }
}

const ALL_BUT_DATABASE: &[Need] = &[Need::Nats, Need::Mqtt, Need::Api];

#[test]
fn the_environment_wins_over_the_file() {
    let toml =
        file("[nats]\nurl = \"nats://file:4222\"\nreplicas = 3\n[api]\nlisten = \"127.0.0.1:1\"");
    let config = good(
        &[
            ("SENS_CONFIG", path(&toml)),
            ("SENS_NATS__URL", "nats://env:4222"),
            ("SENS_API__LISTEN", ""),
        ],
        ALL_BUT_DATABASE,
    );
    assert_eq!(config.nats.url, "nats://env:4222");
    assert_eq!(config.nats.replicas, 3);
    assert_eq!(config.api.listen.port(), 1, "an empty variable is not set");
}

#[test]
fn secrets_come_from_files_without_one_trailing_newline() {
    for (text, expected) in [
        ("0012345678901234567\n", "0012345678901234567"),
        ("a key with two ends\r\n", "a key with two ends"),
        ("a key with two lines\n\n", "a key with two lines\n"),
    ] {
        let secret = file(text);
        let config = good(
            &[("SENS_API__BOOTSTRAP_KEY_FILE", path(&secret))],
            &[Need::Api],
        );
        assert_eq!(
            config.api.bootstrap_key.expect("it is set").expose(),
            expected
        );
    }
    let secret = file("0012345678901234567");
    let both = [
        ("SENS_API__BOOTSTRAP_KEY_FILE", path(&secret)),
        ("SENS_API__BOOTSTRAP_KEY", "0012345678901234567"),
    ];
    assert_eq!(
        faults(&both, &[Need::Api]),
        [
            "SENS_API__BOOTSTRAP_KEY: set together with SENS_API__BOOTSTRAP_KEY_FILE; set only one of them"
        ]
    );
    let missing = faults(&[("DATABASE_URL_FILE", "/no/such/file")], &[Need::Database]);
    assert!(
        missing[0].starts_with("DATABASE_URL_FILE: cannot read \"/no/such/file\""),
        "{missing:?}"
    );
}

#[test]
fn the_database_url_wins_over_its_parts() {
    let parts = [
        ("DATABASE_DRIVER", "postgresql"),
        ("DATABASE_HOST", "db"),
        ("DATABASE_USER", "sens"),
        ("DATABASE_PASSWORD", "p@ss word"),
        ("DATABASE_NAME", "sens"),
        ("DATABASE_SCHEMA", "app"),
    ];
    let config = good(&parts, &[Need::Database]);
    assert_eq!(
        config.database.url(),
        Ok("postgresql://sens:p%40ss%20word@db:5432/sens")
    );
    assert_eq!(config.database.read_url(), config.database.url());
    assert_eq!(config.database.schema.as_deref(), Some("app"));
    let url = [
        ("DATABASE_URL", "postgres://a@b/c"),
        ("DATABASE_READ_URL", "postgres://r@b/c"),
    ];
    let config = good(&[&parts[..], &url[..]].concat(), &[Need::Database]);
    assert_eq!(config.database.url(), Ok("postgres://a@b/c"));
    assert_eq!(config.database.read_url(), Ok("postgres://r@b/c"));
}

#[test]
fn faults_are_reported_to_those_they_concern() {
    let variables = [
        ("SENS_MQTT__URL", "nonsense"),
        ("DATABASE_PORT", "many"),
        ("SENS_NATS__REPLICAS", "4"),
        ("SENS_API__LISTEN", "everywhere"),
        ("DATABASE_URL_FILE", "/no/such/file"),
    ];
    good(&variables, &[]);
    assert_eq!(faults(&variables, &[Need::Mqtt]).len(), 1);
    assert_eq!(faults(&variables, &[Need::Nats]).len(), 1);
    assert_eq!(faults(&variables, ALL).len(), 5);
}

#[test]
fn unknown_variables_warn_and_kubernetes_service_links_do_not() {
    let config = good(
        &[
            ("SENS_NATS__ULR", "nats://elsewhere:4222"),
            ("SENS_SERVICE_HOST", "10.0.0.1"),
            ("SENS_PLATFORM_API_PORT_8080_TCP", "tcp://10.0.0.1:8080"),
            ("SENS_OPS_PORT", "tcp://10.0.0.1:9090"),
        ],
        ALL_BUT_DATABASE,
    );
    assert_eq!(
        config.warnings,
        ["SENS_NATS__ULR: no such setting, ignored; did you mean SENS_NATS__URL?"]
    );
}

#[test]
fn what_depends_on_the_environment() {
    let key = ("SENS_API__BOOTSTRAP_KEY", "0012345678901234567");
    let local = good(&[("HOSTNAME", "pod-3")], ALL_BUT_DATABASE);
    assert_eq!(local.environment, Environment::Local);
    assert!(local.features.device_startup);
    assert_eq!(local.api.cors_origin, CorsOrigin::Permissive);
    assert_eq!(local.provision.secrets(), [b"local-provisioning-secret"]);
    assert_eq!(local.mqtt.client_id, "sens-ingest-pod-3");
    for environment in ["test", "staging", "production"] {
        let config = good(&[("SENS_ENVIRONMENT", environment), key], ALL_BUT_DATABASE);
        assert!(!config.features.device_startup);
        assert_eq!(config.api.cors_origin, CorsOrigin::SameOrigin);
        assert!(config.provision.secrets().is_empty());
        let weak = [
            ("SENS_ENVIRONMENT", environment),
            ("CORS_ORIGIN", "*"),
            ("PROVISION_SECRET", "local-provisioning-secret"),
        ];
        assert_eq!(faults(&weak, ALL_BUT_DATABASE).len(), 3, "{environment}");
    }
}

#[test]
fn a_password_changes_with_its_file() {
    let secret = file("first\n");
    let path = secret.path().to_str().expect("the path is text");
    let config = good(
        &[
            ("DATABASE_HOST", "db"),
            ("DATABASE_USER", "sens"),
            ("DATABASE_NAME", "sens"),
            ("DATABASE_PASSWORD_FILE", path),
            ("SENS_NATS__USER", "sens"),
            ("SENS_NATS__PASSWORD_FILE", path),
            ("SENS_MQTT__USERNAME", "sens"),
            ("SENS_MQTT__PASSWORD", "given"),
        ],
        ALL_BUT_API,
    );
    let url = config.database.url.expect("there is a URL");
    let nats = config.nats.password.expect("there is a password");
    let mqtt = config.mqtt.password.expect("there is a password");
    assert_eq!(url.current(), "postgres://sens:first@db:5432/sens");
    assert_eq!(
        (nats.may_change(), mqtt.may_change()),
        (true, false),
        "only what came from a file changes"
    );

    std::fs::write(path, "sec/ond\n").expect("it can be written");
    assert_eq!(url.current(), "postgres://sens:sec%2Fond@db:5432/sens");
    assert_eq!(url.expose(), "postgres://sens:first@db:5432/sens");
    assert_eq!(nats.current(), "sec/ond");
    assert_eq!(mqtt.current(), "given");

    std::fs::remove_file(path).expect("it can be removed");
    assert_eq!(
        nats.current(),
        "first",
        "a file that is gone changes nothing"
    );
}
