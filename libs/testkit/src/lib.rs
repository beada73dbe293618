//! Real servers for tests and the demo: PostgreSQL, nats-server, mosquitto and our own binaries, each an ordinary
//! child process with a private port and a private data folder.
//!
//! Nothing outlives its owner: a server is killed by its process id when its value is dropped (also when a test
//! panics), and on Linux the kernel kills it when the test process itself is killed. Nothing here depends on our
//! other crates: the platform is driven as an operator drives it, through binaries, ports and files.
//!
//! ```no_run
//! # async fn example() -> anyhow::Result<()> {
//! let mut postgres = sens_testkit::Postgres::start().await?;
//! let url = postgres.url();
//! postgres.kill9().await?;
//! postgres.restart().await?;
//! # drop(url); Ok(()) }
//! ```

pub mod http;
pub mod ledger;

mod datadir;
mod eventually;
mod grouped;
mod mosquitto;
mod nats;
mod otlp;
mod platform;
mod ports;
mod postgres;
mod process;
mod programs;
mod proxy;
mod service;
mod tls;

pub use datadir::DataDir;
pub use eventually::{eventually, poll_interval};
pub use grouped::grouped;
pub use mosquitto::{Mosquitto, MosquittoOptions, SecuredListener};
pub use nats::{Nats, NatsOptions};
pub use otlp::{OtlpReceiver, ReceivedSpan};
pub use platform::{
    Casualty, Platform, PlatformBuilder, Ports, Proxies, SecretFile, Secrets, Secured,
    write_private,
};
pub use ports::{free_port, port_is_free};
pub use postgres::{Postgres, PostgresOptions, remove_server_folder};
pub use process::{Launch, Process};
pub use programs::check_programs;
pub use proxy::TcpProxy;
pub use service::{Service, ServiceSpec, binary_path};
pub use tls::{Authority, Certificate};
