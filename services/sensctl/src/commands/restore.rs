//! `sensctl restore`: a backup into an empty database.

use std::process::ExitCode;

use sens_config::Need;
use sens_storage::backup::BackupEventKind;

use crate::backup::{Place, RestoreOptions, Run, restore};
use crate::cli::RestoreArguments;
use crate::settings;

pub(crate) async fn run(arguments: &RestoreArguments) -> anyhow::Result<ExitCode> {
    let needs: &[Need] = if arguments.skip_streams {
        &[Need::Database]
    } else {
        &[Need::Database, Need::Nats]
    };
    let config = settings::load(needs)?;
    let place = Place::parse(&arguments.from.from, &arguments.from.s3)?;
    let manifest = place.choose(arguments.from.id.as_deref()).await?;
    let options = RestoreOptions {
        skip_streams: arguments.skip_streams,
    };
    let run = Run::begin(&place);
    let restored = restore(&config, &place, &manifest, options, &run).await;
    if let Err(error) = &restored {
        let (database, kind) = (&config.database, BackupEventKind::RestoreFailed);
        run.failed(database, kind, Some(&manifest), error).await;
    }
    for line in restored? {
        println!("{line}");
    }
    println!(
        "backup {} is restored: everything acknowledged before {} is here; set the services' logins again (`sensctl logins set`)",
        manifest.id,
        manifest.started_at.to_rfc3339()
    );
    Ok(ExitCode::SUCCESS)
}
