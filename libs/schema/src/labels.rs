//! Labels of devices, and selectors over them as Kubernetes writes them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

/// Longest key and longest value.
const LENGTH_MAX: usize = 63;
/// Most labels of a device.
const LABELS_MAX: usize = 64;
/// Longest selector.
const SELECTOR_MAX: usize = 2000;

/// Labels of a device: value by key.
pub type Labels = BTreeMap<String, String>;

/// A text that is no label or no selector, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidLabel(String);

/// Whether a character may stand in keys and values.
fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | ':' | '/' | '-')
}

fn check_key(key: &str) -> Result<(), InvalidLabel> {
    if !key.is_empty() && key.len() <= LENGTH_MAX && key.chars().all(is_plain) {
        return Ok(());
    }
    Err(InvalidLabel(format!(
        "a label key is 1 to {LENGTH_MAX} of A-Z a-z 0-9 . _ : / -, not {key:?}"
    )))
}

fn check_value(value: &str) -> Result<(), InvalidLabel> {
    if value.len() <= LENGTH_MAX && value.chars().all(is_plain) {
        return Ok(());
    }
    Err(InvalidLabel(format!(
        "a label value is at most {LENGTH_MAX} of A-Z a-z 0-9 . _ : / -, not {value:?}"
    )))
}

/// Checks the labels of a device.
///
/// # Errors
/// [`InvalidLabel`] that names the first fault.
pub fn check_labels(labels: &Labels) -> Result<(), InvalidLabel> {
    if labels.len() > LABELS_MAX {
        let found = labels.len();
        return Err(InvalidLabel(format!(
            "a device has at most {LABELS_MAX} labels, not {found}"
        )));
    }
    labels
        .iter()
        .try_for_each(|(key, value)| check_key(key).and_then(|()| check_value(value)))
}

/// One condition of a selector.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Requirement {
    /// `key`: there is such a label.
    Exists(String),
    /// `!key`: there is none.
    Absent(String),
    /// `key=a`, `key==a`, `key in (a,b)`: its value is one of these.
    In(String, BTreeSet<String>),
    /// `key!=a`, `key notin (a,b)`: there is no such label, or its value is none of these.
    NotIn(String, BTreeSet<String>),
}

impl Requirement {
    /// Whether it takes a device with these labels.
    pub fn matches(&self, labels: &Labels) -> bool {
        match self {
            Self::Exists(key) => labels.contains_key(key),
            Self::Absent(key) => !labels.contains_key(key),
            Self::In(key, values) => labels.get(key).is_some_and(|value| values.contains(value)),
            Self::NotIn(key, values) => labels.get(key).is_none_or(|value| !values.contains(value)),
        }
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut many = |key: &str, one: &str, several: &str, values: &BTreeSet<String>| {
            let mut values: Vec<&str> = values.iter().map(String::as_str).collect();
            if let ([value], false) = (values.as_slice(), values == [""]) {
                return write!(formatter, "{key}{one}{value}");
            }
            values.sort_unstable();
            write!(formatter, "{key} {several} ({})", values.join(","))
        };
        match self {
            Self::In(key, values) => many(key, "=", "in", values),
            Self::NotIn(key, values) => many(key, "!=", "notin", values),
            Self::Exists(key) => formatter.write_str(key),
            Self::Absent(key) => write!(formatter, "!{key}"),
        }
    }
}

/// Conditions that all have to hold, such as `site=vie,line!=3,area in (a,b),!old`. Displayed in one form, whatever it was
/// written like.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LabelSelector(BTreeSet<Requirement>);

impl LabelSelector {
    /// Reads a selector.
    ///
    /// # Errors
    /// [`InvalidLabel`] that says what is wrong and where.
    pub fn parse(text: &str) -> Result<Self, InvalidLabel> {
        if text.len() > SELECTOR_MAX {
            return Err(InvalidLabel(format!(
                "a selector has at most {SELECTOR_MAX} characters"
            )));
        }
        let mut reader = Reader { rest: text, text };
        let mut requirements = BTreeSet::new();
        loop {
            requirements.insert(reader.requirement()?);
            if reader.rest.is_empty() {
                return Ok(Self(requirements));
            }
            reader.expect(',')?;
        }
    }

