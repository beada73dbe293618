-- Rows that change with every batch are updated in place: no index on what changes, and room on the page.

DROP INDEX device_last_seen_at;
ALTER TABLE device SET (fillfactor = 50);
ALTER TABLE latest_value SET (fillfactor = 50);
