-- Commands to devices, and every step of their way. A step that is not told yet waits for its event.

CREATE TABLE device_command (
    id            uuid        PRIMARY KEY,
    device_id     bigint      NOT NULL REFERENCES device (id),
    serial        text        NOT NULL,
    name          text        NOT NULL,
    payload       json        NOT NULL,
    state         text        NOT NULL DEFAULT 'queued'
                  CHECK (state IN ('queued', 'sent', 'delivered', 'acknowledged', 'failed', 'expired', 'cancelled')),
    requested_by  text        NOT NULL,
    requested_at  timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz NOT NULL,
    dispatched_at timestamptz,
    sent_at       timestamptz,
    delivered_at  timestamptz,
    finished_at   timestamptz,
    detail        text,
    result        json,
    traceparent   text
);
CREATE INDEX device_command_device ON device_command (device_id, requested_at DESC, id DESC);
CREATE INDEX device_command_open ON device_command (expires_at) WHERE state IN ('queued', 'sent', 'delivered');

CREATE TABLE device_command_step (
    command_id uuid        NOT NULL REFERENCES device_command (id) ON DELETE CASCADE,
    at         timestamptz NOT NULL,
    state      text        NOT NULL,
    detail     text,
    told       boolean     NOT NULL DEFAULT false,
    PRIMARY KEY (command_id, at, state)
);
CREATE INDEX device_command_step_untold ON device_command_step (at) WHERE NOT told;
