//! Commands to devices: asked for over REST, sent by mqtt-ingestion-worker, answered by the device.
//!
//! The table holds the truth about a command; `SENS_COMMANDS` carries it to the worker. A command that is not in the stream
//! yet, because whoever asked for it died, is put there by the next look ([`undispatched`]). Steps only ever lead onwards:
//! what comes late or twice is written down and changes nothing.

mod apply;
mod care;
mod list;
mod request;

pub(crate) use apply::apply_answers;
pub use apply::{CommandNews, apply_reports};
pub use care::{
    expire_overdue, forget_finished, mark_dispatched, mark_told, undispatched, untold_steps,
};
pub use list::{
    Command, CommandFilter, CommandPlace, CommandStepTaken, find_command, list_commands, list_steps,
};
pub use request::{NewCommand, cancel_command, request_command};
