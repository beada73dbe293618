//! How long each class is kept, and metrics that are kept longer or shorter.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::Class;
use crate::Error;

const LIST: &str = "
    SELECT s.class, m.name, s.keep_days, s.version, s.updated_at, s.updated_by
    FROM retention_setting s LEFT JOIN metric m ON m.id = s.metric_id
    ORDER BY array_position(ARRAY['raw', 'errors', 'readings', 'rollup_1m', 'rollup_1h', 'rollup_1d'], s.class), m.name NULLS FIRST";

const SET: &str = "
    INSERT INTO retention_setting AS s (class, metric_id, keep_days, updated_by)
    SELECT $1, id, $3, $4 FROM (SELECT 0 AS id WHERE $2::text IS NULL UNION ALL SELECT id FROM metric WHERE name = $2) AS wanted
    ON CONFLICT (class, metric_id) DO UPDATE SET keep_days = excluded.keep_days, version = s.version + 1,
        updated_at = now(), updated_by = excluded.updated_by";

const REMOVE: &str = "
    DELETE FROM retention_setting WHERE class = $1 AND metric_id = (SELECT id FROM metric WHERE name = $2)";

/// How long something is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// This number of days; at least one.
    Days(u32),
    /// For ever.
    Forever,
    /// As long as its class; for metrics alone.
    AsClass,
}

/// A setting as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionSetting {
    /// The class.
    pub class: String,
    /// The metric it is about; `None` for all that have no setting of their own.
    pub metric: Option<String>,
    /// Days; `None` for ever.
    pub keep_days: Option<i32>,
    /// Rises with every change.
    pub version: i64,
    /// When it was changed.
    pub updated_at: DateTime<Utc>,
    /// By whom; `default` for what came with the platform.
    pub updated_by: String,
}

type SettingRow = (
    String,
    Option<String>,
    Option<i32>,
    i64,
    DateTime<Utc>,
    String,
);

/// All settings, each class before its metrics.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn list_settings(pool: &PgPool) -> Result<Vec<RetentionSetting>, Error> {
    let rows: Vec<SettingRow> = sqlx::query_as(LIST)
        .fetch_all(pool)
        .await
        .map_err(Error::during("list the settings of retention"))?;
    Ok(rows
        .into_iter()
        .map(
            |(class, metric, keep_days, version, updated_at, updated_by)| RetentionSetting {
                class,
                metric,
                keep_days,
                version,
                updated_at,
                updated_by,
            },
        )
        .collect())
}

/// Changes a setting, as the database's owner. Gives `false` when there is no such metric, or none to go back to its class.
///
/// # Errors
/// [`Error::Unavailable`], or [`Error::Query`]: also when a class is to be kept as long as its class, or no day at all.
pub async fn change_setting(
    pool: &PgPool,
    class: Class,
    metric: Option<&str>,
    keep: Keep,
    actor: &str,
) -> Result<bool, Error> {
    let query = match keep {
        Keep::AsClass => sqlx::query(REMOVE).bind(class.as_str()).bind(metric),
        Keep::Days(_) | Keep::Forever => {
            let days = match keep {
                Keep::Days(days) => Some(i32::try_from(days).unwrap_or(i32::MAX)),
                Keep::Forever | Keep::AsClass => None,
            };
            sqlx::query(SET)
                .bind(class.as_str())
                .bind(metric)
                .bind(days)
                .bind(actor)
        }
    };
    let done = query
        .execute(pool)
        .await
        .map_err(Error::during("change a setting of retention"))?;
    Ok(done.rows_affected() > 0)
}
