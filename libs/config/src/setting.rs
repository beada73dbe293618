//! How one setting is read from text and shown again.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::{CorsOrigin, Environment, LogFormat, Secret};

/// A type that a setting can have.
pub(crate) trait Setting: Sized {
    /// Reads the text; the error says what was expected ("a number from 0 to 65535").
    fn parse(text: &str) -> Result<Self, String>;
    /// The value for people, secrets masked; `None` when unset.
    fn show(&self) -> Option<String>;
}

macro_rules! number {
    ($($type:ty),*) => {$(
        impl Setting for $type {
            fn parse(text: &str) -> Result<Self, String> {
                text.replace('_', "").parse().map_err(|_| {
                    format!("is not a whole number from {} to {}", <$type>::MIN, <$type>::MAX)
                })
            }
            fn show(&self) -> Option<String> {
                Some(self.to_string())
            }
        }
    )*};
}
number!(u16, u32, u64, usize);

impl Setting for bool {
    fn parse(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Ok(true),
            "false" | "0" | "no" | "off" => Ok(false),
            _ => Err("is neither true nor false".into()),
        }
    }
    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Setting for String {
    fn parse(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }
    fn show(&self) -> Option<String> {
        Some(mask_userinfo(self))
    }
}

impl Setting for PathBuf {
    fn parse(text: &str) -> Result<Self, String> {
        Ok(text.into())
    }
    fn show(&self) -> Option<String> {
        Some(self.display().to_string())
    }
}

impl Setting for Secret {
    fn parse(text: &str) -> Result<Self, String> {
        Ok(Self::new(text))
    }
    /// Of a URL everything but user, password and parameters; of anything else nothing.
    fn show(&self) -> Option<String> {
        let url = url::Url::parse(self.expose())
            .ok()
            .filter(url::Url::has_host);
        Some(url.map_or_else(
            || self.to_string(),
            |url| {
                let host = url.host_str().unwrap_or_default();
                let port = url
                    .port()
                    .map(|port| format!(":{port}"))
                    .unwrap_or_default();
                format!("{}://***@{host}{port}{}", url.scheme(), url.path())
            },
        ))
    }
}

impl Setting for SocketAddr {
    fn parse(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| {
            "is not an address and port; write for example 0.0.0.0:8080 or [::]:8080".into()
        })
    }
    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Setting for Environment {
    fn parse(text: &str) -> Result<Self, String> {
        [Self::Local, Self::Test, Self::Staging, Self::Production]
            .into_iter()
            .find(|environment| environment.as_str() == text)
            .ok_or_else(|| "is not one of local, test, staging, production".into())
    }
    fn show(&self) -> Option<String> {
        Some(self.as_str().into())
    }
}

impl Setting for LogFormat {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "json" => Ok(Self::Json),
            "pretty" => Ok(Self::Pretty),
            _ => Err("is neither json nor pretty".into()),
        }
    }
    fn show(&self) -> Option<String> {
        Some(match self {
            Self::Json => "json".into(),
            Self::Pretty => "pretty".into(),
        })
    }
}

impl Setting for CorsOrigin {
    fn parse(text: &str) -> Result<Self, String> {
        let origins: Vec<_> = text
            .split(',')
            .map(str::trim)
            .filter(|o| !o.is_empty())
            .collect();
        if origins.contains(&"*") {
            return match origins.len() {
                1 => Ok(Self::Permissive),
                _ => Err("mixes * with origins; give either * or a list".into()),
            };
        }
        match origins.iter().find(|origin| !is_origin(origin)) {
            Some(bad) => Err(format!(
                "holds {bad:?}, which is no origin; write for example https://console.example.org"
            )),
            None if origins.is_empty() => Err("names no origin".into()),
            None => Ok(Self::List(
                origins
                    .into_iter()
                    .map(|o| o.trim_end_matches('/').into())
                    .collect(),
            )),
        }
    }
    fn show(&self) -> Option<String> {
        Some(match self {
            Self::Permissive => "*".into(),
            Self::SameOrigin => "same origin".into(),
            Self::List(origins) => origins.join(","),
        })
    }
}

impl<T: Setting> Setting for Option<T> {
    fn parse(text: &str) -> Result<Self, String> {
        T::parse(text).map(Some)
    }
    fn show(&self) -> Option<String> {
        self.as_ref().and_then(Setting::show)
    }
}

fn is_origin(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.path() == "/"
            && url.query().is_none()
            && url.username().is_empty()
    })
}

/// Replaces the user and password of every URL in a comma-separated list.
pub(crate) fn mask_userinfo(text: &str) -> String {
    let mask = |part: &str| match part.split_once("://") {
        Some((scheme, rest)) => {
            let end = rest.find(['/', '?']).unwrap_or(rest.len());
            match rest[..end].rfind('@').or_else(|| rest.rfind('@')) {
                Some(at) => format!("{scheme}://***@{}", &rest[at + 1..]),
                None => part.to_owned(),
            }
        }
        None => part.to_owned(),
    };
    text.split(',').map(mask).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_shown_without_their_login() {
        for (given, shown) in [
            ("mqtt://broker:1883", "mqtt://broker:1883"),
            ("mqtt://user:pa:s@s@broker:1883", "mqtt://***@broker:1883"),
            (
                "nats://a:b@one:1,nats://two:2",
                "nats://***@one:1,nats://two:2",
            ),
            ("mqtt://user:a/b@broker", "mqtt://***@broker"),
            ("no address", "no address"),
        ] {
            assert_eq!(mask_userinfo(given), shown);
        }
        let url = Secret::new("postgres://sens:p%40ss@db:5432/sens?password=x");
        assert_eq!(url.show().as_deref(), Some("postgres://***@db:5432/sens"));
        assert_eq!(Secret::new("hunter2").show().as_deref(), Some("***"));
        assert_eq!(Secret::new("data:hunter2").show().as_deref(), Some("***"));
    }

    #[test]
    fn origins_are_a_list_or_a_star() {
        let list =
            |origins: &[&str]| CorsOrigin::List(origins.iter().map(ToString::to_string).collect());
        assert_eq!(CorsOrigin::parse("*"), Ok(CorsOrigin::Permissive));
        let parsed = CorsOrigin::parse(" https://a.example.org , http://b:8080/,");
        assert_eq!(
            parsed,
            Ok(list(&["https://a.example.org", "http://b:8080"]))
        );
        for bad in [
            "*,https://a",
            "a.example.org",
            "https://a/path",
            "https://u@a",
            ",",
        ] {
            assert!(CorsOrigin::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn numbers_and_flags() {
        assert_eq!(u64::parse("2_147_483_648"), Ok(2_147_483_648));
        assert!(
            u16::parse("65536").is_err() && u16::parse("").is_err() && u16::parse("1.5").is_err()
        );
        assert_eq!(
            (bool::parse("TRUE"), bool::parse("0")),
            (Ok(true), Ok(false))
        );
        assert!(bool::parse("2").is_err());
    }
}
