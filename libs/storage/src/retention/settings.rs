//! How long each class is kept, and metrics that are kept longer or shorter.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

use super::Class;
use crate::Error;
use crate::audit::{self, Actor, Entry};

const LIST: &str = "
    SELECT s.class, m.name, s.keep_days, s.version, s.updated_at, s.updated_by
    FROM retention_setting s LEFT JOIN metric m ON m.id = s.metric_id
    ORDER BY array_position(ARRAY['raw', 'errors', 'readings', 'rollup_1m', 'rollup_1h', 'rollup_1d'], s.class), m.name NULLS FIRST";

const SET: &str = "
    INSERT INTO retention_setting AS s (class, metric_id, keep_days, updated_by)
    SELECT $1, id, $3, $4 FROM (SELECT 0 AS id WHERE $2::text IS NULL UNION ALL SELECT id FROM metric WHERE name = $2) AS wanted
    ON CONFLICT (class, metric_id) DO UPDATE SET keep_days = excluded.keep_days, version = s.version + 1,
        updated_at = now(), updated_by = excluded.updated_by";

const CURRENT: &str = "
    SELECT s.class, m.name, s.keep_days, s.version, s.updated_at, s.updated_by
    FROM retention_setting s LEFT JOIN metric m ON m.id = s.metric_id
    WHERE s.class = $1 AND ($2::text IS NULL AND s.metric_id = 0 OR m.name = $2) FOR UPDATE OF s";

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

/// What a change is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Whatever stands there.
    Any,
    /// Nothing stands there.
    Nothing,
    /// This version stands there.
    Version(i64),
}

/// Why a setting was not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingRefusal {
    /// There is no such metric, or none to go back to its class.
    NotFound,
    /// This version stands there; none when nothing does.
    Version(Option<i64>),
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
    Ok(rows.into_iter().map(setting).collect())
}

fn setting(
    (class, metric, keep_days, version, updated_at, updated_by): SettingRow,
) -> RetentionSetting {
    RetentionSetting {
        class,
        metric,
        keep_days,
        version,
        updated_at,
        updated_by,
    }
}

/// One setting; `None` when a metric goes with its class, or there is none.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn find_setting(
    pool: &PgPool,
    class: Class,
    metric: Option<&str>,
) -> Result<Option<RetentionSetting>, Error> {
    let all = list_settings(pool).await?;
    Ok(all
        .into_iter()
        .find(|setting| setting.class == class.as_str() && setting.metric.as_deref() == metric))
}

/// Changes a setting, and keeps who did. Gives it as it stands then; `None` when a metric goes with its class again.
///
/// # Errors
/// [`Error::Unavailable`], or [`Error::Query`]: also when a class is to be kept as long as its class, or no day at all. A
/// [`SettingRefusal`] inside when it may not be.
pub async fn change_setting(
    pool: &PgPool,
    class: Class,
    metric: Option<&str>,
    keep: Keep,
    expected: Expected,
    actor: &Actor,
) -> Result<Result<Option<RetentionSetting>, SettingRefusal>, Error> {
    let failed = Error::during("change a setting of retention");
    let mut transaction = pool.begin().await.map_err(&failed)?;
    let old = current(&mut transaction, class, metric).await?;
    let version = old.as_ref().map(|old| old.version);
    let meant = match expected {
        Expected::Any => true,
        Expected::Nothing => version.is_none(),
        Expected::Version(expected) => version == Some(expected),
    };
    if !meant {
        return Ok(Err(SettingRefusal::Version(version)));
    }
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
                .bind(&actor.name)
        }
    };
    let done = query.execute(&mut *transaction).await.map_err(&failed)?;
    if done.rows_affected() == 0 {
        return Ok(Err(SettingRefusal::NotFound));
    }
    let new = current(&mut transaction, class, metric).await?;
    let id = metric.map_or_else(
        || class.as_str().to_owned(),
        |metric| format!("{}/{metric}", class.as_str()),
    );
    let said = |setting: &RetentionSetting| serde_json::json!({ "keep_days": setting.keep_days });
    let entry = Entry {
        action: if new.is_some() { "change" } else { "delete" },
        kind: "retention_setting",
        id: &id,
        before: old.as_ref().map(said),
        after: new.as_ref().map(said),
    };
    audit::record(&mut transaction, actor, entry).await?;
    transaction.commit().await.map_err(&failed)?;
    Ok(Ok(new))
}

async fn current(
    connection: &mut PgConnection,
    class: Class,
    metric: Option<&str>,
) -> Result<Option<RetentionSetting>, Error> {
    let row: Option<SettingRow> = sqlx::query_as(CURRENT)
        .bind(class.as_str())
        .bind(metric)
        .fetch_optional(connection)
        .await
        .map_err(Error::during("read a setting of retention"))?;
    Ok(row.map(setting))
}
