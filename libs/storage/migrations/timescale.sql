-- Moving the large time-partitioned tables into hypertables. `sensctl migrate` puts these functions in place on every run
-- and calls them where TimescaleDB is used; `ext` is the schema that holds the extension's functions.
-- The move of one table: prepare, copy each partition while the platform runs, then switch under a lock. Every step may be
-- interrupted and done again.

-- Makes the empty hypertable beside the table.
CREATE OR REPLACE FUNCTION timescale_prepare(parent text, ext text) RETURNS void
    LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    target text := parent || '_hyper';
    of_table time_table := (SELECT t FROM time_table t WHERE t.name = parent);
BEGIN
    IF to_regclass(target) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', target, parent);
    EXECUTE format(
        'SELECT %I.create_hypertable(%L::regclass, %I.by_range(%L, interval %L), create_default_indexes => false)',
        ext, target, ext, of_table.time_column, '1 ' || of_table.span);
END
$$;

-- Copies what the hypertable does not have yet of one partition; gives the number of rows. Rows are only ever added to
-- these tables, so that equal counts mean equal rows.
CREATE OR REPLACE FUNCTION timescale_copy(parent text, part text, lower_bound timestamptz, upper_bound timestamptz) RETURNS bigint
    LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    target text := parent || '_hyper';
    at text := (SELECT time_column FROM time_table WHERE name = parent);
    have bigint;
    want bigint;
    copied bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM %I WHERE %I >= $1 AND %I < $2', target, at, at) INTO have USING lower_bound, upper_bound;
    EXECUTE format('SELECT count(*) FROM %s', part) INTO want;
    IF have = want THEN
        RETURN 0;
    END IF;
    EXECUTE format('INSERT INTO %I SELECT * FROM %s ON CONFLICT DO NOTHING', target, part);
    GET DIAGNOSTICS copied = ROW_COUNT;
    IF have + copied < want THEN
        RAISE EXCEPTION '% has % rows, but only % of them are in the hypertable', part, want, have + copied;
    END IF;
    RETURN copied;
END
$$;

-- Copies the rest under a lock and puts the hypertable in the place of the table: names of indexes, views and rights
-- included. Gives the number of rows that the former table keeps, as `…_before_timescale`; an empty one is dropped.
CREATE OR REPLACE FUNCTION timescale_switch(parent text) RETURNS bigint
    LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    former text := parent || '_before_timescale';
    target regclass := (parent || '_hyper')::regclass;
    source regclass := parent::regclass;
    item record;
    views text[] := '{}';
    statement text;
    kept bigint;
BEGIN
    -- Writers wait from here on, readers do not.
    EXECUTE format('LOCK TABLE %I IN SHARE ROW EXCLUSIVE MODE', parent);
    PERFORM timescale_copy(parent, p.part, p.lower_bound, p.upper_bound) FROM time_partitions(parent) AS p;
    FOR item IN
        SELECT DISTINCT v.oid::regclass AS name, coalesce('WITH (' || array_to_string(v.reloptions, ', ') || ')', '') AS options,
               pg_get_viewdef(v.oid) AS body
        FROM pg_depend d
        JOIN pg_rewrite r ON r.oid = d.objid
        JOIN pg_class v ON v.oid = r.ev_class AND v.relkind = 'v'
        WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = source
    LOOP
        views := views || format('CREATE OR REPLACE VIEW %s %s AS %s', item.name, item.options, item.body);
    END LOOP;
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', parent);
    EXECUTE format('ALTER TABLE %I RENAME TO %I', parent, former);
    EXECUTE format('ALTER TABLE %s RENAME TO %I', target, parent);
    FOR item IN
        SELECT old.relname AS name, old.oid::regclass AS old_index, new.oid::regclass AS new_index
        FROM pg_index o JOIN pg_class old ON old.oid = o.indexrelid
        JOIN pg_index n ON n.indrelid = target AND n.indisunique = o.indisunique
            AND substring(pg_get_indexdef(n.indexrelid) from ' USING .*') = substring(pg_get_indexdef(o.indexrelid) from ' USING .*')
        JOIN pg_class new ON new.oid = n.indexrelid
        WHERE o.indrelid = source
    LOOP
        EXECUTE format('ALTER INDEX %s RENAME TO %I', item.old_index, item.name || '_before_timescale');
        EXECUTE format('ALTER INDEX %s RENAME TO %I', item.new_index, item.name);
    END LOOP;
    FOREACH statement IN ARRAY views LOOP
        EXECUTE statement;
    END LOOP;
    FOR item IN
        SELECT a.privilege_type, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS grantee
        FROM pg_class c, aclexplode(c.relacl) AS a WHERE c.oid = source AND a.grantee <> c.relowner
    LOOP
        EXECUTE format('GRANT %s ON %I TO %s', item.privilege_type, parent, item.grantee);
    END LOOP;
    EXECUTE format('SELECT count(*) FROM %I', former) INTO kept;
    IF kept = 0 THEN
        EXECUTE format('DROP TABLE %I', former);
    END IF;
    RETURN kept;
END
$$;

-- Compresses chunks after a while. Needs TimescaleDB's community licence.
CREATE OR REPLACE FUNCTION timescale_compress(parent text, ext text, segment_by text, order_by text, older_than interval)
    RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT FROM timescaledb_information.hypertables
               WHERE hypertable_schema = current_schema() AND hypertable_name = parent AND NOT compression_enabled) THEN
        EXECUTE format('ALTER TABLE %I SET (timescaledb.compress, timescaledb.compress_segmentby = %L, timescaledb.compress_orderby = %L)',
                       parent, segment_by, order_by);
    END IF;
    EXECUTE format('CALL %I.add_columnstore_policy(%L::regclass, after => interval %L, if_not_exists => true)',
                   ext, parent, older_than);
END
$$;
REVOKE ALL ON FUNCTION timescale_prepare(text, text), timescale_copy(text, text, timestamptz, timestamptz), timescale_switch(text),
    timescale_compress(text, text, text, text, interval) FROM PUBLIC;
