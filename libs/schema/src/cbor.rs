//! Reading CBOR (RFC 8949): one whole item, of limited depth, and nothing after it.

use ciborium::de::Error;
use ciborium::value::Value;

use crate::json::MAX_DEPTH;

/// Tag that says "this is CBOR" and nothing else.
const SELF_DESCRIBED: u64 = 55_799;

/// Reads a payload.
///
/// # Errors
/// One line saying what is wrong, when the bytes are no well-formed item, go on behind it, or are nested deeper than
/// [`MAX_DEPTH`].
pub(crate) fn parse(payload: &[u8]) -> Result<Value, String> {
    let mut rest = payload;
    let value: Value = ciborium::de::from_reader_with_recursion_limit(&mut rest, MAX_DEPTH)
        .map_err(|error| detail(&error))?;
    if rest.is_empty() {
        Ok(value)
    } else {
        Err(format!(
            "the CBOR item ends at byte {}, the payload at byte {}",
            payload.len() - rest.len(),
            payload.len()
        ))
    }
}

/// Whether a payload could be an array or a map in CBOR. No JSON text begins like one: these bytes begin no character.
pub(crate) fn may_be_container(payload: &[u8]) -> bool {
    let payload = payload.strip_prefix(&[0xD9, 0xD9, 0xF7]).unwrap_or(payload);
    matches!(payload.first(), Some(0x80..=0xBF))
}

/// The item without the tag that says it is CBOR.
pub(crate) fn content(value: &Value) -> &Value {
    match value {
        Value::Tag(SELF_DESCRIBED, inner) => inner,
        other => other,
    }
}

fn detail(error: &Error<std::io::Error>) -> String {
    match error {
        Error::Io(_) => "the CBOR item is cut short".to_owned(),
        Error::Syntax(at) => format!("no well-formed CBOR at byte {at}"),
        Error::Semantic(Some(at), _) => format!("no valid CBOR at byte {at}"),
        Error::Semantic(None, _) => "no valid CBOR".to_owned(),
        Error::RecursionLimitExceeded => format!("nested deeper than {MAX_DEPTH} levels"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_one_whole_item() {
        let table: [(&[u8], Value); 6] = [
            (b"\x80", Value::Array(vec![])),
            (b"\x9f\xff", Value::Array(vec![])),
            (
                b"\xa1\x00\xf9\x3e\x00",
                Value::Map(vec![(0.into(), 1.5.into())]),
            ),
            (
                b"\xbf\x20\xf5\xff",
                Value::Map(vec![((-1).into(), true.into())]),
            ),
            (b"\x7f\x61a\x61b\xff", Value::Text("ab".into())),
            (b"\x5f\x41\x01\x41\x02\xff", Value::Bytes(vec![1, 2])),
        ];
        for (bytes, value) in table {
            assert_eq!(parse(bytes), Ok(value), "{bytes:02x?}");
        }
        let tagged = parse(b"\xd9\xd9\xf7\x80").unwrap();
        assert_eq!(content(&tagged), &Value::Array(vec![]));
    }

    #[test]
    fn refuses_everything_else_in_one_line() {
        let deep = [vec![0x81; MAX_DEPTH + 1], vec![0x00]].concat();
        let endless = vec![0x9f; 4_096];
        for bad in [
            &b""[..],
            b"\x81",
            b"\x80\x80",
            b"\x9f",
            b"\x1c",
            b"\xff",
            b"\x61\xff",
            b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
            b"\x5b\x7f\xff\xff\xff\xff\xff\xff\xff",
            b"\xbf\x00\xff",
            &deep,
            &endless,
        ] {
            let detail = parse(bad).unwrap_err();
            assert!(!detail.chars().any(char::is_control), "{detail}");
        }
        assert!(parse(&[vec![0x81; MAX_DEPTH - 1], vec![0x00]].concat()).is_ok());
    }

    #[test]
    fn no_json_looks_like_a_container() {
        for json in ["{}", "[]", " [", "\"ä\"", "null", "-1", "\u{feff}{}"] {
            assert!(!may_be_container(json.as_bytes()), "{json}");
        }
        assert!(may_be_container(b"\x87") && may_be_container(b"\xd9\xd9\xf7\xbf"));
        assert!(!may_be_container(b"") && !may_be_container(b"\0"));
    }
}
