//! The problem codes of the REST API, read from the table in the source of `platform-api`, which serves the same
//! texts at `/docs/errors/<code>`.

use std::fs;

use anyhow::{Context, Result, bail, ensure};

use super::markdown::prose;
use crate::repository;

const SOURCE: &str = "services/platform-api/src/problem/code/table.rs";

const INTRODUCTION: &str = "\
An error answers with `application/problem+json` ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)):

| Member | Meaning |
|---|---|
| `type` | `/docs/errors/<code>`: the text below, served by the same host |
| `title` | the code in words |
| `status` | HTTP status |
| `code` | stable name: program against this one |
| `detail` | what is wrong with this very request, for people |
| `instance` | path of the request |
| `request_id` | names the request in the server's log; also the header `x-request-id` |
| `retryable` | whether the same request may succeed later; then `Retry-After` says when |
| `errors` | where several things are wrong: each with `detail`, and `pointer` (JSON Pointer into the body) or `parameter` |

What becomes of a **payload** is another matter: see [Ingest error reasons](/reference/ingest-errors/).
";

/// HTTP statuses by the names the table uses.
const STATUSES: [(&str, u16); 19] = [
    ("BAD_REQUEST", 400),
    ("UNAUTHORIZED", 401),
    ("FORBIDDEN", 403),
    ("NOT_FOUND", 404),
    ("METHOD_NOT_ALLOWED", 405),
    ("NOT_ACCEPTABLE", 406),
    ("CONFLICT", 409),
    ("GONE", 410),
    ("PRECONDITION_FAILED", 412),
    ("PAYLOAD_TOO_LARGE", 413),
    ("URI_TOO_LONG", 414),
    ("UNSUPPORTED_MEDIA_TYPE", 415),
    ("RANGE_NOT_SATISFIABLE", 416),
    ("UNPROCESSABLE_ENTITY", 422),
    ("UPGRADE_REQUIRED", 426),
    ("PRECONDITION_REQUIRED", 428),
    ("TOO_MANY_REQUESTS", 429),
    ("INTERNAL_SERVER_ERROR", 500),
    ("SERVICE_UNAVAILABLE", 503),
];

struct Entry {
    name: String,
    status: u16,
    title: String,
    description: String,
    retryable: bool,
}

pub(super) fn body() -> Result<String> {
    let source = fs::read_to_string(repository::root().join(SOURCE))
        .with_context(|| format!("read {SOURCE}"))?;
    let entries = parse(&source).with_context(|| format!("read the table of codes in {SOURCE}"))?;
    let mut text = vec![INTRODUCTION.to_owned()];
    for entry in entries {
        let retry = if entry.retryable { " · retryable" } else { "" };
        text.push(format!(
            "\n## {}\n\n**{}** · {}{retry}\n\n{}\n",
            entry.name,
            entry.status,
            prose(&entry.title),
            prose(&entry.description)
        ));
    }
    Ok(text.concat())
}

/// Reads the entries of `TABLE`: calls of `permanent(…)` and `transient(…)`.
fn parse(source: &str) -> Result<Vec<Entry>> {
    let (_, table) = source
        .split_once("static TABLE: [Entry; ")
        .context("there is no `static TABLE: [Entry; N]`")?;
    let (count, rest) = table.split_once(']').context("the table has no length")?;
    let count: usize = count
        .parse()
        .context("the length of the table is no number")?;
    let (rows, _) = rest.split_once("\n];").context("the table has no end")?;
    let entries = rows
        .split("\n    permanent(")
        .flat_map(|part| {
            let mut pieces = part.split("\n    transient(");
            let first = pieces.next().map(|text| (text, false));
            first.into_iter().chain(pieces.map(|text| (text, true)))
        })
        .filter(|(text, _)| text.contains("Code::"))
        .map(|(text, retryable)| entry(text, retryable))
        .collect::<Result<Vec<_>>>()?;
    ensure!(
        entries.len() == count,
        "found {} entries of {count}; the table is written in a way this reader does not know",
        entries.len()
    );
    Ok(entries)
}

fn entry(text: &str, retryable: bool) -> Result<Entry> {
    let [name, title, description] = literals(text).try_into().map_err(|found: Vec<String>| {
        anyhow::anyhow!("an entry has {} texts instead of 3: {found:?}", found.len())
    })?;
    let status = match text.split_once("StatusCode::") {
        Some((_, rest)) => {
            let is_other = |character: char| character != '_' && !character.is_ascii_uppercase();
            let constant = rest.split(is_other).next().unwrap_or_default();
            match STATUSES.iter().find(|(known, _)| *known == constant) {
                Some((_, status)) => *status,
                None => bail!("{name} has the status {constant}, which this reader does not know"),
            }
        }
        None => 503,
    };
    Ok(Entry {
        name,
        status,
        title,
        description,
        retryable,
    })
}

/// The string literals of a piece of Rust, with escapes and line continuations resolved.
fn literals(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut current: Option<String> = None;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (&mut current, character) {
            (None, '"') => current = Some(String::new()),
            (None, _) => {}
            (Some(_), '"') => found.extend(current.take()),
            (Some(literal), '\\') => match characters.next() {
                Some('\n') => while characters.next_if(|next| next.is_whitespace()).is_some() {},
                Some('n') => literal.push('\n'),
                Some(other) => literal.push(other),
                None => {}
            },
            (Some(literal), other) => literal.push(other),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "static TABLE: [Entry; 2] = [\n    permanent(\n        Code::A,\n        \"a\",\n        StatusCode::NOT_FOUND,\n        \"Title\",\n        \"One \\\n         line with \\\"quotes\\\".\",\n    ),\n    transient(Code::B, \"b\", \"Later\", \"Try again.\"),\n];\n";

    #[test]
    fn reads_both_kinds_of_entries() {
        let entries = parse(SAMPLE).unwrap();
        assert_eq!(entries[0].description, "One line with \"quotes\".");
        assert_eq!((entries[0].status, entries[0].retryable), (404, false));
        assert_eq!((entries[1].status, entries[1].retryable), (503, true));
    }

    #[test]
    fn refuses_a_table_it_does_not_understand() {
        assert!(parse(&SAMPLE.replace("; 2]", "; 3]")).is_err());
        assert!(parse(&SAMPLE.replace("NOT_FOUND", "TEAPOT")).is_err());
    }
}
