-- Which tables are partitioned by time stands in a table; new partitions are attached, so that nobody who reads or writes
-- waits for them; ingest errors are partitioned too, so that retention can drop them.

CREATE TABLE time_table (
    name        text PRIMARY KEY,
    time_column text NOT NULL,
    span        text NOT NULL CHECK (span IN ('day', 'week', 'month', 'year'))
);
INSERT INTO time_table (name, time_column, span) VALUES
    ('raw_record',       'received_at', 'day'),
    ('processed_record', 'recorded_at', 'week'),
    ('text_record',      'recorded_at', 'week'),
    ('ingest_error',     'received_at', 'week');

-- Makes the partition of a time-partitioned table that holds the given instant, when it is not there yet. A hypertable
-- (TimescaleDB) makes its chunks by itself.
CREATE OR REPLACE FUNCTION ensure_partition(parent text, at timestamptz) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    unit text := (SELECT span FROM time_table WHERE name = parent);
    lower_bound timestamptz;
    upper_bound timestamptz;
    child text;
BEGIN
    IF unit IS NULL THEN
        RAISE EXCEPTION 'ensure_partition: % is not a partitioned table of this platform', parent;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_class WHERE oid = parent::regclass AND relkind = 'p') THEN
        RETURN;
    END IF;
    lower_bound := date_trunc(unit, at, 'UTC');
    upper_bound := ((lower_bound AT TIME ZONE 'UTC') + ('1 ' || unit)::interval) AT TIME ZONE 'UTC';
    child := parent || '_' || to_char(lower_bound AT TIME ZONE 'UTC', 'YYYYMMDD');
    IF EXISTS (SELECT FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE inhparent = parent::regclass AND relname = child) THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('sens.ensure_partition'));
    -- Asked as a query, not by to_regclass(): its cache does not hold yet what another session made during the wait.
    IF EXISTS (SELECT FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE inhparent = parent::regclass AND relname = child) THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE INCLUDING COMPRESSION)',
                   child, parent);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, child, lower_bound, upper_bound);
END
$$;

-- The partitions or chunks of a table, oldest first. `part` is a quoted name, with its schema where that is another one.
CREATE FUNCTION time_partitions(parent text)
    RETURNS TABLE (part text, lower_bound timestamptz, upper_bound timestamptz, bytes bigint, compressed boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    ext text;
BEGIN
    IF NOT EXISTS (SELECT FROM time_table WHERE name = parent) THEN
        RAISE EXCEPTION 'time_partitions: % is not a partitioned table of this platform', parent;
    END IF;
    IF EXISTS (SELECT FROM pg_class WHERE oid = parent::regclass AND relkind = 'p') THEN
        RETURN QUERY
            SELECT quote_ident(c.relname), bounds[1]::timestamptz, bounds[2]::timestamptz, pg_total_relation_size(c.oid), false
            FROM pg_inherits i
            JOIN pg_class c ON c.oid = i.inhrelid
            CROSS JOIN regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \(''([^'']+)''\) TO \(''([^'']+)''\)') AS bounds
            WHERE i.inhparent = parent::regclass
            ORDER BY 2;
        RETURN;
    END IF;
    SELECT nspname INTO ext FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'timescaledb';
    RETURN QUERY EXECUTE format(
        'SELECT format(''%%I.%%I'', c.chunk_schema, c.chunk_name), c.range_start, c.range_end, s.total_bytes, c.is_compressed
         FROM timescaledb_information.chunks c
         JOIN %I.chunks_detailed_size($1::regclass) s ON s.chunk_schema = c.chunk_schema AND s.chunk_name = c.chunk_name
         WHERE c.hypertable_schema = current_schema() AND c.hypertable_name = $1
         ORDER BY 2', ext) USING parent;
END
$$;

-- Drops exactly one partition or chunk. For the functions of retention, which say when that is right.
CREATE FUNCTION drop_time_partition(parent text, lower_bound timestamptz, upper_bound timestamptz) RETURNS void
    LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    dropped text;
    ext text;
BEGIN
    IF EXISTS (SELECT FROM pg_class WHERE oid = parent::regclass AND relkind = 'p') THEN
        SELECT part INTO dropped FROM time_partitions(parent) AS p
        WHERE p.lower_bound = drop_time_partition.lower_bound AND p.upper_bound = drop_time_partition.upper_bound;
        IF dropped IS NOT NULL THEN
            EXECUTE 'DROP TABLE ' || dropped;
        END IF;
        RETURN;
    END IF;
    SELECT nspname INTO ext FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'timescaledb';
    EXECUTE format('SELECT count(*) FROM %I.drop_chunks($1::regclass, older_than => $2, newer_than => $3)', ext)
        USING parent, upper_bound, lower_bound;
END
$$;

ALTER TABLE ingest_error RENAME TO ingest_error_unpartitioned;
ALTER INDEX ingest_error_pkey RENAME TO ingest_error_unpartitioned_pkey;
ALTER INDEX ingest_error_position RENAME TO ingest_error_unpartitioned_position;
ALTER INDEX ingest_error_received_at RENAME TO ingest_error_unpartitioned_received_at;
CREATE TABLE ingest_error (
    id          bigint GENERATED ALWAYS AS IDENTITY,
    epoch       integer     NOT NULL,
    seq         bigint      NOT NULL,
    received_at timestamptz NOT NULL,
    item        integer     NOT NULL,
    device_id   bigint,
    serial      text,
    reason      text        NOT NULL,
    detail      text        NOT NULL,
    pointer     text        NOT NULL DEFAULT '',
    resolved_at timestamptz,
    PRIMARY KEY (id, received_at)
) PARTITION BY RANGE (received_at);
CREATE INDEX ingest_error_position ON ingest_error (epoch, seq);
CREATE INDEX ingest_error_received_at ON ingest_error (received_at DESC, id DESC);
CREATE INDEX ingest_error_reason ON ingest_error (reason, received_at DESC, id DESC);

-- Also what a worker of the previous version needs, which does not ask for partitions of errors.
SELECT ensure_partition('ingest_error', at) FROM (
    SELECT DISTINCT date_trunc('week', received_at, 'UTC') FROM ingest_error_unpartitioned
    UNION SELECT now() UNION SELECT now() + interval '1 week'
) AS needed (at);
INSERT INTO ingest_error (id, epoch, seq, received_at, item, device_id, serial, reason, detail, pointer, resolved_at)
OVERRIDING SYSTEM VALUE
SELECT id, epoch, seq, received_at, item, device_id, serial, reason, detail, pointer, resolved_at FROM ingest_error_unpartitioned;
SELECT setval(pg_get_serial_sequence('ingest_error', 'id'), max(id)) FROM ingest_error;

CREATE OR REPLACE VIEW ingest_parse AS
SELECT r.epoch, r.seq, r.epoch || '-' || r.seq AS raw_record_id, r.received_at, d.serial, r.source, r.topic, r.decoder, r.outcome,
       r.error_count = 0 AND r.outcome <> 'dead' AS parse_ok,
       r.decoded_count, r.error_count, e.reason, e.detail, e.pointer
FROM raw_record r
LEFT JOIN device d ON d.id = r.device_id
LEFT JOIN LATERAL (
    SELECT reason, detail, pointer FROM ingest_error
    WHERE epoch = r.epoch AND seq = r.seq AND received_at = r.received_at AND resolved_at IS NULL
    ORDER BY item, id LIMIT 1
) e ON r.error_count > 0;
DROP TABLE ingest_error_unpartitioned;
