//! `sensctl retention`: what is kept for how long, what would go, and letting it go.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use sens_config::Need;
use sens_storage::PgPool;
use sens_storage::retention::{
    Class, Expected, Keep, RetentionItem, RetentionRun, RunState, change_setting, find_run,
    list_runs, list_settings, request_run_for, take_maintenance,
};

use super::actor::actor;
use crate::cli::{RetentionClass, RetentionCommand};
use crate::settings;

pub(crate) async fn run(command: RetentionCommand) -> anyhow::Result<ExitCode> {
    let config = settings::load(&[Need::Database])?;
    let pool = sens_storage::connect(&config.database, "sensctl", None)?.primary;
    match command {
        RetentionCommand::Plan => perform(&pool, true).await,
        RetentionCommand::Run => perform(&pool, false).await,
        RetentionCommand::Runs { limit } => {
            for run in list_runs(&pool, limit.into()).await? {
                println!("{}", headline(&run));
            }
            Ok(ExitCode::SUCCESS)
        }
        RetentionCommand::Settings => show_settings(&pool).await,
        RetentionCommand::Set {
            class,
            keep,
            metric,
        } => change(&pool, class, keep, metric.as_deref()).await,
    }
}

/// Does a run here and now, under the lock that the workers' maintenance takes as well.
async fn perform(pool: &PgPool, dry_run: bool) -> anyhow::Result<ExitCode> {
    let Some(mut maintenance) = take_maintenance(pool).await? else {
        bail!("a worker does maintenance at this moment: try again in a minute");
    };
    let id = request_run_for(pool, dry_run, &actor()).await?;
    let state = maintenance.perform(id).await?;
    maintenance.end().await?;
    let run = find_run(pool, id).await?.context("the run is gone")?;
    for item in &run.items {
        println!("{}", line(item));
    }
    let rows: i64 = run.items.iter().map(|item| item.rows).sum();
    let bytes: i64 = run.items.iter().map(|item| item.bytes).sum();
    println!("{}", headline(&run));
    println!(
        "{} partitions, {rows} rows, {} MB",
        run.items.len(),
        bytes / 1_000_000
    );
    Ok(if state == RunState::Done {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn show_settings(pool: &PgPool) -> anyhow::Result<ExitCode> {
    for setting in list_settings(pool).await? {
        let keep = setting
            .keep_days
            .map_or_else(|| "for ever".to_owned(), |days| format!("{days} days"));
        println!(
            "{:<10} {:<30} {keep:<12} since {} by {}",
            setting.class,
            setting.metric.as_deref().unwrap_or("-"),
            setting.updated_at.format("%Y-%m-%d"),
            setting.updated_by
        );
    }
    Ok(ExitCode::SUCCESS)
}

async fn change(
    pool: &PgPool,
    class: RetentionClass,
    keep: Keep,
    metric: Option<&str>,
) -> anyhow::Result<ExitCode> {
    let class = match class {
        RetentionClass::Raw => Class::Raw,
        RetentionClass::Errors => Class::Errors,
        RetentionClass::Readings => Class::Readings,
        RetentionClass::RollupMinute => Class::RollupMinute,
        RetentionClass::RollupHour => Class::RollupHour,
        RetentionClass::RollupDay => Class::RollupDay,
    };
    if metric.is_some() && !class.has_metrics() {
        bail!(
            "{} is kept whole: it has no metrics of its own",
            class.as_str()
        );
    }
    if metric.is_none() && keep == Keep::AsClass {
        bail!("`class` is for a metric: name it with --metric");
    }
    let changed = change_setting(pool, class, metric, keep, Expected::Any, &actor()).await?;
    if changed.is_err() {
        bail!(
            "{} has no setting for the metric {}: GET /v1/metrics lists the metrics",
            class.as_str(),
            metric.unwrap_or_default()
        );
    }
    show_settings(pool).await
}

fn line(item: &RetentionItem) -> String {
    let metrics = if item.metrics.is_empty() {
        String::new()
    } else {
        format!(" {}", item.metrics.join(","))
    };
    let outcome = match &item.reason {
        Some(reason) => format!("{}: {reason}", item.outcome.as_str()),
        None => item.outcome.as_str().to_owned(),
    };
    format!(
        "{:<9} {} to {}  {}{metrics}  {} MB  lost: {}  {outcome}",
        item.class,
        item.lower_bound.format("%Y-%m-%d"),
        item.upper_bound.format("%Y-%m-%d"),
        item.action.as_str(),
        item.bytes / 1_000_000,
        item.lost
    )
}

fn headline(run: &RetentionRun) -> String {
    let kind = if run.dry_run { "plan" } else { "run" };
    let detail = run.detail.as_deref().map(|detail| format!(": {detail}"));
    format!(
        "{kind} {} by {} at {}: {}{}",
        run.id,
        run.requested_by,
        run.requested_at.format("%Y-%m-%d %H:%M"),
        run.state.as_str(),
        detail.unwrap_or_default()
    )
}
