//! `sensctl metrics`: the catalogue without the API.

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use sens_config::Need;
use sens_storage::query::metric_changes::{
    MetricChange, Patch, Refusal, change_metric, create_metric, metric_versions,
};
use sens_storage::query::metrics::{Metric, list_metrics};

use super::actor::actor;
use crate::settings;

#[derive(Debug, Subcommand)]
pub(crate) enum MetricsCommand {
    /// List metrics with unit, range and conversion
    List {
        /// Only those that devices send and nobody described
        #[arg(long)]
        unlisted: bool,
    },
    /// Add a metric
    Add {
        /// Its name
        name: String,
        #[command(flatten)]
        fields: Fields,
    },
    /// Describe or change a metric; stored values stay as they are
    Set {
        /// Its name
        name: String,
        #[command(flatten)]
        fields: Fields,
        /// Fields to empty
        #[arg(long, value_enum, value_delimiter = ',')]
        clear: Vec<Field>,
    },
    /// Show every change of a metric, newest first
    History {
        /// Its name
        name: String,
    },
}

/// What to say about a metric.
#[derive(Debug, Args)]
pub(crate) struct Fields {
    /// Unit of stored values
    #[arg(long)]
    unit: Option<String>,
    /// number, boolean or text
    #[arg(long)]
    kind: Option<String>,
    /// Least valid value
    #[arg(long, allow_negative_numbers = true)]
    min: Option<f64>,
    /// Greatest valid value
    #[arg(long, allow_negative_numbers = true)]
    max: Option<f64>,
    /// Name for people
    #[arg(long)]
    display_name: Option<String>,
    /// Unit for people
    #[arg(long)]
    display_unit: Option<String>,
    /// What a stored value is multiplied with to get the display unit
    #[arg(long, allow_negative_numbers = true)]
    display_factor: Option<f64>,
    /// Whether it belongs to the catalogue
    #[arg(long)]
    listed: Option<bool>,
}

/// A field that can be emptied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Field {
    Unit,
    Min,
    Max,
    DisplayName,
    DisplayUnit,
    DisplayFactor,
}

impl Fields {
    fn change(self, clear: &[Field]) -> MetricChange {
        fn patch<T>(value: Option<T>, clear: bool) -> Patch<T> {
            if clear {
                Patch::Clear
            } else {
                value.map_or(Patch::Keep, Patch::Set)
            }
        }
        let clear = |field| clear.contains(&field);
        MetricChange {
            unit: patch(self.unit, clear(Field::Unit)),
            kind: self.kind,
            min: patch(self.min, clear(Field::Min)),
            max: patch(self.max, clear(Field::Max)),
            display_name: patch(self.display_name, clear(Field::DisplayName)),
            display_unit: patch(self.display_unit, clear(Field::DisplayUnit)),
            display_factor: patch(self.display_factor, clear(Field::DisplayFactor)),
            listed: self.listed,
        }
    }
}

pub(crate) async fn run(command: MetricsCommand) -> anyhow::Result<ExitCode> {
    let config = settings::load(&[Need::Database])?;
    let pool = sens_storage::connect(&config.database, "sensctl", None)?.primary;
    match command {
        MetricsCommand::List { unlisted } => {
            for metric in list_metrics(&pool).await? {
                if !unlisted || !metric.listed {
                    println!("{}", line(&metric));
                }
            }
        }
        MetricsCommand::Add { name, fields } => {
            let made = create_metric(&pool, &name, &fields.change(&[]), &actor()).await?;
            println!("{}", line(&allowed(&name, made)?));
        }
        MetricsCommand::Set {
            name,
            fields,
            clear,
        } => {
            let change = fields.change(&clear);
            let changed = change_metric(&pool, &name, &change, &actor(), None).await?;
            println!("{}", line(&allowed(&name, changed)?));
        }
        MetricsCommand::History { name } => {
            let versions = metric_versions(&pool, &name).await?;
            for version in allowed(&name, versions.ok_or(Refusal::NotFound))? {
                let before = version.before.unwrap_or_default();
                println!(
                    "version {}  {}  {}\n  before {before}\n  after  {}",
                    version.version, version.changed_at, version.changed_by, version.after
                );
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn allowed<T>(name: &str, result: Result<T, Refusal>) -> anyhow::Result<T> {
    result.map_err(|refusal| match refusal {
        Refusal::NotFound => {
            anyhow::anyhow!("there is no metric {name}: `sensctl metrics list` shows all")
        }
        Refusal::Exists => {
            anyhow::anyhow!("there is a metric {name} already: use `sensctl metrics set {name}`")
        }
        Refusal::InUse(field) => {
            anyhow::anyhow!("{name} has readings: its {field} cannot be another one")
        }
        Refusal::Version(version) => anyhow::anyhow!("{name} is at version {version}"),
        Refusal::Invalid(faults) => {
            let faults = faults.iter().map(|(field, rule)| format!("{field} {rule}"));
            anyhow::anyhow!("{}", faults.collect::<Vec<_>>().join("; "))
        }
    })
}

fn line(metric: &Metric) -> String {
    let bound = |number: Option<f64>| number.map_or_else(|| "…".to_owned(), |n| n.to_string());
    let range = if metric.min.is_some() || metric.max.is_some() {
        format!("{} to {}", bound(metric.min), bound(metric.max))
    } else {
        "any value".to_owned()
    };
    let shown = match (&metric.display_unit, metric.display_factor) {
        (Some(unit), Some(factor)) => format!("shown in {unit} (× {factor})"),
        (Some(unit), None) => format!("shown in {unit}"),
        _ => String::new(),
    };
    let state = if metric.listed { "" } else { "  not described" };
    format!(
        "{:<32} {:<8} {:<6} {range:<16} version {}  {shown}{state}",
        metric.name,
        metric.kind,
        metric.unit.as_deref().unwrap_or("-"),
        metric.version
    )
    .trim_end()
    .to_owned()
}
