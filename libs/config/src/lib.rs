//! The one configuration loader: defaults, then a TOML file, then the environment.
//!
//! Every service reads the same [`Config`]; one TOML file may serve them all. [`load`] layers
//! the defaults, the file named by `SENS_CONFIG` and the environment, reads secrets from
//! `<NAME>_FILE`, and reports every fault at once. Variables are never parsed as anything but
//! the type of their setting: a secret that looks like a number stays the text it is.
//!
//! The settings themselves, with their defaults and descriptions, stand in one table
//! (`table.rs`) that drives the loader, [`reference()`] and [`Config::effective`].

mod database_url;
mod environment;
mod error;
mod file;
mod loader;
mod model;
mod nearest;
mod secret;
mod setting;
mod table;
mod validate;

pub use error::ConfigErrors;
pub use loader::{load, load_from};
pub use model::{
    Api, Config, CorsOrigin, Database, Environment, Features, Ingest, Log, LogFormat, Mqtt, Nats,
    Need, Ops, Provision, Replica, Worker,
};
pub use secret::Secret;
pub use table::{Key, reference};
