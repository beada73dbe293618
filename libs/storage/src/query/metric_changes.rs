//! Describing metrics: every change makes a version that says who changed what, and no stored value is touched.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;
use sqlx::{PgConnection, PgPool};

use crate::Error;
use crate::audit::{self, Actor, Entry};
use crate::query::metrics::{COLUMNS, Metric, MetricRow, metric};

/// Longest name.
const NAME_MAX: usize = 128;
/// Longest unit and display name.
const TEXT_MAX: usize = 100;

const AS_JSON: &str = "jsonb_build_object('unit', unit, 'kind', kind, 'min', min_value, 'max', max_value, \
    'display_name', display_name, 'display_unit', display_unit, 'display_factor', display_factor, 'listed', listed)";

/// What to do with a field. In JSON nothing leaves it and null empties it.
#[derive(Debug, Default, Clone, PartialEq)]
pub enum Patch<T> {
    /// Leave it as it is.
    #[default]
    Keep,
    /// Empty it.
    Clear,
    /// Put this there.
    Set(T),
}

impl<T> Patch<T> {
    fn apply(&self, old: Option<&T>) -> Option<T>
    where
        T: Clone,
    {
        match self {
            Self::Keep => old.cloned(),
            Self::Clear => None,
            Self::Set(new) => Some(new.clone()),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}

/// What to change about a metric.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct MetricChange {
    /// Unit of stored values. Of a metric that has readings it can be said, but not be changed.
    pub unit: Patch<String>,
    /// `number`, `boolean` or `text`; cannot be changed when there are readings.
    pub kind: Option<String>,
    /// Least valid value.
    pub min: Patch<f64>,
    /// Greatest valid value.
    pub max: Patch<f64>,
    /// Name for people.
    pub display_name: Patch<String>,
    /// Unit for people.
    pub display_unit: Patch<String>,
    /// What a stored value is multiplied with to get the display unit.
    pub display_factor: Patch<f64>,
    /// Whether the metric belongs to the catalogue.
    pub listed: Option<bool>,
}

/// Why a change was not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such metric.
    NotFound,
    /// There is one of this name already.
    Exists,
    /// Stored values would mean something else.
    InUse(&'static str),
    /// It has this version now.
    Version(i64),
    /// These fields are not valid: name and what is wrong.
    Invalid(Vec<(&'static str, &'static str)>),
}

/// What a metric was and became.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricVersion {
    /// Its version after the change.
    pub version: i64,
    /// When.
    pub changed_at: DateTime<Utc>,
    /// Who.
    pub changed_by: String,
    /// What it was; `None` for a new metric.
    pub before: Option<Json>,
    /// What it became.
    pub after: Json,
}

impl MetricChange {
    /// The metric with the change made.
    fn apply(&self, metric: &Metric) -> Metric {
        let text = |patch: &Patch<String>, old: Option<&String>| {
            let text = patch.apply(old)?;
            let trimmed = text.trim();
            (!trimmed.is_empty()).then(|| trimmed.to_owned())
        };
        Metric {
            id: metric.id,
            name: metric.name.clone(),
            unit: text(&self.unit, metric.unit.as_ref()),
            kind: self.kind.clone().unwrap_or_else(|| metric.kind.clone()),
            min: self.min.apply(metric.min.as_ref()),
            max: self.max.apply(metric.max.as_ref()),
            display_name: text(&self.display_name, metric.display_name.as_ref()),
            display_unit: text(&self.display_unit, metric.display_unit.as_ref()),
            display_factor: self.display_factor.apply(metric.display_factor.as_ref()),
            listed: self.listed.unwrap_or(metric.listed),
            version: metric.version,
        }
    }
}

/// What is wrong with a metric.
fn faults(metric: &Metric) -> Vec<(&'static str, &'static str)> {
    let long = |text: &Option<String>| {
        text.as_ref()
            .is_some_and(|text| text.chars().count() > TEXT_MAX || text.contains(char::is_control))
    };
    let infinite = |number: Option<f64>| number.is_some_and(|number| !number.is_finite());
    let ranged = metric.min.is_some() || metric.max.is_some();
    let turned = matches!((metric.min, metric.max), (Some(min), Some(max)) if min > max);
    let half = metric.display_factor.is_some() && metric.display_unit.is_none();
    let no_factor = metric.display_factor == Some(0.0) || infinite(metric.display_factor);
    let name = metric.name.as_str();
    let badly_named = name.is_empty()
        || name.trim() != name
        || name.chars().count() > NAME_MAX
        || name.contains(char::is_control);
    [
        (
            badly_named,
            "name",
            "has 1 to 128 characters, none of them a control character, and no space at its ends",
        ),
        (
            !["number", "boolean", "text"].contains(&metric.kind.as_str()),
            "kind",
            "is number, boolean or text",
        ),
        (long(&metric.unit), "unit", "has at most 100 characters"),
        (
            long(&metric.display_name),
            "display_name",
            "has at most 100 characters",
        ),
        (
            long(&metric.display_unit),
            "display_unit",
            "has at most 100 characters",
        ),
        (infinite(metric.min), "min", "is a finite number"),
        (infinite(metric.max), "max", "is a finite number"),
        (turned, "max", "is not below min"),
        (
            ranged && metric.kind == "text",
            "kind",
            "is not text when there is a range",
        ),
        (
            no_factor,
            "display_factor",
            "is a finite number other than 0",
        ),
        (half, "display_unit", "is given with display_factor"),
    ]
    .into_iter()
    .filter(|(wrong, _, _)| *wrong)
    .map(|(_, field, rule)| (field, rule))
    .collect()
}

