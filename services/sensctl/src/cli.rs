//! The command line.

mod canary;
mod correct;
mod deployments;
mod device;
mod export;
mod import;

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand, ValueEnum};
use sens_storage::retention::Keep;

use crate::backup::S3Options;
pub(crate) use canary::{CanaryCommand, WatchArguments};
pub(crate) use correct::{ChosenReadings, CorrectCommand};
pub(crate) use deployments::DeploymentsCommand;
pub(crate) use device::{EraseArguments, RegistryCommand};
pub(crate) use export::{ExportArguments, ExportCompression, ExportFormat, ExportQuery};
pub(crate) use import::{ImportArguments, ImportFormat};

use crate::commands::MetricsCommand;

/// The operator's command line of SENS Platform.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    after_help = "Examples:
  DATABASE_URL=postgres://owner:…@db/sens sensctl migrate
  sensctl migrate --plan
  sensctl migrate --check --at-least 5
  sensctl keys create --name grafana --role viewer
  sensctl logins set telemetry_worker --role ingest --password-file /run/secrets/worker
  sensctl metrics set door_angle --unit deg --min 0 --max 180 --listed true
  sensctl doctor --ledger
  sensctl retention plan
  sensctl replay --device AI-7 --from 2026-11-01T00:00:00Z --dry-run
  sensctl correct withdraw --device AI-7 --metric battery_charge --at 2026-11-20T10:00:00Z --reason 'a loose wire'
  sensctl import history.csv --dry-run
  sensctl export --device AI-7 --last 30d --output readings.parquet
  sensctl device erase AI-7 --reason 'request 4711' --dry-run
  sensctl command send AI-7 reboot --ttl 600 --wait
  sensctl dead-letters requeue --all
  sensctl deployments list
  sensctl backup --to /backups --keep 7
  sensctl backup verify --from s3://bucket/sens
  sensctl restore --from /backups

Connections come from the same variables as the services': DATABASE_URL, SENS_NATS__URL, SENS_MQTT__URL.
Exit codes: 0 done, 1 failed, 2 bad configuration."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Bring the database schema, its roles and the JetStream streams up to date; safe to run twice and concurrently
    Migrate(MigrateArguments),
    /// Logins of the services in the database
    Logins {
        #[command(subcommand)]
        command: LoginsCommand,
    },
    /// API keys
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// The catalogue of metrics
    Metrics {
        #[command(subcommand)]
        command: MetricsCommand,
    },
    /// Check the configuration and show it with secrets masked; exit 2 when it has faults
    CheckConfig,
    /// Take a backup of the database and of what waits in the streams, or look at backups
    Backup(BackupArguments),
    /// Restore a backup into an empty database, and put back what waited in the streams
    Restore(RestoreArguments),
    /// Messages that the database refused for good
    DeadLetters {
        #[command(subcommand)]
        command: DeadLettersCommand,
    },
    /// Commands to devices
    #[command(name = "command")]
    Downlink {
        #[command(subcommand)]
        command: DeviceCommand,
    },
    /// Decode stored payloads again with the decoders and the catalogue of today; nothing is deleted
    Replay(ReplayArguments),
    /// Set the value of readings or take readings out, with a reason; nothing is overwritten, and it can be undone
    Correct {
        #[command(subcommand)]
        command: CorrectCommand,
    },
    /// Take past readings from a file; what is known already is left out. A telemetry-worker does it
    Import(ImportArguments),
    /// Write readings into a file, however many they are; a platform-api does it
    Export(ExportArguments),
    /// Devices
    Device {
        #[command(subcommand)]
        command: RegistryCommand,
    },
    /// How long data is kept: what would go, and letting it go
    Retention {
        #[command(subcommand)]
        command: RetentionCommand,
    },
    /// The deployment log: what was rolled out here, from what to what, and what it rests on
    Deployments {
        #[command(subcommand)]
        command: DeploymentsCommand,
    },
    /// Judge a new version while it takes a part of the load (used by the chart's canary pods)
    Canary {
        #[command(subcommand)]
        command: CanaryCommand,
    },
    /// Reach everything the platform depends on and say what is wrong
    Doctor {
        /// Also hold the ledger against the stream and the rows, and name what is missing
        #[arg(long)]
        ledger: bool,
    },
}

