-- The registry as people keep it: links to legacy numbers, selections by label, keys for some devices, and who changed what.

-- A device that used to be known by its number alone. Reads of either answer with both; rows stay under their own device.
CREATE TABLE device_alias (
    legacy_id bigint      PRIMARY KEY,
    device_id bigint      NOT NULL UNIQUE REFERENCES device (id),
    linked_at timestamptz NOT NULL DEFAULT now(),
    linked_by text        NOT NULL
);

CREATE INDEX device_labels ON device USING gin (labels);

-- A key for some devices: those that the selector takes, those of these serials, or both at once.
ALTER TABLE api_key ADD COLUMN label_selector text;
ALTER TABLE api_key ADD COLUMN serials text[] CHECK (cardinality(serials) > 0);

-- Every change that somebody made. Nobody but the owner may change or delete what stands here.
CREATE TABLE audit_event (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    key_id      text,
    actor       text        NOT NULL,
    action      text        NOT NULL,
    object_kind text        NOT NULL,
    object_id   text        NOT NULL,
    before      jsonb,
    after       jsonb,
    request_id  text
);
CREATE INDEX audit_event_object ON audit_event (object_kind, object_id, id);
CREATE INDEX audit_event_actor ON audit_event (actor, id);
CREATE INDEX audit_event_at ON audit_event (at);
