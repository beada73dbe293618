//! static-server: serves a folder of built pages, the web console or the documentation site.

mod policy;
mod serve;
mod site;

use std::process::ExitCode;

use sens_observability::{ServiceInfo, launch};

const SERVICE: ServiceInfo = ServiceInfo {
    name: "static-server",
    version: env!("CARGO_PKG_VERSION"),
    about: "Serves the folder named by STATIC_DIR, the built web console or documentation, on SENS_API__LISTEN",
    needs: &[],
    modes: &[],
};

fn main() -> ExitCode {
    launch(SERVICE, serve::run)
}
