//! Comma-separated values (RFC 4180), written and read.

use std::borrow::Cow;

/// A field as it is written, see [`write_field`].
pub(crate) fn field(text: &str) -> String {
    let mut field = Vec::with_capacity(text.len());
    write_field(&mut field, text);
    String::from_utf8_lossy(&field).into_owned()
}

/// Writes a field: quoted where it has to be. Text of others must not become a formula in a spreadsheet: one that begins like a
/// formula gets an apostrophe, which [`plain`] takes away.
pub(crate) fn write_field(line: &mut Vec<u8>, text: &str) {
    let is_quoted = text.contains(['"', ',', '\r', '\n']);
    if is_quoted {
        line.push(b'"');
    }
    if text.starts_with(FORMULA) {
        line.push(b'\'');
    }
    if is_quoted {
        line.extend_from_slice(text.replace('"', "\"\"").as_bytes());
        line.push(b'"');
    } else {
        line.extend_from_slice(text.as_bytes());
    }
}

/// What formulas begin with.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A field without the apostrophe that [`field`] gave it.
pub(crate) fn plain(field: &str) -> &str {
    match field.strip_prefix('\'') {
        Some(rest) if rest.starts_with(FORMULA) => rest,
        _ => field,
    }
}

/// A line and its fields. Lines are counted as in the file, from 1.
pub(crate) type Record<'a> = (usize, Result<Vec<Cow<'a, str>>, &'static str>);

/// The records of a text, one after the other; empty lines are none.
pub(crate) fn records(text: &str) -> impl Iterator<Item = Record<'_>> {
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut line = 1;
    std::iter::from_fn(move || {
        loop {
            if rest.is_empty() {
                return None;
            }
            let (fields, after) = record(rest);
            let at = line;
            let taken = &rest[..rest.len() - after.len()];
            line += taken.matches('\n').count();
            rest = after;
            match fields {
                Ok(fields) if fields.len() == 1 && fields[0].is_empty() => {}
                fields => return Some((at, fields)),
            }
        }
    })
}

/// Takes one record, and gives what comes after it. A broken record ends with its line.
fn record(text: &str) -> (Result<Vec<Cow<'_, str>>, &'static str>, &str) {
    let mut fields = Vec::new();
    let mut rest = text;
    loop {
        let (field, after) = if let Some(quoted) = rest.strip_prefix('"') {
            let Some(taken) = self::quoted(quoted) else {
                return (Err("a quote is not closed"), next_line(rest));
            };
            taken
        } else {
            bare(rest)
        };
        fields.push(field);
        let after = after.strip_prefix('\r').unwrap_or(after);
        if let Some(more) = after.strip_prefix(',') {
            rest = more;
            continue;
        }
        if let Some(more) = after.strip_prefix('\n') {
            return (Ok(fields), more);
        }
        if after.is_empty() {
            return (Ok(fields), after);
        }
        return (
            Err("something stands behind a quoted field"),
            next_line(after),
        );
    }
}

/// A field without quotes and what comes after it.
fn bare(text: &str) -> (Cow<'_, str>, &str) {
    let end = text.find([',', '\n']).unwrap_or(text.len());
    let (field, after) = text.split_at(end);
    let ends_line = !after.starts_with(',');
    let field = field
        .strip_suffix('\r')
        .filter(|_| ends_line)
        .unwrap_or(field);
    (Cow::Borrowed(field), after)
}

/// The content of a quoted field and what comes after it; `None` when it does not end.
fn quoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let mut from = 0;
    loop {
        let end = from + text[from..].find('"')?;
        if !text[end + 1..].starts_with('"') {
            let content = &text[..end];
            let content = if content.contains("\"\"") {
                Cow::Owned(content.replace("\"\"", "\""))
            } else {
                Cow::Borrowed(content)
            };
            return Some((content, &text[end + 1..]));
        }
        from = end + 2;
    }
}

fn next_line(text: &str) -> &str {
    text.find('\n').map_or("", |end| &text[end + 1..])
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<(usize, Option<Vec<String>>)> {
        let owned = |fields: Vec<Cow<'_, str>>| fields.iter().map(ToString::to_string).collect();
        records(text)
            .map(|(line, fields)| (line, fields.ok().map(owned)))
            .collect()
    }

    fn fields(fields: &[&str]) -> Vec<String> {
        fields.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn records_are_read_with_their_lines() {
        assert_eq!(
            read("\u{feff}a,b\r\n\r\n1,\"x,\"\"y\"\"\nz\"\n,\n"),
            [
                (1, Some(fields(&["a", "b"]))),
                (3, Some(fields(&["1", "x,\"y\"\nz"]))),
                (5, Some(fields(&["", ""]))),
            ]
        );
        assert_eq!(
            read("a\n\"b\nc"),
            [
                (1, Some(fields(&["a"]))),
                (2, None),
                (3, Some(fields(&["c"])))
            ]
        );
        assert_eq!(read("\"a\"b,c\nd"), [(1, None), (2, Some(fields(&["d"])))]);
        assert_eq!(read(""), []);
    }

    #[test]
    fn formulas_are_disarmed_and_read_back() {
        assert_eq!(field("=1+1"), "'=1+1");
        assert_eq!(field("a,b"), "\"a,b\"");
        assert_eq!(plain("'=1+1"), "=1+1");
        assert_eq!(plain("'t Hooft"), "'t Hooft");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(rows in vec(vec("[a-c=,'\"\r\n -]{0,5}", 2..4), 0..5)) {
            let text: String = rows
                .iter()
                .map(|row| row.iter().map(|text| field(text)).collect::<Vec<_>>().join(",") + "\r\n")
                .collect();
            let back: Vec<Vec<String>> = records(&text)
                .map(|(_, fields)| fields.unwrap().iter().map(|text| plain(text).to_owned()).collect())
                .collect();
            let expected: Vec<Vec<String>> = rows
                .iter()
                .map(|row| row.iter().map(|text| plain(text).to_owned()).collect())
                .collect();
            prop_assert_eq!(back.len(), expected.len());
            for (one, other) in back.iter().flatten().zip(expected.iter().flatten()) {
                prop_assert_eq!(one, other);
            }
        }

        #[test]
        fn nothing_makes_the_reader_panic(text in "[a,\"\r\n]{0,30}") {
            let lines = text.matches('\n').count() + 1;
            for (line, _) in records(&text) {
                prop_assert!((1..=lines).contains(&line));
            }
        }
    }
}
