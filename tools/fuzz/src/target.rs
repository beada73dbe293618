//! What is fuzzed: functions that take any bytes and panic when something does not hold.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use sens_schema::time::{Claim, Decimal, parse_rfc3339, to_datetime};
use sens_schema::{
    Catalogue, ClockPolicy, DecodeContext, Decoded, Micros, Position, Quality, Topic, decode,
};

use crate::check::{check, check_again};

/// 2026-11-20T10:00:00Z, when all inputs arrive.
const NOW: Micros = 1_795_168_800_000_000;
const MINUTE: Micros = 60_000_000;

/// Topics a selector chooses from.
pub(crate) const TOPICS: [&str; 10] = [
    "sens/v1/AI-9F3C21/telemetry",
    "http",
    "sens/legacy/telemetry",
    "sens/v1/AI-9F3C21/startup",
    "sens/v1/AI-9F3C21/status",
    "sens/v1/AI-9F3C21/command/ack",
    "sens/v1/legacy-7/telemetry",
    "sens/v1/a b/telemetry",
    "elsewhere",
    "sens/v1/urn:dev:ow:10e2073a01080063/telemetry",
];

/// Content types a selector chooses from.
pub(crate) const CONTENT_TYPES: [Option<&str>; 5] = [
    None,
    Some("application/senml+cbor"),
    Some("application/senml+json; charset=utf-8"),
    Some("application/json"),
    Some(" ;"),
];

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::builtin);
static PARSED_TOPICS: LazyLock<[Topic; TOPICS.len()]> = LazyLock::new(|| TOPICS.map(Topic::parse));

/// One thing to fuzz. An input is one byte that selects the circumstances, and the bytes to decode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// Decoding on any topic with any content type.
    Decode,
    /// `SenML` packs in JSON, on a topic or over REST.
    Senml,
    /// `SenML` packs in CBOR, on a topic or over REST, declared or not.
    Cbor,
    /// Decimal numbers, RFC 3339, and which claims are believed.
    Timestamps,
}

impl Target {
    /// All targets.
    pub const ALL: [Self; 4] = [Self::Decode, Self::Senml, Self::Cbor, Self::Timestamps];

    /// Its name, as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Decode => "decode",
            Self::Senml => "senml",
            Self::Cbor => "cbor",
            Self::Timestamps => "timestamps",
        }
    }

    /// Runs an input. Gives a number that is the same for inputs that came out alike, so that new behaviour is noticed.
    ///
    /// # Panics
    /// When something does not hold that must always hold.
    pub fn run(self, input: &[u8]) -> u64 {
        let Some((&selector, payload)) = input.split_first() else {
            return 0;
        };
        let selector = usize::from(selector);
        match self {
            Self::Decode => decoded(
                payload,
                selector % TOPICS.len(),
                CONTENT_TYPES[selector / TOPICS.len() % CONTENT_TYPES.len()],
            ),
            Self::Senml => decoded(payload, selector % 2, CONTENT_TYPES[2]),
            Self::Cbor => decoded(payload, selector % 2, CONTENT_TYPES[selector / 2 % 2]),
            Self::Timestamps => timestamps(payload),
        }
    }

    /// The selector of an input that came on this topic with this content type.
    pub(crate) fn selector(self, topic: usize, content_type: usize) -> u8 {
        let selector = match self {
            Self::Decode => content_type * TOPICS.len() + topic,
            Self::Senml => topic % 2,
            Self::Cbor => (content_type % 2) * 2 + topic % 2,
            Self::Timestamps => 0,
        };
        u8::try_from(selector).unwrap_or(0)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|target| target.name() == text)
            .ok_or_else(|| format!("no target {text:?}; use decode, senml, cbor or timestamps"))
    }
}

fn decoded(payload: &[u8], topic: usize, content_type: Option<&str>) -> u64 {
    let first = decode_at(payload, topic, content_type, NOW, 1);
    check(payload, content_type, &first, NOW);
    let again = decode_at(payload, topic, content_type, NOW + MINUTE, 2);
    check_again(&first, &again);
    likeness(&first)
}

