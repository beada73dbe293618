//! The binary `platform-api`.

use std::process::ExitCode;

/// As large as what a usual answer takes, several times over.
const FREED: usize = 1024 * 1024;

fn main() -> ExitCode {
    keep_freed_memory();
    sens_observability::launch(platform_api::INFO, platform_api::run)
}

/// Lets glibc keep up to twice [`FREED`] of what is freed at the end of a heap: it follows the largest block that it got from
/// the system and gave back (mallopt(3), `M_MMAP_THRESHOLD`). Without, the memory of each answer of a hundred kilobytes goes back
/// to the system and comes again page by page. Other allocators take no notice.
fn keep_freed_memory() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(FREED)));
}
