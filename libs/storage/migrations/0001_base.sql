-- Base schema: registry, raw records, readings, errors, latest values, ledger.
-- raw_record, processed_record and text_record are range-partitioned by time. Their partitions are made by
-- ensure_partition(), which the ingest role may call for late data of any age without owning the tables.

CREATE TABLE stream_epoch (
    id                integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stream            text        NOT NULL,
    stream_created_at timestamptz NOT NULL,
    restore_counter   integer     NOT NULL DEFAULT 0,
    first_seen_at     timestamptz NOT NULL DEFAULT now(),
    UNIQUE (stream, stream_created_at, restore_counter)
);

CREATE TABLE device (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    serial         text        NOT NULL UNIQUE CHECK (serial ~ '^[A-Za-z0-9._:-]{1,64}$'),
    legacy_id      bigint      UNIQUE,
    placeholder    boolean     NOT NULL,
    name           text,
    model          text,
    firmware       text,
    labels         jsonb       NOT NULL DEFAULT '{}',
    online         boolean,
    status_at      timestamptz,
    status_epoch   integer,
    status_seq     bigint,
    provisioned_at timestamptz,
    first_seen_at  timestamptz,
    last_seen_at   timestamptz,
    deleted_at     timestamptz,
    version        bigint      NOT NULL DEFAULT 1,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX device_last_seen_at ON device (last_seen_at DESC NULLS LAST, id);

CREATE TABLE device_startup (
    device_id   bigint      NOT NULL REFERENCES device (id),
    started_at  timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    firmware    text,
    epoch       integer     NOT NULL,
    seq         bigint      NOT NULL,
    PRIMARY KEY (device_id, started_at)
);

-- The catalogue. A metric that devices send but nobody described is kept with listed = false and no range.
CREATE TABLE metric (
    id             integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name           text        NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 128),
    unit           text,
    kind           text        NOT NULL DEFAULT 'number' CHECK (kind IN ('number', 'boolean', 'text')),
    min_value      double precision,
    max_value      double precision,
    display_name   text,
    display_unit   text,
    display_factor double precision,
    listed         boolean     NOT NULL DEFAULT true,
    version        bigint      NOT NULL DEFAULT 1,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now()
);

INSERT INTO metric (name, unit, min_value, max_value, display_name, display_unit, display_factor) VALUES
    ('platform_extension_ticks', 'tick', 0,    3000, 'Platform extension', 'mm', 0.05),
    ('platform_extension_mm',    'mm',   -150, 150,  'Platform extension', 'mm', 1),
    ('battery_charge',           '%',    0,    100,  'Battery charge',     '%',  1),
    ('platform_height_mm',       'mm',   0,    200,  'Platform height',    'mm', 1);

-- One row per received payload, verbatim. The position in the stream (epoch, seq) is its identity.
CREATE TABLE raw_record (
    epoch          integer     NOT NULL,
    seq            bigint      NOT NULL,
    received_at    timestamptz NOT NULL,
    device_id      bigint,
    source         text        NOT NULL,
    topic          text        NOT NULL,
    content_type   text,
    traceparent    text,
    decoder        text,
    outcome        text        NOT NULL CHECK (outcome IN ('parsed', 'failed', 'control', 'dead')),
    decoded_count  integer     NOT NULL,
    error_count    integer     NOT NULL,
    payload_length bigint      NOT NULL,
    payload_sha256 bytea,
    payload        bytea       NOT NULL,
    committed_at   timestamptz NOT NULL DEFAULT now()
) PARTITION BY RANGE (received_at);
CREATE UNIQUE INDEX raw_record_position ON raw_record (epoch, seq, received_at);
CREATE INDEX raw_record_device ON raw_record (device_id, received_at) WHERE device_id IS NOT NULL;

-- One row per reading, in the unit the catalogue names. The one index is the identity and answers range queries alone.
CREATE TABLE processed_record (
    device_id   bigint           NOT NULL,
    metric_id   integer          NOT NULL,
    recorded_at timestamptz      NOT NULL,
    dedup       bigint           NOT NULL,
    value       double precision NOT NULL,
    received_at timestamptz      NOT NULL,
    raw_epoch   integer          NOT NULL,
    raw_seq     bigint           NOT NULL,
    raw_item    integer          NOT NULL,
    decoder     text             NOT NULL,
    quality     text             NOT NULL DEFAULT 'ok',
    device_time timestamptz,
    device_seq  bigint
) PARTITION BY RANGE (recorded_at);
CREATE UNIQUE INDEX processed_record_identity
    ON processed_record (device_id, metric_id, recorded_at, dedup) INCLUDE (value);

