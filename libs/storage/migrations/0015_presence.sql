-- Presence: what a device is held for, and every change of it. A change that is not told yet waits for its event.

CREATE TABLE device_presence (
    device_id bigint      PRIMARY KEY REFERENCES device (id) ON DELETE CASCADE,
    state     text        NOT NULL CHECK (state IN ('online', 'offline', 'silent')),
    since     timestamptz NOT NULL
);

CREATE TABLE presence_change (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_id bigint      NOT NULL REFERENCES device (id) ON DELETE CASCADE,
    state     text        NOT NULL,
    before    text,
    at        timestamptz NOT NULL,
    told      boolean     NOT NULL DEFAULT false
);
CREATE INDEX presence_change_untold ON presence_change (id) WHERE NOT told;
CREATE INDEX presence_change_device ON presence_change (device_id, id DESC);
