-- Retention: how long each class of data is kept, stands in a table; whole partitions are dropped, readings only when the
-- rollups say all of what they said. The functions decide by the settings alone, whoever calls them.

CREATE TABLE retention_setting (
    class      text        NOT NULL CHECK (class IN ('raw', 'errors', 'readings', 'rollup_1m', 'rollup_1h', 'rollup_1d')),
    metric_id  integer     NOT NULL DEFAULT 0,
    keep_days  integer     CHECK (keep_days > 0),
    version    bigint      NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text        NOT NULL DEFAULT 'default',
    PRIMARY KEY (class, metric_id),
    CHECK (metric_id = 0 OR class NOT IN ('raw', 'errors'))
);
INSERT INTO retention_setting (class, keep_days) VALUES
    ('raw', 30), ('errors', 90), ('readings', 730), ('rollup_1m', NULL), ('rollup_1h', NULL), ('rollup_1d', NULL);

CREATE TABLE retention_run (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dry_run      boolean     NOT NULL,
    state        text        NOT NULL DEFAULT 'requested' CHECK (state IN ('requested', 'running', 'done', 'refused', 'failed')),
    requested_by text        NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now(),
    started_at   timestamptz,
    finished_at  timestamptz,
    detail       text
);
CREATE INDEX retention_run_open ON retention_run (id) WHERE state IN ('requested', 'running');

-- One row for each partition that a run looked at. metrics is empty when all of them go.
CREATE TABLE retention_item (
    run_id      bigint      NOT NULL REFERENCES retention_run (id) ON DELETE CASCADE,
    position    integer     NOT NULL,
    class       text        NOT NULL,
    lower_bound timestamptz NOT NULL,
    upper_bound timestamptz NOT NULL,
    action      text        NOT NULL CHECK (action IN ('drop', 'drop_except', 'drop_only')),
    metrics     text[]      NOT NULL,
    rows        bigint      NOT NULL,
    bytes       bigint      NOT NULL,
    devices     bigint      NOT NULL,
    lost        text        NOT NULL,
    outcome     text        NOT NULL CHECK (outcome IN ('planned', 'dropped', 'refused')),
    reason      text,
    PRIMARY KEY (run_id, position)
);

-- When maintenance last looked at the clock, and since when it has gone on without a jump.
CREATE TABLE maintenance_clock (
    only_row     boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    seen_at      timestamptz NOT NULL DEFAULT now(),
    steady_since timestamptz NOT NULL DEFAULT now()
);
INSERT INTO maintenance_clock DEFAULT VALUES;

