//! The messages of a stream as a file: a line of JSON each, compressed.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write as _};
use std::ops::RangeInclusive;
use std::path::Path;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use sens_messaging::{Bytes, Extent, KeptMessage, KeptStream, Messaging};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::manifest::{FileEntry, StreamPart};
use super::place::Place;

/// Bytes between the one who reads the stream and the one who writes the file.
const BUFFER: usize = 1024 * 1024;
/// Messages put back at once.
const CHUNK: usize = 500;

#[derive(Serialize, Deserialize)]
struct Line {
    seq: u64,
    subject: String,
    headers: Vec<(String, String)>,
    payload: String,
}

impl From<&KeptMessage> for Line {
    fn from(message: &KeptMessage) -> Self {
        Self {
            seq: message.sequence,
            subject: message.subject.clone(),
            headers: message.headers.clone(),
            payload: STANDARD.encode(&message.payload),
        }
    }
}

/// What was written of a stream.
pub(super) struct Exported {
    pub(super) part: StreamPart,
    pub(super) file: FileEntry,
    /// The sequences in the file.
    pub(super) kept: Vec<RangeInclusive<u64>>,
}

/// Writes what lies in the stream now into a file of the backup. `None` when the stream was never made.
pub(super) async fn export(
    messaging: &Messaging,
    stream: KeptStream,
    place: &Place,
    id: &str,
    file: &str,
) -> Result<Option<Exported>> {
    let Some(extent) = messaging.extent(stream).await? else {
        return Ok(None);
    };
    let (mut writer, reader) = tokio::io::duplex(BUFFER);
    let produce = async {
        let kept = write_all(messaging, stream, &extent, &mut writer).await?;
        writer.shutdown().await.context("end the file")?;
        // Without this end the other side would wait for more.
        drop(writer);
        Ok(kept)
    };
    let (kept, entry) = tokio::try_join!(produce, place.put(id, file, reader))?;
    let messages = kept
        .iter()
        .map(|range| range.end() - range.start() + 1)
        .sum();
    Ok(Some(Exported {
        part: StreamPart {
            stream: stream.name().to_owned(),
            file: file.to_owned(),
            created_at: extent.created_at,
            first: extent.first,
            last: extent.last,
            messages,
        },
        file: entry,
        kept,
    }))
}

async fn write_all(
    messaging: &Messaging,
    stream: KeptStream,
    extent: &Extent,
    writer: &mut (impl AsyncWrite + Unpin),
) -> Result<Vec<RangeInclusive<u64>>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let mut kept: Vec<RangeInclusive<u64>> = Vec::new();
    let mut from = extent.first;
    loop {
        let messages = messaging.kept_messages(stream, from, extent.last).await?;
        let Some(newest) = messages.last() else { break };
        from = newest.sequence + 1;
        for message in &messages {
            serde_json::to_writer(&mut encoder, &Line::from(message)).context("write a message")?;
            encoder.write_all(b"\n").context("write a message")?;
            match kept.last_mut() {
                Some(range) if *range.end() + 1 == message.sequence => {
                    *range = *range.start()..=message.sequence;
                }
                _ => kept.push(message.sequence..=message.sequence),
            }
        }
        let ready = std::mem::take(encoder.get_mut());
        writer.write_all(&ready).await.context("write messages")?;
    }
    let rest = encoder.finish().context("end the file")?;
    writer.write_all(&rest).await.context("write messages")?;
    Ok(kept)
}

/// Reads a file of messages, some at a time.
pub(super) struct Messages {
    lines: std::io::Lines<BufReader<MultiGzDecoder<std::fs::File>>>,
    name: String,
}

impl Messages {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let file = std::fs::File::open(path).with_context(|| format!("open {name}"))?;
        let lines = BufReader::new(MultiGzDecoder::new(file)).lines();
        Ok(Self { lines, name })
    }

    /// The next messages; empty at the end.
    pub(super) fn next_chunk(&mut self) -> Result<Vec<KeptMessage>> {
        let mut messages = Vec::new();
        for line in self.lines.by_ref().take(CHUNK) {
            let failed = || format!("{} holds a message that cannot be read", self.name);
            let line = line.with_context(failed)?;
            let line: Line = serde_json::from_str(&line).with_context(failed)?;
            messages.push(KeptMessage {
                sequence: line.seq,
                subject: line.subject,
                headers: line.headers,
                payload: Bytes::from(STANDARD.decode(line.payload).with_context(failed)?),
            });
        }
        Ok(messages)
    }

    /// The sequences of all messages.
    pub(super) fn sequences(mut self) -> Result<BTreeSet<u64>> {
        let mut sequences = BTreeSet::new();
        loop {
            let chunk = self.next_chunk()?;
            if chunk.is_empty() {
                return Ok(sequences);
            }
            sequences.extend(chunk.iter().map(|message| message.sequence));
        }
    }
}