/// What `migrate` is to do.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches of a command line"
)]
pub(crate) struct MigrateArguments {
    /// Change nothing: exit 0 when the schema is new enough, 1 when it is not (for init containers)
    #[arg(long, conflicts_with = "plan")]
    pub(crate) check: bool,
    /// The schema version that --check asks for; the one of this program when left out
    #[arg(long, value_name = "VERSION", requires = "check")]
    pub(crate) at_least: Option<i64>,
    /// Change nothing: say what a run would do
    #[arg(long)]
    pub(crate) plan: bool,
    /// Show the SQL of the plan as well
    #[arg(long, requires = "plan")]
    pub(crate) sql: bool,
    /// Leave JetStream alone (it is made by the services as well)
    #[arg(long)]
    pub(crate) skip_streams: bool,
    /// Move the tables of an existing database into hypertables of TimescaleDB, while the platform runs
    #[arg(long, conflicts_with_all = ["check", "plain"])]
    pub(crate) to_timescale: bool,
    /// Keep native partitions even where TimescaleDB can be used
    #[arg(long, conflicts_with = "check")]
    pub(crate) plain: bool,
    /// Seconds to wait for the database and NATS, or with --check for the schema, before giving up (for containers that
    /// start in any order)
    #[arg(long, default_value_t = 0, value_name = "SECONDS")]
    pub(crate) wait: u64,
    /// Seconds a statement waits for a lock before it gives way and is tried again
    #[arg(long, default_value_t = 5, value_name = "SECONDS")]
    pub(crate) lock_timeout: u64,
    /// Seconds a statement of a migration may take (index builds may take longer)
    #[arg(long, default_value_t = 900, value_name = "SECONDS")]
    pub(crate) statement_timeout: u64,
}

/// What `backup` is to do.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct BackupArguments {
    #[command(subcommand)]
    pub(crate) command: Option<BackupCommand>,
    #[command(flatten)]
    pub(crate) take: TakeArguments,
}

/// Taking a backup.
#[derive(Debug, Args)]
pub(crate) struct TakeArguments {
    /// Where to put it: a folder, or `s3://bucket/prefix`
    #[arg(long, value_name = "PLACE", env = "SENS_BACKUP_TO")]
    pub(crate) to: Option<String>,
    /// Afterwards delete all but the newest N complete backups, and older ones that never were complete
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) keep: Option<u32>,
    /// Stay and take a backup every so many hours, the first as soon as the newest one is that old (for hosts without a
    /// scheduler)
    #[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) every: Option<u32>,
    /// Prove each backup by a restore into a scratch database before older ones are deleted
    #[arg(long)]
    pub(crate) verify: bool,
    /// Leave the streams out: messages that are not committed yet are then not in the backup
    #[arg(long)]
    pub(crate) skip_streams: bool,
    #[command(flatten)]
    pub(crate) s3: S3Options,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BackupCommand {
    /// Prove a backup: check every file, restore it into a scratch database, compare, drop that
    Verify {
        #[command(flatten)]
        from: FromArguments,
    },
    /// List backups, oldest first
    List {
        #[command(flatten)]
        from: FromArguments,
        /// Exit 1 when the newest complete backup is older than that (for health checks)
        #[arg(long, value_name = "HOURS")]
        max_age: Option<u32>,
    },
}

/// Which backup.
#[derive(Debug, Args)]
pub(crate) struct FromArguments {
    /// Where backups lie: a folder, or `s3://bucket/prefix`
    #[arg(long, value_name = "PLACE", env = "SENS_BACKUP_TO")]
    pub(crate) from: String,
    /// The backup's name as `backup list` shows it; the newest complete one when left out
    #[arg(long)]
    pub(crate) id: Option<String>,
    #[command(flatten)]
    pub(crate) s3: S3Options,
}

