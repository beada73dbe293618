-- Backups, their proofs and restores are shown to people: where they lie, how long they took, what they hold, and those that
-- failed as well. Programs of before write the columns they know.
ALTER TABLE backup_event ADD COLUMN started_at timestamptz;
ALTER TABLE backup_event ADD COLUMN taken_at timestamptz;
ALTER TABLE backup_event ADD COLUMN place text;
ALTER TABLE backup_event ADD COLUMN schema_version bigint;
ALTER TABLE backup_event ADD COLUMN detail text;
ALTER TABLE backup_event ALTER COLUMN backup_id DROP NOT NULL;
ALTER TABLE backup_event DROP CONSTRAINT backup_event_kind_check;
ALTER TABLE backup_event ADD CONSTRAINT backup_event_kind_check CHECK (kind IN ('backup', 'verified', 'database_restored',
    'restored', 'backup_failed', 'verify_failed', 'restore_failed'));

-- When a refused reading or payload of the device arrived last, to the minute: the devices that err are found without a look at
-- the errors. No index: a row that changes often is updated in place.
ALTER TABLE device ADD COLUMN last_error_at timestamptz;
UPDATE device SET last_error_at = found.at
FROM (SELECT device_id, max(received_at) AS at FROM ingest_error
      WHERE received_at > now() - interval '24 hours' AND device_id IS NOT NULL GROUP BY device_id) AS found
WHERE device.id = found.device_id;
