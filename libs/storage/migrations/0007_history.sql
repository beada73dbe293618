-- History is not overwritten: a reading knows since when the platform has it, one that was corrected knows until when it
-- counted, and a metric what it was before.

-- Since when the platform has the reading; where it is not known, received_at says so. Set by a statement after the one that
-- gave the transaction its number: see commit_clock.
ALTER TABLE processed_record ADD COLUMN committed_at timestamptz;
ALTER TABLE processed_record ALTER COLUMN committed_at SET DEFAULT statement_timestamp();
ALTER TABLE text_record ADD COLUMN committed_at timestamptz;
ALTER TABLE text_record ALTER COLUMN committed_at SET DEFAULT statement_timestamp();

-- Readings that do not count from superseded_at until restored_at (for ever, when that is NULL): a replay read something else
-- at their place in the payload. The reading itself stays as it is.
CREATE TABLE reading_superseded (
    device_id     bigint      NOT NULL,
    metric_id     integer     NOT NULL,
    recorded_at   timestamptz NOT NULL,
    dedup         bigint      NOT NULL,
    superseded_at timestamptz NOT NULL,
    restored_at   timestamptz,
    raw_epoch     integer     NOT NULL,
    raw_seq       bigint      NOT NULL,
    raw_item      integer     NOT NULL,
    decoder       text        NOT NULL,
    actor         text        NOT NULL,
    PRIMARY KEY (device_id, metric_id, recorded_at, dedup, superseded_at)
);
CREATE UNIQUE INDEX reading_superseded_now ON reading_superseded (device_id, metric_id, recorded_at, dedup)
    WHERE restored_at IS NULL;

-- Ticks: every transaction numbered up to xid began before any reading was stamped later than `at` by a later one. When all of
-- them are over, what is stamped up to `at` does not change any more.
CREATE TABLE commit_clock (
    at  timestamptz NOT NULL PRIMARY KEY,
    xid xid8        NOT NULL
);

-- Everything that was ever said about a metric: as JSON before and after, by whom and when.
CREATE TABLE metric_version (
    metric_id  integer     NOT NULL REFERENCES metric (id),
    version    bigint      NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text        NOT NULL,
    before     jsonb,
    after      jsonb       NOT NULL,
    PRIMARY KEY (metric_id, version)
);

-- A stored value in another unit. A factor of 1/20 divides by 20, which is exact where multiplying by 0.05 is not.
CREATE FUNCTION scaled(value double precision, factor double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN factor <> 0 AND round(1 / factor) = 1 / factor THEN value / (1 / factor) ELSE value * factor END;

CREATE OR REPLACE VIEW platform_extension_mm AS
SELECT d.serial, p.device_id, p.recorded_at, p.received_at, p.dedup,
       CASE WHEN m.unit = 'mm' THEN p.value
            WHEN m.display_unit = 'mm' AND m.display_factor IS NOT NULL THEN scaled(p.value, m.display_factor)
            ELSE p.value / 20 END AS extension_mm
FROM processed_record p
JOIN metric m ON m.id = p.metric_id
JOIN device d ON d.id = p.device_id
WHERE m.name IN ('platform_extension_ticks', 'platform_extension_mm')
  AND NOT EXISTS (
      SELECT FROM reading_superseded s
      WHERE s.device_id = p.device_id AND s.metric_id = p.metric_id AND s.recorded_at = p.recorded_at AND s.dedup = p.dedup
        AND s.restored_at IS NULL);

CREATE OR REPLACE VIEW metric_battery_summary AS
SELECT d.serial, min(p.value) AS min_pct, max(p.value) AS max_pct, avg(p.value) AS avg_pct,
       (array_agg(p.value ORDER BY p.recorded_at DESC, p.dedup DESC))[1] AS last_pct,
       max(p.recorded_at) AS last_seen
FROM processed_record p
JOIN metric m ON m.id = p.metric_id AND m.name = 'battery_charge'
JOIN device d ON d.id = p.device_id
WHERE NOT EXISTS (
    SELECT FROM reading_superseded s
    WHERE s.device_id = p.device_id AND s.metric_id = p.metric_id AND s.recorded_at = p.recorded_at AND s.dedup = p.dedup
      AND s.restored_at IS NULL)
GROUP BY d.serial;

CREATE OR REPLACE VIEW metric_platform_height AS
SELECT d.serial, min(p.value) AS min_mm, max(p.value) AS max_mm, avg(p.value) AS avg_mm,
       (array_agg(p.value ORDER BY p.recorded_at DESC, p.dedup DESC))[1] AS last_mm
FROM processed_record p
JOIN metric m ON m.id = p.metric_id AND m.name = 'platform_height_mm'
JOIN device d ON d.id = p.device_id
WHERE NOT EXISTS (
    SELECT FROM reading_superseded s
    WHERE s.device_id = p.device_id AND s.metric_id = p.metric_id AND s.recorded_at = p.recorded_at AND s.dedup = p.dedup
      AND s.restored_at IS NULL)
GROUP BY d.serial;
