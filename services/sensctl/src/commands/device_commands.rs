//! `sensctl command`: commands to devices.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use chrono::{TimeDelta, Utc};
use sens_config::Need;
use sens_messaging::Messaging;
use sens_schema::command::{CommandOrder, CommandState};
use sens_storage::PgPool;
use sens_storage::command::{
    Command, CommandFilter, NewCommand, find_command, list_commands, list_steps, mark_dispatched,
    request_command,
};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::actor::actor;
use crate::cli::DeviceCommand;
use crate::settings;

/// How often a command is looked at while its answer is waited for.
const LOOK_EVERY: Duration = Duration::from_millis(500);

pub(crate) async fn run(command: DeviceCommand) -> anyhow::Result<ExitCode> {
    let config = settings::load(&[Need::Database, Need::Nats])?;
    let pool = sens_storage::connect(&config.database, "sensctl", None)?.primary;
    match command {
        DeviceCommand::Send {
            serial,
            name,
            payload,
            ttl,
            wait,
        } => {
            let payload = RawValue::from_string(payload).context("--payload must be valid JSON")?;
            let new = NewCommand {
                id: Uuid::now_v7().to_string(),
                serial,
                name,
                payload: payload.get().to_owned(),
                expires_at: Utc::now() + TimeDelta::seconds(ttl),
                requested_by: actor().name,
                traceparent: None,
            };
            if !request_command(&pool, &new, &actor()).await? {
                bail!("there is no device {}", new.serial);
            }
            println!("{}", new.id);
            dispatch(&config.nats, &pool, &new, payload).await;
            if wait {
                return follow(&pool, &new).await;
            }
        }
        DeviceCommand::List { serial, limit } => {
            let filter = CommandFilter {
                serial: &serial,
                ..CommandFilter::default()
            };
            for command in list_commands(&pool, &filter, limit.into()).await? {
                println!("{}", line(&command));
            }
        }
        DeviceCommand::Show { serial, id } => show(&pool, &serial, &id).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// At once; when NATS is away, a worker does it.
async fn dispatch(
    config: &sens_config::Nats,
    pool: &PgPool,
    new: &NewCommand,
    payload: Box<RawValue>,
) {
    let order = CommandOrder {
        id: new.id.clone(),
        serial: new.serial.clone(),
        name: new.name.clone(),
        payload,
        expires_at: new.expires_at.timestamp_micros(),
        traceparent: None,
    };
    let attempt = async {
        let messaging = Messaging::connect(config, "sensctl").await?;
        messaging.dispatch_command(&order).await?;
        mark_dispatched(pool, &[&new.id]).await?;
        anyhow::Ok(())
    };
    if let Err(error) = attempt.await {
        eprintln!(
            "the command is stored; a worker puts it into the stream, as this did not work: {error}"
        );
    }
}

/// Until nothing more will happen.
async fn follow(pool: &PgPool, new: &NewCommand) -> anyhow::Result<ExitCode> {
    let mut shown = None;
    loop {
        let command = find_command(pool, &new.serial, &new.id)
            .await?
            .context("the command is gone")?;
        if shown != Some(command.state) {
            println!("{}", line(&command));
            shown = Some(command.state);
        }
        match command.state {
            CommandState::Acknowledged => return Ok(ExitCode::SUCCESS),
            CommandState::Failed | CommandState::Expired | CommandState::Cancelled => {
                return Ok(ExitCode::FAILURE);
            }
            CommandState::Queued | CommandState::Sent | CommandState::Delivered => {}
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn show(pool: &PgPool, serial: &str, id: &str) -> anyhow::Result<()> {
    let command = find_command(pool, serial, id)
        .await?
        .with_context(|| format!("the device {serial} has no command {id}"))?;
    println!("{}", line(&command));
    println!("payload {}", command.payload);
    if let Some(result) = &command.result {
        println!("result  {result}");
    }
    for step in list_steps(pool, id).await? {
        println!(
            "{}  {:<12} {}",
            step.at.format("%Y-%m-%dT%H:%M:%S%.6fZ"),
            step.state.as_str(),
            step.detail.unwrap_or_default()
        );
    }
    Ok(())
}

fn line(command: &Command) -> String {
    let detail = command
        .detail
        .as_deref()
        .map(|detail| format!(": {detail}"));
    format!(
        "{}  {}  {:<20} {}{}",
        command.id,
        command.requested_at.format("%Y-%m-%d %H:%M:%S"),
        command.name,
        command.state,
        detail.unwrap_or_default()
    )
}
