//! Choosing a format by `Accept` (RFC 9110).

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use utoipa::openapi::OpenApi;

use crate::problem::{Code, Problem, offers, operations};

/// What the documented routes answer with, by path and method.
#[derive(Debug, Default)]
pub(crate) struct Offers(HashMap<String, Vec<(String, ())>>);

impl Offers {
    /// Reads them from the document. Whoever asks for the health of the service is answered, whatever he accepts.
    pub(crate) fn of(document: &mut OpenApi) -> Self {
        let mut found = HashMap::new();
        for (path, item) in &mut document.paths.paths {
            if path.starts_with("/health") {
                continue;
            }
            let methods = [
                ("GET", item.get.is_some()),
                ("POST", item.post.is_some()),
                ("PUT", item.put.is_some()),
                ("PATCH", item.patch.is_some()),
                ("DELETE", item.delete.is_some()),
            ];
            let given = methods.iter().filter(|(_, is_given)| *is_given);
            for ((method, _), operation) in given.zip(operations(item)) {
                let types = offers(operation).into_iter().map(|name| (name, ()));
                found.insert(format!("{method} {path}"), types.collect());
            }
        }
        Self(found)
    }

    fn check(&self, path: &str, request: &Request) -> Result<(), Problem> {
        let method = match request.method().as_str() {
            "HEAD" => "GET",
            method => method,
        };
        match self.0.get(&format!("{method} {path}")) {
            Some(offers) if !offers.is_empty() => choose(request.headers(), offers),
            _ => Ok(()),
        }
    }
}

/// Refuses what could not be answered in a way that the client accepts, before anything is done.
pub(crate) async fn layer(
    State(offers): State<Arc<Offers>>,
    path: MatchedPath,
    request: Request,
    next: Next,
) -> Response {
    match offers.check(path.as_str(), &request) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// The offered media type the client likes best; among equals the one offered first.
///
/// # Errors
/// `not_acceptable` when the client accepts none of them.
pub(crate) fn choose<T: Copy>(
    headers: &HeaderMap,
    offers: &[(impl AsRef<str>, T)],
) -> Result<T, Problem> {
    let accept: Vec<&str> = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    let ranges: Vec<Range<'_>> = accept
        .iter()
        .flat_map(|value| value.split(','))
        .filter_map(Range::parse)
        .collect();
    let mut best: Option<(f32, T)> = None;
    for (media_type, offer) in offers {
        let weight = if ranges.is_empty() {
            1.0
        } else {
            weight(&ranges, media_type.as_ref())
        };
        if weight > best.map_or(0.0, |(best, _)| best) {
            best = Some((weight, *offer));
        }
    }
    best.map(|(_, offer)| offer).ok_or_else(|| {
        let names: Vec<&str> = offers.iter().map(|(name, _)| name.as_ref()).collect();
        Problem::new(
            Code::NotAcceptable,
            format!("offered are {}", names.join(", ")),
        )
    })
}

struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    weight: f32,
}

impl<'a> Range<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let weight = parts
            .find_map(|part| part.strip_prefix("q="))
            .map_or(Some(1.0), |q| q.parse().ok())?;
        Some(Self {
            kind,
            subtype,
            weight,
        })
    }

    /// How exactly the range names the type: 0 not at all.
    fn precision(&self, kind: &str, subtype: &str) -> u8 {
        match (self.kind, self.subtype) {
            ("*", "*") => 1,
            (own, "*") if own.eq_ignore_ascii_case(kind) => 2,
            (own, own_subtype)
                if own.eq_ignore_ascii_case(kind) && own_subtype.eq_ignore_ascii_case(subtype) =>
            {
                3
            }
            _ => 0,
        }
    }
}

/// The weight of the most precise range that names the type.
fn weight(ranges: &[Range<'_>], media_type: &str) -> f32 {
    let (kind, subtype) = media_type.split_once('/').unwrap_or((media_type, ""));
    ranges
        .iter()
        .map(|range| (range.precision(kind, subtype), range.weight))
        .filter(|(precision, _)| *precision > 0)
        .max_by_key(|(precision, _)| *precision)
        .map_or(0.0, |(_, weight)| weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_offer_is_chosen() {
        let offers = [
            ("application/json", 'j'),
            ("text/csv", 'c'),
            ("application/x-ndjson", 'n'),
        ];
        let table = [
            (None, Some('j')),
            (Some("*/*"), Some('j')),
            (Some("text/csv"), Some('c')),
            (Some("text/*;q=0.5, application/x-ndjson;q=0.9"), Some('n')),
            (Some("application/json;q=0, */*"), Some('c')),
            (Some("TEXT/CSV"), Some('c')),
            (Some("text/html,application/xhtml+xml,*/*;q=0.8"), Some('j')),
            (Some("image/png"), None),
        ];
        for (accept, expected) in table {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(header::ACCEPT, accept.parse().unwrap());
            }
            assert_eq!(choose(&headers, &offers).ok(), expected, "{accept:?}");
        }
    }
}
