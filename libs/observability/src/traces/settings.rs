//! What the standard `OTEL_*` variables say. The exporter itself reads `OTEL_EXPORTER_OTLP_HEADERS`, `_TIMEOUT`, `OTEL_BSP_*`,
//! `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES`.

/// Where spans go, and which.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The whole address, such as `http://collector:4318/v1/traces`.
    pub(super) endpoint: String,
    sampler: Sampler,
}

/// Which traces are recorded.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Sampler {
    /// Whether one that its beginner does not want recorded is left out.
    asks_parent: bool,
    /// The share of traces, 0 to 1.
    share: f64,
}

impl Settings {
    /// Whether a trace is recorded. Its id decides, so that every service decides alike.
    pub(super) fn takes(&self, trace_id: &[u8; 16], sampled: bool) -> bool {
        if self.sampler.asks_parent && !sampled {
            return false;
        }
        let low = trace_id.last_chunk().copied().unwrap_or_default();
        let place = u64::from_be_bytes(low) >> 1;
        (place as f64) < self.sampler.share * (1_u64 << 63) as f64
    }
}

/// Reads the environment; `None` when traces are off.
///
/// # Errors
/// What cannot be, as one line that names the variable.
pub fn settings() -> Result<Option<Settings>, String> {
    read(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

fn read(get: impl Fn(&str) -> Option<String>) -> Result<Option<Settings>, String> {
    let is_disabled =
        get("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let is_elsewhere = get("OTEL_TRACES_EXPORTER").is_some_and(|value| value == "none");
    if is_disabled || is_elsewhere {
        return Ok(None);
    }
    let whole = get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
        .map(|endpoint| ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", endpoint));
    let base = get("OTEL_EXPORTER_OTLP_ENDPOINT").map(|endpoint| {
        let endpoint = format!("{}/v1/traces", endpoint.trim_end_matches('/'));
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
    });
    let Some((name, endpoint)) = whole.or(base) else {
        return Ok(None);
    };
    if !endpoint.starts_with("http://") {
        return Err(format!(
            "{name}: must be an http:// address of a collector, such as http://127.0.0.1:4318; for TLS put a collector beside the service"
        ));
    }
    for name in [
        "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
        "OTEL_EXPORTER_OTLP_PROTOCOL",
    ] {
        if let Some(protocol) = get(name)
            && protocol != "http/protobuf"
        {
            return Err(format!(
                "{name}: {protocol:?} is not spoken here, only http/protobuf (port 4318 of most collectors)"
            ));
        }
    }
    let sampler = sampler(
        get("OTEL_TRACES_SAMPLER").as_deref(),
        get("OTEL_TRACES_SAMPLER_ARG").as_deref(),
    )?;
    Ok(Some(Settings { endpoint, sampler }))
}

fn sampler(name: Option<&str>, argument: Option<&str>) -> Result<Sampler, String> {
    let name = name.unwrap_or("parentbased_always_on");
    let (asks_parent, kind) = match name.strip_prefix("parentbased_") {
        Some(kind) => (true, kind),
        None => (false, name),
    };
    let share = match kind {
        "always_on" => 1.0,
        "always_off" => 0.0,
        "traceidratio" => match argument.unwrap_or("1").parse::<f64>() {
            Ok(share) if (0.0..=1.0).contains(&share) => share,
            _ => {
                return Err(format!(
                    "OTEL_TRACES_SAMPLER_ARG: {:?} is no share, give a number from 0 to 1",
                    argument.unwrap_or_default()
                ));
            }
        },
        _ => {
            return Err(format!(
                "OTEL_TRACES_SAMPLER: {name:?} is not known; known are always_on, always_off, traceidratio and the same with parentbased_ in front"
            ));
        }
    };
    Ok(Sampler { asks_parent, share })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<Option<Settings>, String> {
        read(|name| {
            let found = variables.iter().find(|(given, _)| *given == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    const BASE: (&str, &str) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/");

    #[test]
    fn traces_are_off_until_there_is_somewhere_to_send_them() {
        assert_eq!(of(&[]), Ok(None));
        assert_eq!(of(&[BASE, ("OTEL_SDK_DISABLED", "true")]), Ok(None));
        assert_eq!(of(&[BASE, ("OTEL_TRACES_EXPORTER", "none")]), Ok(None));
        let endpoint = |variables: &[_]| of(variables).unwrap().unwrap().endpoint;
        assert_eq!(endpoint(&[BASE]), "http://collector:4318/v1/traces");
        let own = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://traces/x");
        assert_eq!(endpoint(&[BASE, own]), "http://traces/x");
    }

    #[test]
    fn what_cannot_be_is_named() {
        for (name, value) in [
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "collector:4318"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_TRACES_SAMPLER", "sometimes"),
        ] {
            let fault = of(&[BASE, (name, value)]).unwrap_err();
            assert!(fault.starts_with(name), "{fault}");
        }
        let ratio = ("OTEL_TRACES_SAMPLER", "traceidratio");
        assert!(of(&[BASE, ratio, ("OTEL_TRACES_SAMPLER_ARG", "2")]).is_err());
    }

    #[test]
    fn the_id_of_a_trace_decides() {
        let takes = |name: &str, share: &str, last: u8, sampled: bool| {
            let sampler = ("OTEL_TRACES_SAMPLER", name);
            let settings = of(&[BASE, sampler, ("OTEL_TRACES_SAMPLER_ARG", share)]);
            let mut trace_id = [0; 16];
            trace_id[8] = last;
            settings.unwrap().unwrap().takes(&trace_id, sampled)
        };
        assert!(takes("parentbased_always_on", "", 0xff, true));
        assert!(!takes("parentbased_always_on", "", 0xff, false));
        assert!(takes("always_on", "", 0xff, false));
        assert!(!takes("always_off", "", 0, true));
        assert!(takes("parentbased_traceidratio", "0.5", 0x7f, true));
        assert!(!takes("parentbased_traceidratio", "0.5", 0x80, true));
    }
}
