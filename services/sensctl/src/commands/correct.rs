//! `sensctl correct`: setting readings and taking readings out.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use chrono::{DateTime, TimeDelta, Utc};
use sens_config::Need;
use sens_storage::PgPool;
use sens_storage::correction::{
    Correction, CorrectionChange, CorrectionRequest, correct, corrected_readings, find_correction,
    list_corrections, plan_correction, plan_undo, undo_correction,
};
use sens_storage::query::StoredValue;

use super::actor::actor;
use crate::cli::{ChosenReadings, CorrectCommand};
use crate::settings;

pub(crate) async fn run(command: CorrectCommand) -> anyhow::Result<ExitCode> {
    let config = settings::load(&[Need::Database])?;
    let pool = sens_storage::connect(&config.database, "sensctl", None)?.primary;
    match command {
        CorrectCommand::Set { value, readings } => {
            make(&pool, readings, Some(read_value(&value))).await?;
        }
        CorrectCommand::Withdraw { readings } => make(&pool, readings, None).await?,
        CorrectCommand::Undo {
            id,
            reason,
            dry_run,
        } => {
            if dry_run {
                plan_undo(&pool, id).await?;
                println!("dry run: correction {id} can be undone");
            } else {
                undo_correction(&pool, id, &reason, &actor()).await?;
                println!("correction {id} is undone");
            }
        }
        CorrectCommand::List { device, limit } => {
            for made in list_corrections(&pool, device.as_deref(), None, limit.into()).await? {
                println!("{}", line(&made));
            }
        }
        CorrectCommand::Show { id } => show(&pool, id).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn make(
    pool: &PgPool,
    chosen: ChosenReadings,
    value: Option<StoredValue>,
) -> anyhow::Result<()> {
    let (from, to) = interval(&chosen)?;
    let dry = chosen.dry_run;
    let request = CorrectionRequest {
        serial: chosen.device,
        metric: chosen.metric,
        from,
        to,
        value,
        reason: chosen.reason,
    };
    if dry {
        let (count, changes) = plan_correction(pool, &request).await?;
        tell(&changes, request.value.as_ref(), count);
        println!("dry run: {count} readings would be corrected");
        return Ok(());
    }
    let id = correct(pool, &request, &actor()).await?;
    show(pool, id).await
}

fn interval(chosen: &ChosenReadings) -> anyhow::Result<(DateTime<Utc>, DateTime<Utc>)> {
    match (chosen.at, chosen.from, chosen.to) {
        (Some(at), _, _) => Ok((at, at + TimeDelta::microseconds(1))),
        (None, Some(from), Some(to)) if from < to => Ok((from, to)),
        _ => bail!("--to must be after --from"),
    }
}

/// A number or a boolean where it looks like one; a text in quotes is always a text.
fn read_value(text: &str) -> StoredValue {
    match serde_json::from_str(text) {
        Ok(serde_json::Value::Bool(value)) => StoredValue::Boolean(value),
        Ok(serde_json::Value::String(text)) => StoredValue::Text(text),
        Ok(serde_json::Value::Number(number)) => {
            StoredValue::Number(number.as_f64().unwrap_or(f64::NAN))
        }
        _ => StoredValue::Text(text.to_owned()),
    }
}

async fn show(pool: &PgPool, id: i64) -> anyhow::Result<()> {
    let made = find_correction(pool, id)
        .await?
        .with_context(|| format!("there is no correction {id}"))?;
    let changes = corrected_readings(pool, id).await?;
    tell(&changes, made.value.as_ref(), made.readings);
    println!("{}", line(&made));
    Ok(())
}

fn tell(changes: &[CorrectionChange], after: Option<&StoredValue>, count: i64) {
    let after = after.map_or_else(|| "taken out".to_owned(), words);
    for change in changes {
        let before = change.before.as_ref().map_or_else(String::new, words);
        println!(
            "{}  {before} -> {after}  from {}-{}",
            time(change.recorded_at),
            change.epoch,
            change.seq
        );
    }
    let named = i64::try_from(changes.len()).unwrap_or(i64::MAX);
    if count > named {
        println!("… and {} more", count - named);
    }
}

fn words(value: &StoredValue) -> String {
    match value {
        StoredValue::Number(number) => number.to_string(),
        StoredValue::Boolean(value) => value.to_string(),
        StoredValue::Text(text) => format!("{text:?}"),
    }
}

fn line(made: &Correction) -> String {
    let undone = made.undone.as_ref().map_or_else(String::new, |undone| {
        format!(
            "; undone by {} at {}: {}",
            undone.by,
            time(undone.at),
            undone.reason
        )
    });
    format!(
        "{} {} [{}, {}): {} readings, {}{undone}",
        made.id,
        made.serial,
        time(made.from),
        time(made.to),
        made.readings,
        made.in_words()
    )
}

fn time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_what_it_looks_like() {
        assert_eq!(read_value("71.5"), StoredValue::Number(71.5));
        assert_eq!(read_value("true"), StoredValue::Boolean(true));
        assert_eq!(read_value("up"), StoredValue::Text("up".to_owned()));
        assert_eq!(read_value("\"7\""), StoredValue::Text("7".to_owned()));
    }
}
