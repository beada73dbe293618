-- Corrections: a person sets the value of readings or takes them out, with a reason. The earlier readings stay, superseded.

CREATE TABLE correction (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_id    bigint      NOT NULL REFERENCES device (id),
    metric_id    integer     NOT NULL REFERENCES metric (id),
    from_at      timestamptz NOT NULL,
    to_at        timestamptz NOT NULL CHECK (to_at > from_at),
    -- Both NULL: the readings were taken out.
    value        double precision,
    text_value   text,
    reason       text        NOT NULL CHECK (reason <> ''),
    corrected_by text        NOT NULL CHECK (corrected_by <> ''),
    corrected_at timestamptz NOT NULL,
    readings     bigint      NOT NULL,
    undone_at    timestamptz,
    undone_by    text,
    undo_reason  text,
    CHECK (value IS NULL OR text_value IS NULL),
    CHECK ((undone_at IS NULL) = (undone_by IS NULL) AND (undone_at IS NULL) = (undo_reason IS NULL))
);
CREATE INDEX correction_device ON correction (device_id, id);

-- The correction that superseded the reading, or whose undoing did, and the dedup of the reading that came into its place.
ALTER TABLE reading_superseded ADD COLUMN correction_id bigint;
ALTER TABLE reading_superseded ADD COLUMN successor bigint;
CREATE INDEX reading_superseded_correction ON reading_superseded (correction_id) WHERE correction_id IS NOT NULL;

-- Readings of either kind, those that are superseded too.
CREATE VIEW reading AS
SELECT device_id, metric_id, recorded_at, dedup, value, NULL::text AS text_value, received_at, committed_at,
       raw_epoch, raw_seq, raw_item, decoder, quality, device_time, device_seq
FROM processed_record
UNION ALL
SELECT device_id, metric_id, recorded_at, dedup, NULL, value, received_at, committed_at,
       raw_epoch, raw_seq, raw_item, decoder, quality, device_time, device_seq
FROM text_record;

-- Those that count now. OFFSET 0: each is looked up by its whole key, whatever the planner believes of their number; it would
-- otherwise join by the series where its statistics are behind, and look at every superseded reading for each reading.
CREATE VIEW counting_reading AS
SELECT r.* FROM reading r
WHERE NOT EXISTS (
    SELECT FROM reading_superseded s
    WHERE s.device_id = r.device_id AND s.metric_id = r.metric_id AND s.recorded_at = r.recorded_at AND s.dedup = r.dedup
      AND s.restored_at IS NULL
    OFFSET 0);

-- Puts the newest values of series right after readings have come to count or not to count; gone_... are the places at which a
-- reading counts no more. Writers that bring newer readings of these series wait, and find what we have written.
CREATE FUNCTION put_latest_right(devices bigint[], metrics integer[],
    gone_devices bigint[], gone_metrics integer[], gone_times timestamptz[]) RETURNS void
    LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM FROM latest_value l JOIN unnest(devices, metrics) AS k (device_id, metric_id) USING (device_id, metric_id)
    ORDER BY l.device_id, l.metric_id FOR UPDATE OF l;
    DELETE FROM latest_value l USING unnest(gone_devices, gone_metrics, gone_times) AS gone (device_id, metric_id, recorded_at)
    WHERE l.device_id = gone.device_id AND l.metric_id = gone.metric_id AND l.recorded_at = gone.recorded_at;
    INSERT INTO latest_value AS latest (device_id, metric_id, recorded_at, received_at, value, text_value)
    SELECT k.device_id, k.metric_id, newest.* FROM unnest(devices, metrics) AS k (device_id, metric_id)
    CROSS JOIN LATERAL (
        SELECT * FROM (
            (SELECT recorded_at, received_at, value, NULL::text AS text_value FROM processed_record r
             WHERE r.device_id = k.device_id AND r.metric_id = k.metric_id AND NOT EXISTS (
                 SELECT FROM reading_superseded s WHERE s.device_id = r.device_id AND s.metric_id = r.metric_id
                     AND s.recorded_at = r.recorded_at AND s.dedup = r.dedup AND s.restored_at IS NULL OFFSET 0)
             ORDER BY recorded_at DESC, received_at DESC LIMIT 1)
            UNION ALL
            (SELECT recorded_at, received_at, NULL, value FROM text_record r
             WHERE r.device_id = k.device_id AND r.metric_id = k.metric_id AND NOT EXISTS (
                 SELECT FROM reading_superseded s WHERE s.device_id = r.device_id AND s.metric_id = r.metric_id
                     AND s.recorded_at = r.recorded_at AND s.dedup = r.dedup AND s.restored_at IS NULL OFFSET 0)
             ORDER BY recorded_at DESC, received_at DESC LIMIT 1)
        ) AS either ORDER BY recorded_at DESC, received_at DESC LIMIT 1
    ) AS newest
    ORDER BY k.device_id, k.metric_id
    ON CONFLICT (device_id, metric_id) DO UPDATE SET recorded_at = excluded.recorded_at,
        received_at = excluded.received_at, value = excluded.value, text_value = excluded.text_value
    WHERE (excluded.recorded_at, excluded.received_at) > (latest.recorded_at, latest.received_at);
