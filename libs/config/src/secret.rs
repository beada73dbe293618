//! Text that must not appear in logs.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::environment::read_secret;

/// A secret: prints as `***`, is readable only through [`Secret::expose`] and [`Secret::current`].
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    text: String,
    source: Option<Source>,
}

/// The file that a secret came from.
#[derive(Clone, PartialEq, Eq)]
struct Source {
    path: PathBuf,
    /// What stands around the file's text in the secret; the text between is percent-encoded then.
    frame: Option<(String, String)>,
}

impl Secret {
    /// Wraps `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            source: None,
        }
    }

    /// The secret as it was loaded. Never log or print what this returns.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// The secret as its file holds it now, so that it can change while a service runs; as it was loaded where it came
    /// from no file, or where the file cannot be read at this moment. Never log or print what this returns.
    pub fn current(&self) -> String {
        let Some(source) = &self.source else {
            return self.text.clone();
        };
        match (read_secret(&source.path), &source.frame) {
            (Ok(Some(text)), None) => text,
            (Ok(Some(text)), Some((before, after))) => {
                format!("{before}{}{after}", crate::database_url::encode(&text))
            }
            (Ok(None) | Err(_), _) => self.text.clone(),
        }
    }

    /// Whether the secret came from a file, which may be given another one later.
    pub fn may_change(&self) -> bool {
        self.source.is_some()
    }

    /// The same secret, known to come from the file.
    pub(crate) fn read_from(mut self, path: &Path) -> Self {
        self.source = Some(Source {
            path: path.to_path_buf(),
            frame: None,
        });
        self
    }

    /// A secret that holds `text` between `before` and `after` and changes with the file that `part` came from.
    pub(crate) fn framed(before: String, part: &Self, after: String, text: &str) -> Self {
        Self {
            text: format!("{before}{text}{after}"),
            source: part.source.as_ref().map(|source| Source {
                path: source.path.clone(),
                frame: Some((before, after)),
            }),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn never_prints_itself() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret} {secret:?}"), "*** ***");
        assert_eq!(secret.expose(), "hunter2");
        assert_eq!(secret.current(), "hunter2");
    }
}
