//! Units and the conversions between them.

/// What a unit measures, and how its numbers become numbers of the dimension's base unit:
/// `base = (number + shift) * numerator / denominator`. Ratios of integers keep 0.15 m exactly 150 mm.
struct Unit {
    dimension: Dimension,
    shift: f64,
    numerator: f64,
    denominator: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dimension {
    Length,
    Temperature,
    Ratio,
    Voltage,
    Current,
    Pressure,
    Power,
    Energy,
    Charge,
    Capacitance,
    Mass,
    Time,
    Frequency,
    Speed,
    Volume,
    Resistance,
    Data,
}

/// The proportional unit of this name: names of RFC 8428 and RFC 8798 and what devices commonly write.
fn proportional(name: &str) -> Option<Unit> {
    use Dimension::{
        Capacitance, Charge, Current, Data, Energy, Frequency, Length, Mass, Power, Pressure,
        Ratio, Resistance, Speed, Time, Voltage, Volume,
    };
    let (dimension, numerator, denominator) = match name {
        "m" => (Length, 1.0, 1.0),
        "km" => (Length, 1000.0, 1.0),
        "cm" => (Length, 1.0, 100.0),
        "mm" => (Length, 1.0, 1000.0),
        "um" | "µm" | "μm" => (Length, 1.0, 1e6),
        "tick" | "ticks" => (Length, 1.0, 20_000.0),
        "/" | "1" => (Ratio, 1.0, 1.0),
        "%" | "/100" | "%RH" | "%EL" | "percent" => (Ratio, 1.0, 100.0),
        "/1000" | "permille" => (Ratio, 1.0, 1000.0),
        "ppm" => (Ratio, 1.0, 1e6),
        "V" => (Voltage, 1.0, 1.0),
        "mV" => (Voltage, 1.0, 1000.0),
        "kV" => (Voltage, 1000.0, 1.0),
        "A" => (Current, 1.0, 1.0),
        "mA" => (Current, 1.0, 1000.0),
        "uA" | "µA" | "μA" => (Current, 1.0, 1e6),
        "Pa" => (Pressure, 1.0, 1.0),
        "hPa" | "mbar" => (Pressure, 100.0, 1.0),
        "kPa" => (Pressure, 1000.0, 1.0),
        "MPa" => (Pressure, 1e6, 1.0),
        "bar" => (Pressure, 100_000.0, 1.0),
        "W" => (Power, 1.0, 1.0),
        "mW" => (Power, 1.0, 1000.0),
        "kW" => (Power, 1000.0, 1.0),
        "J" | "Ws" | "W*s" => (Energy, 1.0, 1.0),
        "kJ" => (Energy, 1000.0, 1.0),
        "Wh" => (Energy, 3600.0, 1.0),
        "kWh" => (Energy, 3_600_000.0, 1.0),
        "F" => (Capacitance, 1.0, 1.0),
        "uF" | "µF" | "μF" => (Capacitance, 1.0, 1e6),
        "C" | "A*s" => (Charge, 1.0, 1.0),
        "Ah" => (Charge, 3600.0, 1.0),
        "mAh" => (Charge, 36.0, 10.0),
        "kg" => (Mass, 1.0, 1.0),
        "g" => (Mass, 1.0, 1000.0),
        "s" => (Time, 1.0, 1.0),
        "ms" => (Time, 1.0, 1000.0),
        "us" | "µs" | "μs" => (Time, 1.0, 1e6),
        "min" => (Time, 60.0, 1.0),
        "h" => (Time, 3600.0, 1.0),
        "d" => (Time, 86_400.0, 1.0),
        "Hz" => (Frequency, 1.0, 1.0),
        "1/min" | "rpm" => (Frequency, 1.0, 60.0),
        "kHz" => (Frequency, 1000.0, 1.0),
        "MHz" => (Frequency, 1e6, 1.0),
        "m/s" => (Speed, 1.0, 1.0),
        "mm/s" => (Speed, 1.0, 1000.0),
        "km/h" => (Speed, 1000.0, 3600.0),
        "m/h" => (Speed, 1.0, 3600.0),
        "mm/h" => (Speed, 1.0, 3_600_000.0),
        "m3" => (Volume, 1.0, 1.0),
        "l" | "L" => (Volume, 1.0, 1000.0),
        "ml" | "mL" => (Volume, 1.0, 1e6),
        "Ohm" => (Resistance, 1.0, 1.0),
        "kOhm" => (Resistance, 1000.0, 1.0),
        "bit" => (Data, 1.0, 1.0),
        "B" => (Data, 8.0, 1.0),
        "KiB" => (Data, 8192.0, 1.0),
        _ => return None,
    };
    Some(Unit {
        dimension,
        shift: 0.0,
        numerator,
        denominator,
    })
}

/// The temperature scale of this name, over degrees Celsius. `C` and `F` are coulomb and farad in RFC 8428 and
/// degrees to most people; the other unit of a conversion decides.
fn temperature(name: &str) -> Option<Unit> {
    let (shift, numerator, denominator) = match name {
        "Cel" | "°C" | "degC" | "C" => (0.0, 1.0, 1.0),
        "K" => (-273.15, 1.0, 1.0),
        "°F" | "degF" | "F" => (-32.0, 5.0, 9.0),
        _ => return None,
    };
    Some(Unit {
        dimension: Dimension::Temperature,
        shift,
        numerator,
        denominator,
    })
}

/// Whether conversions of this unit are known.
pub fn is_known_unit(name: &str) -> bool {
    proportional(name).is_some() || temperature(name).is_some()
}

/// The number in another unit; none when no conversion is known. A unit is always itself, known or not.
pub fn convert(number: f64, from: &str, to: &str) -> Option<f64> {
    if from == to {
        return Some(number);
    }
    let proportional = proportional(from)
        .zip(proportional(to))
        .filter(|(from, to)| from.dimension == to.dimension);
    let (from, to) = proportional.or_else(|| temperature(from).zip(temperature(to)))?;
    let numerator = from.numerator * to.denominator;
    let denominator = from.denominator * to.numerator;
    Some((number + from.shift) * numerator / denominator - to.shift)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_conversions() {
        let table = [
            (20.0, "tick", "mm", 1.0),
            (12.5, "mm", "tick", 250.0),
            (0.15, "m", "mm", 150.0),
            (15.0, "cm", "mm", 150.0),
            (-15.0, "cm", "mm", -150.0),
            (0.715, "/", "%", 71.5),
            (71.5, "%EL", "%", 71.5),
            (25.0, "Cel", "°C", 25.0),
            (77.0, "F", "C", 25.0),
            (77.0, "°F", "Cel", 25.0),
            (25.0, "Cel", "K", 298.15),
            (-40.0, "C", "F", -40.0),
            (7.2, "C", "mAh", 2.0),
            (3300.0, "mV", "V", 3.3),
            (0.25, "A", "mA", 250.0),
            (1.013, "bar", "hPa", 1013.0),
            (101.3, "kPa", "Pa", 101_300.0),
            (36.0, "km/h", "m/s", 10.0),
            (1.5, "furlong", "furlong", 1.5),
        ];
        for (number, from, to, expected) in table {
            let converted = convert(number, from, to).unwrap();
            assert!(
                (converted - expected).abs() < 1e-9,
                "{number} {from} = {converted} {to}"
            );
        }
    }

    #[test]
    fn unknown_conversions() {
        for (from, to) in [
            ("mm", "%"),
            ("furlong", "mm"),
            ("mm", "furlong"),
            ("", "mm"),
            ("C", "V"),
            ("Cel", "mAh"),
        ] {
            assert_eq!(convert(1.0, from, to), None, "{from} {to}");
        }
        assert!(is_known_unit("hPa") && !is_known_unit("furlong"));
    }

    proptest! {
        #[test]
        fn there_and_back(number in -1e6..1e6_f64) {
            for (one, other) in [("tick", "mm"), ("Cel", "°F"), ("Cel", "K"), ("bar", "hPa"), ("/", "%")] {
                let there = convert(number, one, other).unwrap();
                let back = convert(there, other, one).unwrap();
                prop_assert!((back - number).abs() < 1e-6);
            }
        }
    }
}
