//! The catalogue of metrics: data, not code.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;

/// What values a metric takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MetricKind {
    /// Doubles.
    Number,
    /// True and false.
    Boolean,
    /// Texts.
    Text,
}

/// A text that names no [`MetricKind`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a metric kind is number, boolean or text")]
pub struct UnknownMetricKind;

impl MetricKind {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Text => "text",
        }
    }
}

impl FromStr for MetricKind {
    type Err = UnknownMetricKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "number" => Ok(Self::Number),
            "boolean" => Ok(Self::Boolean),
            "text" => Ok(Self::Text),
            _ => Err(UnknownMetricKind),
        }
    }
}

/// The catalogue's entry for a metric.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricRule {
    /// Its key in the store.
    pub id: i32,
    /// Its name.
    pub name: Arc<str>,
    /// The unit in which its values are stored.
    pub unit: Option<Arc<str>>,
    /// What values it takes.
    pub kind: MetricKind,
    /// Smallest valid value, included.
    pub min: Option<f64>,
    /// Largest valid value, included.
    pub max: Option<f64>,
}

impl MetricRule {
    /// Whether a number in the catalogue's unit lies in the valid range.
    pub fn in_range(&self, number: f64) -> bool {
        self.min.is_none_or(|min| number >= min) && self.max.is_none_or(|max| number <= max)
    }
}

/// The metrics that are known, by name.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    rules: HashMap<Arc<str>, MetricRule>,
}

impl Catalogue {
    /// A catalogue of these metrics; of two with the same name the later one stands.
    pub fn new(rules: Vec<MetricRule>) -> Self {
        Self {
            rules: rules
                .into_iter()
                .map(|rule| (Arc::clone(&rule.name), rule))
                .collect(),
        }
    }

    /// The entry of a metric.
    pub fn get(&self, name: &str) -> Option<&MetricRule> {
        self.rules.get(name)
    }

    /// All entries, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &MetricRule> {
        self.rules.values()
    }

    /// The four metrics every installation starts with.
    pub fn builtin() -> Self {
        let rule = |id, name: &str, unit: &str, min, max| MetricRule {
            id,
            name: Arc::from(name),
            unit: Some(Arc::from(unit)),
            kind: MetricKind::Number,
            min: Some(min),
            max: Some(max),
        };
        Self::new(vec![
            rule(1, "platform_extension_ticks", "tick", 0.0, 3000.0),
            rule(2, "platform_extension_mm", "mm", -150.0, 150.0),
            rule(3, "battery_charge", "%", 0.0, 100.0),
            rule(4, "platform_height_mm", "mm", 0.0, 200.0),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builtin_ranges_include_their_ends() {
        let catalogue = Catalogue::builtin();
        assert_eq!(catalogue.iter().count(), 4);
        let rule = catalogue.get("platform_extension_mm").unwrap();
        for (number, good) in [
            (-150.0, true),
            (150.0, true),
            (150.01, false),
            (-150.01, false),
        ] {
            assert_eq!(rule.in_range(number), good, "{number}");
        }
        assert!(catalogue.get("warp_core_temperature").is_none());
    }

    #[test]
    fn kinds_come_back() {
        for kind in [MetricKind::Number, MetricKind::Boolean, MetricKind::Text] {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        assert_eq!("float".parse::<MetricKind>(), Err(UnknownMetricKind));
    }
}
