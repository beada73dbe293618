-- Imports of past readings: the lines of a file wait in parts, and a worker puts them into the stream.

CREATE TABLE import_run (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dry_run      boolean     NOT NULL,
    -- The columns of a CSV file; NULL for NDJSON.
    columns      text[],
    state        text        NOT NULL DEFAULT 'requested'
                 CHECK (state IN ('requested', 'running', 'done', 'failed', 'cancelled')),
    requested_by text        NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now(),
    started_at   timestamptz,
    finished_at  timestamptz,
    detail       text,
    total        bigint      NOT NULL,
    bytes        bigint      NOT NULL,
    -- Lines that were looked at: accepted, known before, and refused.
    done         bigint      NOT NULL DEFAULT 0,
    accepted     bigint      NOT NULL DEFAULT 0,
    known        bigint      NOT NULL DEFAULT 0,
    refused      bigint      NOT NULL DEFAULT 0,
    -- The first refused lines, with their numbers.
    errors       jsonb       NOT NULL DEFAULT '[]',
    -- Position of the last payload in the stream.
    epoch        integer,
    seq          bigint
);
CREATE INDEX import_run_open ON import_run (id) WHERE state IN ('requested', 'running');

CREATE TABLE import_part (
    run_id     bigint  NOT NULL REFERENCES import_run (id) ON DELETE CASCADE,
    part       integer NOT NULL,
    first_line bigint  NOT NULL,
    lines      bigint  NOT NULL,
    body       bytea   NOT NULL,
    PRIMARY KEY (run_id, part)
);
