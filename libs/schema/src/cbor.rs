//! Reading CBOR (RFC 8949): one whole item, of limited depth, and nothing after it. Texts and bytes that come in one
//! piece stay slices of the payload.
//!
//! The heads of items are read by `ciborium-ll`. Putting them together is done here, because an item that cannot be
//! used (an unknown simple value, an integer of hundreds of bits) must cost its field and not the whole payload.

use std::borrow::Cow;

use ciborium_ll::{Decoder, Error, Header, simple};

use crate::json::MAX_DEPTH;

/// Tag that says "this is CBOR" and nothing else.
const SELF_DESCRIBED: u64 = 55_799;
/// The bytes of its head.
const SELF_DESCRIBED_HEAD: &[u8] = &[0xD9, 0xD9, 0xF7];
/// Room made for items before they are there: a head may promise any number of them.
const ROOM: usize = 32;

/// An item.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value<'a> {
    /// Null, or undefined.
    Null,
    Boolean(bool),
    Integer(i128),
    Float(f64),
    Bytes(Cow<'a, [u8]>),
    Text(Cow<'a, str>),
    Array(Vec<Value<'a>>),
    Map(Vec<(Value<'a>, Value<'a>)>),
    Tag(u64, Box<Value<'a>>),
    /// A simple value without a meaning here.
    Simple,
}

/// Reads a payload.
///
/// # Errors
/// One line saying what is wrong, when the bytes are no well-formed item, go on behind it, or are nested deeper than
/// [`MAX_DEPTH`].
pub(crate) fn parse(payload: &[u8]) -> Result<Value<'_>, String> {
    let mut reader = Reader { rest: payload };
    let value = reader.item(0);
    let at = payload.len() - reader.rest.len();
    match value {
        Ok(value) if reader.rest.is_empty() => Ok(value),
        Ok(_) => Err(format!(
            "the CBOR item ends at byte {at}, the payload at byte {}",
            payload.len()
        )),
        Err(Fault::Short) => Err("the CBOR item is cut short".to_owned()),
        Err(Fault::Malformed) => Err(format!("no well-formed CBOR before byte {at}")),
        Err(Fault::Deep) => Err(format!("nested deeper than {MAX_DEPTH} levels")),
    }
}

/// Whether a payload could be an array or a map in CBOR. No JSON text begins like one: these bytes begin no character.
pub(crate) fn may_be_container(payload: &[u8]) -> bool {
    let content = payload.strip_prefix(SELF_DESCRIBED_HEAD);
    matches!(content.unwrap_or(payload).first(), Some(0x80..=0xBF))
}

impl<'a> Value<'a> {
    /// The item without the tag that says it is CBOR.
    pub(crate) fn content(&self) -> &Value<'a> {
        match self {
            Self::Tag(SELF_DESCRIBED, inner) => inner,
            other => other,
        }
    }
}

/// What can be wrong.
enum Fault {
    Short,
    Malformed,
    Deep,
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn head(&mut self) -> Result<Header, Fault> {
        Decoder::from(&mut self.rest)
            .pull()
            .map_err(|error| match error {
                Error::Io(_) => Fault::Short,
                Error::Syntax(_) => Fault::Malformed,
            })
    }

    fn item(&mut self, depth: usize) -> Result<Value<'a>, Fault> {
        let head = self.head()?;
        self.item_of(head, depth)
    }

    /// The item that begins with this head.
    fn item_of(&mut self, head: Header, depth: usize) -> Result<Value<'a>, Fault> {
        let inner = depth + 1;
        if inner > MAX_DEPTH && matches!(head, Header::Array(_) | Header::Map(_) | Header::Tag(_)) {
            return Err(Fault::Deep);
        }
        Ok(match head {
            Header::Positive(number) => Value::Integer(number.into()),
            Header::Negative(number) => Value::Integer(-1 - i128::from(number)),
            Header::Float(number) => Value::Float(number),
            Header::Simple(simple::FALSE) => Value::Boolean(false),
            Header::Simple(simple::TRUE) => Value::Boolean(true),
            Header::Simple(simple::NULL | simple::UNDEFINED) => Value::Null,
            Header::Simple(_) => Value::Simple,
            Header::Bytes(length) => Value::Bytes(self.bytes(length)?),
            Header::Text(length) => Value::Text(self.text(length)?),
            Header::Tag(tag) => Value::Tag(tag, Box::new(self.item(inner)?)),
            Header::Array(length) => {
                Value::Array(self.many(length, |reader, head| reader.item_of(head, inner))?)
            }
            Header::Map(length) => Value::Map(self.many(length, |reader, head| {
                Ok((reader.item_of(head, inner)?, reader.item(inner)?))
            })?),
            Header::Break => return Err(Fault::Malformed),
        })
    }

    /// So many entries, or those up to a break; `entry` is given the head of each.
    fn many<T>(
        &mut self,
        length: Option<usize>,
        mut entry: impl FnMut(&mut Self, Header) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let mut entries = Vec::with_capacity(length.unwrap_or(ROOM).min(ROOM));
        while length.is_none_or(|length| entries.len() < length) {
            let head = self.head()?;
            if length.is_none() && matches!(head, Header::Break) {
                break;
            }
            entries.push(entry(self, head)?);
        }
        Ok(entries)
    }

    fn bytes(&mut self, length: Option<usize>) -> Result<Cow<'a, [u8]>, Fault> {
        if let Some(length) = length {
            return self.take(length).map(Cow::Borrowed);
        }
        let mut whole = Vec::new();
        loop {
            match self.head()? {
                Header::Bytes(Some(length)) => whole.extend_from_slice(self.take(length)?),
                Header::Break => return Ok(Cow::Owned(whole)),
                _ => return Err(Fault::Malformed),
            }
        }
    }

    fn text(&mut self, length: Option<usize>) -> Result<Cow<'a, str>, Fault> {
        if let Some(length) = length {
            return self.take_text(length).map(Cow::Borrowed);
        }
        let mut whole = String::new();
        loop {
            match self.head()? {
                Header::Text(Some(length)) => whole.push_str(self.take_text(length)?),
                Header::Break => return Ok(Cow::Owned(whole)),
                _ => return Err(Fault::Malformed),
            }
        }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Fault> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Fault::Short)?;
        self.rest = rest;
        Ok(taken)
    }

    fn take_text(&mut self, length: usize) -> Result<&'a str, Fault> {
        std::str::from_utf8(self.take(length)?).map_err(|_| Fault::Malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_one_whole_item() {
        let text = |text: &'static str| Value::Text(text.into());
        let table: [(&[u8], Value<'_>); 11] = [
            (b"\x80", Value::Array(vec![])),
            (b"\x9f\xff", Value::Array(vec![])),
            (
                b"\xa1\x00\xf9\x3e\x00",
                Value::Map(vec![(Value::Integer(0), Value::Float(1.5))]),
            ),
            (
                b"\xbf\x20\xf5\xff",
                Value::Map(vec![(Value::Integer(-1), Value::Boolean(true))]),
            ),
            (b"\x7f\x61a\x61b\xff", text("ab")),
            (b"\x62\xc3\xa4", text("ä")),
            (b"\x5f\x41\x01\x41\x02\xff", Value::Bytes(vec![1, 2].into())),
            (
                b"\x3b\xff\xff\xff\xff\xff\xff\xff\xff",
                Value::Integer(-(1 << 64)),
            ),
            (b"\xf7", Value::Null),
            (b"\xf8\xff", Value::Simple),
            (b"\xc2\x61a", Value::Tag(2, Box::new(text("a")))),
        ];
        for (bytes, value) in table {
            assert_eq!(parse(bytes), Ok(value), "{bytes:02x?}");
        }
        let tagged = parse(b"\xd9\xd9\xf7\x80").unwrap();
        assert_eq!(tagged.content(), &Value::Array(vec![]));
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
            b"\x7f\x41a\xff",
            b"\x7f\x61\xc3\x61\xa4\xff",
            b"\x5f\x5f\xff\xff",
            b"\xc2",
            b"\xbb\x00\x00\x00\x00\xff\xff\xff\xff\x00\x00",
            &deep,
            &endless,
        ] {
            let detail = parse(bad).unwrap_err();
            assert!(!detail.chars().any(char::is_control), "{detail}");
        }
        assert!(parse(&[vec![0x81; MAX_DEPTH], vec![0x00]].concat()).is_ok());
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
