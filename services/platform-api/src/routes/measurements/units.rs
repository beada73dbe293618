//! Conversion at read time, by the factors of the catalogue.

use sens_storage::query::StoredValue;
use sens_storage::query::measurements::DeviceMetric;
use sens_storage::query::metrics::scaled;
use sens_storage::query::targets::Target;

use crate::http::params::Params;
use crate::problem::Problem;

/// How the numbers of a metric become those of the unit wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Conversion {
    factor: Option<f64>,
}

/// The unit of converted values, and how they are converted.
type Converted = (Option<String>, Conversion);

impl Conversion {
    /// For each target; what has no such unit stays as it is.
    ///
    /// # Errors
    /// `invalid_parameter` when there are targets and none of them has the unit.
    pub(super) fn of_all(
        targets: &[Target],
        wanted: Option<&str>,
    ) -> Result<Vec<Converted>, Problem> {
        let mut is_known = targets.is_empty();
        let converted = targets.iter().map(|target| {
            let found = Self::of(&target.metric, wanted);
            is_known |= found.is_some();
            found.unwrap_or_else(|| Self::stored(&target.metric))
        });
        let converted = converted.collect();
        if !is_known {
            let mut params = Params::default();
            params.fault(
                "unit",
                "none of these metrics has this unit or converts to it",
            );
            params.finish()?;
        }
        Ok(converted)
    }

    fn stored(metric: &DeviceMetric) -> Converted {
        (metric.unit.clone(), Self { factor: None })
    }

    /// To the unit asked for: `display`, or a name that is the metric's own or its display unit. `None` when the metric has
    /// no such unit.
    fn of(metric: &DeviceMetric, wanted: Option<&str>) -> Option<Converted> {
        let Some(wanted) = wanted else {
            return Some(Self::stored(metric));
        };
        let display = metric.display_unit.as_deref();
        let convertible = display.is_some() && metric.display_factor.is_some();
        if convertible && (wanted == "display" || display == Some(wanted)) {
            let factor = metric.display_factor;
            return Some((metric.display_unit.clone(), Self { factor }));
        }
        let is_own = wanted == "display" || metric.unit.as_deref() == Some(wanted);
        is_own.then(|| Self::stored(metric))
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
            let (unit, conversion) = Conversion::of(&ticks, wanted)?;
            Some((unit, conversion.number(3.0)))
        };
        let some = |unit: &str, number| Some((Some(unit.to_owned()), number));
        assert_eq!(convert(None), some("tick", 3.0));
        assert_eq!(convert(Some("tick")), some("tick", 3.0));
        assert_eq!(convert(Some("mm")), some("mm", 0.15));
        assert_eq!(convert(Some("display")), some("mm", 0.15));
        assert_eq!(convert(Some("inch")), None);
    }
}
