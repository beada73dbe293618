-- The ledger names the positions that held duplicates, so that a lost row can be told from one that never was. Its rows are
-- merged once their minute is over, and decisions about dead letters leave a trace.

ALTER TABLE ingest_ledger ADD COLUMN duplicate_seqs bigint[] NOT NULL DEFAULT '{}';

CREATE TABLE dead_letter_action (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    epoch      integer     NOT NULL,
    seq        bigint      NOT NULL,
    action     text        NOT NULL CHECK (action IN ('requeued', 'dropped')),
    new_seq    bigint,
    actor      text        NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX dead_letter_action_origin ON dead_letter_action (epoch, seq);

-- Merges the ledger rows of minutes that are over into one row each. Gives how many rows it saved. The ingest role may
-- call it without the right to delete.
CREATE FUNCTION compact_ledger(older_than interval, minutes integer) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    saved bigint;
BEGIN
    WITH crowded AS (
        SELECT epoch, minute FROM ingest_ledger
        WHERE minute < now() - older_than
        GROUP BY epoch, minute HAVING count(*) > 1
        ORDER BY minute LIMIT minutes
    ), taken AS (
        DELETE FROM ingest_ledger USING crowded
        WHERE ingest_ledger.epoch = crowded.epoch AND ingest_ledger.minute = crowded.minute
        RETURNING ingest_ledger.*
    ), merged AS (
        INSERT INTO ingest_ledger (epoch, minute, seqs, parsed, failed, control, dead, decoded, processed, duplicate, error, duplicate_seqs)
        SELECT epoch, minute, range_agg(seqs), sum(parsed), sum(failed), sum(control), sum(dead), sum(decoded), sum(processed),
               sum(duplicate), sum(error),
               coalesce((SELECT array_agg(seq ORDER BY seq) FROM taken AS again, unnest(again.duplicate_seqs) AS seq
                         WHERE again.epoch = taken.epoch AND again.minute = taken.minute), '{}')
        FROM taken GROUP BY epoch, minute
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM taken) - (SELECT count(*) FROM merged) INTO saved;
    RETURN saved;
END
$$;
