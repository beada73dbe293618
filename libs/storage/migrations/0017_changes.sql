-- Changes of what processes keep in memory. Each waits here, from its own transaction on, until it is told to SENS_EVENTS:
-- whoever makes the change, nobody who keeps an older state misses it.

CREATE TABLE change_outbox (
    id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('api_key', 'device', 'metric', 'latest')),
    name text NOT NULL
);

-- With the owner's rights: workers and the API change things, and only this puts something here.
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    changed jsonb;
BEGIN
    IF TG_OP = 'DELETE' THEN
        changed := to_jsonb(OLD);
    ELSE
        changed := to_jsonb(NEW);
    END IF;
    CASE TG_TABLE_NAME
        WHEN 'api_key' THEN INSERT INTO change_outbox (kind, name) VALUES ('api_key', changed ->> 'id');
        WHEN 'metric' THEN INSERT INTO change_outbox (kind, name) VALUES ('metric', changed ->> 'name');
        WHEN 'device' THEN
            INSERT INTO change_outbox (kind, name)
            SELECT 'device', changed ->> 'serial'
            UNION ALL SELECT 'device', 'legacy-' || legacy_id FROM device_alias WHERE device_id = (changed ->> 'id')::bigint;
        ELSE
            INSERT INTO change_outbox (kind, name)
            SELECT 'device', 'legacy-' || (changed ->> 'legacy_id')
            UNION ALL SELECT 'device', serial FROM device WHERE id = (changed ->> 'device_id')::bigint;
    END CASE;
    RETURN NULL;
END
$$;

CREATE TRIGGER note_change AFTER INSERT OR DELETE OR UPDATE OF name, role, secret_sha256, expires_at, revoked_at, label_selector, serials
    ON api_key FOR EACH ROW EXECUTE FUNCTION note_change();
CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE ON metric FOR EACH ROW EXECUTE FUNCTION note_change();
CREATE TRIGGER note_change AFTER INSERT OR DELETE ON device_alias FOR EACH ROW EXECUTE FUNCTION note_change();
-- Of a new device nobody keeps anything yet, and that one was heard of changes nothing that is kept.
CREATE TRIGGER note_change AFTER UPDATE OF serial, labels, deleted_at ON device FOR EACH ROW
    WHEN ((OLD.serial, OLD.labels, OLD.deleted_at) IS DISTINCT FROM (NEW.serial, NEW.labels, NEW.deleted_at))
    EXECUTE FUNCTION note_change();
CREATE TRIGGER note_gone AFTER DELETE ON device FOR EACH ROW EXECUTE FUNCTION note_change();

-- Newest values that came are told with their batch; those that were taken out (corrections, replays) are not.
CREATE FUNCTION note_latest_gone() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO change_outbox (kind, name)
    SELECT 'latest', d.serial FROM device d WHERE d.id IN (SELECT gone.device_id FROM gone);
    RETURN NULL;
END
$$;

CREATE TRIGGER note_latest_gone AFTER DELETE ON latest_value REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION note_latest_gone();
