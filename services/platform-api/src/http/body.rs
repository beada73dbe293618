//! Request bodies: limits, compression and JSON, with a problem for each way to be wrong.

use std::io::Read;
use std::time::Duration;

use axum::body::{BodyDataStream, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use bytes::BytesMut;
use flate2::read::MultiGzDecoder;
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;

use crate::problem::{Code, FieldError, Problem};

/// How much of a body that is too large is read all the same: a client that is still sending does not read an answer.
const DRAINED: usize = 64 * 1024 * 1024;
/// How long that may take.
const DRAINING: Duration = Duration::from_secs(5);

/// Reads a whole body, decompressed, of at most `limit` bytes.
///
/// # Errors
/// `payload_too_large`, `unsupported_media_type` for an unknown encoding, `bad_request` for a broken one.
pub(crate) async fn read(request: Request, limit: usize) -> Result<(HeaderMap, Bytes), Problem> {
    let (parts, body) = receive(request, limit).await?;
    let body = decompress(&parts.headers, body, limit)?;
    if body.len() > limit {
        return Err(too_large(limit));
    }
    Ok((parts.headers, body))
}

/// Reads a whole body as it was sent, of at most `limit` bytes.
///
/// # Errors
/// `payload_too_large`, `bad_request` for one that ended early.
pub(crate) async fn receive(request: Request, limit: usize) -> Result<(Parts, Bytes), Problem> {
    let (parts, body) = request.into_parts();
    let headers = &parts.headers;
    let announced = number(headers, header::CONTENT_LENGTH).unwrap_or(0);
    let mut chunks = body.into_data_stream();
    let mut received = BytesMut::with_capacity(announced.min(limit));
    let mut is_too_large = announced > limit;
    while !is_too_large && let Some(chunk) = chunks.next().await {
        let chunk = chunk
            .map_err(|_| Problem::new(Code::BadRequest, "the body ended before it was complete"))?;
        is_too_large = received.len() + chunk.len() > limit;
        received.extend_from_slice(&chunk);
    }
    if is_too_large {
        // A client that asks first has sent nothing yet.
        if !headers.contains_key(header::EXPECT) {
            drop(tokio::time::timeout(DRAINING, drain(chunks)).await);
        }
        return Err(too_large(limit));
    }
    Ok((parts, received.freeze()))
}

async fn drain(mut chunks: BodyDataStream) {
    let mut drained = 0;
    while let Some(Ok(chunk)) = chunks.next().await {
        drained += chunk.len();
        if drained > DRAINED {
            return;
        }
    }
}

fn number(headers: &HeaderMap, name: HeaderName) -> Option<usize> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

fn too_large(limit: usize) -> Problem {
    Problem::new(
        Code::PayloadTooLarge,
        format!("at most {limit} bytes are accepted"),
    )
}

fn decompress(headers: &HeaderMap, body: Bytes, limit: usize) -> Result<Bytes, Problem> {
    let encoding = headers
        .get(header::CONTENT_ENCODING)
        .map(|value| value.to_str().unwrap_or("?").trim());
    match encoding {
        None | Some("" | "identity") => Ok(body),
        Some(gzip) if gzip.eq_ignore_ascii_case("gzip") || gzip.eq_ignore_ascii_case("x-gzip") => {
            let mut plain = Vec::new();
            // One byte beyond the limit is enough to know; a bomb is never unpacked.
            let mut decoder = MultiGzDecoder::new(body.as_ref()).take(limit as u64 + 1);
            decoder
                .read_to_end(&mut plain)
                .map_err(|_| Problem::new(Code::BadRequest, "the body is not valid gzip"))?;
            Ok(plain.into())
        }
        Some(other) => Err(Problem::new(
            Code::UnsupportedMediaType,
            format!("content encoding {other} is not supported; use gzip or none"),
        )),
    }
}

/// The media type without its parameters, in lower case.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().unwrap_or("?");
    Some(
        value
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase(),
    )
}

/// Largest body of the administrative routes.
const JSON_LIMIT: usize = 64 * 1024;

/// A JSON body of an administrative route.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (headers, body) = read(request, JSON_LIMIT).await?;
        let media_type = media_type(&headers).unwrap_or_default();
        if media_type != "application/json" && !media_type.ends_with("+json") {
            return Err(Problem::new(
                Code::UnsupportedMediaType,
                "the content type must be application/json",
            ));
        }
        parse(&body).map(Self)
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let value: serde_json::Value = serde_json::from_slice(body)
        .map_err(|error| Problem::new(Code::InvalidJson, error.to_string()))?;
    serde_json::from_value(value).map_err(|error| {
        let error = FieldError {
            detail: error.to_string(),
            pointer: Some(String::new()),
            parameter: None,
        };
        Problem::with_errors(Code::InvalidBody, vec![error])
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(plain: &[u8]) -> Bytes {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap().into()
    }

    fn encoded(encoding: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_ENCODING, encoding.parse().unwrap())])
    }

    #[test]
    fn gzip_is_unpacked_up_to_the_limit() {
        let body = gzip(&[b'x'; 1000]);
        assert_eq!(
            decompress(&encoded("gzip"), body.clone(), 1000)
                .unwrap()
                .len(),
            1000
        );
        assert_eq!(decompress(&encoded("GZIP"), body, 10).unwrap().len(), 11);
        let broken = decompress(&encoded("gzip"), Bytes::from_static(b"no gzip"), 10);
        assert_eq!(broken.unwrap_err().code(), Code::BadRequest);
        let unknown = decompress(&encoded("br"), Bytes::new(), 10);
        assert_eq!(unknown.unwrap_err().code(), Code::UnsupportedMediaType);
    }

    #[test]
    fn json_faults_are_told_apart() {
        assert_eq!(parse::<Vec<u8>>(b"[1]").unwrap(), [1]);
        assert_eq!(
            parse::<Vec<u8>>(b"[1").unwrap_err().code(),
            Code::InvalidJson
        );
        assert_eq!(
            parse::<Vec<u8>>(b"{}").unwrap_err().code(),
            Code::InvalidBody
        );
    }
}
