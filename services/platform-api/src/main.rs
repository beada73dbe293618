//! The binary `platform-api`.

use std::process::ExitCode;

fn main() -> ExitCode {
    sens_observability::launch(platform_api::INFO, platform_api::run)
}
