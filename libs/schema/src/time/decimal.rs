//! Decimal numbers as they are written, so that 1763600000.130209 seconds are exactly that many microseconds.

use std::ops::Add;

/// Digits that are kept exactly; of further ones only whether they are all zero is remembered.
const MAX_DIGITS: u32 = 36;
/// Digits after the point to which sums are exact.
const SUM_SCALE: i32 = 12;
/// Beyond this an exponent makes every number zero or too large.
const MAX_EXPONENT: i32 = 100_000;

/// A decimal number: `±mantissa * 10^exponent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    mantissa: u128,
    exponent: i32,
    /// Whether something that is not zero follows the mantissa's last digit.
    more: bool,
}

impl Decimal {
    /// Reads a number written as in JSON (`-12.5e3`); none for another text.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (significand, exponent) = match text.split_once(['e', 'E']) {
            Some((significand, exponent)) => (significand, parse_exponent(exponent)?),
            None => (text, 0),
        };
        let (whole, fraction) = significand.split_once('.').unwrap_or((significand, ""));
        if whole.is_empty() || (fraction.is_empty() && significand.contains('.')) {
            return None;
        }
        let mut decimal = Self {
            negative,
            mantissa: 0,
            exponent,
            more: false,
        };
        let mut digits = 0;
        for (text, is_fraction) in [(whole, false), (fraction, true)] {
            for byte in text.bytes() {
                if !byte.is_ascii_digit() {
                    return None;
                }
                let digit = u128::from(byte - b'0');
                let kept = digits < MAX_DIGITS;
                if kept {
                    decimal.mantissa = decimal.mantissa * 10 + digit;
                    digits += u32::from(decimal.mantissa != 0);
                } else {
                    decimal.more |= digit != 0;
                }
                decimal.exponent = match (kept, is_fraction) {
                    (true, true) => decimal.exponent.saturating_sub(1),
                    (false, false) => decimal.exponent.saturating_add(1),
                    _ => decimal.exponent,
                };
            }
        }
        Some(decimal)
    }

    /// `number * 10^-digits`.
    pub fn from_scaled(number: i128, digits: i32) -> Self {
        Self {
            negative: number < 0,
            mantissa: number.unsigned_abs(),
            exponent: -digits,
            more: false,
        }
    }

    /// The number times `10^scale`, rounded to an integer (halves to even); none when it does not fit.
    pub fn round_to(self, scale: i32) -> Option<i128> {
        if self.mantissa == 0 {
            return Some(0);
        }
        let shift = self.exponent.saturating_add(scale);
        let magnitude = if shift >= 0 {
            let factor = 10_u128.checked_pow(shift.unsigned_abs())?;
            self.mantissa.checked_mul(factor)?
        } else {
            match 10_u128.checked_pow(shift.unsigned_abs()) {
                Some(divisor) => self.divide(divisor),
                None => 0,
            }
        };
        let magnitude = i128::try_from(magnitude).ok()?;
        Some(if self.negative { -magnitude } else { magnitude })
    }

    /// Whether the number is smaller than `limit` (negative numbers are).
    pub fn is_below(self, limit: i128) -> bool {
        let scaled = limit.checked_mul(10_i128.pow(SUM_SCALE.unsigned_abs()));
        match self.round_to(SUM_SCALE) {
            Some(number) => scaled.is_none_or(|limit| number < limit),
            None => self.negative,
        }
    }

    fn divide(self, divisor: u128) -> u128 {
        let quotient = self.mantissa / divisor;
        let remainder = self.mantissa % divisor;
        let half = divisor / 2;
        let is_odd = quotient % 2 == 1;
        let up = remainder > half || (remainder == half && (self.more || is_odd));
        quotient + u128::from(up)
    }
}

impl Add for Decimal {
    type Output = Option<Decimal>;

    /// The sum, exact to 12 digits after the point; none when it is too large.
    fn add(self, other: Self) -> Option<Self> {
        let sum = self
            .round_to(SUM_SCALE)?
            .checked_add(other.round_to(SUM_SCALE)?)?;
        Some(Self::from_scaled(sum, SUM_SCALE))
    }
}

fn parse_exponent(text: &str) -> Option<i32> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let magnitude = digits.parse().unwrap_or(MAX_EXPONENT).min(MAX_EXPONENT);
    Some(if text.starts_with('-') {
        -magnitude
    } else {
        magnitude
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rounds_exactly() {
        let table = [
            ("1763600000.130209", 6, Some(1_763_600_000_130_209)),
            ("1732100000.25", 6, Some(1_732_100_000_250_000)),
            ("1.7321e9", 6, Some(1_732_100_000_000_000)),
            ("0.0000005", 6, Some(0)),
            ("0.0000015", 6, Some(2)),
            ("0.0000025", 6, Some(2)),
            (
                "0.00000050000000000000000000000000000000000000000000001",
                6,
                Some(1),
            ),
            ("-0.0000015", 6, Some(-2)),
            ("-12.5e1", 0, Some(-125)),
            ("-0", 6, Some(0)),
            ("0e999999999999", 6, Some(0)),
            ("1e-999999999999", 6, Some(0)),
            ("1e999999999999", 6, None),
            ("1e400", 6, None),
            ("340282366920938463463374607431768211456", 0, None),
            (
                "123456789012345678901234567890",
                0,
                Some(123_456_789_012_345_678_901_234_567_890),
            ),
            ("1732100000250", 3, Some(1_732_100_000_250_000)),
            ("1732100000250000999", -3, Some(1_732_100_000_250_001)),
        ];
        for (text, scale, expected) in table {
            assert_eq!(
                Decimal::parse(text).unwrap().round_to(scale),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn takes_numbers_only() {
        for bad in [
            "", "-", "a", "1.", ".5", "1e", "1e+", "+1", "1 ", "1_0", "0x1", "1e5.5", "NaN", "--1",
        ] {
            assert_eq!(Decimal::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn compares_and_adds() {
        let number = |text| Decimal::parse(text).unwrap();
        assert!(number("268435455.999999999999").is_below(1 << 28));
        assert!(!number("268435456").is_below(1 << 28));
        assert!(!number("1e400").is_below(1 << 28));
        assert!(number("-1e400").is_below(1 << 28));
        let sum = (number("1.276020076001e+09") + number("-5")).unwrap();
        assert_eq!(sum.round_to(6), Some(1_276_020_071_001_000));
        assert_eq!(number("1e400") + number("1"), None);
    }

    proptest! {
        #[test]
        fn microseconds_come_back(micros in any::<i64>()) {
            let sign = if micros < 0 { "-" } else { "" };
            let magnitude = micros.unsigned_abs();
            let text = format!("{sign}{}.{:06}", magnitude / 1_000_000, magnitude % 1_000_000);
            prop_assert_eq!(Decimal::parse(&text).unwrap().round_to(6), Some(i128::from(micros)));
        }

        #[test]
        fn never_panics(text in "-?[0-9]{0,60}(\\.[0-9]{0,60})?([eE][+-]?[0-9]{0,12})?", scale in -20..20_i32) {
            if let Some(decimal) = Decimal::parse(&text) {
                std::hint::black_box((decimal.round_to(scale), decimal + decimal, decimal.is_below(1)));
            }
        }
    }
}