CREATE FUNCTION retention_tables(class text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE class WHEN 'raw' THEN ARRAY['raw_record'] WHEN 'errors' THEN ARRAY['ingest_error']
        WHEN 'readings' THEN ARRAY['processed_record', 'text_record'] ELSE ARRAY[class] END
$$;

-- The partitions of a class from which the settings let something go, oldest first. action: 'drop' all of it, 'drop_except' the
-- metrics that are kept longer, 'drop_only' the metrics that are kept shorter.
CREATE FUNCTION retention_due(of_class text)
    RETURNS TABLE (lower_bound timestamptz, upper_bound timestamptz, bytes bigint, action text, metrics integer[])
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    span record;
    class_days integer := (SELECT keep_days FROM retention_setting WHERE class = of_class AND metric_id = 0);
    class_floor timestamptz := coalesce((SELECT dropped_before FROM retention_floor WHERE class = of_class AND metric_id = 0), 'epoch');
BEGIN
    FOR span IN
        SELECT p.lower_bound AS starts, p.upper_bound AS ends, sum(p.bytes)::bigint AS size
        FROM unnest(retention_tables(of_class)) AS t (name), time_partitions(t.name) AS p
        GROUP BY p.lower_bound, p.upper_bound ORDER BY p.lower_bound
    LOOP
        lower_bound := span.starts;
        upper_bound := span.ends;
        bytes := span.size;
        IF span.ends <= now() - make_interval(hours => 24 * class_days) THEN
            metrics := ARRAY(
                SELECT s.metric_id FROM retention_setting s
                WHERE s.class = of_class AND s.metric_id <> 0
                  AND (s.keep_days IS NULL OR span.ends > now() - make_interval(hours => 24 * s.keep_days))
                ORDER BY 1);
            action := CASE metrics WHEN '{}' THEN 'drop' ELSE 'drop_except' END;
            -- A partition that was emptied but for these metrics stays, until something has come since.
            IF action = 'drop' OR class_floor < span.ends
               OR EXISTS (SELECT FROM retention_floor f WHERE f.class = of_class AND f.metric_id <> 0
                          AND f.metric_id <> ALL (metrics) AND f.dropped_before < span.ends)
               OR of_class = 'readings' AND EXISTS (SELECT FROM rollup_base b WHERE b.metric_id <> ALL (metrics)
                          AND b.bucket >= span.starts AND b.bucket < span.ends) THEN
                RETURN NEXT;
            END IF;
        ELSE
            metrics := ARRAY(
                SELECT s.metric_id FROM retention_setting s
                LEFT JOIN retention_floor f ON f.class = s.class AND f.metric_id = s.metric_id
                WHERE s.class = of_class AND s.metric_id <> 0
                  AND span.ends <= now() - make_interval(hours => 24 * s.keep_days)
                  AND (coalesce(f.dropped_before, class_floor) < span.ends
                       OR of_class = 'readings' AND EXISTS (SELECT FROM rollup_base b WHERE b.metric_id = s.metric_id
                          AND b.bucket >= span.starts AND b.bucket < span.ends))
                ORDER BY 1);
            action := 'drop_only';
            IF metrics <> '{}' THEN
                RETURN NEXT;
            END IF;
        END IF;
    END LOOP;
END
$$;

-- Holds all readings of a span, with what rollups said of readings dropped before, against the rollups that are kept: number,
-- minimum, maximum, sum and number of texts of each bucket. `example` names a bucket that differs.
CREATE FUNCTION retention_verify(span_start timestamptz, span_end timestamptz,
    OUT rollup_rows bigint, OUT wrong_devices bigint, OUT example text)
    LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
DECLARE
    level record;
    wrong bigint;
    named text;
BEGIN
    wrong_devices := 0;
    FOR level IN SELECT * FROM (VALUES ('rollup_1d', 'day'), ('rollup_1h', 'hour'), ('rollup_1m', 'minute')) AS l (name, unit) LOOP
        EXECUTE format($query$
            WITH readings AS (
                SELECT device_id, metric_id, recorded_at, dedup, value, NULL::text AS text
                FROM processed_record WHERE recorded_at >= $1 AND recorded_at < $2
                UNION ALL
                SELECT device_id, metric_id, recorded_at, dedup, NULL, value
                FROM text_record WHERE recorded_at >= $1 AND recorded_at < $2
            ), parts AS (
                SELECT device_id, metric_id, date_trunc(%1$L, recorded_at, 'UTC') AS bucket,
                       count(value) AS n, min(value) AS min, max(value) AS max,
                       sum(value) FILTER (WHERE abs(value) < 1e290) AS sum, count(text) AS texts
                FROM readings r
                WHERE NOT EXISTS (
                    SELECT FROM reading_superseded s
                    WHERE s.device_id = r.device_id AND s.metric_id = r.metric_id AND s.recorded_at = r.recorded_at
                      AND s.dedup = r.dedup AND s.restored_at IS NULL)
                GROUP BY 1, 2, 3
                UNION ALL
                SELECT device_id, metric_id, bucket, n, min, max, sum, texts
                FROM rollup_base WHERE level = %2$L AND bucket >= $1 AND bucket < $2
            ), wanted AS (
                SELECT device_id, metric_id, bucket, sum(n) AS n, min(min) AS min, max(max) AS max, sum(sum) AS sum, sum(texts) AS texts
                FROM parts GROUP BY 1, 2, 3
            ), wrong AS (
                SELECT w.device_id, w.metric_id, w.bucket
                FROM wanted w
                LEFT JOIN retention_floor own ON own.class = %2$L AND own.metric_id = w.metric_id
                LEFT JOIN retention_floor every ON every.class = %2$L AND every.metric_id = 0
                LEFT JOIN %2$I r ON r.device_id = w.device_id AND r.metric_id = w.metric_id AND r.bucket = w.bucket
                    AND r.bucket >= $1 AND r.bucket < $2
                WHERE w.bucket >= coalesce(own.dropped_before, every.dropped_before, 'epoch')
                  AND (coalesce(r.n, 0) <> w.n OR coalesce(r.texts, 0) <> w.texts
                       OR r.min IS DISTINCT FROM w.min OR r.max IS DISTINCT FROM w.max
                       OR coalesce(abs(r.sum - w.sum) > 1e-9 * greatest(1, w.n * greatest(abs(w.min), abs(w.max))),
                                   greatest(abs(w.min), abs(w.max)) < 1e290))
            )
            SELECT count(DISTINCT device_id),
                   min(format('device %%s, metric %%s, %3$s from %%s', device_id, metric_id, bucket AT TIME ZONE 'UTC'))
            FROM wrong $query$, level.unit, level.name, replace(level.name, 'rollup_', ''))
        INTO wrong, named USING span_start, span_end;
        IF wrong > wrong_devices THEN
            wrong_devices := wrong;
            example := named;
        END IF;
    END LOOP;
    SELECT coalesce(sum(n + texts), 0) INTO rollup_rows FROM rollup_1d WHERE bucket >= span_start AND bucket < span_end;
END
$$;

-- Drops what retention_due() says of one span, in this transaction. `verified` is what retention_verify() counted in the daily
-- rollup, so that nothing came in between. Gives NULL, or why nothing was dropped.
CREATE FUNCTION retention_drop(of_class text, span_start timestamptz, span_end timestamptz, verified bigint) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '3s' AS $$
DECLARE
    due record;
    waiting bigint;
    target record;
    chosen text;
    class_floor timestamptz;
BEGIN
    IF of_class NOT IN ('raw', 'errors') THEN
        LOCK TABLE rollup_lock IN EXCLUSIVE MODE;
    END IF;
    SELECT * INTO due FROM retention_due(of_class) AS d WHERE d.upper_bound <= span_end ORDER BY d.lower_bound LIMIT 1;
    IF of_class IN ('raw', 'errors') THEN
        SELECT * INTO due FROM retention_due(of_class) AS d WHERE d.lower_bound = span_start AND d.upper_bound = span_end;
    END IF;
    IF due.lower_bound IS NULL THEN
        RETURN 'it is not due any more';
    ELSIF due.lower_bound <> span_start OR due.upper_bound <> span_end THEN
        RETURN format('the span from %s comes first', due.lower_bound AT TIME ZONE 'UTC');
    END IF;
    chosen := CASE due.action WHEN 'drop' THEN 'false' WHEN 'drop_except' THEN 'metric_id = ANY ($3)' ELSE 'metric_id <> ALL ($3)' END;
    -- Writers wait from here on, readers only while a partition goes.
    FOR target IN SELECT t.name, tt.time_column FROM unnest(retention_tables(of_class)) AS t (name) JOIN time_table tt USING (name) LOOP
        EXECUTE format('LOCK TABLE ONLY %I IN SHARE ROW EXCLUSIVE MODE', target.name);
    END LOOP;
    IF of_class = 'readings' THEN
        SELECT count(DISTINCT device) INTO waiting FROM rollup_mark, unnest(device_ids) AS device
        WHERE hour >= span_start AND hour < span_end;
        IF waiting > 0 THEN
            RETURN format('readings of %s devices are not in the rollups yet', waiting);
        ELSIF verified IS DISTINCT FROM (SELECT coalesce(sum(n + texts), 0) FROM rollup_1d WHERE bucket >= span_start AND bucket < span_end) THEN
            RETURN 'readings have come since it was verified';
        END IF;
    END IF;
    FOR target IN SELECT t.name, tt.time_column FROM unnest(retention_tables(of_class)) AS t (name) JOIN time_table tt USING (name) LOOP
        IF due.action = 'drop' THEN
            PERFORM drop_time_partition(target.name, span_start, span_end);
            CONTINUE;
        END IF;
        EXECUTE format('CREATE TEMP TABLE retention_rest ON COMMIT DROP AS SELECT * FROM %I WHERE %2$I >= $1 AND %2$I < $2 AND %3$s',
                       target.name, target.time_column, chosen) USING span_start, span_end, due.metrics;
        PERFORM drop_time_partition(target.name, span_start, span_end);
        IF EXISTS (SELECT FROM pg_temp.retention_rest) THEN
            PERFORM ensure_partition(target.name, span_start);
            EXECUTE format('INSERT INTO %I SELECT * FROM pg_temp.retention_rest', target.name);
        END IF;
        DROP TABLE pg_temp.retention_rest;
    END LOOP;
    IF of_class IN ('raw', 'errors') THEN
        RETURN NULL;
    END IF;
    IF due.action = 'drop_only' THEN
        INSERT INTO retention_floor AS f (class, metric_id, dropped_before) SELECT of_class, m, span_end FROM unnest(due.metrics) AS m
        ON CONFLICT (class, metric_id) DO UPDATE SET dropped_before = greatest(f.dropped_before, excluded.dropped_before);
    ELSE
        SELECT dropped_before INTO class_floor FROM retention_floor WHERE class = of_class AND metric_id = 0;
        INSERT INTO retention_floor (class, metric_id, dropped_before)
        SELECT of_class, m, coalesce(class_floor, 'epoch') FROM unnest(due.metrics) AS m ON CONFLICT DO NOTHING;
        UPDATE retention_floor SET dropped_before = greatest(dropped_before, span_end)
        WHERE class = of_class AND metric_id <> ALL (due.metrics);
        INSERT INTO retention_floor (class, metric_id, dropped_before) VALUES (of_class, 0, span_end) ON CONFLICT DO NOTHING;
    END IF;
    DELETE FROM rollup_base b
    WHERE b.bucket >= span_start AND b.bucket < span_end AND (of_class = 'readings' OR b.level = of_class)
      AND CASE due.action WHEN 'drop' THEN true WHEN 'drop_except' THEN b.metric_id <> ALL (due.metrics) ELSE b.metric_id = ANY (due.metrics) END;
    RETURN NULL;
END
$$;

-- Looks at the clock. True when it has gone on for a day without a jump: retention by schedule waits for that.
CREATE FUNCTION maintenance_tick() RETURNS boolean
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    UPDATE maintenance_clock SET
        steady_since = CASE WHEN clock_timestamp() BETWEEN seen_at - interval '1 minute' AND seen_at + interval '2 days'
                            THEN steady_since ELSE clock_timestamp() END,
        seen_at = clock_timestamp()
    RETURNING clock_timestamp() - steady_since >= interval '1 day'
$$;
