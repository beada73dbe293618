-- The trace of backups, their proofs and restores: how old the newest ones are is watched.
CREATE TABLE backup_event (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind      text        NOT NULL CHECK (kind IN ('backup', 'verified', 'database_restored', 'restored')),
    backup_id text        NOT NULL,
    bytes     bigint      NOT NULL DEFAULT 0,
    at        timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX backup_event_kind ON backup_event (kind, at DESC);
