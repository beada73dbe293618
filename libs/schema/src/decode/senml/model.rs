//! A SenML record as it was written, whatever the encoding.

use std::borrow::Cow;

use super::super::fault::Fault;
use super::super::field::word;
use crate::time::Decimal;

/// What a field of a record means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    Version,
    BaseName,
    BaseTime,
    BaseUnit,
    BaseValue,
    BaseSum,
    Name,
    Unit,
    Value,
    TextValue,
    BooleanValue,
    Sum,
    Time,
    UpdateTime,
    DataValue,
}

/// Every label with its name in JSON and its number in CBOR.
const LABELS: [(Label, &str, i64); 15] = [
    (Label::Version, "bver", -1),
    (Label::BaseName, "bn", -2),
    (Label::BaseTime, "bt", -3),
    (Label::BaseUnit, "bu", -4),
    (Label::BaseValue, "bv", -5),
    (Label::BaseSum, "bs", -6),
    (Label::Name, "n", 0),
    (Label::Unit, "u", 1),
    (Label::Value, "v", 2),
    (Label::TextValue, "vs", 3),
    (Label::BooleanValue, "vb", 4),
    (Label::Sum, "s", 5),
    (Label::Time, "t", 6),
    (Label::UpdateTime, "ut", 7),
    (Label::DataValue, "vd", 8),
];

impl Label {
    /// Its name in JSON, which pointers use too.
    pub(super) fn name(self) -> &'static str {
        LABELS[self as usize].1
    }

    /// The label of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        LABELS
            .iter()
            .find(|entry| entry.1 == name)
            .map(|entry| entry.0)
    }

    /// The label of this number in CBOR.
    pub(super) fn numbered(number: i128) -> Option<Self> {
        LABELS
            .iter()
            .find(|entry| i128::from(entry.2) == number)
            .map(|entry| entry.0)
    }

    /// Whether it is in force from its record on.
    fn is_base(self) -> bool {
        self as usize <= Self::BaseSum as usize
    }

    /// Whether a pack is known by it. Units and times alone could be anything.
    pub(super) fn is_telling(self) -> bool {
        !matches!(self, Self::Unit | Self::Time | Self::UpdateTime)
    }
}

/// The value of a field.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item<'a> {
    Null,
    Boolean(bool),
    /// A finite number as decimal text, as in JSON.
    Number(Cow<'a, str>),
    Text(Cow<'a, str>),
    /// Bytes as base64url without padding.
    Data(Cow<'a, str>),
    /// Something no field holds, in words.
    Other(&'static str),
}

impl Item<'_> {
    fn in_words(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::Data(_) => "data",
            Self::Other(words) => words,
        }
    }
}

/// The fields of a record that have a meaning; of equal labels the last one stands.
#[derive(Debug, Default)]
pub(super) struct Record<'a> {
    fields: Vec<(Label, Item<'a>)>,
    /// A field that RFC 8428 says must be understood, and is not.
    not_understood: Option<String>,
}

impl<'a> Record<'a> {
    /// Takes over a field.
    pub(super) fn push(&mut self, label: Label, item: Item<'a>) {
        self.fields.push((label, item));
    }

    /// Takes notice of a field without meaning here.
    pub(super) fn push_unknown(&mut self, name: &str) {
        if name.ends_with('_') && self.not_understood.is_none() {
            self.not_understood = Some(name.to_owned());
        }
    }

    /// A field that must be understood, and is not.
    pub(super) fn not_understood(&self) -> Option<&str> {
        self.not_understood.as_deref()
    }

    /// The value of a field.
    pub(super) fn get(&self, label: Label) -> Option<&Item<'a>> {
        self.fields
            .iter()
            .rev()
            .find(|(known, _)| *known == label)
            .map(|(_, item)| item)
    }

    /// Whether there is such a field.
    pub(super) fn has(&self, label: Label) -> bool {
        self.get(label).is_some()
    }

    /// Whether it carries base fields and nothing else.
    pub(super) fn is_carrier(&self) -> bool {
        !self.fields.is_empty() && self.fields.iter().all(|(label, _)| label.is_base())
    }

    /// A text that may be left out, but must be one where it stands.
    pub(super) fn text(&self, label: Label) -> Result<Option<&str>, Fault> {
        match self.get(label) {
            None => Ok(None),
            Some(Item::Text(text)) => Ok(Some(text)),
            Some(other) => Err(wrong_type(label, "a text", other)),
        }
    }

    /// A unit: a short text; empty or null counts as left out.
    pub(super) fn unit(&self, label: Label) -> Result<Option<&str>, Fault> {
        match self.get(label) {
            None | Some(Item::Null) => Ok(None),
            Some(Item::Text(text)) => word(label.name(), text),
            Some(other) => Err(wrong_type(label, "a text", other)),
        }
    }

    /// A number as a double: infinite when it is too large for one.
    pub(super) fn double(&self, label: Label) -> Result<Option<f64>, Fault> {
        Ok(self.number(label)?.and_then(|text| text.parse().ok()))
    }

    /// A number with all its digits.
    pub(super) fn decimal(&self, label: Label) -> Result<Option<Decimal>, Fault> {
        Ok(self.number(label)?.and_then(Decimal::parse))
    }

    fn number(&self, label: Label) -> Result<Option<&str>, Fault> {
        match self.get(label) {
            None => Ok(None),
            Some(Item::Number(text)) => Ok(Some(text)),
            Some(other) => Err(wrong_type(label, "a number", other)),
        }
    }
}

/// A field holds another type than expected ("a number").
pub(super) fn wrong_type(label: Label, expected: &str, found: &Item<'_>) -> Fault {
    Fault::wrong_kind(label.name(), expected, found.in_words())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_stand_in_the_order_of_their_table() {
        for (index, (label, name, number)) in LABELS.into_iter().enumerate() {
            assert_eq!(label as usize, index);
            assert_eq!(label.name(), name);
            assert_eq!(Label::named(name), Some(label));
            assert_eq!(Label::numbered(number.into()), Some(label));
            assert_eq!(label.is_base(), number < 0);
        }
        assert_eq!(Label::numbered(9), None);
        assert_eq!(Label::named("x"), None);
    }
}
