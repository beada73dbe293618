//! The smallest service: reports its one component as working and waits to be stopped.
//!
//! `MINIMAL_SERVICE` makes it misbehave for the tests of the start and stop sequence: `fail`
//! returns an error, `panic` panics, `hang` ignores the request to stop, `drain` takes until its standard input
//! is closed.

use std::io;
use std::process::ExitCode;

use sens_observability::{Need, RunError, Runtime, ServiceInfo, launch};

fn main() -> ExitCode {
    let info = ServiceInfo {
        name: "minimal-service",
        version: env!("CARGO_PKG_VERSION"),
        about: "Does nothing until it is stopped.",
        needs: &[Need::Nats],
        modes: &[],
    };
    launch(info, run)
}

async fn run(runtime: Runtime) -> Result<(), RunError> {
    let mode = std::env::var("MINIMAL_SERVICE").unwrap_or_default();
    match mode.as_str() {
        "fail" => return Err("the disk is made of cheese".into()),
        "panic" => panic!("out of cheese"),
        _ => {}
    }
    runtime.health.component("cheese").set_ok();
    runtime.shutdown.cancelled().await;
    match mode.as_str() {
        "hang" => std::future::pending().await,
        "drain" => drop(tokio::task::spawn_blocking(|| io::read_to_string(io::stdin())).await?),
        _ => {}
    }
    tracing::info!("drained");
    Ok(())
}
