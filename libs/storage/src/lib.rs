//! All SQL of the platform: connections, migrations and roles, the write path of telemetry, and the reads of the API.
//! The only crate that speaks to PostgreSQL.

pub mod audit;
pub mod backup;
pub mod changes;
pub mod command;
pub mod correction;
pub mod deployment;
pub mod erasure;
mod error;
pub mod export;
pub mod import;
mod instant;
mod logins;
pub mod maintenance;
mod migrate;
pub mod operation;
mod pool;
pub mod presence;
pub mod query;
pub mod replay;
mod replica;
pub mod retention;
pub mod rollup;
mod warm;
mod work;
pub mod write;

pub use error::{Error, Verdict};
pub use logins::{LoginRole, set_login};
pub use migrate::{
    MigrationOptions, MigrationPlan, MigrationReport, PendingMigration, SchemaVersion, StorageWish,
    latest_version, migrate, migrate_with, migration_plan, schema_version,
};
pub use pool::{Pools, connect, connect_owner};
pub use replica::Replica;
pub use sqlx::{PgConnection, PgExecutor, PgPool};
pub use warm::{Warm, WarmConnection};
pub use work::WorkState;
