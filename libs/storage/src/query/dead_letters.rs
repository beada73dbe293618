//! Decisions about dead letters: the trace that a requeued or dropped letter leaves.

use chrono::{DateTime, Utc};
use sens_schema::Position;
use sqlx::PgPool;

use crate::Error;
use crate::audit::{self, Actor, Entry};

/// What was decided about a dead letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeadLetterDecision {
    /// Published to the raw stream again, at this sequence.
    Requeued {
        /// Its new sequence.
        sequence: u64,
    },
    /// Given up.
    Dropped,
}

/// A decision as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetterTrace {
    /// `requeued` or `dropped`.
    pub action: String,
    /// The sequence it got when it was requeued.
    pub new_sequence: Option<i64>,
    /// Who decided.
    pub actor: String,
    /// When.
    pub decided_at: DateTime<Utc>,
}

/// Keeps the decision about the letter that stood at `origin`.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn record_dead_letter_decision(
    pool: &PgPool,
    origin: Position,
    decision: DeadLetterDecision,
    actor: &Actor,
) -> Result<(), Error> {
    let failed = Error::during("record the decision about a dead letter");
    let (action, new_sequence) = match decision {
        DeadLetterDecision::Requeued { sequence } => ("requeued", i64::try_from(sequence).ok()),
        DeadLetterDecision::Dropped => ("dropped", None),
    };
    let mut transaction = pool.begin().await.map_err(&failed)?;
    sqlx::query("INSERT INTO dead_letter_action (epoch, seq, action, new_seq, actor) VALUES ($1, $2, $3, $4, $5)")
        .bind(origin.epoch)
        .bind(i64::try_from(origin.seq).unwrap_or(i64::MAX))
        .bind(action)
        .bind(new_sequence)
        .bind(&actor.name)
        .execute(&mut *transaction)
        .await
        .map_err(&failed)?;
    let message = format!("{}-{}", origin.epoch, origin.seq);
    let entry = Entry {
        action: match decision {
            DeadLetterDecision::Requeued { .. } => "requeue",
            DeadLetterDecision::Dropped => "drop",
        },
        kind: "dead_letter",
        id: &message,
        before: None,
        after: Some(serde_json::json!({ "message": message, "new_sequence": new_sequence })),
    };
    audit::record(&mut transaction, actor, entry).await?;
    transaction.commit().await.map_err(&failed)
}

/// What was decided about the letter that stood at `origin`, oldest first.
///
/// # Errors
/// [`Error::Unavailable`] or [`Error::Query`].
pub async fn dead_letter_decisions(
    pool: &PgPool,
    origin: Position,
) -> Result<Vec<DeadLetterTrace>, Error> {
    type Row = (String, Option<i64>, String, DateTime<Utc>);
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT action, new_seq, actor, decided_at FROM dead_letter_action WHERE epoch = $1 AND seq = $2 ORDER BY id",
    )
    .bind(origin.epoch)
    .bind(i64::try_from(origin.seq).unwrap_or(i64::MAX))
    .fetch_all(pool)
    .await
    .map_err(Error::during("read the decisions about a dead letter"))?;
    Ok(rows
        .into_iter()
        .map(
            |(action, new_sequence, actor, decided_at)| DeadLetterTrace {
                action,
                new_sequence,
                actor,
                decided_at,
            },
        )
        .collect())
}
