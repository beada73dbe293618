//! What dropping a span means: how much goes, what is lost with it, and what speaks against it.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::Class;
use super::runs::Action;
use crate::Error;

/// A partition from which something is due to go.
#[derive(Debug, Clone)]
pub(super) struct Due {
    pub(super) lower_bound: DateTime<Utc>,
    pub(super) upper_bound: DateTime<Utc>,
    pub(super) bytes: i64,
    pub(super) action: String,
    pub(super) metrics: Vec<i32>,
    pub(super) names: Vec<String>,
}

/// How much goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Weight {
    /// Rows that go.
    pub(super) rows: i64,
    /// Rows of the partition.
    pub(super) all_rows: i64,
    /// Devices of the rows that go.
    pub(super) devices: i64,
    /// Of these rows, how many somebody may still want: refused payloads, open errors.
    pub(super) open: i64,
}

/// What speaks for or against dropping readings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Proof {
    /// Nothing against; what the daily rollup counted.
    Verified(i64),
    /// In words.
    Refused(String),
}

const DUE: &str = "
    SELECT d.lower_bound, d.upper_bound, d.bytes, d.action, d.metrics,
           ARRAY(SELECT m.name FROM metric m WHERE m.id = ANY (d.metrics) ORDER BY m.name) AS names
    FROM retention_due($1) AS d ORDER BY d.lower_bound";

const WAITING: &str = "
    SELECT count(DISTINCT device) FROM rollup_mark, unnest(device_ids) AS device WHERE hour >= $1 AND hour < $2";

const VERIFY: &str = "SELECT rollup_rows, wrong_devices, example FROM retention_verify($1, $2)";

const WEIGH_RAW: &str = "
    SELECT count(*) AS rows, count(*) AS all_rows, count(DISTINCT device_id) AS devices,
           count(*) FILTER (WHERE outcome = 'failed') AS open
    FROM raw_record WHERE received_at >= $1 AND received_at < $2";

const WEIGH_ERRORS: &str = "
    SELECT count(*) AS rows, count(*) AS all_rows, count(DISTINCT device_id) AS devices,
           count(*) FILTER (WHERE resolved_at IS NULL) AS open
    FROM ingest_error WHERE received_at >= $1 AND received_at < $2";

const WEIGH_READINGS: &str = "
    SELECT count(*) FILTER (WHERE goes) AS rows, count(*) AS all_rows,
           count(DISTINCT device_id) FILTER (WHERE goes) AS devices, 0::bigint AS open
    FROM (
        SELECT device_id, metric_id = ANY ($3) IS DISTINCT FROM $4 AS goes FROM processed_record
        WHERE recorded_at >= $1 AND recorded_at < $2
        UNION ALL
        SELECT device_id, metric_id = ANY ($3) IS DISTINCT FROM $4 FROM text_record WHERE recorded_at >= $1 AND recorded_at < $2
    ) AS readings";

fn weigh_rollup(class: Class) -> String {
    format!(
        "SELECT count(*) FILTER (WHERE goes) AS rows, count(*) AS all_rows,
                count(DISTINCT device_id) FILTER (WHERE goes) AS devices, 0::bigint AS open
         FROM (SELECT device_id, metric_id = ANY ($3) IS DISTINCT FROM $4 AS goes
               FROM {} WHERE bucket >= $1 AND bucket < $2) AS buckets",
        class.as_str()
    )
}

type DueRow = (
    DateTime<Utc>,
    DateTime<Utc>,
    i64,
    String,
    Vec<i32>,
    Vec<String>,
);

/// The partitions of a class from which something is due to go, oldest first.
pub(super) async fn due(connection: &mut PgConnection, class: Class) -> Result<Vec<Due>, Error> {
    let rows: Vec<DueRow> = sqlx::query_as(DUE)
        .bind(class.as_str())
        .fetch_all(connection)
        .await
        .map_err(Error::during("look for what retention lets go"))?;
    Ok(rows
        .into_iter()
        .map(
            |(lower_bound, upper_bound, bytes, action, metrics, names)| Due {
                lower_bound,
                upper_bound,
                bytes,
                action,
                metrics,
                names,
            },
        )
        .collect())
}

