//! `sensctl keys`: API keys without the API.

use std::process::ExitCode;

use chrono::{TimeDelta, Utc};
use sens_config::Need;
use sens_schema::{LabelSelector, api_key};
use sens_storage::PgPool;
use sens_storage::query::api_keys::{
    ApiKey, NewApiKey, insert_api_key, list_api_keys, revoke_api_key,
};

use super::actor::actor;
use crate::cli::{KeyRole, KeysCommand};
use crate::settings;

/// The devices a key is for.
struct Limits {
    labels: Option<LabelSelector>,
    serials: Vec<String>,
}

pub(crate) async fn run(command: KeysCommand) -> anyhow::Result<ExitCode> {
    let config = settings::load(&[Need::Database])?;
    let pools = sens_storage::connect(&config.database, "sensctl", None)?;
    match command {
        KeysCommand::Create {
            name,
            role,
            expires_in_days,
            labels,
            serials,
        } => {
            let limits = Limits { labels, serials };
            create(&pools.primary, &name, role, expires_in_days, &limits).await?;
        }
        KeysCommand::List => {
            for key in list_api_keys(&pools.primary).await? {
                println!("{}", line(&key));
            }
        }
        KeysCommand::Revoke { id } => {
            if !revoke_api_key(&pools.primary, &id, &actor()).await? {
                anyhow::bail!("there is no key with the id {id}: `sensctl keys list` shows all");
            }
            println!("key {id} is revoked; services forget it within 5 seconds");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The key goes to standard output alone, so that it can be piped; everything else goes to standard error.
async fn create(
    pool: &PgPool,
    name: &str,
    role: KeyRole,
    expires_in_days: Option<u32>,
    Limits { labels, serials }: &Limits,
) -> anyhow::Result<()> {
    let limited = labels.is_some() || !serials.is_empty();
    if limited && !matches!(role, KeyRole::Viewer | KeyRole::Ingest) {
        anyhow::bail!("only viewer and ingest keys can be limited to some devices");
    }
    let labels = labels.as_ref().map(ToString::to_string);
    let mut random = [0; 40];
    rand::fill(&mut random[..]);
    let minted = api_key::mint(random);
    let expires_at = expires_in_days.map(|days| Utc::now() + TimeDelta::days(days.into()));
    let new = NewApiKey {
        id: &minted.id,
        name,
        role: role.as_str(),
        secret_sha256: minted.secret_sha256,
        expires_at,
        label_selector: labels.as_deref(),
        serials: (!serials.is_empty()).then_some(serials.as_slice()),
    };
    let stored = insert_api_key(pool, &new, &actor()).await?;
    eprintln!("{}", line(&stored));
    eprintln!("This is the only time the key is shown:");
    println!("{}", minted.key);
    Ok(())
}

fn line(key: &ApiKey) -> String {
    let state = match (key.revoked_at, key.expires_at) {
        (Some(at), _) => format!("revoked {at}"),
        (None, Some(at)) if at <= Utc::now() => format!("expired {at}"),
        (None, Some(at)) => format!("until {at}"),
        (None, None) => "active".to_owned(),
    };
    let labels = key.label_selector.as_ref();
    let limits = labels.map_or_else(String::new, |labels| format!("  labels {labels}"));
    let serials = key.serials.as_ref();
    let serials = serials.map_or_else(String::new, |serials| {
        format!("  serials {}", serials.join(","))
    });
    format!(
        "{}  {:<8}  {}  {state}{limits}{serials}",
        key.id, key.role, key.name
    )
}
