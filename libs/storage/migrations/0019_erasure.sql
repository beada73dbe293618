-- Erasure: everything that is stored of one device is purged, on somebody's word, with counts before and after as the proof.

-- An erasure that was asked for. Whoever performs it goes from the start again when it was left midway: what is gone is gone.
CREATE TABLE erasure_run (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dry_run        boolean     NOT NULL,
    serial         text        NOT NULL,
    reason         text        NOT NULL CHECK (reason <> ''),
    state          text        NOT NULL DEFAULT 'requested'
                   CHECK (state IN ('requested', 'running', 'done', 'failed', 'cancelled')),
    requested_by   text        NOT NULL,
    requested_at   timestamptz NOT NULL DEFAULT now(),
    started_at     timestamptz,
    finished_at    timestamptz,
    detail         text,
    -- What was received before goes.
    received_before timestamptz,
    device_ids     bigint[],
    serials        text[],
    -- The stream position up to which everything has to be committed first.
    stream_epoch   integer,
    stream_seq     bigint,
    done           bigint      NOT NULL DEFAULT 0,
    total          bigint,
    counts_before  jsonb,
    counts_after   jsonb,
    -- Rows of payloads that spoke of other devices as well, dead letters, and what stays for a while.
    notes          jsonb       NOT NULL DEFAULT '{}'
);
CREATE INDEX erasure_run_open ON erasure_run (id) WHERE state IN ('requested', 'running');

-- Positions of the stream whose raw records were erased: the accounts know them, and nothing is missing. Without the device.
CREATE TABLE erased_message (
    epoch       integer     NOT NULL,
    seq         bigint      NOT NULL,
    received_at timestamptz NOT NULL,
    erasure_id  bigint      NOT NULL,
    PRIMARY KEY (epoch, seq)
);
CREATE INDEX erased_message_received_at ON erased_message (received_at);

-- A device with the legacy number that is linked to it, also when it was deleted.
CREATE FUNCTION erasure_family(of_serial text, OUT ids bigint[], OUT names text[])
    LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
    WITH named AS (
        SELECT coalesce((SELECT a.device_id FROM device_alias a WHERE a.legacy_id = d.legacy_id), d.id) AS id
        FROM device d WHERE d.serial = of_serial
    ), family AS (
        SELECT id FROM named
        UNION SELECT l.id FROM named JOIN device_alias a ON a.device_id = named.id JOIN device l ON l.legacy_id = a.legacy_id
    )
    SELECT array_agg(d.id ORDER BY d.id), array_agg(d.serial ORDER BY d.id) FROM family JOIN device d USING (id)
$$;

-- What a payload holds that names one of these devices: its serial in quotes, or its number.
CREATE FUNCTION erasure_pattern(ids bigint[], names text[]) RETURNS text
    LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
    SELECT concat_ws('|', '"(' || (SELECT string_agg(replace(name, '.', '\.'), '|') FROM unnest(names) AS name) || ')"',
        '"device_id"[[:space:]]*:[[:space:]]*(' || (SELECT string_agg(legacy_id::text, '|') FROM device
            WHERE id = ANY (ids) AND legacy_id IS NOT NULL) || ')[^0-9]')
$$;

-- How many rows there are of these devices, by table; of what was received before an instant.
CREATE FUNCTION erasure_counts(ids bigint[], names text[], cutoff timestamptz) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
    SELECT jsonb_build_object(
        'raw_record', (SELECT count(*) FROM raw_record WHERE device_id = ANY (ids) AND received_at < cutoff),
        'processed_record', (SELECT count(*) FROM processed_record WHERE device_id = ANY (ids) AND received_at < cutoff),
        'text_record', (SELECT count(*) FROM text_record WHERE device_id = ANY (ids) AND received_at < cutoff),
        'ingest_error', (SELECT count(*) FROM ingest_error WHERE (device_id = ANY (ids) OR serial = ANY (names)) AND received_at < cutoff),
        'latest_value', (SELECT count(*) FROM latest_value WHERE device_id = ANY (ids) AND received_at < cutoff),
        'rollup_1m', (SELECT count(*) FROM rollup_1m WHERE device_id = ANY (ids)),
        'rollup_1h', (SELECT count(*) FROM rollup_1h WHERE device_id = ANY (ids)),
        'rollup_1d', (SELECT count(*) FROM rollup_1d WHERE device_id = ANY (ids)),
        'rollup_base', (SELECT count(*) FROM rollup_base WHERE device_id = ANY (ids)),
        'series', (SELECT count(*) FROM series WHERE device_id = ANY (ids)),
        'reading_superseded', (SELECT count(*) FROM reading_superseded WHERE device_id = ANY (ids) AND superseded_at < cutoff),
        'correction', (SELECT count(*) FROM correction WHERE device_id = ANY (ids) AND corrected_at < cutoff),
        'device_startup', (SELECT count(*) FROM device_startup WHERE device_id = ANY (ids) AND received_at < cutoff),
        'device_command', (SELECT count(*) FROM device_command WHERE device_id = ANY (ids) AND requested_at < cutoff),
        'presence_change', (SELECT count(*) FROM presence_change WHERE device_id = ANY (ids) AND at < cutoff))
