-- The deployment log: what was rolled out here, who wanted it, from what, to what, and what it rests on. It is only added to;
-- a repeated verification replaces the checks of its deployment.

CREATE TABLE deployment (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key         text        NOT NULL UNIQUE,
    environment text        NOT NULL,
    action      text        NOT NULL CHECK (action IN ('deploy', 'promote', 'rollback', 'configure', 'flag', 'migration')),
    number      integer,
    at          timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    decided_by  text        NOT NULL,
    reason      text,
    before      jsonb,
    after       jsonb       NOT NULL,
    evidence    text[]      NOT NULL DEFAULT '{}',
    flag        jsonb,
    features    jsonb,
    run_url     text,
    checks      jsonb       NOT NULL DEFAULT '[]',
    passed      boolean
);
CREATE INDEX deployment_environment ON deployment (environment, id DESC);
