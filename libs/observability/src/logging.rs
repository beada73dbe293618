//! Log lines: one JSON object each, or coloured text for people at a terminal.

use sens_config::{Log, LogFormat};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// The log filter is not valid.
#[derive(Debug, thiserror::Error)]
#[error(
    "RUST_LOG: {filter:?} is no log filter ({reason}); write for example info or info,sens_storage=debug"
)]
pub struct InvalidFilter {
    filter: String,
    reason: String,
}

/// Reads the filter directives without starting anything.
///
/// # Errors
/// When a directive is not valid.
pub fn filter(log: &Log) -> Result<EnvFilter, InvalidFilter> {
    EnvFilter::try_new(&log.filter).map_err(|error| InvalidFilter {
        filter: log.filter.clone(),
        reason: error.to_string(),
    })
}

/// Starts logging to standard output and logs panics as errors. Where logging was started
/// before, that one stays.
///
/// # Errors
/// When the filter is not valid.
pub fn init(log: &Log) -> Result<(), InvalidFilter> {
    let registry = tracing_subscriber::registry().with(filter(log)?);
    let started = match log.format {
        LogFormat::Json => registry
            .with(
                tracing_subscriber::fmt::layer()
                    .json()
                    .flatten_event(true)
                    .with_span_list(false),
            )
            .try_init(),
        LogFormat::Pretty => registry.with(tracing_subscriber::fmt::layer()).try_init(),
    };
    if started.is_ok() {
        std::panic::set_hook(Box::new(log_panic));
    }
    Ok(())
}

fn log_panic(info: &std::panic::PanicHookInfo<'_>) {
    let payload = info.payload();
    let message = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without message");
    let location = info.location().map(ToString::to_string).unwrap_or_default();
    let thread = std::thread::current()
        .name()
        .unwrap_or("unnamed")
        .to_owned();
    let backtrace = std::backtrace::Backtrace::capture();
    let backtrace = (backtrace.status() == std::backtrace::BacktraceStatus::Captured)
        .then(|| backtrace.to_string());
    tracing::error!(location, thread, backtrace, "panicked: {message}");
}
