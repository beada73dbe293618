//! A stored value in the type its metric has.

/// A value as it leaves the database.
#[derive(Debug, Clone, PartialEq)]
pub enum StoredValue {
    /// A number in the metric's unit.
    Number(f64),
    /// A boolean (stored as 0 or 1).
    Boolean(bool),
    /// Text.
    Text(String),
}

impl StoredValue {
    /// Joins the two value columns and the metric's kind. `None` when both columns are NULL.
    pub(crate) fn from_columns(
        number: Option<f64>,
        text: Option<String>,
        kind: &str,
    ) -> Option<Self> {
        match (number, text) {
            (Some(number), _) if kind == "boolean" => Some(Self::Boolean(number != 0.0)),
            (Some(number), _) => Some(Self::Number(number)),
            (None, Some(text)) => Some(Self::Text(text)),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::StoredValue;

    #[test]
    fn columns_and_kind_give_the_value() {
        assert_eq!(
            StoredValue::from_columns(Some(1.0), None, "boolean"),
            Some(StoredValue::Boolean(true))
        );
        assert_eq!(
            StoredValue::from_columns(Some(1.0), None, "number"),
            Some(StoredValue::Number(1.0))
        );
        let text = StoredValue::from_columns(None, Some("on".to_owned()), "boolean");
        assert_eq!(text, Some(StoredValue::Text("on".to_owned())));
        assert_eq!(StoredValue::from_columns(None, None, "number"), None);
    }
}
