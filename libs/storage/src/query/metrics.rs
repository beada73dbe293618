//! The catalogue of metrics.

use sqlx::PgPool;

use crate::Error;

/// A metric of the catalogue, or one that devices send without being described (`listed` is false).
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// Its number.
    pub id: i32,
    /// Its name.
    pub name: String,
    /// Unit of stored values.
    pub unit: Option<String>,
    /// `number`, `boolean` or `text`.
    pub kind: String,
    /// Least valid value.
    pub min: Option<f64>,
    /// Greatest valid value.
    pub max: Option<f64>,
    /// Name for people.
    pub display_name: Option<String>,
    /// Unit for people.
    pub display_unit: Option<String>,
    /// What a stored value is multiplied with to get the display unit.
    pub display_factor: Option<f64>,
    /// Whether somebody described it.
    pub listed: bool,
    /// Rises with every change.
    pub version: i64,
}

pub(super) type MetricRow = (
    i32,
    String,
    Option<String>,
    String,
    Option<f64>,
    Option<f64>,
    Option<String>,
    Option<String>,
    Option<f64>,
    bool,
    i64,
);

pub(super) const COLUMNS: &str = "id, name, unit, kind, min_value, max_value, display_name, display_unit, display_factor, \
    listed, version";

/// A stored value in the display unit, as the views convert it: a factor of 1/20 divides by 20, which is exact where multiplying
/// by 0.05 is not.
pub fn scaled(value: f64, factor: f64) -> f64 {
    let divisor = 1.0 / factor;
    #[expect(clippy::float_cmp, reason = "asks whether it is a whole number")]
    let whole = divisor.round() == divisor;
    if whole && divisor.is_finite() {
        value / divisor
    } else {
        value * factor
    }
}

/// Finds a metric by its name.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn find_metric(pool: &PgPool, name: &str) -> Result<Option<Metric>, Error> {
    let statement = format!("SELECT {COLUMNS} FROM metric WHERE name = $1");
    let row: Option<MetricRow> = sqlx::query_as(sqlx::AssertSqlSafe(statement))
        .bind(name)
        .fetch_optional(pool)
        .await
        .map_err(Error::during("find a metric"))?;
    Ok(row.map(metric))
}

/// All metrics by name.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn list_metrics(pool: &PgPool) -> Result<Vec<Metric>, Error> {
    let statement = format!("SELECT {COLUMNS} FROM metric ORDER BY name");
    let rows: Vec<MetricRow> = sqlx::query_as(sqlx::AssertSqlSafe(statement))
        .fetch_all(pool)
        .await
        .map_err(Error::during("list metrics"))?;
    Ok(rows.into_iter().map(metric).collect())
}

pub(super) fn metric(
    (id, name, unit, kind, min, max, display_name, display_unit, display_factor, listed, version): MetricRow,
) -> Metric {
    Metric {
        id,
        name,
        unit,
        kind,
        min,
        max,
        display_name,
        display_unit,
        display_factor,
        listed,
        version,
    }
}
