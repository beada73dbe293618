//! The value of a reading.

/// The value of a reading. Booleans are numbers 0 and 1 with `boolean` set on the reading.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A finite double, never negative zero.
    Number(f64),
    /// A text without NUL characters.
    Text(String),
}

impl Value {
    /// A number as it is stored: negative zero becomes zero (they are one value to the database, so they
    /// must be one value to [`crate::dedup`]); none when it is infinite or no number.
    pub fn number(number: f64) -> Option<Self> {
        number.is_finite().then_some(Self::Number(number + 0.0))
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(_) => None,
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Number(_) => None,
            Self::Text(text) => Some(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negative_zero_is_zero() {
        let zero = Value::number(-0.0)
            .and_then(|value| value.as_number())
            .unwrap();
        assert!(zero.is_sign_positive());
        assert_eq!(Value::number(f64::INFINITY), None);
        assert_eq!(Value::number(f64::NAN), None);
        assert_eq!(Value::Text("a".into()).as_text(), Some("a"));
    }
}
