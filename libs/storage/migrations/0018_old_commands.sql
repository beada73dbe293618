-- Commands that came to their end long ago are removed; who asked for them stays in the audit log.
CREATE INDEX device_command_finished ON device_command (finished_at) WHERE finished_at IS NOT NULL;