/// Changes a metric. `version` is the one that the change was made for, where the caller knows it. A change that changes
/// nothing makes no version.
///
/// # Errors
/// [`Error`] when the database cannot answer; a [`Refusal`] inside when it may not be.
pub async fn change_metric(
    pool: &PgPool,
    name: &str,
    change: &MetricChange,
    actor: &Actor,
    version: Option<i64>,
) -> Result<Result<Metric, Refusal>, Error> {
    let during = Error::during("change a metric");
    let mut transaction = pool.begin().await.map_err(&during)?;
    let select = format!("SELECT {COLUMNS} FROM metric WHERE name = $1 FOR UPDATE");
    let row: Option<MetricRow> = sqlx::query_as(sqlx::AssertSqlSafe(select))
        .bind(name)
        .fetch_optional(&mut *transaction)
        .await
        .map_err(&during)?;
    let Some(old) = row.map(metric) else {
        return Ok(Err(Refusal::NotFound));
    };
    if version.is_some_and(|version| version != old.version) {
        return Ok(Err(Refusal::Version(old.version)));
    }
    let new = change.apply(&old);
    if new == old {
        return Ok(Ok(old));
    }
    let wrong = faults(&new);
    if !wrong.is_empty() {
        return Ok(Err(Refusal::Invalid(wrong)));
    }
    if let Some(refusal) = meaning_changes(&mut transaction, &old, &new).await? {
        return Ok(Err(refusal));
    }
    let new = write(&mut transaction, &new, actor).await?;
    transaction.commit().await.map_err(&during)?;
    Ok(Ok(new))
}

/// Adds a metric to the catalogue.
///
/// # Errors
/// As [`change_metric`].
pub async fn create_metric(
    pool: &PgPool,
    name: &str,
    change: &MetricChange,
    actor: &Actor,
) -> Result<Result<Metric, Refusal>, Error> {
    let during = Error::during("make a metric");
    let blank = Metric {
        id: 0,
        name: name.to_owned(),
        unit: None,
        kind: "number".to_owned(),
        min: None,
        max: None,
        display_name: None,
        display_unit: None,
        display_factor: None,
        listed: true,
        version: 0,
    };
    let mut new = change.apply(&blank);
    let wrong = faults(&new);
    if !wrong.is_empty() {
        return Ok(Err(Refusal::Invalid(wrong)));
    }
    let mut transaction = pool.begin().await.map_err(&during)?;
    let made: Option<i32> = sqlx::query_scalar(
        "INSERT INTO metric (name, version) VALUES ($1, 0) ON CONFLICT DO NOTHING RETURNING id",
    )
    .bind(name)
    .fetch_optional(&mut *transaction)
    .await
    .map_err(&during)?;
    let Some(id) = made else {
        return Ok(Err(Refusal::Exists));
    };
    new.id = id;
    let new = write(&mut transaction, &new, actor).await?;
    transaction.commit().await.map_err(&during)?;
    Ok(Ok(new))
}

/// What was ever said about a metric, newest first. `None` when there is no such metric.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn metric_versions(
    pool: &PgPool,
    name: &str,
) -> Result<Option<Vec<MetricVersion>>, Error> {
    type Row = (
        Option<i64>,
        Option<DateTime<Utc>>,
        Option<String>,
        Option<Json>,
        Option<Json>,
    );
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT v.version, v.changed_at, v.changed_by, v.before, v.after \
         FROM metric m LEFT JOIN metric_version v ON v.metric_id = m.id WHERE m.name = $1 ORDER BY v.version DESC",
    )
    .bind(name)
    .fetch_all(pool)
    .await
    .map_err(Error::during("read the versions of a metric"))?;
    if rows.is_empty() {
        return Ok(None);
    }
    let version = |(version, changed_at, changed_by, before, after): Row| {
        Some(MetricVersion {
            version: version?,
            changed_at: changed_at?,
            changed_by: changed_by?,
            before,
            after: after?,
        })
    };
    Ok(Some(rows.into_iter().filter_map(version).collect()))
}

