//! A metric as the API shows and takes it.

use sens_storage::query::metric_changes::{MetricChange, Patch, Refusal};
use sens_storage::query::metrics;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::value;
use crate::problem::{Code, FieldError, Problem};

/// A metric.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Metric {
    /// Its name.
    name: String,
    /// Unit of stored values.
    unit: Option<String>,
    /// `number`, `boolean` or `text`.
    kind: String,
    /// Least valid value.
    #[serde(serialize_with = "value::optional_number")]
    min: Option<f64>,
    /// Greatest valid value.
    #[serde(serialize_with = "value::optional_number")]
    max: Option<f64>,
    /// Name for people.
    display_name: Option<String>,
    /// Unit for people.
    display_unit: Option<String>,
    /// What a stored value is multiplied with to get the display unit.
    #[serde(serialize_with = "value::optional_number")]
    display_factor: Option<f64>,
    /// Whether somebody described it; otherwise devices just send it.
    listed: bool,
    /// Rises with every change.
    version: i64,
}

impl From<metrics::Metric> for Metric {
    fn from(metric: metrics::Metric) -> Self {
        Self {
            name: metric.name,
            unit: metric.unit,
            kind: metric.kind,
            min: metric.min,
            max: metric.max,
            display_name: metric.display_name,
            display_unit: metric.display_unit,
            display_factor: metric.display_factor,
            listed: metric.listed,
            version: metric.version,
        }
    }
}

/// Fields of a metric. What is left out stays as it is, null empties it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MetricFields {
    /// Unit of stored values. Of a metric that has readings it can be said, but not be changed.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    unit: Patch<String>,
    /// `number` (default), `boolean` or `text`; cannot be changed when there are readings.
    kind: Option<String>,
    /// Least valid value. What devices send below it is refused as `out_of_range` from now on.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    min: Patch<f64>,
    /// Greatest valid value.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    max: Patch<f64>,
    /// Name for people.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    display_name: Patch<String>,
    /// Unit for people.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    display_unit: Patch<String>,
    /// What a stored value is multiplied with to get the display unit.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    display_factor: Patch<f64>,
    /// Whether it belongs to the catalogue: only then unit and range are checked.
    listed: Option<bool>,
}

impl From<MetricFields> for MetricChange {
    fn from(fields: MetricFields) -> Self {
        Self {
            unit: fields.unit,
            kind: fields.kind,
            min: fields.min,
            max: fields.max,
            display_name: fields.display_name,
            display_unit: fields.display_unit,
            display_factor: fields.display_factor,
            listed: fields.listed,
        }
    }
}

/// Reads a body that has one member more than the fields. (A flattened structure would let unknown members pass.)
pub(super) fn with_member<T: serde::de::DeserializeOwned>(
    mut body: serde_json::Map<String, serde_json::Value>,
    member: &str,
) -> Result<(T, MetricFields), serde_json::Error> {
    let value = body.remove(member).unwrap_or_default();
    let fields = serde_json::from_value(body.into())?;
    let value = serde_json::from_value(value)
        .map_err(|error| serde::de::Error::custom(format!("{member}: {error}")))?;
    Ok((value, fields))
}

/// The problem that stands for a refusal.
pub(super) fn refused(name: &str, refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NotFound => not_found(name),
        Refusal::Exists => Problem::new(Code::MetricExists, format!("there is a metric {name}")),
        Refusal::InUse(field) => Problem::new(
            Code::MetricInUse,
            format!("{name} has readings: its {field} cannot be another one"),
        ),
        Refusal::Version(version) => Problem::new(
            Code::VersionConflict,
            format!("{name} is at version {version}"),
        ),
        Refusal::Invalid(faults) => {
            let errors = faults.into_iter().map(|(field, rule)| FieldError {
                detail: format!("{field} {rule}"),
                pointer: Some(format!("/{field}")),
                parameter: None,
            });
            Problem::with_errors(Code::InvalidBody, errors.collect())
        }
    }
}

pub(super) fn not_found(name: &str) -> Problem {
    Problem::new(Code::MetricNotFound, format!("there is no metric {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_empties_and_nothing_leaves() {
        let fields: MetricFields = serde_json::from_str(r#"{"min":null,"max":5}"#).unwrap();
        let change = MetricChange::from(fields);
        assert_eq!(
            (change.min, change.max, change.unit),
            (Patch::Clear, Patch::Set(5.0), Patch::Keep)
        );
        let split = |body: &str| with_member::<String>(serde_json::from_str(body).unwrap(), "name");
        assert_eq!(split(r#"{"name":"x","max":5}"#).unwrap().0, "x");
        for bad in [r#"{"name":"x","id":1}"#, r#"{"max":5}"#, r#"{"name":1}"#] {
            assert!(split(bad).is_err(), "{bad}");
        }
    }
}