/// Counts what goes.
pub(super) async fn weigh(
    connection: &mut PgConnection,
    class: Class,
    due: &Due,
    action: Action,
) -> Result<Weight, Error> {
    let rollup = weigh_rollup(class);
    let query = match class {
        Class::Raw => sqlx::query_as(WEIGH_RAW),
        Class::Errors => sqlx::query_as(WEIGH_ERRORS),
        Class::Readings => sqlx::query_as(WEIGH_READINGS),
        Class::RollupMinute | Class::RollupHour | Class::RollupDay => {
            sqlx::query_as(sqlx::AssertSqlSafe(rollup))
        }
    };
    let query = query.bind(due.lower_bound).bind(due.upper_bound);
    let query = if class.has_metrics() {
        // Named metrics stay, unless they alone go.
        query.bind(&due.metrics).bind(action != Action::DropOnly)
    } else {
        query
    };
    let (rows, all_rows, devices, open) = query
        .fetch_one(connection)
        .await
        .map_err(Error::during("count what retention lets go"))?;
    Ok(Weight {
        rows,
        all_rows,
        devices,
        open,
    })
}

/// Holds readings against their rollups.
pub(super) async fn prove(connection: &mut PgConnection, due: &Due) -> Result<Proof, Error> {
    let waiting: i64 = sqlx::query_scalar(WAITING)
        .bind(due.lower_bound)
        .bind(due.upper_bound)
        .fetch_one(&mut *connection)
        .await
        .map_err(Error::during("look for rollups that wait"))?;
    if waiting > 0 {
        return Ok(Proof::Refused(format!(
            "readings of {waiting} devices are not in the rollups yet"
        )));
    }
    let (rows, wrong, example): (i64, i64, Option<String>) = sqlx::query_as(VERIFY)
        .bind(due.lower_bound)
        .bind(due.upper_bound)
        .fetch_one(connection)
        .await
        .map_err(Error::during("hold readings against their rollups"))?;
    if wrong > 0 {
        return Ok(Proof::Refused(format!(
            "the rollups of {wrong} devices do not hold what their readings say, for example {}",
            example.unwrap_or_default()
        )));
    }
    Ok(Proof::Verified(rows))
}

/// What cannot be asked any more afterwards.
pub(super) fn lost(class: Class, weight: &Weight) -> String {
    let Weight {
        rows,
        devices,
        open,
        ..
    } = weight;
    match class {
        Class::Raw => format!(
            "{rows} payloads cannot be read again; {open} of them were refused in whole or in part"
        ),
        Class::Errors => format!("{rows} refusals; {open} of them were never resolved"),
        Class::Readings => {
            format!("{rows} readings of {devices} devices in full resolution; their rollups stay")
        }
        Class::RollupMinute => format!("{rows} values by minute of {devices} devices"),
        Class::RollupHour => format!("{rows} values by hour of {devices} devices"),
        Class::RollupDay => format!("{rows} values by day of {devices} devices"),
    }
}

/// The share of the partition's bytes that goes with the rows.
pub(super) fn share(bytes: i64, weight: &Weight) -> i64 {
    if weight.rows == weight.all_rows {
        return bytes;
    }
    let share = i128::from(bytes) * i128::from(weight.rows) / i128::from(weight.all_rows.max(1));
    i64::try_from(share).unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_go_with_their_rows() {
        let weight = |rows| Weight {
            rows,
            all_rows: 4,
            devices: 1,
            open: 0,
        };
        assert_eq!(share(100, &weight(4)), 100);
        assert_eq!(share(100, &weight(1)), 25);
        let nothing = Weight {
            rows: 0,
            all_rows: 0,
            devices: 0,
            open: 0,
        };
        assert_eq!(share(8192, &nothing), 8192);
    }
}