/// Stored values keep what they mean: a unit may be named, but not be another one.
async fn meaning_changes(
    connection: &mut PgConnection,
    old: &Metric,
    new: &Metric,
) -> Result<Option<Refusal>, Error> {
    let unit = old.unit.is_some() && old.unit != new.unit;
    if !unit && old.kind == new.kind {
        return Ok(None);
    }
    let used: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM latest_value WHERE metric_id = $1)")
            .bind(old.id)
            .fetch_one(connection)
            .await
            .map_err(Error::during("ask for readings of a metric"))?;
    Ok(used.then_some(Refusal::InUse(if unit { "unit" } else { "kind" })))
}

/// Writes the metric with a version of it, and who made that.
async fn write(
    connection: &mut PgConnection,
    new: &Metric,
    actor: &Actor,
) -> Result<Metric, Error> {
    let statement = format!(
        "WITH old AS (SELECT id, version, {AS_JSON} AS said FROM metric WHERE id = $1),
         changed AS (
            UPDATE metric SET unit = $2, kind = $3, min_value = $4, max_value = $5, display_name = $6, display_unit = $7,
                display_factor = $8, listed = $9, version = version + 1, updated_at = now()
            WHERE id = $1 RETURNING {COLUMNS}, {AS_JSON} AS said
         ), noted AS (
            INSERT INTO metric_version (metric_id, version, changed_by, before, after)
            SELECT changed.id, changed.version, $10, CASE WHEN old.version > 0 THEN old.said END, changed.said
            FROM changed, old
         )
         SELECT {COLUMNS} FROM changed"
    );
    let row: MetricRow = sqlx::query_as(sqlx::AssertSqlSafe(statement))
        .bind(new.id)
        .bind(&new.unit)
        .bind(&new.kind)
        .bind(new.min)
        .bind(new.max)
        .bind(&new.display_name)
        .bind(&new.display_unit)
        .bind(new.display_factor)
        .bind(new.listed)
        .bind(&actor.name)
        .fetch_one(&mut *connection)
        .await
        .map_err(Error::during("write a metric"))?;
    let metric = metric(row);
    let (before, after): (Option<Json>, Json) = sqlx::query_as(
        "SELECT before, after FROM metric_version WHERE metric_id = $1 AND version = $2",
    )
    .bind(metric.id)
    .bind(metric.version)
    .fetch_one(&mut *connection)
    .await
    .map_err(Error::during("read a version of a metric"))?;
    let entry = Entry {
        action: if before.is_some() { "change" } else { "create" },
        kind: "metric",
        id: &metric.name,
        before,
        after: Some(after),
    };
    audit::record(connection, actor, entry).await?;
    Ok(metric)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn battery() -> Metric {
        Metric {
            id: 3,
            name: "battery_charge".to_owned(),
            unit: Some("%".to_owned()),
            kind: "number".to_owned(),
            min: Some(0.0),
            max: Some(100.0),
            display_name: None,
            display_unit: None,
            display_factor: None,
            listed: true,
            version: 1,
        }
    }

    #[test]
    fn fields_are_left_emptied_or_set() {
        let change = MetricChange {
            unit: Patch::Clear,
            max: Patch::Set(110.0),
            display_name: Patch::Set(" Battery ".to_owned()),
            ..MetricChange::default()
        };
        let new = change.apply(&battery());
        assert_eq!((new.unit, new.min, new.max), (None, Some(0.0), Some(110.0)));
        assert_eq!(new.display_name.as_deref(), Some("Battery"));
        assert_eq!(MetricChange::default().apply(&battery()), battery());
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        assert!(faults(&battery()).is_empty());
        let fields = |change: MetricChange| -> Vec<&str> {
            let wrong = faults(&change.apply(&battery()));
            wrong.into_iter().map(|(field, _)| field).collect()
        };
        let of = MetricChange::default;
        assert_eq!(
            fields(MetricChange {
                max: Patch::Set(-1.0),
                ..of()
            }),
            ["max"]
        );
        assert_eq!(
            fields(MetricChange {
                min: Patch::Set(f64::NAN),
                ..of()
            }),
            ["min"]
        );
        assert_eq!(
            fields(MetricChange {
                kind: Some("text".to_owned()),
                ..of()
            }),
            ["kind"]
        );
        assert_eq!(
            fields(MetricChange {
                kind: Some("blob".to_owned()),
                ..of()
            }),
            ["kind"]
        );
        assert_eq!(
            fields(MetricChange {
                display_factor: Patch::Set(0.0),
                ..of()
            }),
            ["display_factor", "display_unit"]
        );
    }
}
