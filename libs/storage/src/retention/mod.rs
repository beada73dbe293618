//! Retention: how long each class of data is kept, and the runs that drop what is older.
//!
//! What is due follows from the settings in the database; whole partitions are dropped, never rows one by one. Readings go
//! only when their rollups are complete and hold the same as they do. Every span is a transaction of its own: a run may be
//! ended at any point, and the next one goes on.

mod assess;
mod class;
mod perform;
mod runs;
mod settings;

pub use class::Class;
pub use perform::{Maintenance, take_maintenance};
pub use runs::{
    Action, Outcome, RetentionItem, RetentionRun, RunState, find_run, is_requested, list_runs,
    request_run, request_run_for,
};
pub use settings::{
    Expected, Keep, RetentionSetting, SettingRefusal, change_setting, find_setting, list_settings,
};
