//! What holds for every outcome, whatever was decoded.

use sens_schema::{ClockPolicy, Decoded, Micros, Quality, Reason, Value};

/// Checks an outcome by itself and against its payload.
///
/// # Panics
/// When something does not hold.
pub(crate) fn check(
    payload: &[u8],
    content_type: Option<&str>,
    decoded: &Decoded,
    received_at: Micros,
) {
    check_errors(decoded);
    check_readings(decoded, received_at);
    check_encoding(payload, content_type, decoded);
    let nothing =
        decoded.readings.is_empty() && decoded.startups.is_empty() && decoded.control.is_none();
    let counted = !decoded.errors.is_empty() || decoded.decoder.is_some();
    assert!(!nothing || counted, "a payload came to nothing at all");
    assert!(
        decoded.decoder.is_some() || (nothing && decoded.errors.len() == 1),
        "what no decoder claimed is one error"
    );
    if let Some(device) = &decoded.device {
        assert!(
            decoded
                .readings
                .iter()
                .all(|reading| reading.device == *device)
        );
    }
}

fn check_errors(decoded: &Decoded) {
    for error in &decoded.errors {
        let has_control = |text: &str| text.chars().any(char::is_control);
        assert!(
            !error.detail.is_empty() && !has_control(&error.detail),
            "{error:?}"
        );
        assert!(
            error.pointer.is_empty() || error.pointer.starts_with('/'),
            "{error:?}"
        );
        assert!(!has_control(&error.pointer), "{error:?}");
    }
}

fn check_readings(decoded: &Decoded, received_at: Micros) {
    for reading in &decoded.readings {
        match &reading.value {
            Value::Number(number) => {
                assert!(number.is_finite() && number.to_bits() != (-0.0_f64).to_bits());
                assert!(!reading.boolean || [0.0, 1.0].contains(number));
            }
            Value::Text(text) => assert!(!text.contains('\0') && !reading.boolean),
        }
        assert!((1..=128).contains(&reading.metric.chars().count()));
        assert!(ClockPolicy::default().is_plausible(reading.recorded_at, received_at));
        assert!(!reading.listed || reading.unit.is_none());
    }
    let key = |index: usize| {
        let reading = &decoded.readings[index];
        (
            &reading.device,
            &reading.metric,
            reading.recorded_at,
            reading.dedup,
        )
    };
    let mut keys: Vec<_> = (0..decoded.readings.len()).map(key).collect();
    keys.sort_unstable();
    assert!(
        keys.windows(2).all(|pair| pair[0] != pair[1]),
        "two readings of a payload share a key"
    );
}

/// JSON stays JSON; what is no JSON is CBOR only where a decoder took it or the sender said so.
fn check_encoding(payload: &[u8], content_type: Option<&str>, decoded: &Decoded) {
    let is_cbor = decoded.decoder.is_some_and(|tag| tag.id() == "senml_cbor");
    let is_json = serde_json::from_slice::<&serde_json::value::RawValue>(payload).is_ok();
    let reasons = || decoded.errors.iter().map(|error| error.reason);
    assert!(!(is_json && is_cbor), "JSON was read as CBOR");
    let declared = content_type.is_some_and(|text| text.contains("cbor"));
    assert!(declared || !reasons().any(|reason| reason == Reason::InvalidCbor));
    if decoded.decoder.is_some() && !is_cbor {
        assert!(is_json, "what is no JSON was read as JSON");
    }
    if payload.contains(&0) && !is_cbor && !declared {
        assert!(decoded.readings.is_empty() && decoded.startups.is_empty());
    }
}

/// Checks that a payload that comes again, later and elsewhere in the stream, gives the same readings.
///
/// # Panics
/// When it does not.
pub(crate) fn check_again(first: &Decoded, again: &Decoded) {
    assert_eq!(first.decoder, again.decoder);
    assert_eq!(first.errors, again.errors);
    assert_eq!(first.readings.len(), again.readings.len());
    let readings = || first.readings.iter().chain(&again.readings);
    let arrivals: Vec<Micros> = readings()
        .filter(|reading| !reading.quality.has_own_time())
        .map(|reading| reading.recorded_at)
        .collect();
    for (one, other) in first.readings.iter().zip(&again.readings) {
        match (one.quality, one.device_seq) {
            // At the ends of the plausible window a later arrival may judge otherwise.
            (Quality::Ok | Quality::Scaled, _) if one.quality != other.quality => {}
            // With one sequence number for both, a reading at the instant of arrival is told from one of that time.
            (Quality::Ok | Quality::Scaled, Some(_)) if arrivals.contains(&one.recorded_at) => {}
            (Quality::Ok | Quality::Scaled, _) => assert_eq!(one, other),
            (_, Some(_)) => assert_eq!(one.dedup, other.dedup),
            (_, None) if other.quality.has_own_time() => {}
            (_, None) => assert_ne!(one.dedup, other.dedup),
        }
    }
}
