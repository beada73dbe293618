//! Where mutation begins: the versioned payloads, the sample of the fleet and everything found before.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::target::{CONTENT_TYPES, TOPICS, Target};

/// How many events of the fleet's sample are taken.
const SAMPLES: usize = 200;

/// Inputs for each target.
#[derive(Debug, Clone)]
pub struct Corpus {
    inputs: [Vec<Vec<u8>>; Target::ALL.len()],
}

impl Corpus {
    /// Reads the payloads under `testdata` of `sens-schema`.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn load() -> Result<Self> {
        let mut corpus = Self {
            inputs: Target::ALL.map(|_| Vec::new()),
        };
        for path in with_extension(&testdata(), "payload")? {
            let payload = read(&path)?;
            let (topic, content_type) = circumstances(&path)?;
            corpus.add(&payload, topic, content_type);
        }
        let samples = read(&testdata().join("samples/flat-events.payloads"))?;
        for payload in samples.split(|byte| *byte == b'\n').take(SAMPLES) {
            corpus.add(payload, 2, 0);
        }
        for (target, path) in findings()? {
            corpus.inputs[target as usize].push(read(&path)?);
        }
        corpus.inputs[Target::Timestamps as usize].extend(times());
        Ok(corpus)
    }

    /// The inputs of a target.
    pub fn inputs(&self, target: Target) -> &[Vec<u8>] {
        &self.inputs[target as usize]
    }

    /// Writes the inputs of these targets into a folder, a file each.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, targets: &[Target], folder: &Path) -> Result<()> {
        for target in targets {
            for (number, input) in self.inputs(*target).iter().enumerate() {
                let path = folder.join(format!("{target}-{number:04}"));
                fs::write(&path, input).with_context(|| format!("write {}", path.display()))?;
            }
        }
        Ok(())
    }

    fn add(&mut self, payload: &[u8], topic: usize, content_type: usize) {
        let is_json = std::str::from_utf8(payload).is_ok();
        let targets = match (topic, is_json) {
            (0 | 1, true) => &[Target::Decode, Target::Senml, Target::Cbor][..],
            (0 | 1, false) => &[Target::Decode, Target::Cbor],
            _ => &[Target::Decode],
        };
        for target in targets {
            let selector = target.selector(topic, content_type);
            self.inputs[*target as usize].push([&[selector], payload].concat());
        }
    }
}

/// What was found before, kept so that it is tried again: the inputs and their targets.
///
/// # Errors
/// When the folder cannot be read.
pub fn findings() -> Result<Vec<(Target, PathBuf)>> {
    let mut found = Vec::new();
    for path in with_extension(&findings_folder(), "input")? {
        let name = path.file_stem().and_then(|name| name.to_str());
        let target = name
            .and_then(|name| name.split_once('-'))
            .map_or("", |parts| parts.0);
        let target: Result<Target> = target.parse().map_err(anyhow::Error::msg);
        found.push((target.with_context(|| path.display().to_string())?, path));
    }
    Ok(found)
}

/// Where findings are kept.
pub(crate) fn findings_folder() -> PathBuf {
    testdata().join("findings")
}

fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../libs/schema/testdata")
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("read {}", path.display()))
}

/// All files below a folder, in an order that is the same everywhere.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).with_context(|| format!("read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn with_extension(folder: &Path, wanted: &str) -> Result<Vec<PathBuf>> {
    let mut found = files(folder)?;
    found.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == wanted)
    });
    Ok(found)
}

/// Topic and content type in which a payload came, as far as targets have them.
fn circumstances(path: &Path) -> Result<(usize, usize)> {
    let case: serde_json::Value =
        serde_json::from_slice(&read(&path.with_extension("expected.json"))?)?;
    let topic = case["topic"].as_str().unwrap_or_default();
    let content_type = case["content_type"].as_str();
    let of_kind = |known: &&str| topic.rsplit('/').next() == known.rsplit('/').next();
    let topic = TOPICS
        .iter()
        .position(|known| *known == topic)
        .or_else(|| TOPICS.iter().position(of_kind))
        .unwrap_or(0);
    let content_type = CONTENT_TYPES
        .iter()
        .position(|known| *known == content_type)
        .unwrap_or(0);
    Ok((topic, content_type))
}

fn times() -> Vec<Vec<u8>> {
    [
        "2026-11-20T10:00:00Z",
        "2026-11-20t11:00:00.123456789+01:00",
        "2016-12-31T23:59:60Z",
        "9999-12-31T23:59:59.9999999Z",
        "0000-01-01T00:00:00-23:59",
        "1795168790.25",
        "1.795168790250e9",
        "1795168790250",
        "1795168790250000999",
        "-1e-400",
        "340282366920938463463374607431768211456e-20",
        "0.00000050000000000000000000000000000000000000001",
    ]
    .map(|text| [b"\0", text.as_bytes()].concat())
    .to_vec()
}
