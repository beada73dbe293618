//! Conversion at read time, by the factors of the catalogue.

use sens_storage::query::StoredValue;
use sens_storage::query::measurements::DeviceMetric;
use sens_storage::query::metrics::scaled;

/// Which unit the values of a metric are wanted in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Conversion<'a> {
    /// Unit of the converted values.
    pub(super) unit: Option<&'a str>,
    factor: Option<f64>,
}

impl<'a> Conversion<'a> {
    /// To the unit asked for: `display`, or a name that is the metric's own or its display unit. `None` when the metric has
    /// no such unit.
    pub(super) fn of(metric: &'a DeviceMetric, wanted: Option<&str>) -> Option<Self> {
        let stored = Self {
            unit: metric.unit.as_deref(),
            factor: None,
        };
        let Some(wanted) = wanted else {
            return Some(stored);
        };
        let display = metric.display_unit.as_deref();
        let convertible = display.is_some() && metric.display_factor.is_some();
        if convertible && (wanted == "display" || display == Some(wanted)) {
            return Some(Self {
                unit: display,
                factor: metric.display_factor,
            });
        }
        (wanted == "display" || stored.unit == Some(wanted)).then_some(stored)
    }

    /// Converts a number.
    pub(super) fn number(self, number: f64) -> f64 {
        self.factor.map_or(number, |factor| scaled(number, factor))
    }

    /// Converts a value; only numbers have a unit.
    pub(super) fn value(self, value: StoredValue) -> StoredValue {
        match value {
            StoredValue::Number(number) => StoredValue::Number(self.number(number)),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn values_are_converted_to_units_that_the_metric_has() {
        let ticks = DeviceMetric {
            id: 1,
            name: "platform_extension_ticks".to_owned(),
            unit: Some("tick".to_owned()),
            kind: "number".to_owned(),
            display_unit: Some("mm".to_owned()),
            display_factor: Some(0.05),
            newest: DateTime::UNIX_EPOCH,
            corrected: false,
        };
        let convert = |wanted| {
            let to = Conversion::of(&ticks, wanted)?;
            Some((to.unit, to.number(3.0)))
        };
        assert_eq!(convert(None), Some((Some("tick"), 3.0)));
        assert_eq!(convert(Some("tick")), Some((Some("tick"), 3.0)));
        assert_eq!(convert(Some("mm")), Some((Some("mm"), 0.15)));
        assert_eq!(convert(Some("display")), Some((Some("mm"), 0.15)));
        assert_eq!(convert(Some("inch")), None);
    }
}
