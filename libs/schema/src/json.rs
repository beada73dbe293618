//! Reading JSON without building it: one pass checks the document, values stay slices of the payload and
//! numbers keep their decimal text. Of duplicate keys the last one stands.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Deepest nesting of arrays and objects: what `serde_json` itself takes.
pub const MAX_DEPTH: usize = 127;

/// A value: its text in the payload, known to be valid.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Json<'a>(&'a str);

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Boolean(bool),
    Number,
    Text,
    Array,
    Object,
}

impl<'a> Json<'a> {
    /// Its text, a slice of the payload.
    pub(crate) fn as_str(self) -> &'a str {
        self.0
    }

    /// What the value is.
    pub(crate) fn kind(self) -> Kind {
        match self.0.as_bytes().first() {
            Some(b'n') => Kind::Null,
            Some(b't') => Kind::Boolean(true),
            Some(b'f') => Kind::Boolean(false),
            Some(b'"') => Kind::Text,
            Some(b'[') => Kind::Array,
            Some(b'{') => Kind::Object,
            _ => Kind::Number,
        }
    }

    /// The text of a string value.
    pub(crate) fn text(self) -> Option<Cow<'a, str>> {
        let inner = self.0.strip_prefix('"')?.strip_suffix('"')?;
        if inner.contains('\\') {
            serde_json::from_str(self.0).ok().map(Cow::Owned)
        } else {
            Some(Cow::Borrowed(inner))
        }
    }

    /// The decimal text of a number value.
    pub(crate) fn number(self) -> Option<&'a str> {
        (self.kind() == Kind::Number).then_some(self.0)
    }

    /// A number as a double: infinite when it is too large for one.
    pub(crate) fn double(self) -> Option<f64> {
        self.number().and_then(|text| text.parse().ok())
    }

    /// The fields of an object value.
    pub(crate) fn object(self) -> Option<Fields<'a>> {
        if self.kind() == Kind::Object {
            serde_json::from_str(self.0).ok()
        } else {
            None
        }
    }

    /// The elements of an array value.
    pub(crate) fn array(self) -> Option<Vec<Json<'a>>> {
        if self.kind() == Kind::Array {
            serde_json::from_str::<Elements<'a>>(self.0)
                .ok()
                .map(|list| list.0)
        } else {
            None
        }
    }
}

/// The fields of an object.
#[derive(Debug, Default)]
pub(crate) struct Fields<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> Fields<'a> {
    /// The value of a field; the last one of several.
    pub(crate) fn get(&self, name: &str) -> Option<Json<'a>> {
        self.0
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| *value)
    }

    /// The value of a field that may be left out: `null` counts as left out.
    pub(crate) fn optional(&self, name: &str) -> Option<Json<'a>> {
        self.get(name).filter(|value| value.kind() != Kind::Null)
    }

    /// Whether there is such a field.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// All fields, in the order in which they were sent.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Json<'a>)> {
        self.0.iter().map(|(key, value)| (key.as_ref(), *value))
    }

    /// The names of all fields.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(key, _)| key.as_ref())
    }
}

/// A document, taken apart one level.
#[derive(Debug)]
pub(crate) enum Root<'a> {
    Object(Fields<'a>),
    Array(Vec<Json<'a>>),
    Scalar,
}

/// Reads a payload.
///
/// # Errors
/// One line saying what is wrong, when the bytes are no JSON: not UTF-8, another grammar, nested deeper than
/// [`MAX_DEPTH`], or with half of a surrogate pair in a string.
pub(crate) fn parse(payload: &[u8]) -> Result<Root<'_>, String> {
    if payload.is_empty() {
        return Err("the payload is empty".to_owned());
    }
    let text = std::str::from_utf8(payload).map_err(|error| error.to_string())?;
    let root = parse_root(text).map_err(|error| error.to_string())?;
    check(text)?;
    Ok(root)
}

fn parse_root(text: &str) -> serde_json::Result<Root<'_>> {
    let first = text
        .trim_start_matches([' ', '\t', '\n', '\r'])
        .as_bytes()
        .first();
    match first {
        Some(b'{') => serde_json::from_str(text).map(Root::Object),
        Some(b'[') => {
            serde_json::from_str::<Elements<'_>>(text).map(|elements| Root::Array(elements.0))
        }
        _ => serde_json::from_str::<&RawValue>(text).map(|_| Root::Scalar),
    }
}

/// What the grammar alone does not tell: depth and surrogates. Most payloads need no second look.
fn check(text: &str) -> Result<(), String> {
    let openings = text
        .bytes()
        .filter(|byte| matches!(byte, b'[' | b'{'))
        .count();
    if openings <= MAX_DEPTH && !text.contains("\\u") {
        return Ok(());
    }
    let mut depth = 0_usize;
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' => rest = skip_string(rest)?,
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(format!("nested deeper than {MAX_DEPTH} levels"));
        }
    }
    Ok(())
}

/// What follows a string, given what follows its opening quote.
fn skip_string(mut rest: &[u8]) -> Result<&[u8], String> {
    let lone = || "half of a surrogate pair in a string".to_owned();
    loop {
        rest = match rest {
            [b'"', tail @ ..] => return Ok(tail),
            [b'\\', b'u', tail @ ..] => match unit(tail) {
                Some((0xD800..=0xDBFF, tail)) => match tail.strip_prefix(b"\\u").and_then(unit) {
                    Some((0xDC00..=0xDFFF, tail)) => tail,
                    _ => return Err(lone()),
                },
                Some((0xDC00..=0xDFFF, _)) | None => return Err(lone()),
                Some((_, tail)) => tail,
            },
            [b'\\', _, tail @ ..] | [_, tail @ ..] => tail,
            [] => return Ok(rest),
        };
    }
}

