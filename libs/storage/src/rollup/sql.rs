//! The statements of the recomputation. All of them take the touched ranges as $1 devices, $2 metrics, $3 starts, $4 ends,
//! and the outer bounds of these as $5 and $6, so that partitions outside are not even looked at.

use super::levels::Level;

const TOUCHED: &str = "
    touched AS (
        SELECT * FROM unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::timestamptz[])
            AS t (device_id, metric_id, lower_bound, upper_bound)
    )";

/// The columns of a bucket, from readings in a subquery with `value` or `text`.
pub(crate) const OF_READINGS: &str = "
    count(value) AS n, min(value) AS min, max(value) AS max,
    CASE WHEN max(abs(value)) < 1e290 THEN sum(value) FILTER (WHERE abs(value) < 1e290) END AS sum,
    (array_agg(value ORDER BY recorded_at, dedup) FILTER (WHERE value IS NOT NULL))[1] AS first,
    min(recorded_at) AS first_at,
    (array_agg(value ORDER BY recorded_at DESC, dedup DESC) FILTER (WHERE value IS NOT NULL))[1] AS last,
    max(recorded_at) AS last_at,
    count(text) AS texts,
    (array_agg(text ORDER BY recorded_at DESC, dedup DESC) FILTER (WHERE text IS NOT NULL))[1] AS last_text";

/// The columns of a bucket, from rows `r` that are buckets themselves.
pub(crate) const OF_BUCKETS: &str = "
    sum(r.n)::bigint AS n, min(r.min) AS min, max(r.max) AS max,
    CASE WHEN bool_and(r.sum IS NOT NULL OR r.n = 0) THEN sum(r.sum) END AS sum,
    (array_agg(r.first ORDER BY r.first_at) FILTER (WHERE r.n > 0))[1] AS first, min(r.first_at) AS first_at,
    (array_agg(r.last ORDER BY r.last_at DESC) FILTER (WHERE r.n > 0))[1] AS last, max(r.last_at) AS last_at,
    sum(r.texts)::bigint AS texts,
    (array_agg(r.last_text ORDER BY r.last_at DESC) FILTER (WHERE r.texts > 0))[1] AS last_text";

/// Every reading that counts, in one touched range. `OFFSET 0`: what superseded it is looked up by its whole key; a join would
/// go by the series where statistics are behind, and look at every superseded reading of it for each reading.
const READINGS: &str = "
    SELECT recorded_at, dedup, value, NULL::text AS text FROM processed_record p
    WHERE p.device_id = t.device_id AND p.metric_id = t.metric_id
      AND p.recorded_at >= t.lower_bound AND p.recorded_at < t.upper_bound AND p.recorded_at >= $5 AND p.recorded_at < $6
      AND NOT EXISTS (SELECT FROM reading_superseded s WHERE s.device_id = p.device_id AND s.metric_id = p.metric_id
          AND s.recorded_at = p.recorded_at AND s.dedup = p.dedup AND s.restored_at IS NULL OFFSET 0)
    UNION ALL
    SELECT recorded_at, dedup, NULL, value FROM text_record p
    WHERE p.device_id = t.device_id AND p.metric_id = t.metric_id
      AND p.recorded_at >= t.lower_bound AND p.recorded_at < t.upper_bound AND p.recorded_at >= $5 AND p.recorded_at < $6
      AND NOT EXISTS (SELECT FROM reading_superseded s WHERE s.device_id = p.device_id AND s.metric_id = p.metric_id
          AND s.recorded_at = p.recorded_at AND s.dedup = p.dedup AND s.restored_at IS NULL OFFSET 0)";

const COLUMNS: &str = "device_id, metric_id, bucket, n, min, max, sum, first, first_at, last, last_at, texts, last_text";

/// Buckets of the touched ranges from all their readings.
pub(super) fn from_readings(level: Level) -> String {
    let computed = computed_from_readings(level);
    let replace = replace(level);
    format!("WITH {TOUCHED}, {computed}, {replace}")
}

/// Buckets of the touched ranges from those of the finer level.
pub(super) fn from_finer(level: Level) -> String {
    let (unit, finer) = (level.unit(), level.finer().table());
    let replace = replace(level);
    format!(
        "WITH {TOUCHED}, computed AS MATERIALIZED (
            SELECT t.device_id, t.metric_id, made.* FROM touched t CROSS JOIN LATERAL (
                SELECT date_trunc('{unit}', r.bucket, 'UTC') AS bucket, {OF_BUCKETS}
                FROM {finer} r
                WHERE r.device_id = t.device_id AND r.metric_id = t.metric_id
                  AND r.bucket >= t.lower_bound AND r.bucket < t.upper_bound AND r.bucket >= $5 AND r.bucket < $6
                GROUP BY 1
            ) made
        ), {replace}"
    )
}

