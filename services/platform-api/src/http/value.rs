//! Values of readings as the API writes them.

use sens_storage::query::StoredValue;
use serde::{Serialize, Serializer};

/// Integers up to here are exact in a double and are written without a fraction.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A number, a boolean or text, as plain JSON.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = Value)]
#[serde(untagged)]
#[expect(
    dead_code,
    reason = "only describes the three forms in the OpenAPI document"
)]
pub(crate) enum ValueSchema {
    /// A number.
    #[schema(title = "number")]
    Number(f64),
    /// A boolean.
    #[schema(title = "boolean")]
    Boolean(bool),
    /// Text.
    #[schema(title = "text")]
    Text(String),
}

/// Writes a stored value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Value(pub(crate) StoredValue);

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            StoredValue::Number(number) => serialize_number(*number, serializer),
            StoredValue::Boolean(boolean) => serializer.serialize_bool(*boolean),
            StoredValue::Text(text) => serializer.serialize_str(text),
        }
    }
}

/// For `serialize_with`: as every number of the API, whole ones without a fraction.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
pub(crate) fn number<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serialize_number(*number, serializer)
}

/// For `serialize_with`: [`number`], or null.
#[expect(clippy::ref_option, reason = "serde passes references")]
pub(crate) fn optional_number<S: Serializer>(
    number: &Option<f64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match number {
        Some(number) => serialize_number(*number, serializer),
        None => serializer.serialize_none(),
    }
}

/// For `serialize_with`: a JSON value, its number written as every number of the API.
pub(crate) fn json<S: Serializer>(
    value: &serde_json::Value,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value.as_f64() {
        Some(number) => serialize_number(number, serializer),
        None => value.serialize(serializer),
    }
}

fn serialize_number<S: Serializer>(number: f64, serializer: S) -> Result<S::Ok, S::Error> {
    if number.fract() == 0.0 && number.abs() < EXACT {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "an integer below 2^53 is exact"
        )]
        return serializer.serialize_i64(number as i64);
    }
    serializer.serialize_f64(number)
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            StoredValue::Number(number) => write!(f, "{number}"),
            StoredValue::Boolean(boolean) => write!(f, "{boolean}"),
            StoredValue::Text(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_in_their_type() {
        let json = |value| serde_json::to_string(&Value(value)).unwrap();
        assert_eq!(json(StoredValue::Number(1200.0)), "1200");
        assert_eq!(json(StoredValue::Number(12.0)), "12");
        assert_eq!(json(StoredValue::Number(-0.5)), "-0.5");
        assert_eq!(json(StoredValue::Number(1e300)), "1e+300");
        assert_eq!(json(StoredValue::Boolean(true)), "true");
        assert_eq!(json(StoredValue::Text("on".to_owned())), "\"on\"");
    }
}
