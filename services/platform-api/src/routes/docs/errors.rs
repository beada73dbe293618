//! `/docs/errors` and `/docs/errors/{code}`: what each problem code means, from the same table as the answers.

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Serialize;

use crate::http::negotiate;
use crate::problem::{Code, Entry, Problem, TABLE};

const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
);

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem}\
                     code{background:#eef2f4;padding:.1em .3em;border-radius:3px}dt{font-weight:600;margin-top:1rem}";

#[derive(Clone, Copy)]
enum Form {
    Page,
    Json,
}

const FORMS: [(&str, Form); 2] = [("text/html", Form::Page), ("application/json", Form::Json)];

/// A code and its meaning.
#[derive(Serialize)]
struct Meaning {
    code: &'static str,
    status: u16,
    title: &'static str,
    description: &'static str,
    retryable: bool,
}

impl From<&'static Entry> for Meaning {
    fn from(entry: &'static Entry) -> Self {
        Self {
            code: entry.name,
            status: entry.status.as_u16(),
            title: entry.title,
            description: entry.description,
            retryable: entry.retryable,
        }
    }
}

/// All codes.
pub(crate) async fn error_list(headers: HeaderMap) -> Result<Response, Problem> {
    if let Form::Json = negotiate::choose(&headers, &FORMS)? {
        let items: Vec<Meaning> = TABLE.iter().map(Meaning::from).collect();
        return Ok(Json(serde_json::json!({ "items": items })).into_response());
    }
    let entry = |entry: &Entry| {
        let (name, status, title) = (entry.name, entry.status.as_u16(), escape(entry.title));
        format!(
            "<dt><a href=\"/docs/errors/{name}\"><code>{name}</code></a> ({status})</dt><dd>{title}</dd>"
        )
    };
    let entries: Vec<String> = TABLE.iter().map(entry).collect();
    let body = format!("<h1>Problem codes</h1><dl>{}</dl>", entries.concat());
    Ok(page("Problem codes", &body))
}

/// One code.
pub(crate) async fn error_page(
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let entry = Code::find(&code).ok_or_else(|| {
        Problem::new(
            Code::NotFound,
            "there is no such problem code; /docs/errors lists all",
        )
    })?;
    if let Form::Json = negotiate::choose(&headers, &FORMS)? {
        return Ok(Json(Meaning::from(entry)).into_response());
    }
    let again = if entry.retryable {
        "The same request may succeed later."
    } else {
        "The same request fails again."
    };
    let body = format!(
        "<h1>{}</h1><p><code>{}</code>, HTTP {}</p><p>{}</p><p>{again}</p><p><a href=\"/docs/errors\">All codes</a></p>",
        escape(entry.title),
        entry.name,
        entry.status.as_u16(),
        escape(entry.description),
    );
    Ok(page(entry.name, &body))
}

fn page(title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title} – SENS Platform</title><style>{STYLE}</style></head>\
         <body>{body}</body></html>"
    );
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(html)).into_response()
}

/// Escapes text for HTML; what stands between backticks becomes code.
fn escape(text: &str) -> String {
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let mut html = String::with_capacity(escaped.len());
    for (index, part) in escaped.split('`').enumerate() {
        if index > 0 {
            html.push_str(if index % 2 == 1 { "<code>" } else { "</code>" });
        }
        html.push_str(part);
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped() {
        assert_eq!(
            escape("send `Bearer <key>` & go"),
            "send <code>Bearer &lt;key&gt;</code> &amp; go"
        );
    }

    #[test]
    fn backticks_come_in_pairs() {
        for entry in &TABLE {
            assert_eq!(
                entry.description.matches('`').count() % 2,
                0,
                "{}",
                entry.name
            );
        }
    }
}
