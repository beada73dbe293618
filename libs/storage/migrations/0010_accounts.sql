-- What tells losses apart: the ledger names the positions that went to the dead letters, deliveries that were repeated leave a
-- trace, and what arrived in an interval is found without reading a whole partition.

ALTER TABLE ingest_ledger ADD COLUMN dead_seqs bigint[] NOT NULL DEFAULT '{}';
UPDATE ingest_ledger SET dead_seqs = ARRAY(SELECT generate_series(lower(span), upper(span) - 1) FROM unnest(seqs) AS span)
WHERE dead > 0 AND dead = (SELECT sum(upper(span) - lower(span)) FROM unnest(seqs) AS span);

-- Messages that were delivered more than once: a worker died or was stopped with them, or an acknowledgement was lost.
CREATE TABLE redelivery (
    epoch        integer     NOT NULL,
    seq          bigint      NOT NULL,
    deliveries   integer     NOT NULL CHECK (deliveries > 1),
    delivered_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (epoch, seq)
);
CREATE INDEX redelivery_delivered_at ON redelivery (delivered_at);

-- Rows come nearly in the order of their arrival, so that the smallest kind of index serves.
CREATE INDEX raw_record_received_at ON raw_record USING brin (received_at) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX processed_record_received_at ON processed_record USING brin (received_at) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX text_record_received_at ON text_record USING brin (received_at) WITH (pages_per_range = 32, autosummarize = on);

CREATE OR REPLACE FUNCTION compact_ledger(older_than interval, minutes integer) RETURNS bigint
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
        INSERT INTO ingest_ledger (epoch, minute, seqs, parsed, failed, control, dead, decoded, processed, duplicate, error,
                                   duplicate_seqs, dead_seqs)
        SELECT epoch, minute, range_agg(seqs), sum(parsed), sum(failed), sum(control), sum(dead), sum(decoded), sum(processed),
               sum(duplicate), sum(error),
               coalesce((SELECT array_agg(seq ORDER BY seq) FROM taken AS again, unnest(again.duplicate_seqs) AS seq
                         WHERE again.epoch = taken.epoch AND again.minute = taken.minute), '{}'),
               coalesce((SELECT array_agg(seq ORDER BY seq) FROM taken AS again, unnest(again.dead_seqs) AS seq
                         WHERE again.epoch = taken.epoch AND again.minute = taken.minute), '{}')
        FROM taken GROUP BY epoch, minute
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM taken) - (SELECT count(*) FROM merged) INTO saved;
    RETURN saved;
END
$$;
