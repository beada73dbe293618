//! The Prometheus metrics, from the catalogue that the services register from.

use sens_observability::metrics::{ALL, MetricSpec};

use super::markdown::{code, prose, table};

const INTRODUCTION: &str = "\
Every service serves `/metrics` on its ops port (`SENS_OPS__LISTEN`, 9090). No label carries a device, a path or
anything else that grows with the fleet. A histogram `x` has the series `x_bucket`, `x_sum` and `x_count`.

All services also expose the usual process metrics: `process_cpu_seconds_total`, `process_resident_memory_bytes`,
`process_open_fds`, `process_max_fds`, `process_threads`, `process_start_time_seconds`.
";

pub(super) fn body() -> String {
    let mut groups: Vec<(&[&str], Vec<&MetricSpec>)> = Vec::new();
    for spec in ALL {
        match groups
            .iter_mut()
            .find(|(services, _)| *services == spec.services)
        {
            Some((_, specs)) => specs.push(spec),
            None => groups.push((spec.services, vec![spec])),
        }
    }
    let mut text = vec![INTRODUCTION.to_owned()];
    for (services, specs) in groups {
        let heading = if services.is_empty() {
            "All services".to_owned()
        } else {
            services.join(" and ")
        };
        let head = ["Metric", "Type", "Labels", "Meaning"];
        let rows = table(&head, specs.into_iter().map(row));
        text.push(format!("\n## {heading}\n\n{rows}"));
    }
    text.concat()
}

fn row(spec: &MetricSpec) -> Vec<String> {
    let labels: Vec<String> = spec.labels.iter().map(|label| code(label)).collect();
    vec![
        code(spec.name),
        spec.kind.as_str().to_owned(),
        labels.join(", "),
        prose(spec.help),
    ]
}
