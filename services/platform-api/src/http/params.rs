//! Query parameters: each is taken by name, all faults are reported together, unknown ones are faults.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Query};
use axum::http::Uri;
use axum::http::request::Parts;
use chrono::{DateTime, Utc};
use sens_schema::{LabelSelector, Serial};

use crate::http::time;
use crate::problem::{Code, FieldError, Problem};

/// The query string of a request, or the members of a JSON object that says the same.
#[derive(Debug, Default)]
pub(crate) struct Params {
    pairs: Vec<(String, String)>,
    known: Vec<&'static str>,
    errors: Vec<FieldError>,
    in_body: bool,
}

impl<S: Sync> FromRequestParts<S> for Params {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.uri))
    }
}

impl Params {
    /// Reads the query string of an address.
    pub(crate) fn of(uri: &Uri) -> Self {
        match Query::<Vec<(String, String)>>::try_from_uri(uri) {
            Ok(Query(pairs)) => Self {
                pairs,
                ..Self::default()
            },
            Err(rejection) => Self {
                errors: vec![FieldError {
                    detail: rejection.body_text(),
                    pointer: None,
                    parameter: None,
                }],
                ..Self::default()
            },
        }
    }

    /// Reads a JSON object whose members are named as the parameters; one that may occur several times is an array.
    pub(crate) fn of_object(object: serde_json::Map<String, serde_json::Value>) -> Self {
        let mut params = Self {
            in_body: true,
            ..Self::default()
        };
        for (name, value) in object {
            let values = match value {
                serde_json::Value::Array(values) => values,
                single => vec![single],
            };
            for value in values {
                let text = match value {
                    serde_json::Value::Null => continue,
                    serde_json::Value::String(text) => text,
                    serde_json::Value::Number(number) => number.to_string(),
                    serde_json::Value::Bool(flag) => flag.to_string(),
                    serde_json::Value::Array(_) | serde_json::Value::Object(_) => {
                        params.fault(
                            &name,
                            format!("{name} must be a text, a number or a list of them"),
                        );
                        continue;
                    }
                };
                params.pairs.push((name.clone(), text));
            }
        }
        params
    }

    /// What was given, in an order of its own, but for some names: tells requests apart.
    pub(crate) fn given(&self, but: &[&str]) -> Vec<String> {
        let kept = self
            .pairs
            .iter()
            .filter(|(name, value)| !but.contains(&name.as_str()) && !value.is_empty());
        let mut given: Vec<String> = kept
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        given.sort_unstable();
        given
    }

    /// Notes a fault of a parameter.
    pub(crate) fn fault(&mut self, name: &str, detail: impl Into<String>) {
        let pointer = || format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        self.errors.push(FieldError {
            detail: detail.into(),
            pointer: self.in_body.then(pointer),
            parameter: (!self.in_body).then(|| name.to_owned()),
        });
    }

    /// A parameter that may occur several times. Empty values count as not given.
    pub(crate) fn many(&mut self, name: &'static str) -> Vec<String> {
        self.known.push(name);
        let given = self
            .pairs
            .iter()
            .filter(|(key, value)| key == name && !value.is_empty());
        let given: Vec<String> = given.map(|(_, value)| value.clone()).collect();
        // PostgreSQL has no text with it.
        if given.iter().any(|value| value.contains('\0')) {
            self.fault(name, format!("{name} must not contain U+0000"));
        }
        given
    }

    /// Serials of devices.
    pub(crate) fn serials(&mut self, name: &'static str) -> Vec<String> {
        let given = self.many(name);
        for text in &given {
            if let Err(error) = Serial::parse(text) {
                self.fault(name, error.to_string());
            }
        }
        given
    }

    /// Label selectors.
    pub(crate) fn selectors(&mut self, name: &'static str) -> Vec<LabelSelector> {
        let mut selectors = Vec::new();
        for text in self.many(name) {
            match LabelSelector::parse(&text) {
                Ok(selector) => selectors.push(selector),
                Err(error) => self.fault(name, error.to_string()),
            }
        }
        selectors
    }

    /// A parameter that may occur once.
    pub(crate) fn text(&mut self, name: &'static str) -> Option<String> {
        let mut values = self.many(name);
        if values.len() > 1 {
            self.fault(name, format!("{name} may be given once"));
        }
        values.pop()
    }

    /// A page size.
    pub(crate) fn limit(&mut self, default: usize, max: usize) -> usize {
        let Some(text) = self.text("limit") else {
            return default;
        };
        match text.parse() {
            Ok(limit) if (1..=max).contains(&limit) => limit,
            _ => {
                self.fault("limit", format!("limit must be a number from 1 to {max}"));
                default
            }
        }
    }

    /// An instant.
    pub(crate) fn time(&mut self, name: &'static str) -> Option<DateTime<Utc>> {
        let text = self.text(name)?;
        let instant = time::parse(&text);
        if instant.is_none() {
            self.fault(
                name,
                format!(
                    "{name} must be an RFC 3339 time with offset, such as 2026-11-20T10:00:00Z"
                ),
            );
        }
        instant
    }