/// Keeps what the rollup said before the first late reading of a bucket.
pub(super) fn keep_base(level: Level) -> String {
    let table = level.table();
    let computed = computed_from_readings(level);
    format!(
        "WITH {TOUCHED}, {computed}
        INSERT INTO rollup_base (level, {COLUMNS})
        SELECT '{table}', c.device_id, c.metric_id, c.bucket, coalesce(r.n, 0), r.min, r.max, r.sum, r.first, r.first_at,
               r.last, r.last_at, coalesce(r.texts, 0), r.last_text
        FROM computed c
        LEFT JOIN {table} r ON r.device_id = c.device_id AND r.metric_id = c.metric_id AND r.bucket = c.bucket
            AND r.bucket >= $5 AND r.bucket < $6
        ON CONFLICT DO NOTHING"
    )
}

/// Buckets that have a base, from it and from the readings that have come since. The others stay as they are.
pub(super) fn onto_base(level: Level) -> String {
    let table = level.table();
    let computed = computed_from_readings(level);
    let write = write(level);
    format!(
        "WITH {TOUCHED}, base AS (
            SELECT b.* FROM rollup_base b JOIN touched t ON b.device_id = t.device_id AND b.metric_id = t.metric_id
                AND b.bucket >= t.lower_bound AND b.bucket < t.upper_bound
            WHERE b.level = '{table}'
        ), {late}, computed AS MATERIALIZED (
            SELECT r.device_id, r.metric_id, r.bucket, {OF_BUCKETS}
            FROM (SELECT {COLUMNS} FROM base UNION ALL SELECT {COLUMNS} FROM late) r
            GROUP BY r.device_id, r.metric_id, r.bucket
        ), {write}
        DELETE FROM {table} r USING computed c
        WHERE r.device_id = c.device_id AND r.metric_id = c.metric_id AND r.bucket = c.bucket
          AND r.bucket >= $5 AND r.bucket < $6 AND c.n = 0 AND c.texts = 0",
        late = computed.replacen("computed", "late", 1),
    )
}

fn computed_from_readings(level: Level) -> String {
    let unit = level.unit();
    format!(
        "computed AS MATERIALIZED (
            SELECT t.device_id, t.metric_id, made.* FROM touched t CROSS JOIN LATERAL (
                SELECT date_trunc('{unit}', recorded_at, 'UTC') AS bucket, {OF_READINGS}
                FROM ({READINGS}) r
                GROUP BY 1
            ) made
        )"
    )
}

/// Writes what was computed and deletes what is not there any more.
fn replace(level: Level) -> String {
    let table = level.table();
    let write = write(level);
    format!(
        "{write}
        DELETE FROM {table} r USING touched t
        WHERE r.device_id = t.device_id AND r.metric_id = t.metric_id
          AND r.bucket >= t.lower_bound AND r.bucket < t.upper_bound AND r.bucket >= $5 AND r.bucket < $6
          AND NOT EXISTS (SELECT FROM computed c
              WHERE c.device_id = r.device_id AND c.metric_id = r.metric_id AND c.bucket = r.bucket)"
    )
}

/// A row that says the same already is left alone.
fn write(level: Level) -> String {
    let table = level.table();
    format!(
        "written AS (
            INSERT INTO {table} AS r ({COLUMNS}) SELECT {COLUMNS} FROM computed WHERE n > 0 OR texts > 0
            ORDER BY device_id, metric_id, bucket
            ON CONFLICT (device_id, metric_id, bucket) DO UPDATE SET n = excluded.n, min = excluded.min, max = excluded.max,
                sum = excluded.sum, first = excluded.first, first_at = excluded.first_at, last = excluded.last,
                last_at = excluded.last_at, texts = excluded.texts, last_text = excluded.last_text
            WHERE (r.n, r.min, r.max, r.sum, r.first, r.first_at, r.last, r.last_at, r.texts, r.last_text) IS DISTINCT FROM
                (excluded.n, excluded.min, excluded.max, excluded.sum, excluded.first, excluded.first_at, excluded.last,
                 excluded.last_at, excluded.texts, excluded.last_text)
        )"
    )
}
