//! Where in a payload something stands: from a JSON Pointer, or from what makes it no JSON, to a byte.

use crate::json::{self, Json, Root};

/// A place in a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// Bytes before it.
    pub offset: usize,
    /// Its line, from 1.
    pub line: usize,
    /// Its column in characters, from 1.
    pub column: usize,
}

/// Where the value that `pointer` names begins. Where the payload has no such value, because a field is missing, it is
/// what should have held it; where it is no JSON, it is the place at which reading stopped. `None` where that cannot be
/// told: a payload in another encoding, or one whose grammar is good.
pub fn locate(payload: &[u8], pointer: &str) -> Option<Spot> {
    let offset = match json::parse(payload) {
        Ok(root) => follow(payload, root, pointer)?,
        Err(_) => stopped(payload)?,
    };
    Some(spot(payload, offset))
}

/// Where reading stops.
fn stopped(payload: &[u8]) -> Option<usize> {
    if payload.is_empty() {
        return Some(0);
    }
    let text = match std::str::from_utf8(payload) {
        Ok(text) => text,
        Err(error) => return Some(error.valid_up_to()),
    };
    let error = serde_json::from_str::<&serde_json::value::RawValue>(text).err()?;
    let line_start = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum::<usize>();
    // The reader counts the byte it stumbled over; at the end of a line it has seen none of it.
    Some((line_start + error.column().saturating_sub(1)).min(payload.len()))
}

fn follow(payload: &[u8], root: Root<'_>, pointer: &str) -> Option<usize> {
    let start = payload
        .iter()
        .position(|byte| !byte.is_ascii_whitespace())
        .unwrap_or(0);
    let mut tokens = pointer.split('/').skip(1).map(unescaped);
    let Some(first) = tokens.next() else {
        return Some(start);
    };
    let Some(mut value) = step(root, &first) else {
        return Some(start);
    };
    for token in tokens {
        let inner = match (value.object(), value.array()) {
            (Some(fields), _) => fields.get(&token),
            (None, Some(items)) => item(&items, &token),
            (None, None) => None,
        };
        let Some(inner) = inner else { break };
        value = inner;
    }
    value
        .as_str()
        .as_ptr()
        .addr()
        .checked_sub(payload.as_ptr().addr())
}

fn step<'a>(root: Root<'a>, token: &str) -> Option<Json<'a>> {
    match root {
        Root::Object(fields) => fields.get(token),
        Root::Array(items) => item(&items, token),
        Root::Scalar => None,
    }
}

fn item<'a>(items: &[Json<'a>], token: &str) -> Option<Json<'a>> {
    items.get(token.parse::<usize>().ok()?).copied()
}

fn unescaped(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

fn spot(payload: &[u8], offset: usize) -> Spot {
    let before = payload.get(..offset).unwrap_or(payload);
    let line = before.split(|byte| *byte == b'\n').count();
    let start = before
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |newline| newline + 1);
    let column = before[start..]
        .iter()
        .filter(|byte| !is_continuation(**byte))
        .count()
        + 1;
    Spot {
        offset,
        line,
        column,
    }
}

/// Whether a byte goes on with a character of UTF-8.
fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(payload: &[u8], pointer: &str) -> Option<(usize, usize, usize)> {
        locate(payload, pointer).map(|spot| (spot.offset, spot.line, spot.column))
    }

    #[test]
    fn a_pointer_leads_to_its_value() {
        let batch =
            "{\n  \"é\": 1,\n  \"readings\": [{\"value\": 1}, {\"value\": 500}]\n}".as_bytes();
        assert_eq!(at(batch, "/readings/1/value"), Some((52, 3, 40)));
        assert_eq!(&batch[52..55], b"500");
        assert_eq!(at(batch, "/é"), Some((10, 2, 8)));
        assert_eq!(at(batch, ""), Some((0, 1, 1)));
        assert_eq!(at(b" [1, 2]", "/1"), Some((5, 1, 6)));
        assert_eq!(at(b"{\"a/b\":{\"~\":3}}", "/a~1b/~0"), Some((12, 1, 13)));
        assert_eq!(at(b"{\"a\":1,\"a\":2}", "/a"), Some((11, 1, 12)));
    }

    #[test]
    fn a_missing_field_leads_to_what_should_hold_it() {
        assert_eq!(at(b"  {\"v\":1}", "/value"), Some((2, 1, 3)));
        assert_eq!(at(b"[{}, {\"a\":{}}]", "/1/value"), Some((5, 1, 6)));
        assert_eq!(at(b"5", "/value"), Some((0, 1, 1)));
    }

    #[test]
    fn what_is_no_json_leads_to_the_place_where_reading_stopped() {
        assert_eq!(at(b"", ""), Some((0, 1, 1)));
        assert_eq!(at(b"{\"value\": nul}", ""), Some((13, 1, 14)));
        assert_eq!(at(b"{\n\"a\": 1,\n\"b\" 2}", ""), Some((14, 3, 5)));
        assert_eq!(at(b"{\"a\":\"\xff\"}", ""), Some((6, 1, 7)));
        assert_eq!(at(b"{\"device_id\":7", "").map(|spot| spot.0), Some(13));
        assert_eq!(at(b"\0", ""), Some((0, 1, 1)));
    }

    proptest! {
        #[test]
        fn every_place_lies_within_its_payload(payload in prop::collection::vec(any::<u8>(), 0..60), pointer in "(/[a-c0-2])*") {
            if let Some(spot) = locate(&payload, &pointer) {
                prop_assert!(spot.offset <= payload.len());
                prop_assert!(spot.line >= 1 && spot.column >= 1);
            }
        }
    }
}
