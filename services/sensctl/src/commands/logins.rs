//! `sensctl logins`: least-privilege logins of the services.

use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use sens_config::{Need, Secret};
use sens_storage::LoginRole;

use crate::cli::{DatabaseRole, LoginsCommand};
use crate::settings;

pub(crate) async fn run(command: LoginsCommand) -> anyhow::Result<ExitCode> {
    let LoginsCommand::Set {
        name,
        role,
        password_file,
    } = command;
    let config = settings::load(&[Need::Database])?;
    let password = std::fs::read_to_string(&password_file)
        .with_context(|| format!("read the password from {}", password_file.display()))?;
    let password = password.trim_end_matches(['\r', '\n']);
    ensure!(
        !password.is_empty(),
        "{} is empty: put the password into it",
        password_file.display()
    );
    let role = match role {
        DatabaseRole::Ingest => LoginRole::Ingest,
        DatabaseRole::Api => LoginRole::Api,
        DatabaseRole::Readonly => LoginRole::Readonly,
    };
    sens_storage::set_login(&config.database, &name, role, &Secret::new(password)).await?;
    println!("login {name} is a member of {}", role.as_str());
    Ok(ExitCode::SUCCESS)
}