fn decode_at(
    payload: &[u8],
    topic: usize,
    content_type: Option<&str>,
    received_at: Micros,
    seq: u64,
) -> Decoded {
    let context = DecodeContext {
        topic: &PARSED_TOPICS[topic],
        received_at,
        content_type,
        truncated: false,
        full_length: payload.len() as u64,
        position: Position { epoch: 1, seq },
        catalogue: &CATALOGUE,
        clock: ClockPolicy::default(),
    };
    decode(payload, &context)
}

/// What an outcome is like, numbers and names left out.
fn likeness(decoded: &Decoded) -> u64 {
    let few = |count: usize| count.min(3) as u64;
    let mut hash = Fnv::default();
    hash.bytes(decoded.decoder.map_or("", |tag| tag.id()).as_bytes());
    hash.number(few(decoded.readings.len()));
    hash.number(few(decoded.startups.len()));
    hash.number(u64::from(decoded.device.is_some()));
    for reading in decoded.readings.iter().take(2) {
        hash.bytes(reading.quality.as_str().as_bytes());
        hash.number(u64::from(reading.listed) * 2 + u64::from(reading.boolean));
        hash.number(
            u64::from(reading.unit.is_some()) * 2 + u64::from(reading.device_seq.is_some()),
        );
    }
    for error in decoded.errors.iter().take(2) {
        hash.bytes(error.reason.as_str().as_bytes());
        let letters = |byte: &u8| byte.is_ascii_alphabetic();
        hash.bytes(
            error
                .pointer
                .bytes()
                .filter(letters)
                .collect::<Vec<_>>()
                .as_slice(),
        );
        hash.bytes(
            error
                .detail
                .bytes()
                .filter(letters)
                .take(40)
                .collect::<Vec<_>>()
                .as_slice(),
        );
    }
    hash.0
}

fn timestamps(payload: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(payload);
    let clock = ClockPolicy::default();
    let instant = parse_rfc3339(&text);
    let decimal = Decimal::parse(&text);
    let claims = [
        instant.map(Claim::Instant),
        decimal.map(Claim::Seconds),
        decimal
            .and_then(|number| number + number)
            .map(Claim::Seconds),
    ];
    let mut hash = Fnv::default();
    for claim in claims.into_iter().flatten() {
        for received_at in [NOW, 0, i64::MIN, i64::MAX] {
            let moment = clock.judge(claim, received_at);
            assert!(
                clock.is_plausible(moment.recorded_at, received_at),
                "{text:?}"
            );
            assert_ne!(moment.quality, Quality::ArrivalTime, "{text:?}");
            hash.bytes(moment.quality.as_str().as_bytes());
            assert!(
                moment
                    .device_time
                    .is_none_or(|time| to_datetime(time).is_some()),
                "{text:?}"
            );
        }
    }
    if let Some(number) = decimal {
        agrees_with_doubles(&text, number);
        hash.number(u64::from(number.is_below(1 << 28)));
    }
    hash.number(u64::from(instant.is_some()) * 2 + u64::from(decimal.is_some()));
    hash.0
}

/// A decimal is the number that a double of the same text is, as far as doubles go.
fn agrees_with_doubles(text: &str, number: Decimal) {
    let double: f64 = text.parse().unwrap_or(f64::NAN);
    assert!(!double.is_nan(), "{text:?} is a decimal and no double");
    if let Some(rounded) = number.round_to(6).filter(|_| double.abs() < 1e20) {
        #[expect(clippy::cast_precision_loss, reason = "the comparison allows for it")]
        let difference = (rounded as f64 - double * 1e6).abs();
        let allowed = 1.0 + (double * 1e6).abs() * 1e-12;
        assert!(difference <= allowed, "{text:?}: {rounded} is not {double}");
    }
    if double.abs() < 1e9 {
        assert!(
            number.round_to(6).is_some(),
            "{text:?} fits and was refused"
        );
    }
}

/// FNV-1a: small, and the same everywhere.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes.iter().chain(&[0xFF]) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn number(&mut self, number: u64) {
        self.bytes(&number.to_be_bytes());
    }
}
