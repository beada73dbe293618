//! `sensctl dead-letters`: what the database refused for good.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use sens_config::Need;
use sens_messaging::{DeadLetter, Messaging, StoredDeadLetter};
use sens_schema::time::to_datetime;
use sens_storage::PgPool;
use sens_storage::query::dead_letters::{
    DeadLetterDecision, dead_letter_decisions, record_dead_letter_decision,
};

use super::actor::actor;
use crate::cli::DeadLettersCommand;
use crate::settings;

/// Bytes of a payload that `show` prints.
const SHOWN: usize = 4096;

pub(crate) async fn run(command: DeadLettersCommand) -> anyhow::Result<ExitCode> {
    let config = settings::load(&[Need::Database, Need::Nats])?;
    let messaging = Messaging::connect(&config.nats, "sensctl").await?;
    let pool = sens_storage::connect(&config.database, "sensctl", None)?.primary;
    match command {
        DeadLettersCommand::List { limit } => list(&messaging, limit).await?,
        DeadLettersCommand::Show { number } => show(&messaging, &pool, number).await?,
        DeadLettersCommand::Requeue { numbers, all } => {
            let numbers = if all {
                all_numbers(&messaging).await?
            } else {
                numbers
            };
            for number in numbers {
                let letter = find(&messaging, number).await?;
                let sequence = messaging.requeue(&letter).await?;
                let decision = DeadLetterDecision::Requeued { sequence };
                record_dead_letter_decision(&pool, letter.letter.origin, decision, &actor())
                    .await?;
                println!("letter {number} is message {sequence} of SENS_RAW now");
            }
        }
        DeadLettersCommand::Drop { numbers } => {
            for number in numbers {
                let letter = find(&messaging, number).await?;
                record_dead_letter_decision(
                    &pool,
                    letter.letter.origin,
                    DeadLetterDecision::Dropped,
                    &actor(),
                )
                .await?;
                messaging.remove_dead_letter(number).await?;
                println!("letter {number} is dropped");
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(messaging: &Messaging, limit: usize) -> anyhow::Result<()> {
    let letters = messaging.dead_letters(1, limit).await?;
    if letters.is_empty() {
        println!("no dead letters");
    }
    for letter in letters {
        let StoredDeadLetter { sequence, letter } = letter;
        println!(
            "{sequence}  {}  {}  {} bytes  {}: {}",
            arrival(&letter),
            letter.envelope.topic,
            letter.payload.len(),
            letter.cause.code,
            letter.cause.text
        );
    }
    Ok(())
}

async fn show(messaging: &Messaging, pool: &PgPool, number: u64) -> anyhow::Result<()> {
    let letter = find(messaging, number).await?.letter;
    println!("origin     {}-{}", letter.origin.epoch, letter.origin.seq);
    println!("topic      {}", letter.envelope.topic);
    println!("received   {}", arrival(&letter));
    println!("reason     {}: {}", letter.cause.code, letter.cause.text);
    println!("attempts   {}", letter.cause.attempts);
    for trace in dead_letter_decisions(pool, letter.origin).await? {
        println!(
            "decided    {} by {} at {}",
            trace.action, trace.actor, trace.decided_at
        );
    }
    let shown = letter.payload.get(..SHOWN).unwrap_or(&letter.payload);
    println!(
        "payload    {} bytes\n{}",
        letter.payload.len(),
        String::from_utf8_lossy(shown)
    );
    Ok(())
}

fn arrival(letter: &DeadLetter) -> String {
    to_datetime(letter.envelope.received_at)
        .map_or_else(|| "unknown".to_owned(), |at| at.to_rfc3339())
}

async fn find(messaging: &Messaging, number: u64) -> anyhow::Result<StoredDeadLetter> {
    let letter = messaging.dead_letter(number).await?;
    letter.with_context(|| {
        format!("there is no dead letter {number}: `sensctl dead-letters list` shows all")
    })
}

async fn all_numbers(messaging: &Messaging) -> anyhow::Result<Vec<u64>> {
    let letters = messaging.dead_letters(1, usize::MAX).await?;
    if letters.is_empty() {
        bail!("there are no dead letters");
    }
    Ok(letters.into_iter().map(|letter| letter.sequence).collect())
}
