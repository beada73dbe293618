//! What a backup asks of the database: one snapshot that dump, counts and ledger share, and a target to restore into.

mod events;
mod runs;
mod snapshot;
mod target;

pub use events::{
    BackupEvent, BackupEventKind, NewBackupEvent, last_backup_event, record_backup_event,
};
pub use runs::{BackupRun, list_backup_runs, newest_backup_run};
pub use snapshot::{DatabaseFacts, DeadLetterTraceAt, Epoch, LEFT_OUT, Snapshot, TableFacts};
pub use target::{
    create_database, drop_database, finish_restore, foreign_tables, prepare_restore, renew_epoch,
    server_facts,
};