    /// The conditions, in the order of their display.
    pub fn requirements(&self) -> impl Iterator<Item = &Requirement> {
        self.0.iter()
    }

    /// Whether it takes a device with these labels.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.0.iter().all(|requirement| requirement.matches(labels))
    }

    /// Both selectors at once.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0).cloned().collect())
    }
}

impl fmt::Display for LabelSelector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, requirement) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "," };
            write!(formatter, "{separator}{requirement}")?;
        }
        Ok(())
    }
}

impl FromStr for LabelSelector {
    type Err = InvalidLabel;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// What of a selector is not read yet.
struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn requirement(&mut self) -> Result<Requirement, InvalidLabel> {
        if self.take("!") {
            return Ok(Requirement::Absent(self.key()?));
        }
        let key = self.key()?;
        // The longer ones first.
        if self.take("==") || self.take("=") {
            return Ok(Requirement::In(key, BTreeSet::from([self.value()?])));
        }
        if self.take("!=") {
            return Ok(Requirement::NotIn(key, BTreeSet::from([self.value()?])));
        }
        if self.rest.is_empty() || self.rest.starts_with(',') {
            return Ok(Requirement::Exists(key));
        }
        match self.word() {
            "in" => Ok(Requirement::In(key, self.values()?)),
            "notin" => Ok(Requirement::NotIn(key, self.values()?)),
            _ => Err(self.fault("=, ==, !=, in, notin or a comma")),
        }
    }

    fn values(&mut self) -> Result<BTreeSet<String>, InvalidLabel> {
        self.expect('(')?;
        let mut values = BTreeSet::from([self.value()?]);
        while self.take(",") {
            values.insert(self.value()?);
        }
        self.expect(')')?;
        Ok(values)
    }

    fn key(&mut self) -> Result<String, InvalidLabel> {
        let key = self.word();
        check_key(key)?;
        Ok(key.to_owned())
    }

    fn value(&mut self) -> Result<String, InvalidLabel> {
        let value = self.word();
        check_value(value)?;
        Ok(value.to_owned())
    }

