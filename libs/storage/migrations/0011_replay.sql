-- Replays: stored payloads are decoded again, and readings that come out otherwise supersede the earlier ones.

-- A replay that was asked for. A session of the database at a time works on them; after each part it notes how far it is, so
-- that another one goes on where it ended.
CREATE TABLE replay_run (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dry_run      boolean     NOT NULL,
    serial       text,
    from_at      timestamptz,
    to_at        timestamptz NOT NULL,
    state        text        NOT NULL DEFAULT 'requested'
                 CHECK (state IN ('requested', 'running', 'done', 'failed', 'cancelled')),
    requested_by text        NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now(),
    started_at   timestamptz,
    finished_at  timestamptz,
    detail       text,
    after_epoch  integer     NOT NULL DEFAULT 0,
    after_seq    bigint      NOT NULL DEFAULT 0,
    total        bigint,
    records      bigint      NOT NULL DEFAULT 0,
    unchanged    bigint      NOT NULL DEFAULT 0,
    added        bigint      NOT NULL DEFAULT 0,
    superseded   bigint      NOT NULL DEFAULT 0,
    restored     bigint      NOT NULL DEFAULT 0,
    skipped      bigint      NOT NULL DEFAULT 0,
    errors       bigint      NOT NULL DEFAULT 0,
    resolved     bigint      NOT NULL DEFAULT 0,
    changes      jsonb       NOT NULL DEFAULT '[]'
);
CREATE INDEX replay_run_open ON replay_run (id) WHERE state IN ('requested', 'running');

-- What was superseded of a payload.
CREATE INDEX reading_superseded_position ON reading_superseded (raw_epoch, raw_seq);
