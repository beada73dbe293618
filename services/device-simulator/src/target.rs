//! Where messages go: arguments, else the running demo, else this machine.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use url::Url;

use crate::cli::{Connection, Protocol};

/// Written by the demo for tools like this one.
const DEMO: &str = ".data/demo/connection.json";
const LOCAL: &str = "mqtt://127.0.0.1:1883";

/// An argument, or a file it names, makes no sense.
#[derive(Debug)]
pub(crate) struct BadArgument(pub(crate) String);

impl fmt::Display for BadArgument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadArgument {}

/// The broker and, where known, the API behind it.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) broker: Broker,
    pub(crate) api: Option<Api>,
}

/// A REST API and a key for it.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    pub(crate) url: String,
    pub(crate) key: String,
}

/// How to reach the broker.
#[derive(Debug, Clone)]
pub(crate) struct Broker {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// TLS, with these CA certificates or the system's when empty.
    pub(crate) tls: Option<Vec<u8>>,
    pub(crate) login: Option<(String, String)>,
    pub(crate) protocol: Protocol,
}

impl fmt::Display for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls.is_some() { "mqtts" } else { "mqtt" };
        write!(f, "{scheme}://{}:{}", self.host, self.port)
    }
}

#[derive(Debug, Deserialize)]
struct Demo {
    mqtt_url: String,
    api_url: Option<String>,
    api_key: Option<String>,
}

/// Finds out where messages go.
///
/// # Errors
/// [`BadArgument`] when an address is not valid or a named file cannot be read.
pub(crate) fn resolve(connection: &Connection) -> Result<Target, BadArgument> {
    let given = connection.mqtt_url.clone().filter(|url| !url.is_empty());
    let demo = if given.is_none() {
        demo(Path::new(DEMO))?
    } else {
        None
    };
    let url = match (&given, &demo) {
        (Some(url), _) => url,
        (None, Some(demo)) => &demo.mqtt_url,
        (None, None) => LOCAL,
    };
    let broker = broker(url, connection)?;
    let api = demo.and_then(|demo| {
        Some(Api {
            url: demo.api_url?,
            key: demo.api_key?,
        })
    });
    Ok(Target { broker, api })
}

fn demo(path: &Path) -> Result<Option<Demo>, BadArgument> {
    let Ok(text) = std::fs::read_to_string(path) else {
        return Ok(None);
    };
    serde_json::from_str(&text).map(Some).map_err(|error| {
        BadArgument(format!(
            "{} is not what the demo writes ({error}); give --mqtt-url",
            path.display()
        ))
    })
}

fn broker(text: &str, connection: &Connection) -> Result<Broker, BadArgument> {
    let bad = |what: &str| {
        BadArgument(format!(
            "the broker address {what}; write for example {LOCAL}"
        ))
    };
    let url = Url::parse(text).map_err(|error| bad(&format!("is no URL ({error})")))?;
    let secure = match url.scheme() {
        "mqtt" => false,
        "mqtts" => true,
        other => {
            return Err(bad(&format!(
                "starts with {other}://, use mqtt:// or mqtts://"
            )));
        }
    };
    let host = url
        .host_str()
        .filter(|host| !host.is_empty())
        .ok_or_else(|| bad("names no host"))?;
    let given = |path: &Option<PathBuf>| path.clone().filter(|path| !path.as_os_str().is_empty());
    let tls = match (given(&connection.ca_file), secure) {
        (_, false) => None,
        (None, true) => Some(Vec::new()),
        (Some(path), true) => Some(read(&path)?),
    };
    let word = |word: &Option<String>| word.clone().filter(|word| !word.is_empty());
    let password = match given(&connection.password_file) {
        Some(path) => Some(text_of(read(&path)?, &path)?),
        None => word(&connection.password).or_else(|| url.password().map(decode)),
    };
    let username = word(&connection.username)
        .or_else(|| (!url.username().is_empty()).then(|| decode(url.username())));
    Ok(Broker {
        host: host.to_owned(),
        port: url.port().unwrap_or(if secure { 8883 } else { 1883 }),
        tls,
        login: username.map(|name| (name, password.unwrap_or_default())),
        protocol: connection.protocol,
    })
}

fn read(path: &Path) -> Result<Vec<u8>, BadArgument> {
    std::fs::read(path)
        .map_err(|error| BadArgument(format!("cannot read {}: {error}", path.display())))
}

fn text_of(bytes: Vec<u8>, path: &Path) -> Result<String, BadArgument> {
    let text = String::from_utf8(bytes)
        .map_err(|_| BadArgument(format!("{} is not valid UTF-8", path.display())))?;
    Ok(text.strip_suffix('\n').unwrap_or(&text).to_owned())
}

/// Undoes percent-encoding.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = (*first == b'%')
            .then(|| tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok()))
            .flatten()
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection() -> Connection {
        Connection {
            mqtt_url: None,
            username: None,
            password: None,
            password_file: None,
            ca_file: None,
            protocol: Protocol::V5,
            window: 100,
            ledger: None,
            require_subscribers: false,
        }
    }

    #[test]
    fn reads_broker_addresses() {
        let broker = |url| broker(url, &connection());
        let plain = broker("mqtt://broker.example.org").unwrap();
        assert_eq!(
            (plain.host.as_str(), plain.port, plain.login.is_none()),
            ("broker.example.org", 1883, true)
        );
        let login = broker("mqtts://dev%40ice:p%2Fw%25@broker").unwrap();
        assert_eq!(
            login.to_string(),
            "mqtts://broker:8883",
            "the login is not shown"
        );
        assert_eq!(login.login, Some(("dev@ice".into(), "p/w%".into())));
        for bad in ["127.0.0.1:1883", "http://broker", "mqtt://"] {
            assert!(broker(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_broken_demo_file_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "{").unwrap();
        assert!(demo(file.path()).is_err());
        assert!(demo(Path::new("/no/such/file")).unwrap().is_none());
    }
}
