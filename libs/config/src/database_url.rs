//! A database URL made of its parts.

use crate::Secret;

/// The parts of a database URL, each as given.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parts {
    pub(crate) driver: Option<String>,
    pub(crate) host: Option<String>,
    pub(crate) port: Option<u16>,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<Secret>,
    pub(crate) name: Option<String>,
}

impl Parts {
    /// The URL; `None` when no part that names a database is given, a fault when some are
    /// missing or the driver is unknown.
    pub(crate) fn url(&self) -> Result<Option<Secret>, String> {
        let driver = self.driver.as_deref().unwrap_or("postgres");
        if !matches!(driver, "postgres" | "postgresql") {
            return Err(format!(
                "DATABASE_DRIVER: {driver:?} is not supported; use postgres or postgresql"
            ));
        }
        let (host, user, name) = match (&self.host, &self.user, &self.name) {
            (None, None, None) if self.password.is_none() => return Ok(None),
            (Some(host), Some(user), Some(name)) => (host, user, name),
            (host, user, name) => {
                let missing: Vec<_> = [
                    ("DATABASE_HOST", host.is_none()),
                    ("DATABASE_USER", user.is_none()),
                    ("DATABASE_NAME", name.is_none()),
                ]
                .into_iter()
                .filter_map(|(variable, missing)| missing.then_some(variable))
                .collect();
                return Err(format!(
                    "{}: not set, but other parts of the database address are; set all of DATABASE_HOST, DATABASE_USER and DATABASE_NAME, or DATABASE_URL",
                    missing.join(", ")
                ));
            }
        };
        let before = format!("{driver}://{}", encode(user));
        let mut url = "@".to_owned();
        if host.contains(':') && !host.starts_with('[') {
            url.push('[');
            url.push_str(host);
            url.push(']');
        } else if host.starts_with('[') {
            url.push_str(host);
        } else {
            url.push_str(&encode(host));
        }
        let port = self.port.unwrap_or(5432).to_string();
        for piece in [":", &port, "/", &encode(name)] {
            url.push_str(piece);
        }
        Ok(Some(match &self.password {
            Some(password) => {
                let text = encode(password.expose());
                Secret::framed(before + ":", password, url, &text)
            }
            None => Secret::new(before + &url),
        }))
    }
}

/// Percent-encodes everything but unreserved characters.
pub(crate) fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| {
            if plain(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(host: &str, password: &str) -> Parts {
        Parts {
            host: Some(host.into()),
            user: Some("sens".into()),
            password: Some(password.into()),
            name: Some("sens".into()),
            ..Parts::default()
        }
    }

    #[test]
    fn encodes_every_part() {
        let cases = [
            ("db", "simple", "postgres://sens:simple@db:5432/sens"),
            (
                "db",
                "p@ss/w:rd?#%",
                "postgres://sens:p%40ss%2Fw%3Ard%3F%23%25@db:5432/sens",
            ),
            ("db", "ü", "postgres://sens:%C3%BC@db:5432/sens"),
            ("::1", "x", "postgres://sens:x@[::1]:5432/sens"),
            (
                "/run/postgresql",
                "x",
                "postgres://sens:x@%2Frun%2Fpostgresql:5432/sens",
            ),
        ];
        for (host, password, expected) in cases {
            let url = parts(host, password).url().unwrap().unwrap();
            assert_eq!(url.expose(), expected);
        }
    }

    #[test]
    fn names_what_is_missing() {
        assert_eq!(Parts::default().url(), Ok(None));
        let fault = Parts {
            name: None,
            user: None,
            ..parts("db", "x")
        }
        .url()
        .unwrap_err();
        assert!(
            fault.starts_with("DATABASE_USER, DATABASE_NAME: not set"),
            "{fault}"
        );
        let fault = Parts {
            driver: Some("mysql".into()),
            ..parts("db", "x")
        }
        .url()
        .unwrap_err();
        assert!(fault.contains("\"mysql\" is not supported"), "{fault}");
    }
}
