//! The formats of an answer: as a whole, or piece by piece.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;

use super::columnar::{ArrowStream, Facts, ParquetFile};
use super::pieces::Pieces;
use super::rows::{Row, Table};
use super::text;
use super::whole::Whole;
use crate::http::time::Timestamp;
use crate::problem::Problem;

/// A format of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// One object with everything about the page.
    Json,
    /// A header line and a line per row.
    Csv,
    /// An object per line.
    Ndjson,
    /// A Parquet file.
    Parquet,
    /// An Arrow stream.
    Arrow,
}

impl Format {
    /// By media type, the preferred one first.
    pub(super) const OFFERS: [(&'static str, Self); 5] = [
        ("application/json", Self::Json),
        ("text/csv", Self::Csv),
        ("application/x-ndjson", Self::Ndjson),
        ("application/vnd.apache.parquet", Self::Parquet),
        ("application/vnd.apache.arrow.stream", Self::Arrow),
    ];

    /// The full media type.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            other => {
                let offer = Self::OFFERS.iter().find(|(_, format)| *format == other);
                offer.map_or("application/json", |(name, _)| name)
            }
        }
    }
}

/// What is said about an answer as a whole.
#[derive(Debug, Clone)]
pub(super) struct About {
    /// The device, where the question was about one.
    pub(super) serial: Option<String>,
    /// Where it comes from.
    pub(super) source: &'static str,
    /// Whether it is the whole rest of the interval, and nothing in it waits.
    pub(super) complete: bool,
    /// Time of the newest reading that the source holds.
    pub(super) watermark: Option<Timestamp>,
    /// Whose knowledge is shown.
    pub(super) as_of: Option<Timestamp>,
}

impl About {
    fn facts(&self) -> Facts {
        let mut facts = vec![
            ("source".to_owned(), self.source.to_owned()),
            ("complete".to_owned(), self.complete.to_string()),
        ];
        let times = [("watermark", self.watermark), ("as_of", self.as_of)];
        let times = times.into_iter().filter_map(|(name, at)| Some((name, at?)));
        facts.extend(times.map(|(name, at)| (name.to_owned(), at.to_string())));
        facts
    }

    /// Every format says it in its headers.
    fn headers(&self, format: Format) -> HeaderMap {
        let facts = self.facts().into_iter().filter_map(|(name, value)| {
            let name = format!("sens-{}", name.replace('_', "-"));
            Some((
                HeaderName::try_from(name).ok()?,
                HeaderValue::try_from(value).ok()?,
            ))
        });
        let content_type = HeaderValue::from_static(format.content_type());
        facts
            .chain([(header::CONTENT_TYPE, content_type)])
            .collect()
    }
}

/// Writes rows one piece after the other.
pub(super) enum Encoder {
    Csv { begun: bool },
    Ndjson { of_one: bool },
    Parquet(Box<ParquetFile>),
    Arrow(Box<ArrowStream>),
}

/// A failure that should not happen.
fn failed(error: &dyn std::fmt::Display) -> Problem {
    Problem::internal("cannot write readings", error)
}

impl Encoder {
    /// Begins; for [`Format::Json`] there is none, it is written as NDJSON.
    pub(super) fn new(format: Format, about: &About, table: &Table) -> Result<Self, Problem> {
        Ok(match format {
            Format::Csv => Self::Csv { begun: false },
            Format::Json | Format::Ndjson => Self::Ndjson {
                of_one: about.serial.is_some(),
            },
            Format::Parquet => {
                let file = ParquetFile::new(table, about.facts());
                Self::Parquet(Box::new(file.map_err(|error| failed(&error))?))
            }
            Format::Arrow => {
                let stream = ArrowStream::new(table, about.facts());
                Self::Arrow(Box::new(stream.map_err(|error| failed(&error))?))
            }
        })
    }

