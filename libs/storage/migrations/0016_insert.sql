-- Inserting what is nearly always new. ON CONFLICT looks every row up before it inserts it, which is a third of the work; here
-- that is done only after a row turned out to be there already. Each gives nothing when all rows were new, and otherwise those
-- that were. Arrays are taken apart in the select list, because a row source would keep a copy of each.

CREATE FUNCTION store_raw_records(of_epoch integer, seqs bigint[], received timestamptz[], devices bigint[], sources text[], topics text[],
    content_types text[], traces text[], decoders text[], outcomes text[], decoded integer[], errors integer[], lengths bigint[],
    hashes bytea[], payloads bytea[], expect_new boolean) RETURNS bigint[]
    LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    stored bigint[];
BEGIN
    IF expect_new THEN
        BEGIN
            INSERT INTO raw_record (epoch, seq, received_at, device_id, source, topic, content_type, traceparent, decoder, outcome,
                decoded_count, error_count, payload_length, payload_sha256, payload)
            SELECT of_epoch, unnest(seqs), unnest(received), unnest(devices), unnest(sources), unnest(topics), unnest(content_types),
                unnest(traces), unnest(decoders), unnest(outcomes), unnest(decoded), unnest(errors), unnest(lengths), unnest(hashes),
                unnest(payloads);
            RETURN NULL;
        EXCEPTION
            WHEN unique_violation THEN NULL;
        END;
    END IF;
    WITH added AS (
        INSERT INTO raw_record (epoch, seq, received_at, device_id, source, topic, content_type, traceparent, decoder, outcome,
            decoded_count, error_count, payload_length, payload_sha256, payload)
        SELECT of_epoch, unnest(seqs), unnest(received), unnest(devices), unnest(sources), unnest(topics), unnest(content_types),
            unnest(traces), unnest(decoders), unnest(outcomes), unnest(decoded), unnest(errors), unnest(lengths), unnest(hashes),
            unnest(payloads)
        ON CONFLICT DO NOTHING
        RETURNING seq
    ) SELECT coalesce(array_agg(seq), '{}') INTO stored FROM added;
    RETURN stored;
END
$$;

CREATE FUNCTION store_readings(of_epoch integer, devices bigint[], metrics integer[], recorded timestamptz[], dedups bigint[],
    numbers double precision[], received timestamptz[], seqs bigint[], items integer[], decoders text[], qualities text[],
    device_times timestamptz[], device_seqs bigint[], expect_new boolean, OUT stored_seqs bigint[], OUT stored_items integer[])
    LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF expect_new THEN
        BEGIN
            INSERT INTO processed_record (raw_epoch, device_id, metric_id, recorded_at, dedup, value, received_at, raw_seq, raw_item,
                decoder, quality, device_time, device_seq)
            SELECT of_epoch, unnest(devices), unnest(metrics), unnest(recorded), unnest(dedups), unnest(numbers), unnest(received),
                unnest(seqs), unnest(items), unnest(decoders), unnest(qualities), unnest(device_times), unnest(device_seqs);
            RETURN;
        EXCEPTION
            WHEN unique_violation THEN NULL;
        END;
    END IF;
    WITH added AS (
        INSERT INTO processed_record (raw_epoch, device_id, metric_id, recorded_at, dedup, value, received_at, raw_seq, raw_item,
            decoder, quality, device_time, device_seq)
        SELECT of_epoch, unnest(devices), unnest(metrics), unnest(recorded), unnest(dedups), unnest(numbers), unnest(received),
            unnest(seqs), unnest(items), unnest(decoders), unnest(qualities), unnest(device_times), unnest(device_seqs)
        ON CONFLICT DO NOTHING
        RETURNING raw_seq, raw_item
    ) SELECT coalesce(array_agg(raw_seq), '{}'), coalesce(array_agg(raw_item), '{}') INTO stored_seqs, stored_items FROM added;
END
$$;
