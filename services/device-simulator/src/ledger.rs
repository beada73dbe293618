//! A file with one JSON line for each message the broker has acknowledged.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;

use crate::message::{Kind, Message};
use crate::target::BadArgument;

/// The ledger file.
#[derive(Debug)]
pub(crate) struct Ledger {
    file: Mutex<BufWriter<File>>,
}

#[derive(Serialize)]
struct Line<'a> {
    topic: &'a str,
    kind: Kind,
    readings: u32,
    /// The payload where it is text.
    payload: Option<&'a str>,
    /// The payload where it is not.
    payload_base64: Option<String>,
}

impl Ledger {
    /// Starts a new file, replacing an old one.
    pub(crate) fn create(path: &Path) -> Result<Self, BadArgument> {
        let file = File::create(path).map_err(|error| {
            BadArgument(format!(
                "cannot write the ledger {}: {error}",
                path.display()
            ))
        })?;
        Ok(Self {
            file: Mutex::new(BufWriter::new(file)),
        })
    }

    /// Adds a line for `message`.
    pub(crate) fn record(&self, message: &Message) -> std::io::Result<()> {
        let mut line = line(message)?;
        line.push(b'\n');
        self.file
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .write_all(&line)
    }

    /// Hands everything recorded to the operating system.
    pub(crate) fn flush(&self) -> std::io::Result<()> {
        self.file
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .flush()
    }
}

fn line(message: &Message) -> serde_json::Result<Vec<u8>> {
    let text = std::str::from_utf8(&message.payload).ok();
    serde_json::to_vec(&Line {
        topic: &message.topic,
        kind: message.kind,
        readings: message.readings,
        payload: text,
        payload_base64: text
            .is_none()
            .then(|| BASE64_STANDARD.encode(&message.payload)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_survive_byte_for_byte() {
        let message = |payload: &'static [u8]| Message {
            topic: "t".into(),
            payload: payload.into(),
            retain: false,
            kind: Kind::File,
            readings: 0,
        };
        let text: serde_json::Value =
            serde_json::from_slice(&line(&message(b"a\0\"b")).unwrap()).unwrap();
        assert_eq!(text["payload"], "a\0\"b");
        assert!(text["payload_base64"].is_null());
        let bytes: serde_json::Value =
            serde_json::from_slice(&line(&message(b"\xff\xfe")).unwrap()).unwrap();
        assert_eq!(bytes["payload_base64"], "//4=");
        assert_eq!(bytes["kind"], "file");
    }
}
