-- The readings that are not 'ok', by their place: a range is read from the identity index, and its exceptions from here. A usual
-- reading takes no room in it. Partitions that stand are left without (their rows are looked up instead), so that nobody waits
-- for a build; those to come have it. A hypertable builds it for all of its chunks, which has no other way.
DO $$
BEGIN
    IF (SELECT relkind FROM pg_class WHERE oid = 'processed_record'::regclass) = 'p' THEN
        CREATE INDEX processed_record_quality ON ONLY processed_record (device_id, metric_id, recorded_at, dedup) INCLUDE (quality)
            WHERE quality <> 'ok';
    ELSE
        CREATE INDEX processed_record_quality ON processed_record (device_id, metric_id, recorded_at, dedup) INCLUDE (quality)
            WHERE quality <> 'ok';
    END IF;
END
$$;
