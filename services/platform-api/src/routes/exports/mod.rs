//! `/v1/exports`: readings as files, written in the background and kept for a while.
//!
//! A file is kept in pieces in the database and not on a disk: every replica has it, pods need none, and it outlives whoever
//! wrote it. `perform` writes, `packer` compresses and cuts, `content` gives the file.

mod content;
mod create;
mod packer;
mod perform;

use sens_storage::export::{ExportRun, find_export};

pub(crate) use content::*;
pub(crate) use create::*;
pub(crate) use perform::follow;

use crate::app::App;
use crate::auth::{Caller, Role};
use crate::problem::{Code, Problem};

/// An export that the caller may see. From the primary: whoever asked for it looks at it at once.
async fn find(app: &App, caller: &Caller, id: &str) -> Result<ExportRun, Problem> {
    let found = match id.parse() {
        Ok(number) => find_export(&app.pools.primary, number).await?,
        Err(_) => None,
    };
    found
        .filter(|run| caller.sees_all() || caller.owns(run.key_id.as_deref()))
        .ok_or_else(|| Problem::new(Code::OperationNotFound, format!("there is no export {id}")))
}

/// Goes on only for whoever asked for the export, and for operators.
///
/// # Errors
/// `operation_not_found`, `forbidden`, or that the database is away.
pub(crate) async fn may_end(app: &App, caller: &Caller, id: i64) -> Result<(), Problem> {
    let run = find(app, caller, &id.to_string()).await?;
    if caller.owns(run.key_id.as_deref()) {
        return Ok(());
    }
    caller.insist(&[Role::Operator, Role::Admin])
}