/// The UTF-16 code unit of an escape.
fn unit(rest: &[u8]) -> Option<(u16, &[u8])> {
    let (digits, tail) = rest.split_at_checked(4)?;
    let digits = std::str::from_utf8(digits).ok()?;
    u16::from_str_radix(digits, 16)
        .ok()
        .map(|unit| (unit, tail))
}

struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;
        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Fields<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::with_capacity(6);
                while let Some((key, value)) = map.next_entry::<Key<'de>, &'de RawValue>()? {
                    fields.push((key.0, Json(value.get())));
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct Elements<'a>(Vec<Json<'a>>);

impl<'de> Deserialize<'de> for Elements<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ElementsVisitor;
        impl<'de> Visitor<'de> for ElementsVisitor {
            type Value = Elements<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut elements = Vec::new();
                while let Some(value) = seq.next_element::<&'de RawValue>()? {
                    elements.push(Json(value.get()));
                }
                Ok(Elements(elements))
            }
        }
        deserializer.deserialize_seq(ElementsVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fields(text: &str) -> Fields<'_> {
        match parse(text.as_bytes()) {
            Ok(Root::Object(fields)) => fields,
            other => panic!("{text} is no object: {other:?}"),
        }
    }

    #[test]
    fn refuses_what_is_no_json() {
        let deep = "[".repeat(MAX_DEPTH + 1) + &"]".repeat(MAX_DEPTH + 1);
        let hidden = format!("{{\"a\":{{\"b\":{deep}}}}}");
        for bad in [
            "",
            " ",
            "{",
            "{}x",
            "{} {}",
            "nul",
            "NaN",
            "Infinity",
            "-Infinity",
            "[1,]",
            "{\"a\":1,}",
            "{'a':1}",
            "\u{feff}{}",
            "\0",
            "{\"a\":\"\0\"}",
            "{\"a\":1\0}",
            "01",
            "1.",
            ".5",
            "+1",
            "1e",
            "\"\u{1}\"",
            "\"\\x\"",
            "\"\\ud800\"",
            "[\"\\udc00\"]",
            "{\"\\ud800\":1}",
            "{\"a\":\"\\ud800\\u0041\"}",
            "{\"a\":[\"\\ud800x\"]}",
            &deep,
            &hidden,
        ] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad:?}");
        }
        for bad in [&b"\xff"[..], b"{\"a\":\"\xc3\"}", b"{\"\xed\xa0\x80\":1}"] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn takes_what_is() {
        let deep = "[".repeat(MAX_DEPTH) + &"]".repeat(MAX_DEPTH);
        let wide = format!("[{}]", vec!["[{}]"; 500].join(","));
        for good in [
            "{}",
            " \r\n\t[ ] ",
            "1e400",
            "-0",
            "null",
            "\"\\ud83d\\ude00 \\\\u \\\"\"",
            &deep,
            &wide,
        ] {
            assert!(parse(good.as_bytes()).is_ok(), "{good:?}");
        }
    }

    #[test]
    fn the_last_of_duplicate_keys_stands() {
        let fields = fields(r#"{"a":1,"\u0061":2,"a":null}"#);
        assert_eq!(fields.get("a").unwrap().kind(), Kind::Null);
        assert!(fields.has("a") && fields.optional("a").is_none());
        assert_eq!(fields.names().count(), 3);
    }

    #[test]
    fn values_are_what_they_say() {
        let fields =
            fields(r#"{"t":"a\n\u00e4","n":-1.50e3,"big":1e400,"o":{"x":[1,true]},"f":false}"#);
        assert_eq!(fields.get("t").unwrap().text().unwrap(), "a\nä");
        assert_eq!(fields.get("n").unwrap().number(), Some("-1.50e3"));
        assert_eq!(fields.get("n").unwrap().double(), Some(-1500.0));
        assert_eq!(fields.get("big").unwrap().double(), Some(f64::INFINITY));
        assert_eq!(fields.get("f").unwrap().kind(), Kind::Boolean(false));
        let list = fields
            .get("o")
            .unwrap()
            .object()
            .unwrap()
            .get("x")
            .unwrap()
            .array()
            .unwrap();
        assert_eq!(list.len(), 2);
        assert!(
            list[0].text().is_none() && list[1].object().is_none() && list[1].number().is_none()
        );
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json(text in r#"([\[\]{}:,"0-9eE.+-]|null|true|"a"|"\\ud83d"|"\\ude00"| ){0,12}"#) {
            let ours = parse(text.as_bytes()).is_ok();
            let theirs = match serde_json::from_str::<serde_json::Value>(&text) {
                Err(error) => error.to_string().starts_with("number out of range"),
                Ok(_) => true,
            };
            prop_assert_eq!(ours, theirs, "{}", text);
        }

        #[test]
        fn any_text_survives(text in any::<String>()) {
            let json = serde_json::to_string(&serde_json::json!({"k": &text})).unwrap();
            let fields = fields(&json);
            prop_assert_eq!(fields.get("k").unwrap().text().unwrap(), text);
        }
    }
}