CREATE TABLE text_record (
    device_id   bigint      NOT NULL,
    metric_id   integer     NOT NULL,
    recorded_at timestamptz NOT NULL,
    dedup       bigint      NOT NULL,
    value       text        NOT NULL,
    received_at timestamptz NOT NULL,
    raw_epoch   integer     NOT NULL,
    raw_seq     bigint      NOT NULL,
    raw_item    integer     NOT NULL,
    decoder     text        NOT NULL,
    quality     text        NOT NULL DEFAULT 'ok',
    device_time timestamptz,
    device_seq  bigint
) PARTITION BY RANGE (recorded_at);
CREATE UNIQUE INDEX text_record_identity ON text_record (device_id, metric_id, recorded_at, dedup);

CREATE TABLE latest_value (
    device_id   bigint      NOT NULL,
    metric_id   integer     NOT NULL,
    recorded_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    value       double precision,
    text_value  text,
    PRIMARY KEY (device_id, metric_id)
) WITH (fillfactor = 70);

CREATE TABLE ingest_error (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    epoch       integer     NOT NULL,
    seq         bigint      NOT NULL,
    received_at timestamptz NOT NULL,
    item        integer     NOT NULL,
    device_id   bigint,
    serial      text,
    reason      text        NOT NULL,
    detail      text        NOT NULL,
    pointer     text        NOT NULL DEFAULT '',
    resolved_at timestamptz
);
CREATE INDEX ingest_error_position ON ingest_error (epoch, seq);
CREATE INDEX ingest_error_received_at ON ingest_error (received_at DESC, id DESC);

-- What was committed, per batch: which positions, and what became of them. Survives raw retention.
CREATE TABLE ingest_ledger (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    epoch      integer        NOT NULL,
    minute     timestamptz    NOT NULL,
    seqs       int8multirange NOT NULL,
    parsed     bigint         NOT NULL,
    failed     bigint         NOT NULL,
    control    bigint         NOT NULL,
    dead       bigint         NOT NULL DEFAULT 0,
    decoded    bigint         NOT NULL,
    processed  bigint         NOT NULL,
    duplicate  bigint         NOT NULL,
    error      bigint         NOT NULL
);
CREATE INDEX ingest_ledger_minute ON ingest_ledger (minute);
CREATE INDEX ingest_ledger_seqs ON ingest_ledger USING gist (seqs);

CREATE TABLE api_key (
    id            text        PRIMARY KEY,
    name          text        NOT NULL,
    role          text        NOT NULL CHECK (role IN ('viewer', 'ingest', 'operator', 'admin')),
    secret_sha256 bytea       NOT NULL CHECK (length(secret_sha256) = 32),
    created_at    timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz,
    revoked_at    timestamptz,
    last_used_at  timestamptz
);

-- Makes the partition of a time-partitioned table that holds the given instant, when it is not there yet.
-- raw_record: a partition a day; readings: a partition a week (Monday, UTC).
CREATE FUNCTION ensure_partition(parent text, at timestamptz) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    unit text := CASE parent WHEN 'raw_record' THEN 'day' WHEN 'processed_record' THEN 'week' WHEN 'text_record' THEN 'week' END;
    lower_bound timestamptz;
    upper_bound timestamptz;
    child text;
BEGIN
    IF unit IS NULL THEN
        RAISE EXCEPTION 'ensure_partition: % is not a partitioned table of this platform', parent;
    END IF;
    lower_bound := date_trunc(unit, at, 'UTC');
    upper_bound := ((lower_bound AT TIME ZONE 'UTC') + ('1 ' || unit)::interval) AT TIME ZONE 'UTC';
    child := parent || '_' || to_char(lower_bound AT TIME ZONE 'UTC', 'YYYYMMDD');
    IF to_regclass(child) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('sens.ensure_partition'));
    IF to_regclass(child) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', child, parent, lower_bound, upper_bound);
END
$$;
