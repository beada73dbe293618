//! Traces by OTLP: what became of one packet or request, as spans of the trace that its `traceparent` names.
//!
//! Off until `OTEL_EXPORTER_OTLP_ENDPOINT` (or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`) is set; then [`is_on`] is one load of a pointer
//! and nothing else is done. A span is recorded when it is over, so that nothing is carried along meanwhile. Spans are sent in
//! batches by a thread of its own; where the collector is too slow they are dropped, never waited for.

mod http;
mod settings;

use std::borrow::Cow;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use opentelemetry::trace::{
    SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{InstrumentationScope, KeyValue, Value};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{
    BatchSpanProcessor, SpanData, SpanEvents, SpanLinks, SpanProcessor as _,
};
use tokio::runtime::Handle;

use crate::BuildInfo;
pub use settings::{Settings, settings};

/// How long the last spans may take at the end of the process.
const LAST_SPANS: Duration = Duration::from_secs(3);

static RECORDER: OnceLock<Recorder> = OnceLock::new();

#[derive(Debug)]
struct Recorder {
    processor: BatchSpanProcessor,
    scope: InstrumentationScope,
    settings: Settings,
}

/// Which side of something a span is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An answered request.
    Server,
    /// A message that was passed on.
    Producer,
    /// A message that was worked off.
    Consumer,
}

/// A value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attribute {
    /// Text.
    Text(Cow<'static, str>),
    /// A whole number.
    Number(i64),
}

impl From<&'static str> for Attribute {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Attribute {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<i64> for Attribute {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<Attribute> for Value {
    fn from(attribute: Attribute) -> Self {
        match attribute {
            Attribute::Text(text) => text.into(),
            Attribute::Number(number) => number.into(),
        }
    }
}

/// Something that is over.
#[derive(Debug, Clone)]
pub struct Span {
    /// What was done.
    pub name: Cow<'static, str>,
    /// Which side of it this is.
    pub kind: Kind,
    /// The trace it belongs to.
    pub trace_id: [u8; 16],
    /// Its own id, where others know it already; a new one otherwise.
    pub span_id: Option<[u8; 8]>,
    /// The span it is part of.
    pub parent_id: Option<[u8; 8]>,
    /// Whether whoever began the trace wants it recorded.
    pub sampled: bool,
    /// When it began.
    pub start: SystemTime,
    /// When it was over.
    pub end: SystemTime,
    /// What else is known.
    pub attributes: Vec<(&'static str, Attribute)>,
    /// Whether it failed.
    pub failed: bool,
}

/// Whether spans are recorded: what is only needed for them is only done then.
pub fn is_on() -> bool {
    RECORDER.get().is_some()
}

/// The instant of microseconds since 1970.
pub fn at_micros(micros: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_micros(u64::try_from(micros).unwrap_or_default())
}

/// Records what is over, when traces are on and this one is wanted.
pub fn record(span: Span) {
    let Some(recorder) = RECORDER.get() else {
        return;
    };
    if !recorder.settings.takes(&span.trace_id, span.sampled) {
        return;
    }
    recorder.processor.on_end(recorder.data(span));
}

impl Recorder {
    fn data(&self, span: Span) -> SpanData {
        let span_id = span.span_id.map_or_else(new_span_id, SpanId::from_bytes);
        let attributes = span
            .attributes
            .into_iter()
            .map(|(name, value)| KeyValue::new(name, value));
        SpanData {
            span_context: SpanContext::new(
                TraceId::from_bytes(span.trace_id),
                span_id,
                TraceFlags::SAMPLED,
                false,
                TraceState::default(),
            ),
            parent_span_id: span.parent_id.map_or(SpanId::INVALID, SpanId::from_bytes),
            parent_span_is_remote: span.parent_id.is_some(),
            span_kind: match span.kind {
                Kind::Server => SpanKind::Server,
                Kind::Producer => SpanKind::Producer,
                Kind::Consumer => SpanKind::Consumer,
            },
            name: span.name,
            start_time: span.start,
            end_time: span.end.max(span.start),
            attributes: attributes.collect(),
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: if span.failed {
                Status::error("")
            } else {
                Status::Unset
            },
            instrumentation_scope: self.scope.clone(),
        }
    }
}

fn new_span_id() -> SpanId {
    use opentelemetry_sdk::trace::{IdGenerator as _, RandomIdGenerator};
    RandomIdGenerator::default().new_span_id()
}

/// Begins to send spans. Where that was begun before in this process, that one stays.
///
/// # Errors
/// What of the `OTEL_*` variables the exporter refuses, in words.
pub(crate) fn start(settings: Settings, build: &BuildInfo, runtime: &Handle) -> Result<(), String> {
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(http::Client::new(runtime.clone()))
        .with_endpoint(&settings.endpoint)
        .build()
        .map_err(|error| format!("OTEL_EXPORTER_OTLP_ENDPOINT: {error}"))?;
    let mut resource = Resource::builder();
    if std::env::var_os("OTEL_SERVICE_NAME").is_none() {
        resource = resource.with_service_name(build.service);
    }
    let resource = resource
        .with_attribute(KeyValue::new("service.version", build.version.clone()))
        .with_attribute(KeyValue::new(
            "vcs.ref.head.revision",
            build.build_sha.clone(),
        ))
        .build();
    let mut processor = BatchSpanProcessor::builder(exporter).build();
    processor.set_resource(&resource);
    let scope = InstrumentationScope::builder("sens-platform")
        .with_version(build.version.clone())
        .build();
    tracing::info!(endpoint = settings.endpoint, "sending traces");
    drop(RECORDER.set(Recorder {
        processor,
        scope,
        settings,
    }));
    Ok(())
}

/// Sends what is left. Blocks; the runtime has to be alive still.
pub(crate) fn finish() {
    if let Some(recorder) = RECORDER.get()
        && let Err(error) = recorder.processor.shutdown_with_timeout(LAST_SPANS)
    {
        tracing::warn!(%error, "the last spans were not sent");
    }
}
