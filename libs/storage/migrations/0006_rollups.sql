-- Rollups by minute, hour and day (UTC): recomputed from readings wherever a mark says that readings of a minute have come
-- or gone, so that late data, corrections and deletions of any age come out right.

-- Numbers (booleans are 0 and 1): n, min, max, sum, first and last by time. Texts are counted apart, and the last is kept.
-- first_at and last_at are of readings of either kind. sum is NULL when it cannot be represented. There is no empty row.
CREATE TABLE rollup_1m (
    device_id    bigint      NOT NULL,
    metric_id    integer     NOT NULL,
    bucket       timestamptz NOT NULL,
    n            bigint      NOT NULL,
    min          double precision,
    max          double precision,
    sum          double precision,
    first        double precision,
    first_at     timestamptz NOT NULL,
    last         double precision,
    last_at      timestamptz NOT NULL,
    texts        bigint      NOT NULL,
    last_text    text
) PARTITION BY RANGE (bucket);
CREATE UNIQUE INDEX rollup_1m_identity ON rollup_1m (device_id, metric_id, bucket);

CREATE TABLE rollup_1h (
    device_id    bigint      NOT NULL,
    metric_id    integer     NOT NULL,
    bucket       timestamptz NOT NULL,
    n            bigint      NOT NULL,
    min          double precision,
    max          double precision,
    sum          double precision,
    first        double precision,
    first_at     timestamptz NOT NULL,
    last         double precision,
    last_at      timestamptz NOT NULL,
    texts        bigint      NOT NULL,
    last_text    text
) PARTITION BY RANGE (bucket);
CREATE UNIQUE INDEX rollup_1h_identity ON rollup_1h (device_id, metric_id, bucket);

CREATE TABLE rollup_1d (
    device_id    bigint      NOT NULL,
    metric_id    integer     NOT NULL,
    bucket       timestamptz NOT NULL,
    n            bigint      NOT NULL,
    min          double precision,
    max          double precision,
    sum          double precision,
    first        double precision,
    first_at     timestamptz NOT NULL,
    last         double precision,
    last_at      timestamptz NOT NULL,
    texts        bigint      NOT NULL,
    last_text    text
) PARTITION BY RANGE (bucket);
CREATE UNIQUE INDEX rollup_1d_identity ON rollup_1d (device_id, metric_id, bucket);

INSERT INTO time_table (name, time_column, span) VALUES
    ('rollup_1m', 'bucket', 'week'),
    ('rollup_1h', 'bucket', 'month'),
    ('rollup_1d', 'bucket', 'year');

-- What must be recomputed, appended in the transaction that changes readings. One row for each hour that a batch touches:
-- device_ids[i], metric_ids[i] and the minutes of the hour as bits (bit 0 is the first minute). Never updated; deleted by
-- id in the transaction that recomputed from a snapshot in which the row was seen.
CREATE TABLE rollup_mark (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hour       timestamptz NOT NULL,
    device_ids bigint[]    NOT NULL,
    metric_ids integer[]   NOT NULL,
    minutes    bigint[]    NOT NULL,
    entries    integer     NOT NULL GENERATED ALWAYS AS (cardinality(device_ids)) STORED,
    marked_at  timestamptz NOT NULL DEFAULT statement_timestamp(),
    CHECK (cardinality(metric_ids) = cardinality(device_ids) AND cardinality(minutes) = cardinality(device_ids))
);

-- Whoever recomputes rollups, or drops readings or rollups, takes this first: LOCK TABLE rollup_lock IN EXCLUSIVE MODE as
-- the first statement of the transaction, before its snapshot. It holds no rows.
CREATE TABLE rollup_lock (taken boolean);

-- What retention has dropped: readings ('readings') or rows of a rollup ('rollup_1m', 'rollup_1h', 'rollup_1d') before this
-- instant may be gone, so that nothing there can be recomputed from them. Written in the transaction that drops. metric_id 0
-- is every metric without a row of its own. Midnight UTC.
CREATE TABLE retention_floor (
    class          text        NOT NULL CHECK (class IN ('readings', 'rollup_1m', 'rollup_1h', 'rollup_1d')),
    metric_id      integer     NOT NULL DEFAULT 0,
    dropped_before timestamptz NOT NULL,
    PRIMARY KEY (class, metric_id)
);

-- What a rollup row said when its readings were dropped, also that it was not there (n and texts 0); made when late readings
-- come for it, which are added to it.
-- Retention deletes the rows of a span whose readings it drops once more: what the rollup says then is the new base.
CREATE TABLE rollup_base (
    level        text        NOT NULL CHECK (level IN ('rollup_1m', 'rollup_1h', 'rollup_1d')),
    device_id    bigint      NOT NULL,
    metric_id    integer     NOT NULL,
    bucket       timestamptz NOT NULL,
    n            bigint      NOT NULL,
    min          double precision,
    max          double precision,
    sum          double precision,
    first        double precision,
    first_at     timestamptz,
    last         double precision,
    last_at      timestamptz,
    texts        bigint      NOT NULL,
    last_text    text,
    PRIMARY KEY (level, device_id, metric_id, bucket)
);

-- What there is: one row per device and metric with its first and last reading and their number, kept by the rollups.
CREATE TABLE series (
    device_id bigint      NOT NULL,
    metric_id integer     NOT NULL,
    first_at  timestamptz NOT NULL,
    last_at   timestamptz NOT NULL,
    n         bigint      NOT NULL,
    PRIMARY KEY (device_id, metric_id)
) WITH (fillfactor = 70);
CREATE INDEX series_metric ON series (metric_id);

-- Readings that are there already.
INSERT INTO rollup_mark (hour, device_ids, metric_ids, minutes)
SELECT hour, array_agg(device_id), array_agg(metric_id), array_agg((1::bigint << 60) - 1)
FROM (
    SELECT DISTINCT date_trunc('hour', recorded_at, 'UTC') AS hour, device_id, metric_id FROM processed_record
    UNION
    SELECT DISTINCT date_trunc('hour', recorded_at, 'UTC'), device_id, metric_id FROM text_record
) AS there
GROUP BY hour;
