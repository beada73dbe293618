//! The series of a correction, and whether the value fits it.

use sqlx::PgPool;

use super::{CorrectionRequest, Refusal};
use crate::Error;
use crate::query::StoredValue;
use crate::write::lookup;

const FIND: &str = "
    SELECT d.id, m.id, m.kind, m.min_value, m.max_value FROM (SELECT) AS one
    LEFT JOIN device d ON d.serial = $1 AND d.deleted_at IS NULL LEFT JOIN metric m ON m.name = $2";

/// The device and metric of a correction, and the value as it is stored.
#[derive(Debug)]
pub(super) struct Series {
    pub(super) device_id: i64,
    pub(super) metric_id: i32,
    pub(super) kind: String,
    pub(super) number: Option<f64>,
    pub(super) text: Option<String>,
}

pub(super) async fn find(pool: &PgPool, request: &CorrectionRequest) -> Result<Series, Refusal> {
    type Row = (
        Option<i64>,
        Option<i32>,
        Option<String>,
        Option<f64>,
        Option<f64>,
    );
    let (device, metric, kind, min, max): Row = sqlx::query_as(FIND)
        .bind(&request.serial)
        .bind(&request.metric)
        .fetch_one(pool)
        .await
        .map_err(Error::during("find the series of a correction"))?;
    let device_id = device.ok_or_else(|| Refusal::UnknownDevice(request.serial.clone()))?;
    let (Some(metric_id), Some(kind)) = (metric, kind) else {
        return Err(Refusal::UnknownMetric(request.metric.clone()));
    };
    let (number, text) = match &request.value {
        None => (None, None),
        Some(value) => columns(value, &request.metric, &kind, (min, max))?,
    };
    Ok(Series {
        device_id,
        metric_id,
        kind,
        number,
        text,
    })
}

/// The value as the tables hold it, where the metric may have it.
fn columns(
    value: &StoredValue,
    metric: &str,
    kind: &str,
    (min, max): (Option<f64>, Option<f64>),
) -> Result<(Option<f64>, Option<String>), Refusal> {
    match (value, kind) {
        (StoredValue::Number(number), "number") => {
            if !number.is_finite() {
                return Err(Refusal::Value("the value must be finite".to_owned()));
            }
            if min.is_some_and(|min| *number < min) || max.is_some_and(|max| *number > max) {
                let bound =
                    |bound: Option<f64>| bound.map_or_else(|| "…".to_owned(), |at| at.to_string());
                return Err(Refusal::Value(format!(
                    "{metric} is from {} to {}, and not {number}",
                    bound(min),
                    bound(max)
                )));
            }
            Ok((Some(*number), None))
        }
        (StoredValue::Boolean(value), "boolean") => Ok((Some(f64::from(u8::from(*value))), None)),
        (StoredValue::Text(text), "text") => Ok((None, Some(lookup::stored_text(text)))),
        _ => Err(Refusal::Value(format!("the value of {metric} is a {kind}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_of_the_kind_of_its_metric_and_in_its_range() {
        let range = (Some(0.0), Some(100.0));
        let number = |number| columns(&StoredValue::Number(number), "m", "number", range);
        assert_eq!(number(100.0).unwrap(), (Some(100.0), None));
        assert_eq!(
            number(100.5).unwrap_err().to_string(),
            "m is from 0 to 100, and not 100.5"
        );
        assert!(number(f64::NAN).is_err());
        let open = columns(
            &StoredValue::Number(-7.0),
            "m",
            "number",
            (None, Some(-8.0)),
        );
        assert_eq!(
            open.unwrap_err().to_string(),
            "m is from … to -8, and not -7"
        );
        let none = (None, None);
        let boolean = columns(&StoredValue::Boolean(true), "m", "boolean", none);
        assert_eq!(boolean.unwrap(), (Some(1.0), None));
        let text = columns(&StoredValue::Text("up".to_owned()), "m", "text", none);
        assert_eq!(text.unwrap(), (None, Some("up".to_owned())));
        let wrong = columns(&StoredValue::Number(1.0), "m", "boolean", none);
        assert_eq!(
            wrong.unwrap_err().to_string(),
            "the value of m is a boolean"
        );
    }
}