    /// Writes rows, and gives what there is to send: a format may wait for more of them.
    pub(super) fn rows(&mut self, table: &Table, rows: &[Row]) -> Result<Vec<u8>, Problem> {
        let mut body = Vec::new();
        match self {
            Self::Csv { begun } => {
                if !std::mem::replace(begun, true) {
                    text::csv_head(&mut body, table);
                }
                text::csv(&mut body, table, rows);
            }
            Self::Ndjson { of_one } => text::ndjson(&mut body, table, rows, *of_one),
            Self::Parquet(file) => return file.rows(table, rows).map_err(|error| failed(&error)),
            Self::Arrow(stream) => return stream.rows(table, rows).map_err(|error| failed(&error)),
        }
        Ok(body)
    }

    /// Gives what stands at the end.
    pub(super) fn end(self, table: &Table) -> Result<Vec<u8>, Problem> {
        match self {
            Self::Csv { begun: false } => {
                let mut body = Vec::new();
                text::csv_head(&mut body, table);
                Ok(body)
            }
            Self::Csv { .. } | Self::Ndjson { .. } => Ok(Vec::new()),
            Self::Parquet(file) => file.end().map_err(|error| failed(&error)),
            Self::Arrow(stream) => stream.end().map_err(|error| failed(&error)),
        }
    }
}

/// Answers with rows; `columns` is the other shape of JSON.
///
/// # Errors
/// `internal_error` when they cannot be written.
pub(super) fn answer(
    format: Format,
    about: &About,
    table: &Table,
    rows: &[Row],
    (columns, next_cursor): (bool, Option<&str>),
) -> Result<Response, Problem> {
    let body = if format == Format::Json {
        json(about, table, rows, (columns, next_cursor))?
    } else {
        let mut encoder = Encoder::new(format, about, table)?;
        let mut body = encoder.rows(table, rows)?;
        body.extend(encoder.end(table)?);
        body
    };
    Ok((about.headers(format), body).into_response())
}

/// Bytes a row takes in JSON, about.
const ROW_BYTES: usize = 160;

fn json(
    about: &About,
    table: &Table,
    rows: &[Row],
    (columns, next_cursor): (bool, Option<&str>),
) -> Result<Vec<u8>, Problem> {
    let mut body = Vec::with_capacity(256 + rows.len() * ROW_BYTES);
    body.push(b'{');
    let member = |body: &mut Vec<u8>, name: &str, value: serde_json::Value| {
        body.extend_from_slice(format!("\"{name}\":").as_bytes());
        serde_json::to_writer(&mut *body, &value).map_err(|error| failed(&error))?;
        body.push(b',');
        Ok::<_, Problem>(())
    };
    if let Some(serial) = &about.serial {
        member(&mut body, "serial", serial.as_str().into())?;
    }
    member(&mut body, "source", about.source.into())?;
    member(&mut body, "complete", about.complete.into())?;
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string()).into();
    member(&mut body, "watermark", time(about.watermark))?;
    if about.as_of.is_some() {
        member(&mut body, "as_of", time(about.as_of))?;
    }
    member(&mut body, "next_cursor", next_cursor.into())?;
    let of_one = about.serial.is_some();
    if columns {
        body.extend_from_slice(b"\"columns\":");
        text::columns(&mut body, table, rows, of_one);
    } else {
        body.extend_from_slice(b"\"items\":");
        text::items(&mut body, table, rows, of_one);
    }
    body.push(b'}');
    Ok(body)
}

/// Answers with a whole interval. It is read only as fast as the client takes it, a piece at a time. Should that fail on the
/// way, the connection breaks: nobody takes a part for the whole.
///
/// # Errors
/// `internal_error` when its start cannot be written.
pub(super) fn stream(format: Format, about: &About, whole: Whole) -> Result<Response, Problem> {
    let pieces = Pieces::new(format, about, whole)?;
    let chunks = stream::try_unfold(pieces, |mut pieces| async move {
        let piece = pieces.next().await.map_err(|problem| broken(&problem))?;
        Ok::<_, std::io::Error>(piece.map(|piece| (Bytes::from(piece), pieces)))
    });
    Ok((about.headers(format), Body::from_stream(chunks)).into_response())
}

fn broken(problem: &Problem) -> std::io::Error {
    tracing::warn!(?problem, "an export was broken off");
    std::io::Error::other("the export was broken off")
}