/// What `restore` is to do.
#[derive(Debug, Args)]
pub(crate) struct RestoreArguments {
    #[command(flatten)]
    pub(crate) from: FromArguments,
    /// Restore the database alone
    #[arg(long)]
    pub(crate) skip_streams: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LoginsCommand {
    /// Make a login or give it a new password, as a member of a role; run as the database's owner
    Set {
        /// Name of the login
        name: String,
        /// What it may do
        #[arg(long, value_enum)]
        role: DatabaseRole,
        /// File that holds the password
        #[arg(long)]
        password_file: PathBuf,
    },
}

/// A group role of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DatabaseRole {
    /// telemetry-worker: writes telemetry
    Ingest,
    /// platform-api: reads, and writes registry and keys
    Api,
    /// Dashboards and analysts: reads
    Readonly,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Make an API key and print it once
    Create {
        /// Name for people
        #[arg(long)]
        name: String,
        /// What the key may do
        #[arg(long, value_enum)]
        role: KeyRole,
        /// Days until it expires; never when left out
        #[arg(long)]
        expires_in_days: Option<u32>,
        /// Only for devices that this selector takes, such as `site=vie,line!=3`; for viewer and ingest keys
        #[arg(long)]
        labels: Option<sens_schema::LabelSelector>,
        /// Only for the device with this serial; may be repeated; for viewer and ingest keys
        #[arg(long = "serial")]
        serials: Vec<String>,
    },
    /// List API keys without their secrets
    List,
    /// Revoke an API key at once
    Revoke {
        /// Id of the key: the part between the underscores
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum DeadLettersCommand {
    /// List them, oldest first
    List {
        /// Most letters to show
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Show one with its payload
    Show {
        /// Number of the letter as `list` shows it
        number: u64,
    },
    /// Put letters into the raw stream again, after the reason is gone
    Requeue {
        /// Numbers of letters as `list` shows them
        #[arg(required_unless_present = "all")]
        numbers: Vec<u64>,
        /// All that are there now
        #[arg(long, conflicts_with = "numbers")]
        all: bool,
    },
    /// Give letters up for good; a trace of the decision is kept
    Drop {
        /// Numbers of letters as `list` shows them
        #[arg(required = true)]
        numbers: Vec<u64>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum DeviceCommand {
    /// Send a command to a device; it goes out as soon as the device listens
    Send {
        /// Serial of the device
        serial: String,
        /// What to do
        name: String,
        /// With what, as JSON
        #[arg(long, value_name = "JSON", default_value = "null")]
        payload: String,
        /// Seconds after which it is not sent any more
        #[arg(long, value_name = "SECONDS", default_value_t = 3600, value_parser = clap::value_parser!(i64).range(1..=604_800))]
        ttl: i64,
        /// Stay until the device has answered or the time is over; exit 1 unless it is acknowledged
        #[arg(long)]
        wait: bool,
    },
    /// List the newest commands of a device
    List {
        /// Serial of the device
        serial: String,
        /// Most commands to show
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
    /// Show a command with every step it took
    Show {
        /// Serial of the device
        serial: String,
        /// Id of the command
        id: String,
    },
}

/// Which payloads to decode again.
#[derive(Debug, Args)]
pub(crate) struct ReplayArguments {
    /// Only payloads that speak of this device
    #[arg(long, value_name = "SERIAL", required_unless_present_any = ["from", "to", "all"])]
    pub(crate) device: Option<String>,
    /// Payloads that arrived from then on (RFC 3339)
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) from: Option<DateTime<Utc>>,
    /// Payloads that arrived before (RFC 3339); up to now when left out
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) to: Option<DateTime<Utc>>,
    /// Every payload that is stored
    #[arg(long, conflicts_with_all = ["device", "from", "to"])]
    pub(crate) all: bool,
    /// Only say what would change
    #[arg(long)]
    pub(crate) dry_run: bool,
}

fn parse_time(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(text)
        .map(|time| time.with_timezone(&Utc))
        .map_err(|_| "give a time like 2026-11-20T10:00:00Z".to_owned())
}

#[derive(Debug, Subcommand)]
pub(crate) enum RetentionCommand {
    /// Say what would go now: rows, bytes, and what could not be asked any more. Exit 1 when something due has to stay
    Plan,
    /// Let go what is due; workers do so by themselves every hour. Exit 1 when something due has to stay
    Run,
    /// Show the runs of the last time
    Runs {
        /// Most runs to show
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
    /// Show how long everything is kept
    Settings,
    /// Change how long a class is kept, or one metric of it; run as the database's owner
    Set {
        /// What is kept
        #[arg(value_enum)]
        class: RetentionClass,
        /// Days, `forever`, or for a metric `class` to be kept as long as its class
        #[arg(value_parser = parse_keep)]
        keep: Keep,
        /// The metric it is about
        #[arg(long)]
        metric: Option<String>,
    },
}

/// What is kept for a time of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RetentionClass {
    /// Payloads as they were received
    Raw,
    /// What was refused, and why
    Errors,
    /// Readings in full resolution
    Readings,
    /// Rollups by minute
    #[value(name = "rollup_1m")]
    RollupMinute,
    /// Rollups by hour
    #[value(name = "rollup_1h")]
    RollupHour,
    /// Rollups by day
    #[value(name = "rollup_1d")]
    RollupDay,
}

fn parse_keep(text: &str) -> Result<Keep, String> {
    match text {
        "forever" => Ok(Keep::Forever),
        "class" => Ok(Keep::AsClass),
        days => match days.trim_end_matches('d').parse() {
            Ok(days) if days > 0 => Ok(Keep::Days(days)),
            _ => Err("give a number of days, `forever`, or `class`".to_owned()),
        },
    }
}

/// What an API key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyRole {
    /// Reads
    Viewer,
    /// Posts readings
    Ingest,
    /// Reads and changes
    Operator,
    /// Everything, keys included
    Admin,
}

impl KeyRole {
    /// The stable name.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Ingest => "ingest",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_time_to_keep_is_days_or_a_word() {
        assert_eq!(parse_keep("30"), Ok(Keep::Days(30)));
        assert_eq!(parse_keep("730d"), Ok(Keep::Days(730)));
        assert_eq!(parse_keep("forever"), Ok(Keep::Forever));
        assert_eq!(parse_keep("class"), Ok(Keep::AsClass));
        for bad in ["0", "-1", "soon", "30 days"] {
            assert!(parse_keep(bad).is_err(), "{bad}");
        }
    }
}
