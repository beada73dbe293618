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
        assert_eq!(json(StoredValue::Number(-0.5)), "-0.5");
        assert_eq!(json(StoredValue::Number(1e300)), "1e+300");
        assert_eq!(json(StoredValue::Boolean(true)), "true");
        assert_eq!(json(StoredValue::Text("on".to_owned())), "\"on\"");
    }
}
