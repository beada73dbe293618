//! Payloads that are wrong in the ways seen in the field.

use rand::Rng;

use super::seconds;
use sens_schema::Micros;

/// Ways to be wrong; each index of [`render`] is one.
pub(crate) const WAYS: u32 = 9;

/// A wrong payload; `device_id` is `,"device_id":7` for a legacy device, else empty.
pub(crate) fn render(way: u32, device_id: &str, at: Micros, random: &mut impl Rng) -> Vec<u8> {
    let at = seconds(at);
    let noise: u16 = random.random();
    match way {
        0 => format!(r#"{{"event_type":"battery_charge"{device_id},"val"#),
        1 => format!("{{\"event_type\":\"battery\0charge\"{device_id},\"value\":{noise}}}"),
        2 => format!(r#"{{"greeting":"hello","noise":{noise}{device_id}}}"#),
        3 => format!(r#"{{"event_type":"warp_core_temperature"{device_id},"value":{noise},"timestamp":{at}}}"#),
        4 => format!(r#"{{"event_type":"battery_charge"{device_id},"value":{}.5,"timestamp":{at}}}"#, 101 + u32::from(noise)),
        5 => format!(r#"{{"event_type":"battery_charge"{device_id},"value":"high","timestamp":{at}}}"#),
        6 => format!(r#"{{"event_type":"platform_height_mm"{device_id},"timestamp":{at}}}"#),
        7 => format!(r#"{{"event_type":"battery_charge"{device_id},"value":50,"timestamp":"yesterday {noise}"}}"#),
        _ => return (0..64).map(|_| random.random::<u8>() | 0x80).collect(),
    }
    .into_bytes()
}