$$;

-- Takes up an erasure: fixes once what goes, and counts it. A dry run ends with that.
CREATE FUNCTION erasure_begin(of_run bigint, at_epoch integer, at_seq bigint) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    run erasure_run;
    family record;
    cutoff timestamptz;
BEGIN
    SELECT * INTO run FROM erasure_run WHERE id = of_run AND state IN ('requested', 'running') FOR UPDATE;
    IF NOT FOUND OR run.received_before IS NOT NULL THEN
        RETURN run.state;
    END IF;
    SELECT * INTO family FROM erasure_family(run.serial);
    IF family.ids IS NULL THEN
        UPDATE erasure_run SET state = 'failed', started_at = now(), finished_at = now(),
            detail = format('there is no device %s', run.serial) WHERE id = of_run;
        RETURN 'failed';
    END IF;
    cutoff := clock_timestamp();
    UPDATE erasure_run SET state = CASE WHEN dry_run THEN 'done' ELSE 'running' END, started_at = cutoff, received_before = cutoff,
        finished_at = CASE WHEN dry_run THEN clock_timestamp() END, device_ids = family.ids, serials = family.names,
        stream_epoch = at_epoch, stream_seq = at_seq, counts_before = erasure_counts(family.ids, family.names, cutoff)
    WHERE id = of_run RETURNING * INTO run;
    -- Positions whose raw records retention has dropped by now are not asked for any more.
    DELETE FROM erased_message WHERE received_at < (SELECT min(lower_bound) FROM time_partitions('raw_record'));
    RETURN run.state;
END
$$;

