-- Group roles without login. Logins are members of one of them (`sensctl logins set`). Idempotent.
DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['sens_ingest', 'sens_api', 'sens_readonly'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', role);
            EXCEPTION
                -- Another database of the same cluster migrates at this moment.
                WHEN duplicate_object OR unique_violation THEN NULL;
            END;
        END IF;
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), role);
    END LOOP;
END
$$;

REVOKE ALL ON FUNCTION ensure_partition(text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ensure_partition(text, timestamptz) TO sens_ingest;

GRANT SELECT, INSERT ON stream_epoch, raw_record, processed_record, text_record, ingest_error, ingest_ledger, device_startup, metric TO sens_ingest;
GRANT SELECT, INSERT, UPDATE ON device, latest_value TO sens_ingest;
GRANT SELECT ON _sqlx_migrations TO sens_ingest, sens_api, sens_readonly;

GRANT SELECT ON stream_epoch, device, device_startup, metric, raw_record, processed_record, text_record, latest_value, ingest_error, ingest_ledger TO sens_api, sens_readonly;
GRANT SELECT ON ingest_parse, platform_extension_mm, metric_avg_extension_mm, metric_extension_vs_retraction, metric_battery_summary, metric_platform_height TO sens_api, sens_readonly;
GRANT SELECT, INSERT, UPDATE ON api_key TO sens_api;
GRANT INSERT, UPDATE ON device, metric TO sens_api;
REVOKE ALL ON FUNCTION compact_ledger(interval, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION compact_ledger(interval, integer) TO sens_ingest;
GRANT SELECT ON dead_letter_action TO sens_ingest, sens_api, sens_readonly;
GRANT INSERT ON dead_letter_action TO sens_api;
REVOKE ALL ON FUNCTION time_partitions(text), drop_time_partition(text, timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION time_partitions(text) TO sens_ingest, sens_api;
GRANT SELECT ON time_table TO sens_ingest, sens_api, sens_readonly;

GRANT SELECT, INSERT, UPDATE, DELETE ON rollup_1m, rollup_1h, rollup_1d, rollup_base, series TO sens_ingest;
GRANT SELECT, INSERT, DELETE ON rollup_mark TO sens_ingest;
GRANT UPDATE ON rollup_lock TO sens_ingest;
GRANT SELECT ON retention_floor TO sens_ingest;
GRANT SELECT ON rollup_1m, rollup_1h, rollup_1d, rollup_mark, retention_floor, series TO sens_api, sens_readonly;
GRANT SELECT ON reading_superseded TO sens_ingest;
GRANT SELECT, INSERT, DELETE ON commit_clock TO sens_ingest;
GRANT SELECT ON reading_superseded, commit_clock, metric_version TO sens_api, sens_readonly;
GRANT INSERT ON metric_version TO sens_api;
GRANT SELECT ON backup_event TO sens_ingest, sens_api, sens_readonly;
GRANT SELECT, UPDATE ON replay_run TO sens_ingest;
GRANT INSERT ON reading_superseded TO sens_ingest;
GRANT UPDATE (restored_at) ON reading_superseded TO sens_ingest;
GRANT UPDATE (resolved_at) ON ingest_error TO sens_ingest;
GRANT DELETE ON latest_value TO sens_ingest;
GRANT SELECT, INSERT, UPDATE ON replay_run TO sens_api;
GRANT SELECT ON replay_run TO sens_readonly;
GRANT SELECT, INSERT, UPDATE, DELETE ON redelivery TO sens_ingest;
GRANT SELECT ON redelivery TO sens_api, sens_readonly;
REVOKE ALL ON FUNCTION correct_readings(bigint, integer, timestamptz, timestamptz, double precision, text, text, text, bigint),
    undo_correction(bigint, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION correct_readings(bigint, integer, timestamptz, timestamptz, double precision, text, text, text, bigint),
    undo_correction(bigint, text, text) TO sens_api;
GRANT SELECT ON correction, reading, counting_reading TO sens_api, sens_readonly;
GRANT SELECT ON device_alias TO sens_ingest, sens_api, sens_readonly;
GRANT INSERT, DELETE ON device_alias TO sens_api;
GRANT SELECT, INSERT ON audit_event TO sens_api;

REVOKE ALL ON FUNCTION retention_due(text), retention_verify(timestamptz, timestamptz),
    retention_drop(text, timestamptz, timestamptz, bigint), maintenance_tick() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retention_due(text), retention_verify(timestamptz, timestamptz),
    retention_drop(text, timestamptz, timestamptz, bigint), maintenance_tick() TO sens_ingest;
GRANT SELECT ON retention_setting, retention_run, retention_item TO sens_ingest, sens_api, sens_readonly;
GRANT INSERT, UPDATE, DELETE ON retention_run TO sens_ingest;
GRANT INSERT ON retention_item TO sens_ingest;
GRANT INSERT ON retention_run TO sens_api;
GRANT INSERT, UPDATE, DELETE ON retention_setting TO sens_api;

GRANT SELECT, UPDATE, DELETE ON device_command TO sens_ingest;
GRANT SELECT, INSERT, UPDATE (told) ON device_command_step TO sens_ingest;
GRANT SELECT, INSERT, UPDATE ON device_command TO sens_api;
GRANT SELECT, INSERT ON device_command_step TO sens_api;
GRANT SELECT ON device_command, device_command_step TO sens_readonly;
GRANT SELECT, INSERT, UPDATE ON device_presence TO sens_ingest;
GRANT SELECT, INSERT, DELETE, UPDATE (told) ON presence_change TO sens_ingest;
GRANT SELECT ON device_presence, presence_change TO sens_api, sens_readonly;
REVOKE ALL ON FUNCTION note_change(), note_latest_gone() FROM PUBLIC;
GRANT SELECT, DELETE ON change_outbox TO sens_api;
GRANT SELECT, INSERT, UPDATE (checks, passed) ON deployment TO sens_api;
GRANT SELECT ON deployment TO sens_readonly;

REVOKE ALL ON FUNCTION store_raw_records(integer, bigint[], timestamptz[], bigint[], text[], text[], text[], text[], text[], text[], integer[],
    integer[], bigint[], bytea[], bytea[], boolean), store_readings(integer, bigint[], integer[], timestamptz[], bigint[],
    double precision[], timestamptz[], bigint[], integer[], text[], text[], timestamptz[], bigint[], boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION store_raw_records(integer, bigint[], timestamptz[], bigint[], text[], text[], text[], text[], text[], text[], integer[],
    integer[], bigint[], bytea[], bytea[], boolean), store_readings(integer, bigint[], integer[], timestamptz[], bigint[],
    double precision[], timestamptz[], bigint[], integer[], text[], text[], timestamptz[], bigint[], boolean) TO sens_ingest;
REVOKE ALL ON FUNCTION erasure_begin(bigint, integer, bigint), erasure_spans(bigint), erasure_sweep(bigint, text, timestamptz, timestamptz),
    erasure_finish(bigint, jsonb), erasure_drop_letter(bigint, integer, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erasure_begin(bigint, integer, bigint), erasure_spans(bigint), erasure_sweep(bigint, text, timestamptz, timestamptz),
    erasure_finish(bigint, jsonb), erasure_drop_letter(bigint, integer, bigint) TO sens_ingest;
GRANT SELECT ON erasure_run, erased_message TO sens_ingest, sens_api, sens_readonly;
GRANT UPDATE (total, done, state, detail, finished_at) ON erasure_run TO sens_ingest;
GRANT INSERT, UPDATE (state, finished_at) ON erasure_run TO sens_api;
GRANT SELECT, UPDATE ON import_run TO sens_ingest;
GRANT SELECT, DELETE ON import_part TO sens_ingest;
GRANT SELECT, INSERT, UPDATE ON import_run TO sens_api;
GRANT SELECT, INSERT, DELETE ON import_part TO sens_api;
GRANT SELECT ON import_run TO sens_readonly;
REVOKE ALL ON FUNCTION export_erased() FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON export_run TO sens_api;
GRANT SELECT, INSERT, DELETE ON export_chunk TO sens_api;
GRANT SELECT ON export_run TO sens_readonly;

-- Functions with the owner's rights look at our schema alone: nobody can put a table of their own in front.
DO $$
DECLARE
    ours regprocedure;
BEGIN
    FOR ours IN
        SELECT p.oid FROM pg_proc p
        WHERE p.prosecdef AND p.pronamespace = current_schema()::regnamespace AND pg_has_role(p.proowner, 'USAGE')
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', ours, current_schema());
    END LOOP;
END
$$;