    /// The plain characters that follow; spaces around them do not count.
    fn word(&mut self) -> &'a str {
        self.skip_spaces();
        let end = self
            .rest
            .find(|character| !is_plain(character))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        self.skip_spaces();
        word
    }

    fn take(&mut self, expected: &str) -> bool {
        self.skip_spaces();
        let Some(rest) = self.rest.strip_prefix(expected) else {
            return false;
        };
        self.rest = rest;
        self.skip_spaces();
        true
    }

    fn expect(&mut self, expected: char) -> Result<(), InvalidLabel> {
        if self.take(expected.encode_utf8(&mut [0; 4])) {
            return Ok(());
        }
        Err(self.fault(&format!("{expected:?}")))
    }

    fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start_matches(' ');
    }

    fn fault(&self, wanted: &str) -> InvalidLabel {
        let place = self.text.len() - self.rest.len();
        let found = self.rest.chars().next().map_or_else(
            || "its end".to_owned(),
            |character| format!("{character:?}"),
        );
        InvalidLabel(format!(
            "the selector has {found} at character {}, where {wanted} should be; it looks like site=vie,line!=3,area in (a,b),!old",
            place + 1
        ))
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_map, btree_set, vec};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn selectors_take_the_devices_they_name() {
        let labels = |text: &str| -> Labels {
            let pairs = text.split(' ').filter_map(|pair| pair.split_once('='));
            pairs
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect()
        };
        let table = [
            ("site=vie", "site=vie", true),
            ("site==vie", "site=vie", true),
            ("site=vie", "site=graz", false),
            ("site=vie", "", false),
            ("site=", "site=", true),
            ("site=", "", false),
            ("line!=3", "line=3", false),
            ("line!=3", "line=4", true),
            ("line!=3", "", true),
            ("area in (a,b)", "area=b", true),
            ("area in (a, b)", "area=c", false),
            ("area notin (a,b)", "area=c", true),
            ("area notin (a,b)", "", true),
            ("area notin (a,b)", "area=a", false),
            ("old", "old=", true),
            ("old", "", false),
            ("!old", "", true),
            ("! old", "old=1", false),
            ("in in (in,notin)", "in=notin", true),
            (
                " site = vie , line != 3 , area in ( a , b ) , !old ",
                "site=vie area=a",
                true,
            ),
            (
                "site=vie,line!=3,area in (a,b),!old",
                "site=vie area=a line=3",
                false,
            ),
            ("site=vie,site=graz", "site=vie", false),
        ];
        for (selector, given, taken) in table {
            let selector = LabelSelector::parse(selector).unwrap();
            assert_eq!(
                selector.matches(&labels(given)),
                taken,
                "{selector} {given}"
            );
        }
    }

    #[test]
    fn faults_say_where_they_are() {
        for text in [
            "",
            " ",
            ",",
            "=vie",
            "site=vie,",
            "site=vie;line=3",
            "site in a",
            "site in (a",
            "site in (a,b",
            "site near (a)",
            "site = a b",
            "!",
            "!!old",
            "site=ü",
            "si te",
            "a=(b)",
            "in (a)",
            "a=b)",
            "a\tb",
        ] {
            assert!(LabelSelector::parse(text).is_err(), "{text:?}");
        }
        assert!(LabelSelector::parse(&format!("a={}", "x".repeat(64))).is_err());
        assert!(LabelSelector::parse(&"a,".repeat(1001)).is_err());
        let fault = LabelSelector::parse("site=vie;line=3")
            .unwrap_err()
            .to_string();
        assert!(fault.contains("';' at character 9"), "{fault}");
    }

    #[test]
    fn a_selector_has_one_form() {
        for (text, form) in [
            ("b, a", "a,b"),
            ("a==1", "a=1"),
            ("a in (1)", "a=1"),
            ("a in (2,1,2)", "a in (1,2)"),
            ("a notin (1)", "a!=1"),
            ("a=", "a in ()"),
            ("!a", "!a"),
        ] {
            assert_eq!(LabelSelector::parse(text).unwrap().to_string(), form);
        }
    }

    #[test]
    fn labels_are_checked() {
        let one = |key: &str, value: &str| {
            check_labels(&Labels::from([(key.to_owned(), value.to_owned())]))
        };
        assert!(one("site", "vie").is_ok() && one("site", "").is_ok());
        assert!(one("", "vie").is_err() && one("site", "a b").is_err() && one("a,b", "1").is_err());
        let many = (0..65)
            .map(|index| (format!("l{index}"), String::new()))
            .collect();
        assert!(check_labels(&many).is_err());
    }

    fn requirement() -> impl Strategy<Value = Requirement> {
        let key = "[a-c]{1,2}";
        let values = || btree_set("[a-c]{0,2}", 1..3);
        prop_oneof![
            key.prop_map(Requirement::Exists),
            key.prop_map(Requirement::Absent),
            (key, values()).prop_map(|(key, values)| Requirement::In(key, values)),
            (key, values()).prop_map(|(key, values)| Requirement::NotIn(key, values)),
        ]
    }

    proptest! {
        #[test]
        fn what_is_displayed_is_read_back(requirements in vec(requirement(), 1..6)) {
            let selector = LabelSelector(requirements.into_iter().collect());
            prop_assert_eq!(LabelSelector::parse(&selector.to_string()), Ok(selector));
        }

        #[test]
        fn nothing_makes_the_reader_panic(text in "[a-c=!(), ]{0,20}|\\PC{0,20}") {
            if let Ok(selector) = LabelSelector::parse(&text) {
                prop_assert_eq!(LabelSelector::parse(&selector.to_string()), Ok(selector));
            }
        }

        #[test]
        fn opposites_never_agree(labels in btree_map("[a-c]{1,2}", "[a-c]{0,2}", 0..4), key in "[a-c]{1,2}", values in btree_set("[a-c]{0,2}", 1..3)) {
            let pairs = [
                (Requirement::Exists(key.clone()), Requirement::Absent(key.clone())),
                (Requirement::In(key.clone(), values.clone()), Requirement::NotIn(key, values)),
            ];
            for (one, other) in pairs {
                prop_assert_ne!(one.matches(&labels), other.matches(&labels));
            }
        }
    }
}