-- The spans of tables that an erasure goes through, in their order: the payloads first, so that no reading is missing from one.
CREATE FUNCTION erasure_spans(of_run bigint) RETURNS TABLE (name text, lower_bound timestamptz, upper_bound timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT t.name, p.lower_bound, p.upper_bound
    FROM unnest(ARRAY['ingest_error', 'raw_record', 'processed_record', 'text_record', 'rollup_1m', 'rollup_1h', 'rollup_1d'])
        WITH ORDINALITY AS t (name, place), time_partitions(t.name) AS p
    WHERE EXISTS (SELECT FROM erasure_run WHERE id = of_run AND state = 'running')
    ORDER BY t.place, p.lower_bound
$$;

-- Purges one span of a table; gives how many rows. A payload that speaks of a device that is erased goes whole, also where it
-- speaks of others: their readings stay. Looked up by position, whatever the planner believes of the number.
CREATE FUNCTION erasure_sweep(of_run bigint, of_table text, starts timestamptz, ends timestamptz) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    run erasure_run;
    gone bigint;
    shared bigint := 0;
BEGIN
    -- However much of it TimescaleDB has compressed.
    PERFORM set_config('timescaledb.max_tuples_decompressed_per_dml_transaction', '0', true);
    -- Not beside corrections, and not beside another one who performs this.
    PERFORM pg_advisory_xact_lock(hashtext('sens.supersede'));
    SELECT * INTO run FROM erasure_run WHERE id = of_run AND state = 'running' AND NOT dry_run FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    IF of_table IN ('rollup_1m', 'rollup_1h', 'rollup_1d') THEN
        EXECUTE format('DELETE FROM %I WHERE device_id = ANY ($1) AND bucket >= $2 AND bucket < $3', of_table)
            USING run.device_ids, starts, ends;
        GET DIAGNOSTICS gone = ROW_COUNT;
    ELSIF of_table = 'raw_record' THEN
        WITH own AS (
            DELETE FROM raw_record WHERE device_id = ANY (run.device_ids) AND received_at >= starts AND received_at < ends
                AND received_at < run.received_before
            RETURNING epoch, seq, received_at, false AS shared
        ), mentioned AS (
            -- Of several devices, or of one that was not known: by its topic, or by what it says. This reads the whole span.
            DELETE FROM raw_record WHERE device_id IS NULL AND received_at >= starts AND received_at < ends
                AND received_at < run.received_before
                AND (topic LIKE 'sens/v1/%' AND split_part(topic, '/', 3) = ANY (run.serials)
                     OR encode(payload, 'escape') ~ erasure_pattern(run.device_ids, run.serials))
            RETURNING epoch, seq, received_at, decoded_count > error_count
        ), taken AS (
            SELECT * FROM own UNION ALL SELECT * FROM mentioned
        ), noted AS (
            INSERT INTO erased_message SELECT epoch, seq, received_at, of_run FROM taken ON CONFLICT DO NOTHING
        )
        SELECT count(*), count(*) FILTER (WHERE taken.shared) INTO gone, shared FROM taken;
    ELSIF of_table IN ('ingest_error', 'processed_record', 'text_record') THEN
        EXECUTE format($query$
            WITH taken AS MATERIALIZED (
                DELETE FROM %1$I WHERE %2$s AND %3$I >= $2 AND %3$I < $3 AND received_at < $4
                RETURNING %4$s AS epoch, %5$s AS seq, received_at
            ), payloads AS (
                DELETE FROM raw_record r USING (SELECT DISTINCT epoch, seq, received_at FROM taken) AS t
                WHERE r.epoch = t.epoch AND r.seq = t.seq AND r.received_at = t.received_at
                  AND (r.device_id IS NULL OR r.device_id = ANY ($1))
                RETURNING r.epoch, r.seq, r.received_at, r.device_id, r.decoded_count, r.error_count
            ), noted AS (
                INSERT INTO erased_message SELECT epoch, seq, received_at, $6 FROM payloads ON CONFLICT DO NOTHING
            )
            SELECT (SELECT count(*) FROM taken), (SELECT count(*) FROM payloads WHERE device_id IS NULL AND decoded_count > error_count)
            $query$,
            of_table,
            CASE of_table WHEN 'ingest_error' THEN '(device_id = ANY ($1) OR serial = ANY ($5))'
                ELSE 'device_id = ANY ($1) AND $5 IS NOT NULL' END,
            (SELECT time_column FROM time_table WHERE name = of_table),
            CASE of_table WHEN 'ingest_error' THEN 'epoch' ELSE 'raw_epoch' END,
            CASE of_table WHEN 'ingest_error' THEN 'seq' ELSE 'raw_seq' END)
        INTO gone, shared USING run.device_ids, starts, ends, run.received_before, run.serials, of_run;
    ELSE
        RAISE EXCEPTION 'erasure_sweep: % is not a table that is swept', of_table;
    END IF;
    UPDATE erasure_run SET done = least(done + 1, coalesce(total, done + 1)),
        notes = CASE WHEN shared > 0 THEN notes || jsonb_build_object('shared_payloads',
            coalesce((notes ->> 'shared_payloads')::bigint, 0) + shared) ELSE notes END
    WHERE id = of_run;
    RETURN gone;
END
$$;

-- Ends an erasure when nothing is left that was received before it: purges what follows from readings and stands beside them,
-- describes the device by its serial alone, and keeps the proof. False while something is left: it has to be swept again.
CREATE FUNCTION erasure_finish(of_run bigint, also jsonb) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    run erasure_run;
    metrics record;
    after jsonb;
    purged jsonb;
BEGIN
    LOCK TABLE rollup_lock IN EXCLUSIVE MODE;
    PERFORM set_config('timescaledb.max_tuples_decompressed_per_dml_transaction', '0', true);
    PERFORM pg_advisory_xact_lock(hashtext('sens.supersede'));
    SELECT * INTO run FROM erasure_run WHERE id = of_run AND state = 'running' AND NOT dry_run FOR UPDATE;
    IF NOT FOUND THEN
        RETURN true;
    END IF;
    after := erasure_counts(run.device_ids, run.serials, run.received_before);
    IF (after -> 'raw_record')::bigint + (after -> 'processed_record')::bigint + (after -> 'text_record')::bigint
       + (after -> 'ingest_error')::bigint > 0 THEN
        RETURN false;
    END IF;
    DELETE FROM ingest_error e USING erased_message m
    WHERE m.erasure_id = of_run AND e.epoch = m.epoch AND e.seq = m.seq AND e.received_at = m.received_at;
    DELETE FROM rollup_1m WHERE device_id = ANY (run.device_ids);
    DELETE FROM rollup_1h WHERE device_id = ANY (run.device_ids);
    DELETE FROM rollup_1d WHERE device_id = ANY (run.device_ids);
    DELETE FROM rollup_base WHERE device_id = ANY (run.device_ids);
    DELETE FROM series WHERE device_id = ANY (run.device_ids);
    DELETE FROM reading_superseded s WHERE device_id = ANY (run.device_ids) AND NOT EXISTS (
        SELECT FROM reading r WHERE r.device_id = s.device_id AND r.metric_id = s.metric_id AND r.recorded_at = s.recorded_at
            AND r.dedup = s.dedup);
    DELETE FROM correction c WHERE device_id = ANY (run.device_ids) AND corrected_at < run.received_before
        AND NOT EXISTS (SELECT FROM reading_superseded s WHERE s.correction_id = c.id);
    DELETE FROM device_startup WHERE device_id = ANY (run.device_ids) AND received_at < run.received_before;
    DELETE FROM device_command WHERE device_id = ANY (run.device_ids) AND requested_at < run.received_before;
    DELETE FROM presence_change WHERE device_id = ANY (run.device_ids) AND at < run.received_before;
    DELETE FROM device_presence WHERE device_id = ANY (run.device_ids) AND since < run.received_before;
    -- What came since stands alone: its newest values, and marks for its rollups.
    SELECT array_agg(device_id) AS devices, array_agg(metric_id) AS ids INTO metrics
    FROM latest_value WHERE device_id = ANY (run.device_ids);
    DELETE FROM latest_value WHERE device_id = ANY (run.device_ids);
    IF metrics.ids IS NOT NULL THEN
        PERFORM put_latest_right(metrics.devices, metrics.ids, '{}', '{}', '{}');
    END IF;
    INSERT INTO rollup_mark (hour, device_ids, metric_ids, minutes)
    SELECT hour, array_agg(device_id), array_agg(metric_id), array_agg((1::bigint << 60) - 1)
    FROM (SELECT DISTINCT date_trunc('hour', recorded_at, 'UTC') AS hour, device_id, metric_id FROM reading
          WHERE device_id = ANY (run.device_ids)) AS left_over
    GROUP BY hour;
    UPDATE device d SET name = NULL, model = NULL, firmware = NULL, labels = '{}', placeholder = true, provisioned_at = NULL,
        online = NULL, status_at = NULL, status_epoch = NULL, status_seq = NULL,
        first_seen_at = since.first, last_seen_at = since.last,
        version = d.version + 1, updated_at = now()
    FROM (SELECT k.id, min(r.received_at) AS first, max(r.received_at) AS last
          FROM unnest(run.device_ids) AS k (id) LEFT JOIN raw_record r ON r.device_id = k.id GROUP BY k.id) AS since
    WHERE d.id = since.id;
    DELETE FROM device_alias WHERE device_id = ANY (run.device_ids);
    purged := erasure_counts(run.device_ids, run.serials, run.received_before);
    UPDATE erasure_run SET state = 'done', finished_at = clock_timestamp(), counts_after = purged, notes = notes || also,
        done = coalesce(total, done) WHERE id = of_run;
    INSERT INTO audit_event (actor, action, object_kind, object_id, before, after)
    VALUES (run.requested_by, 'erase', 'device', run.serial, run.counts_before,
            purged || jsonb_build_object('erasure', of_run, 'reason', run.reason, 'received_before', run.received_before));
    RETURN true;
END
$$;

-- Keeps that a dead letter went with an erasure, before it goes.
CREATE FUNCTION erasure_drop_letter(of_run bigint, of_epoch integer, of_seq bigint) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    INSERT INTO dead_letter_action (epoch, seq, action, actor)
    SELECT of_epoch, of_seq, 'dropped', 'erasure ' || id FROM erasure_run WHERE id = of_run AND state = 'running'
$$;
