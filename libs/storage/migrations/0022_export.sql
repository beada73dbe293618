-- Exports of readings: a query whose answer becomes a file, kept in pieces until it expires.

CREATE TABLE export_run (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- What was asked for, as POST /v1/exports takes it.
    query        jsonb       NOT NULL,
    format       text        NOT NULL CHECK (format IN ('csv', 'ndjson', 'parquet', 'arrow')),
    compression  text        NOT NULL CHECK (compression IN ('none', 'gzip', 'zstd')),
    -- The devices of the key that asked for it; NULL takes all.
    scope_labels  text,
    scope_serials text[],
    key_id       text,
    state        text        NOT NULL DEFAULT 'requested'
                 CHECK (state IN ('requested', 'running', 'done', 'failed', 'cancelled')),
    requested_by text        NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now(),
    started_at   timestamptz,
    finished_at  timestamptz,
    -- Why it failed: the code of a problem, and the words for people.
    problem      text,
    detail       text,
    -- How often it was begun; what was written for another beginning is not taken.
    attempts     integer     NOT NULL DEFAULT 0,
    rows         bigint      NOT NULL DEFAULT 0,
    bytes        bigint      NOT NULL DEFAULT 0,
    share        double precision NOT NULL DEFAULT 0,
    sha256       bytea,
    -- The devices it tells of, noted before anything is read.
    serials      text[],
    expires_at   timestamptz,
    -- Whether its pieces are there, or will be.
    kept         boolean     NOT NULL DEFAULT true
);
CREATE INDEX export_run_open ON export_run (id) WHERE state IN ('requested', 'running');
CREATE INDEX export_run_kept ON export_run (expires_at) WHERE kept;

-- Every piece but the last is of the same length. They are compressed already, or are to be read in the middle.
CREATE TABLE export_chunk (
    run_id bigint  NOT NULL REFERENCES export_run (id) ON DELETE CASCADE,
    chunk  integer NOT NULL,
    body   bytea   NOT NULL,
    PRIMARY KEY (run_id, chunk)
);
ALTER TABLE export_chunk ALTER COLUMN body SET STORAGE EXTERNAL;

-- With a device goes every file that tells of it; one that is being written begins again without it.
CREATE FUNCTION export_erased() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    WITH gone AS (
        UPDATE export_run SET kept = (state = 'running'), attempts = 0,
            state = CASE WHEN state = 'running' THEN 'requested' ELSE state END
        WHERE kept AND state IN ('running', 'done') AND serials && NEW.serials RETURNING id
    )
    DELETE FROM export_chunk WHERE run_id IN (SELECT id FROM gone);
    RETURN NULL;
END
$$;
CREATE TRIGGER export_erased AFTER UPDATE OF state ON erasure_run
    FOR EACH ROW WHEN (NEW.state = 'done' AND OLD.state = 'running' AND NOT NEW.dry_run) EXECUTE FUNCTION export_erased();
