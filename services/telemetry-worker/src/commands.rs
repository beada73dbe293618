//! Commands: what workers report of them is written down, what waits is put into the stream, what is overdue ends, and every
//! step is told. Every replica does all of it; two of them at once do no harm.

use std::time::Duration;

use sens_messaging::{Delivery, Messaging};
use sens_schema::command::{CommandReport, CommandState, CommandStep};
use sens_schema::time::to_datetime;
use sens_storage::PgPool;
use sens_storage::command::{
    CommandNews, apply_reports, expire_overdue, forget_finished, mark_dispatched, mark_told,
    undispatched, untold_steps,
};

use crate::metrics::Metrics;
use crate::trouble::Trouble;

/// Reports written together.
const BATCH: usize = 200;
/// Pause after JetStream or the database was away.
const PAUSE: Duration = Duration::from_secs(1);
/// How soon a step is told.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Looks between two looks for what waits or is overdue.
const RARELY: u32 = 4;
/// Looks between two looks for what is old.
const SELDOM: u32 = 120;
/// Commands put into the stream at a look.
const DISPATCHED: i64 = 500;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Writes down what workers report, for ever.
pub(crate) async fn note(pool: PgPool, messaging: Messaging) {
    loop {
        if let Err(error) = follow(&pool, &messaging).await {
            tracing::debug!(%error, "reports of commands are not read now");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn follow(pool: &PgPool, messaging: &Messaging) -> Result<(), Failure> {
    let mut consumer = Box::pin(messaging.consume_command_reports(BATCH)).await?;
    loop {
        let deliveries = consumer.next().await?;
        let news: Vec<CommandNews> = deliveries.iter().filter_map(news).collect();
        if !news.is_empty()
            && let Err(error) = apply_reports(pool, &news).await
        {
            tracing::warn!(%error, reports = news.len(), "reports of commands are not written yet");
            for delivery in &deliveries {
                delivery.postpone(PAUSE).await?;
            }
            continue;
        }
        for delivery in &deliveries {
            delivery.ack().await?;
        }
    }
}

/// What a report says about the state of its command.
fn news(delivery: &Delivery) -> Option<CommandNews> {
    let report: CommandReport = serde_json::from_slice(&delivery.payload)
        .inspect_err(
            |error| tracing::error!(%error, "an unreadable report of a command was passed over"),
        )
        .ok()?;
    let state = match report.step {
        CommandStep::Sending => return None,
        CommandStep::Waiting => CommandState::Queued,
        CommandStep::Sent => CommandState::Sent,
        CommandStep::Refused => CommandState::Failed,
        CommandStep::Expired => CommandState::Expired,
        CommandStep::Cancelled => CommandState::Cancelled,
    };
    Some(CommandNews {
        id: report.id,
        state,
        at: to_datetime(report.at).unwrap_or_default(),
        detail: report.detail,
    })
}

/// Tells steps, puts waiting commands into the stream and ends overdue ones, for ever.
pub(crate) async fn care(pool: PgPool, messaging: Messaging, metrics: Metrics) {
    let mut trouble = Trouble::default();
    for look in 0_u32.. {
        let looked = async {
            if look % RARELY == 0 {
                dispatch(&pool, &messaging).await?;
                expire_overdue(&pool).await?;
            }
            if look % SELDOM == 0 {
                forget_finished(&pool).await?;
            }
            tell(&pool, &messaging, &metrics).await
        };
        trouble.note(&looked.await, "commands are not looked after");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Commands whose caller died before they were in the stream, and those that a lost stream has forgotten.
async fn dispatch(pool: &PgPool, messaging: &Messaging) -> Result<(), Failure> {
    let orders = undispatched(pool, DISPATCHED).await?;
    if orders.is_empty() {
        return Ok(());
    }
    for order in &orders {
        messaging.dispatch_command(order).await?;
    }
    let ids: Vec<&str> = orders.iter().map(|order| order.id.as_str()).collect();
    mark_dispatched(pool, &ids).await?;
    Ok(())
}

async fn tell(pool: &PgPool, messaging: &Messaging, metrics: &Metrics) -> Result<(), Failure> {
    let steps = untold_steps(pool).await?;
    if steps.is_empty() {
        return Ok(());
    }
    for step in &steps {
        messaging.tell_command(step).await?;
        metrics
            .command_steps
            .with_label_values(&[step.state.as_str()])
            .inc();
    }
    mark_told(pool, &steps).await?;
    Ok(())
}
