//! A query whose answer becomes a file.

use chrono::{DateTime, Utc};
use sens_storage::query::Scope;

use super::answer::{Unread, unread};
use super::format::Format;
use super::grammar::Ask;
use crate::app::App;
use crate::http::params::Params;
use crate::problem::Problem;

/// Formats of files by their names.
const FORMATS: [(&str, Format); 4] = [
    ("csv", Format::Csv),
    ("ndjson", Format::Ndjson),
    ("parquet", Format::Parquet),
    ("arrow", Format::Arrow),
];

const COMPRESSIONS: [(&str, Compression); 3] = [
    ("none", Compression::None),
    ("gzip", Compression::Gzip),
    ("zstd", Compression::Zstd),
];

/// Parameters of answers that come in pages.
const OF_PAGES: [&str; 3] = ["limit", "cursor", "shape"];

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    /// It is not.
    None,
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
}

/// What a file is, by the names of its format and its compression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileKind {
    /// `csv`, `ndjson`, `parquet` or `arrow`.
    pub(crate) format: &'static str,
    /// `none`, `gzip` or `zstd`.
    pub(crate) compression: &'static str,
    /// How a name of such a file ends.
    pub(crate) extension: &'static str,
    /// Its media type.
    pub(crate) content_type: &'static str,
}

impl FileKind {
    /// The kind with these names.
    pub(crate) fn of(format: &str, compression: &str) -> Option<Self> {
        let (format_name, format) = FORMATS.into_iter().find(|(name, _)| *name == format)?;
        let (compression_name, compression) = COMPRESSIONS
            .into_iter()
            .find(|(name, _)| *name == compression)?;
        let extension = match (format, compression) {
            (Format::Csv, Compression::None) => "csv",
            (Format::Csv, Compression::Gzip) => "csv.gz",
            (Format::Csv, Compression::Zstd) => "csv.zst",
            (Format::Json | Format::Ndjson, Compression::None) => "ndjson",
            (Format::Json | Format::Ndjson, Compression::Gzip) => "ndjson.gz",
            (Format::Json | Format::Ndjson, Compression::Zstd) => "ndjson.zst",
            (Format::Parquet, _) => "parquet",
            (Format::Arrow, Compression::None) => "arrows",
            (Format::Arrow, Compression::Gzip) => "arrows.gz",
            (Format::Arrow, Compression::Zstd) => "arrows.zst",
        };
        Some(Self {
            format: format_name,
            compression: compression_name,
            extension,
            content_type: match compression {
                Compression::None => format.content_type(),
                Compression::Gzip => "application/gzip",
                Compression::Zstd => "application/zstd",
            },
        })
    }

    /// Every media type that files have.
    pub(crate) fn content_types() -> Vec<&'static str> {
        let mut types: Vec<&str> = FORMATS
            .iter()
            .flat_map(|(format, _)| {
                COMPRESSIONS
                    .iter()
                    .filter_map(|(compression, _)| Self::of(format, compression))
            })
            .filter_map(|kind| kind.content_type.split(';').next())
            .collect();
        types.sort_unstable();
        types.dedup();
        types
    }
}

/// A query whose answer becomes a file.
#[derive(Debug)]
pub(crate) struct FileQuery {
    ask: Ask,
    format: Format,
    /// How the file is packed.
    pub(crate) compression: Compression,
}

impl FileQuery {
    /// Reads it. `now` is the moment that `last` goes back from.
    ///
    /// # Errors
    /// `invalid_body` with every fault.
    pub(crate) fn read(mut params: Params, now: DateTime<Utc>) -> Result<Self, Problem> {
        let format = params.choice("format", &FORMATS).unwrap_or(Format::Csv);
        let compression = params.choice("compression", &COMPRESSIONS);
        if format == Format::Parquet && compression.is_some_and(|it| it != Compression::None) {
            params.fault(
                "compression",
                "a Parquet file is compressed by itself: leave compression out",
            );
        }
        for name in OF_PAGES {
            if !params.many(name).is_empty() {
                params.fault(name, format!("an export is whole: leave {name} out"));
            }
        }
        Ok(Self {
            ask: Ask::read(None, params, now)?,
            format,
            compression: compression.unwrap_or(Compression::None),
        })
    }

    /// The kind of its file.
    pub(crate) fn kind(&self) -> Option<FileKind> {
        let format = FORMATS.iter().find(|(_, format)| *format == self.format)?;
        let compression = COMPRESSIONS
            .iter()
            .find(|(_, compression)| *compression == self.compression)?;
        FileKind::of(format.0, compression.0)
    }

    /// Plans it for the devices of a scope.
    ///
    /// # Errors
    /// `device_not_found`, `query_too_large`, or when the database cannot answer.
    pub(crate) async fn plan(self, app: &App, scope: &Scope) -> Result<Unread, Problem> {
        unread(app, scope, self.ask, self.format).await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: serde_json::Value) -> Result<FileQuery, Vec<String>> {
        let serde_json::Value::Object(object) = body else {
            return Err(Vec::new());
        };
        FileQuery::read(Params::of_object(object), Utc::now()).map_err(|problem| {
            let errors = problem.into_body("", "").errors;
            errors
                .into_iter()
                .filter_map(|error| error.pointer)
                .collect()
        })
    }

    #[test]
    fn a_query_says_what_its_file_is() {
        for (body, extension, content_type) in [
            (json!({}), "csv", "text/csv; charset=utf-8; header=present"),
            (
                json!({"format":"ndjson","compression":"zstd","metric":["a"]}),
                "ndjson.zst",
                "application/zstd",
            ),
            (
                json!({"format":"parquet","compression":"none","resolution":"1h"}),
                "parquet",
                "application/vnd.apache.parquet",
            ),
            (
                json!({"format":"arrow","compression":"gzip","last":"1d"}),
                "arrows.gz",
                "application/gzip",
            ),
        ] {
            let kind = read(body).unwrap().kind().unwrap();
            assert_eq!(
                (kind.extension, kind.content_type),
                (extension, content_type)
            );
            assert_eq!(FileKind::of(kind.format, kind.compression), Some(kind));
        }
        assert_eq!(FileKind::content_types().len(), 6);
    }

    #[test]
    fn what_a_file_cannot_be_is_named() {
        for (body, faults) in [
            (json!({"format":"xlsx"}), vec!["/format"]),
            (
                json!({"format":"parquet","compression":"gzip"}),
                vec!["/compression"],
            ),
            (
                json!({"limit":5,"cursor":"x","shape":"columns"}),
                vec!["/limit", "/cursor", "/shape"],
            ),
            (json!({"last":"x","typo":1}), vec!["/last", "/typo"]),
        ] {
            assert_eq!(read(body.clone()).unwrap_err(), faults, "{body}");
        }
    }
}