END
$$;

-- What follows from readings of one series that came to count, or not to count, at these times.
CREATE FUNCTION follow_correction(of_device bigint, of_metric integer, times timestamptz[]) RETURNS void
    LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM put_latest_right(ARRAY[of_device], ARRAY[of_metric],
        array_fill(of_device, ARRAY[cardinality(times)]), array_fill(of_metric, ARRAY[cardinality(times)]), times);
    INSERT INTO rollup_mark (hour, device_ids, metric_ids, minutes)
    SELECT hour, ARRAY[of_device], ARRAY[of_metric],
           ARRAY[bit_or(1::bigint << floor(extract(epoch FROM recorded_at - hour) / 60)::integer)]
    FROM (SELECT recorded_at, date_trunc('hour', recorded_at, 'UTC') AS hour FROM unnest(times) AS t (recorded_at)) AS touched
    GROUP BY hour;
END
$$;

-- Corrects the readings of a series that count in [starts, ends), at most `most`: each is superseded, and one with the new
-- value comes into its place where there is one. With undo_correction() this is all that the API may do to readings: nothing
-- without a name and a reason. `correction` is NULL, and nothing done, when there are none or more than `most` readings.
CREATE FUNCTION correct_readings(of_device bigint, of_metric integer, starts timestamptz, ends timestamptz,
    new_value double precision, new_text text, why text, who text, most bigint,
    OUT made bigint, OUT touched bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    at timestamptz;
    times timestamptz[];
BEGIN
    -- One who corrects at a time. The instant is read after the transaction has its number: reads as of it wait for it.
    PERFORM pg_advisory_xact_lock(hashtext('sens.supersede')), pg_current_xact_id();
    at := clock_timestamp();
    SELECT count(*) INTO touched FROM (
        SELECT FROM counting_reading r
        WHERE r.device_id = of_device AND r.metric_id = of_metric AND r.recorded_at >= starts AND r.recorded_at < ends
        LIMIT most + 1) AS found;
    IF touched NOT BETWEEN 1 AND most THEN
        RETURN;
    END IF;
    INSERT INTO correction (device_id, metric_id, from_at, to_at, value, text_value, reason, corrected_by, corrected_at, readings)
    VALUES (of_device, of_metric, starts, ends, new_value, new_text, why, who, at, touched) RETURNING id INTO made;
    WITH gone AS MATERIALIZED (
        SELECT r.*, CASE WHEN new_value IS NOT NULL OR new_text IS NOT NULL
                         THEN hashtextextended(format('correction %s of %s', made, r.dedup), 0) END AS successor
        FROM counting_reading r
        WHERE r.device_id = of_device AND r.metric_id = of_metric AND r.recorded_at >= starts AND r.recorded_at < ends
    ), superseded AS (
        INSERT INTO reading_superseded (device_id, metric_id, recorded_at, dedup, superseded_at, raw_epoch, raw_seq, raw_item,
            decoder, actor, correction_id, successor)
        SELECT device_id, metric_id, recorded_at, dedup, at, raw_epoch, raw_seq, raw_item, 'correction@1', who, made, successor
        FROM gone
    ), numbers AS (
        INSERT INTO processed_record (device_id, metric_id, recorded_at, dedup, value, received_at, committed_at, raw_epoch, raw_seq,
            raw_item, decoder, quality, device_time, device_seq)
        SELECT device_id, metric_id, recorded_at, successor, new_value, received_at, at, raw_epoch, raw_seq, raw_item,
               'correction@1', 'corrected', device_time, device_seq
        FROM gone WHERE new_value IS NOT NULL
    ), texts AS (
        INSERT INTO text_record (device_id, metric_id, recorded_at, dedup, value, received_at, committed_at, raw_epoch, raw_seq,
            raw_item, decoder, quality, device_time, device_seq)
        SELECT device_id, metric_id, recorded_at, successor, new_text, received_at, at, raw_epoch, raw_seq, raw_item,
               'correction@1', 'corrected', device_time, device_seq
        FROM gone WHERE new_text IS NOT NULL
    )
    SELECT count(*), array_agg(DISTINCT recorded_at) INTO touched, times FROM gone;
    UPDATE correction SET readings = touched WHERE id = made;
    PERFORM follow_correction(of_device, of_metric, times);
END
$$;

-- Undoes a correction: what it superseded counts again, what it brought counts no more. `blocked_by` is the correction that has
-- corrected its readings since, and has to be undone first; nothing is done then, nor when it is undone already or there is none.
CREATE FUNCTION undo_correction(of_correction bigint, why text, who text, OUT undone boolean, OUT blocked_by bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    of_series record;
    at timestamptz;
    times timestamptz[];
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('sens.supersede')), pg_current_xact_id();
    at := clock_timestamp();
    undone := false;
    SELECT * INTO of_series FROM correction WHERE id = of_correction AND undone_at IS NULL;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    -- LIMIT 1, here and below: looked up by its key for each row, whatever the planner believes of their number.
    SELECT max(later.correction_id) INTO blocked_by
    FROM reading_superseded s CROSS JOIN LATERAL (
        SELECT x.correction_id FROM reading_superseded x
        WHERE x.device_id = s.device_id AND x.metric_id = s.metric_id AND x.recorded_at = s.recorded_at AND x.dedup = s.successor
          AND x.restored_at IS NULL LIMIT 1) AS later
    WHERE s.correction_id = of_correction AND s.restored_at IS NULL;
    IF blocked_by IS NOT NULL THEN
        RETURN;
    END IF;
    WITH back AS (
        UPDATE reading_superseded s SET restored_at = at
        WHERE s.correction_id = of_correction AND s.restored_at IS NULL
        RETURNING s.*
    ), gone AS (
        INSERT INTO reading_superseded (device_id, metric_id, recorded_at, dedup, superseded_at, raw_epoch, raw_seq, raw_item, decoder,
            actor, correction_id)
        SELECT device_id, metric_id, recorded_at, successor, at, raw_epoch, raw_seq, raw_item, 'correction-undo@1', who, of_correction
        FROM back WHERE successor IS NOT NULL
    )
    -- What retention has dropped does not come back.
    SELECT array_agg(DISTINCT back.recorded_at) INTO times
    FROM back CROSS JOIN LATERAL (
        SELECT FROM reading r
        WHERE r.device_id = back.device_id AND r.metric_id = back.metric_id AND r.recorded_at = back.recorded_at
          AND r.dedup = back.dedup LIMIT 1) AS there;
    UPDATE correction SET undone_at = at, undone_by = who, undo_reason = why WHERE id = of_correction;
    PERFORM follow_correction(of_series.device_id, of_series.metric_id, coalesce(times, '{}'));
    undone := true;
END
$$;
