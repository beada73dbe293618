//! The metric views.

use chrono::{DateTime, Utc};
use sqlx::{PgPool, Postgres, QueryBuilder};

use crate::Error;
use crate::query::Scope;

/// Row of `metric_avg_extension_mm`.
#[derive(Debug, Clone, PartialEq)]
pub struct AverageExtension {
    /// Device.
    pub serial: String,
    /// Mean of its extensions in mm.
    pub avg_extension_mm: f64,
}

/// Row of `metric_extension_vs_retraction`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtensionVsRetraction {
    /// Device.
    pub serial: String,
    /// Readings above the one before.
    pub extensions: i64,
    /// Readings below the one before.
    pub retractions: i64,
}

/// Row of `metric_battery_summary`.
#[derive(Debug, Clone, PartialEq)]
pub struct BatterySummary {
    /// Device.
    pub serial: String,
    /// Lowest charge.
    pub min_pct: f64,
    /// Highest charge.
    pub max_pct: f64,
    /// Mean charge.
    pub avg_pct: f64,
    /// Newest charge.
    pub last_pct: f64,
    /// When the newest was measured.
    pub last_seen: DateTime<Utc>,
}

/// Row of `metric_platform_height`.
#[derive(Debug, Clone, PartialEq)]
pub struct PlatformHeight {
    /// Device.
    pub serial: String,
    /// Lowest height.
    pub min_mm: f64,
    /// Greatest height.
    pub max_mm: f64,
    /// Mean height.
    pub avg_mm: f64,
    /// Newest height.
    pub last_mm: f64,
}

/// The rows of a view for the devices of a scope, by serial.
fn by_device(view: &'static str, scope: &Scope) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new(view);
    query.push(" WHERE true");
    scope.push_names(&mut query, "serial");
    query.push(" ORDER BY serial");
    query
}

/// Mean extension per device of a scope.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn average_extension(
    pool: &PgPool,
    scope: &Scope,
) -> Result<Vec<AverageExtension>, Error> {
    let rows: Vec<(String, f64)> = by_device(
        "SELECT serial, avg_extension_mm FROM metric_avg_extension_mm",
        scope,
    )
    .build_query_as()
    .fetch_all(pool)
    .await
    .map_err(Error::during("read average extensions"))?;
    Ok(rows
        .into_iter()
        .map(|(serial, avg_extension_mm)| AverageExtension {
            serial,
            avg_extension_mm,
        })
        .collect())
}

/// Extensions and retractions per device of a scope.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn extension_vs_retraction(
    pool: &PgPool,
    scope: &Scope,
) -> Result<Vec<ExtensionVsRetraction>, Error> {
    let rows: Vec<(String, i64, i64)> = by_device(
        "SELECT serial, extensions, retractions FROM metric_extension_vs_retraction",
        scope,
    )
    .build_query_as()
    .fetch_all(pool)
    .await
    .map_err(Error::during("read extensions and retractions"))?;
    Ok(rows
        .into_iter()
        .map(|(serial, extensions, retractions)| ExtensionVsRetraction {
            serial,
            extensions,
            retractions,
        })
        .collect())
}

/// Battery charge per device of a scope.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn battery_summary(pool: &PgPool, scope: &Scope) -> Result<Vec<BatterySummary>, Error> {
    let rows: Vec<(String, f64, f64, f64, f64, DateTime<Utc>)> = by_device(
        "SELECT serial, min_pct, max_pct, avg_pct, last_pct, last_seen FROM metric_battery_summary",
        scope,
    )
    .build_query_as()
    .fetch_all(pool)
    .await
    .map_err(Error::during("read battery summaries"))?;
    Ok(rows
        .into_iter()
        .map(
            |(serial, min_pct, max_pct, avg_pct, last_pct, last_seen)| BatterySummary {
                serial,
                min_pct,
                max_pct,
                avg_pct,
                last_pct,
                last_seen,
            },
        )
        .collect())
}

/// Platform height per device of a scope.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn platform_height(pool: &PgPool, scope: &Scope) -> Result<Vec<PlatformHeight>, Error> {
    let rows: Vec<(String, f64, f64, f64, f64)> = by_device(
        "SELECT serial, min_mm, max_mm, avg_mm, last_mm FROM metric_platform_height",
        scope,
    )
    .build_query_as()
    .fetch_all(pool)
    .await
    .map_err(Error::during("read platform heights"))?;
    Ok(rows
        .into_iter()
        .map(|(serial, min_mm, max_mm, avg_mm, last_mm)| PlatformHeight {
            serial,
            min_mm,
            max_mm,
            avg_mm,
            last_mm,
        })
        .collect())
}