    /// The interval `[from, to)`.
    pub(crate) fn interval(&mut self) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        let (from, to) = (self.time("from"), self.time("to"));
        if let (Some(from), Some(to)) = (from, to)
            && from >= to
        {
            self.fault("to", "to must be later than from");
        }
        (from, to)
    }

    /// One of a few names.
    pub(crate) fn choice<T: Copy>(
        &mut self,
        name: &'static str,
        choices: &[(&str, T)],
    ) -> Option<T> {
        let text = self.text(name)?;
        let choice = choices
            .iter()
            .find(|(choice, _)| *choice == text)
            .map(|(_, value)| *value);
        if choice.is_none() {
            let names: Vec<&str> = choices.iter().map(|(choice, _)| *choice).collect();
            self.fault(name, format!("{name} must be one of {}", names.join(", ")));
        }
        choice
    }

    /// Something that is on when it is named: `?name` and `?name=true`.
    pub(crate) fn flag(&mut self, name: &'static str) -> bool {
        let bare = self
            .pairs
            .iter()
            .any(|(key, value)| key == name && value.is_empty());
        self.choice(name, &[("true", true), ("false", false)])
            .unwrap_or(bare)
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// `invalid_parameter`, of a body `invalid_body`, with every fault found, unknown parameters among them.
    pub(crate) fn finish(mut self) -> Result<(), Problem> {
        let mut unknown: Vec<String> = self.pairs.iter().map(|(key, _)| key.clone()).collect();
        unknown.retain(|key| !self.known.contains(&key.as_str()));
        unknown.dedup();
        for key in unknown {
            let known = if self.known.is_empty() {
                "none".to_owned()
            } else {
                self.known.join(", ")
            };
            self.fault(
                &key,
                format!("there is no parameter {key} here; known are: {known}"),
            );
        }
        if self.errors.is_empty() {
            return Ok(());
        }
        let code = if self.in_body {
            Code::InvalidBody
        } else {
            Code::InvalidParameter
        };
        Err(Problem::with_errors(code, self.errors))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(query: &str) -> Params {
        Params::of(&format!("/x?{query}").parse().unwrap())
    }

    fn faults(params: Params) -> Vec<String> {
        let Err(problem) = params.finish() else {
            return Vec::new();
        };
        assert_eq!(problem.code(), Code::InvalidParameter);
        let errors = problem.into_body("", "").errors;
        errors
            .into_iter()
            .filter_map(|error| error.parameter)
            .collect()
    }

    #[test]
    fn good_parameters_are_taken() {
        let mut query =
            params("limit=5&metric=a&metric=b&order=desc&from=2026-11-20T10%3A00%3A00Z&q=");
        assert_eq!(query.limit(100, 1000), 5);
        assert_eq!(query.many("metric"), ["a", "b"]);
        assert_eq!(query.choice("order", &[("asc", 1), ("desc", 2)]), Some(2));
        assert!(query.interval().0.is_some());
        assert_eq!(query.text("q"), None);
        assert!(query.finish().is_ok());
    }

    #[test]
    fn every_fault_is_reported() {
        let mut query = params("limit=0&from=now&order=up&serial=a&serial=b&typo=1");
        assert_eq!(query.limit(100, 1000), 100);
        assert_eq!(query.interval(), (None, None));
        assert_eq!(query.choice("order", &[("asc", 1)]), None);
        query.text("serial");
        assert_eq!(faults(query), ["limit", "from", "order", "serial", "typo"]);
    }

    #[test]
    fn no_text_has_the_character_that_no_database_keeps() {
        let mut query = params("metric=a&metric=b%00&unit=%00");
        query.many("metric");
        query.text("unit");
        assert_eq!(faults(query), ["metric", "unit"]);
    }

    #[test]
    fn an_object_says_the_same_as_a_query_string() {
        let object = serde_json::json!({ "metric": ["a", "b"], "limit": 5, "q": null, "nested": [{}], "a/b": 1 });
        let mut query = Params::of_object(object.as_object().unwrap().clone());
        assert_eq!(query.limit(100, 1000), 5);
        assert_eq!(query.many("metric"), ["a", "b"]);
        assert_eq!(query.text("q"), None);
        assert_eq!(query.given(&["limit"]), ["a/b=1", "metric=a", "metric=b"]);
        let problem = query.finish().unwrap_err();
        assert_eq!(problem.code(), Code::InvalidBody);
        let errors = problem.into_body("", "").errors;
        let pointers: Vec<_> = errors
            .into_iter()
            .filter_map(|error| error.pointer)
            .collect();
        assert_eq!(pointers, ["/nested", "/a~1b"]);
    }

    #[test]
    fn a_flag_is_on_when_it_is_named() {
        let flag = |query: &str| {
            let mut query = params(query);
            (query.flag("dry_run"), faults(query))
        };
        for (query, on) in [
            ("", false),
            ("dry_run", true),
            ("dry_run=", true),
            ("dry_run=true", true),
            ("dry_run=false", false),
        ] {
            assert_eq!(flag(query), (on, Vec::new()), "{query}");
        }
        for query in ["dry_run=yes", "dry_run=1", "dry_run=true&dry_run=false"] {
            assert_eq!(flag(query).1, ["dry_run"], "{query}");
        }
    }

    #[test]
    fn an_interval_must_not_be_empty() {
        let mut query = params("from=2026-11-20T10:00:00Z&to=2026-11-20T10:00:00Z");
        query.interval();
        assert_eq!(faults(query), ["to"]);
    }

    #[test]
    fn a_limit_beyond_the_maximum_is_a_fault_and_not_cut() {
        let mut query = params("limit=1001");
        assert_eq!(query.limit(100, 1000), 100);
        assert_eq!(faults(query), ["limit"]);
    }
}
