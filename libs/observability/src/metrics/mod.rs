//! The registry of a service and its metrics.
//!
//! Every metric of the platform is a [`MetricSpec`] constant of this module and stands in
//! [`ALL`], from which the reference page is generated. Services create their metrics from the
//! constants, so a name, help text or label set exists once:
//!
//! ```
//! use sens_observability::metrics;
//!
//! # fn main() -> Result<(), metrics::MetricError> {
//! let registry = prometheus::Registry::new();
//! let received = metrics::counter(&registry, &metrics::MQTT_MESSAGES_RECEIVED)?;
//! received.inc();
//! # Ok(())
//! # }
//! ```

mod catalogue;

use prometheus::core::Collector;
use prometheus::{
    Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry,
};

pub use catalogue::*;

use crate::BuildInfo;

/// What a metric measures in the sense of Prometheus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts observations in buckets.
    Histogram,
}

impl Kind {
    /// The name Prometheus uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// A metric as documented and registered.
#[derive(Debug, Clone, Copy)]
pub struct MetricSpec {
    /// Name in the exposition.
    pub name: &'static str,
    /// Counter, gauge or histogram.
    pub kind: Kind,
    /// What it means, for people.
    pub help: &'static str,
    /// Label names; all have few values, never a device or a path.
    pub labels: &'static [&'static str],
    /// Upper bounds of the buckets; empty unless a histogram.
    pub buckets: &'static [f64],
    /// Services that expose it; empty for all.
    pub services: &'static [&'static str],
}

/// A metric cannot be registered.
#[derive(Debug, thiserror::Error)]
#[error("cannot register the metric {name}: {reason}")]
pub struct MetricError {
    name: &'static str,
    reason: String,
}

impl MetricSpec {
    fn error(&self, reason: impl Into<String>) -> MetricError {
        MetricError {
            name: self.name,
            reason: reason.into(),
        }
    }

    fn options(&self) -> Opts {
        Opts::new(self.name, self.help)
    }

    fn histogram_options(&self) -> HistogramOpts {
        HistogramOpts::new(self.name, self.help).buckets(self.buckets.to_vec())
    }

    fn register<C: Collector + Clone + 'static>(
        &self,
        registry: &Registry,
        kind: Kind,
        labelled: bool,
        made: prometheus::Result<C>,
    ) -> Result<C, MetricError> {
        if self.kind != kind || self.labels.is_empty() == labelled {
            let (is, labels) = (self.kind.as_str(), self.labels.len());
            return Err(self.error(format!("it is a {is} with {labels} labels")));
        }
        let metric = made.map_err(|error| self.error(error.to_string()))?;
        registry
            .register(Box::new(metric.clone()))
            .map_err(|error| self.error(error.to_string()))?;
        Ok(metric)
    }
}

/// Registers a counter without labels.
///
/// # Errors
/// When `spec` is of another kind or registered already.
pub fn counter(registry: &Registry, spec: &MetricSpec) -> Result<IntCounter, MetricError> {
    let made = IntCounter::with_opts(spec.options());
    spec.register(registry, Kind::Counter, false, made)
}

/// Registers a counter with labels.
///
/// # Errors
/// When `spec` is of another kind or registered already.
pub fn counter_vec(registry: &Registry, spec: &MetricSpec) -> Result<IntCounterVec, MetricError> {
    let made = IntCounterVec::new(spec.options(), spec.labels);
    spec.register(registry, Kind::Counter, true, made)
}

/// Registers a gauge without labels.
///
/// # Errors
/// When `spec` is of another kind or registered already.
pub fn gauge(registry: &Registry, spec: &MetricSpec) -> Result<IntGauge, MetricError> {
    let made = IntGauge::with_opts(spec.options());
    spec.register(registry, Kind::Gauge, false, made)
}

/// Registers a gauge with labels.
///
/// # Errors
/// When `spec` is of another kind or registered already.
pub fn gauge_vec(registry: &Registry, spec: &MetricSpec) -> Result<IntGaugeVec, MetricError> {
    let made = IntGaugeVec::new(spec.options(), spec.labels);
    spec.register(registry, Kind::Gauge, true, made)
}

/// Registers a histogram without labels.
///
/// # Errors
/// When `spec` is of another kind or registered already.
pub fn histogram(registry: &Registry, spec: &MetricSpec) -> Result<Histogram, MetricError> {
    let made = Histogram::with_opts(spec.histogram_options());
    spec.register(registry, Kind::Histogram, false, made)
}

/// Registers a histogram with labels.
///
/// # Errors
/// When `spec` is of another kind or registered already.
pub fn histogram_vec(registry: &Registry, spec: &MetricSpec) -> Result<HistogramVec, MetricError> {
    let made = HistogramVec::new(spec.histogram_options(), spec.labels);
    spec.register(registry, Kind::Histogram, true, made)
}

/// A registry with what every service exposes: process metrics and build information.
///
/// # Errors
/// When a metric cannot be registered.
pub fn service_registry(build: &BuildInfo) -> Result<Registry, MetricError> {
    let registry = Registry::new();
    let process = prometheus::process_collector::ProcessCollector::for_self();
    registry
        .register(Box::new(process))
        .map_err(|error| BUILD_INFO.error(error.to_string()))?;
    gauge_vec(&registry, &BUILD_INFO)?
        .with_label_values(&[build.service, &build.version, &build.build_sha])
        .set(1);
    Ok(registry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_of_the_catalogue_can_be_registered_once() {
        let registry = Registry::new();
        for spec in ALL {
            let register = || match (spec.kind, spec.labels.is_empty()) {
                (Kind::Counter, true) => counter(&registry, spec).map(drop),
                (Kind::Counter, false) => counter_vec(&registry, spec).map(drop),
                (Kind::Gauge, true) => gauge(&registry, spec).map(drop),
                (Kind::Gauge, false) => gauge_vec(&registry, spec).map(drop),
                (Kind::Histogram, true) => histogram(&registry, spec).map(drop),
                (Kind::Histogram, false) => histogram_vec(&registry, spec).map(drop),
            };
            register().unwrap();
            assert!(register().is_err(), "{} registers twice", spec.name);
        }
    }

    #[test]
    fn the_catalogue_keeps_the_conventions() {
        for spec in ALL {
            let name = spec.name;
            assert_eq!(
                spec.kind == Kind::Counter,
                name.ends_with("_total"),
                "{name}"
            );
            assert_eq!(
                spec.kind == Kind::Histogram,
                !spec.buckets.is_empty(),
                "{name}"
            );
            assert!(spec.buckets.is_sorted(), "{name}");
            assert!(
                spec.help.ends_with('.') && !spec.help.contains('\n'),
                "{name}"
            );
        }
    }

    #[test]
    fn a_wrong_kind_is_refused() {
        let fault = gauge(&Registry::new(), &MQTT_MESSAGES_RECEIVED).unwrap_err();
        assert_eq!(
            fault.to_string(),
            "cannot register the metric sens_mqtt_messages_received_total: it is a counter with 0 labels"
        );
    }
}
