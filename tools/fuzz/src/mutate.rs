//! Damaging inputs.

use rand::Rng;
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;

/// Longest input; longer ones are cut.
const LONGEST: usize = 4_096;
/// Most changes to one input.
const CHANGES: u32 = 6;

/// Words and pieces the formats know, numbers at the ends of what fits, heads of CBOR items.
const PIECES: [&[u8]; 96] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\"",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"\\ud83d\\ude00",
    b"\0",
    b"null",
    b"true",
    b"false",
    b"{}",
    b"[]",
    b"[[",
    b"{\"a\":",
    b" \n",
    b"\xc3\xa4",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\x7f",
    b"\"event_type\":",
    b"\"device_id\":",
    b"\"value\":",
    b"\"timestamp\":",
    b"\"serial\":",
    b"\"provision_token\":",
    b"\"firmware\":",
    b"\"v\":",
    b"\"seq\":",
    b"\"sent_at\":",
    b"\"readings\":",
    b"\"metric\":",
    b"\"at\":",
    b"\"unit\":",
    b"\"bn\":",
    b"\"bt\":",
    b"\"bu\":",
    b"\"bv\":",
    b"\"bs\":",
    b"\"bver\":",
    b"\"n\":",
    b"\"u\":",
    b"\"vs\":",
    b"\"vb\":",
    b"\"vd\":",
    b"\"s\":",
    b"\"t\":",
    b"\"ut\":",
    b"\"x_\":1",
    b"\"device_startup\"",
    b"\"battery_charge\"",
    b"\"AI-9F3C21\"",
    b"\"legacy-7\"",
    b"\"2026-11-20T10:00:00Z\"",
    b"\"%\"",
    b"\"mm\"",
    b"0",
    b"-0",
    b"1e400",
    b"-1e-400",
    b"9223372036854775808",
    b"18446744073709551616",
    b"1795168790",
    b"1795168790250",
    b"268435455.999",
    b"0.1",
    b"150",
    b"3000.0001",
    b"1e999999999999",
    b"00",
    b"\x9f",
    b"\xbf",
    b"\xff",
    b"\x81",
    b"\xa1",
    b"\xf9\x7e\x00",
    b"\xf9\x00\x01",
    b"\xfa\x7f\x80\x00\x00",
    b"\xfb\x7f\xf0\x00\x00\x00\x00\x00\x00",
    b"\xc4\x82\x20\x05",
    b"\xc2\x49\x01",
    b"\xd9\xd9\xf7",
    b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\x5f",
    b"\x7f\x61a\xff",
    b"\xf7",
    b"\xf8\x20",
    b"\x1b",
    b"\x3b\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\x21",
    b"\x22",
    b"\x25",
];

/// A damaged copy of one of the inputs, of which there must be at least one.
pub(crate) fn mutated(random: &mut SmallRng, inputs: &[Vec<u8>]) -> Vec<u8> {
    let mut input = inputs.choose(random).cloned().unwrap_or_default();
    for _ in 0..random.random_range(1..=CHANGES) {
        change(random, &mut input, inputs);
        input.truncate(LONGEST);
    }
    input
}

fn change(random: &mut SmallRng, input: &mut Vec<u8>, inputs: &[Vec<u8>]) {
    // The first byte is the selector: it changes less often than the rest.
    let first = usize::from(input.len() > 1 && random.random_ratio(15, 16));
    let at = random.random_range(first..=input.len());
    let end = input.len().min(at + random.random_range(0..32));
    match random.random_range(0..12) {
        0 if at < input.len() => input[at] ^= 1 << random.random_range(0..8),
        1 if at < input.len() => input[at] = random.random(),
        2 => input.insert(at, random.random()),
        3 => drop(input.drain(at..end)),
        4 => {
            let copy = input[at..end].to_vec();
            let to = random.random_range(at..=input.len());
            input.splice(to..to, copy);
        }
        5 => {
            let times = 1 << random.random_range(0..9);
            let copy = input[at..end.min(at + 8)].repeat(times);
            input.splice(at..at, copy);
        }
        6 => input.truncate(at),
        7 => {
            let other = inputs.choose(random).map_or(&[][..], Vec::as_slice);
            let from = random.random_range(0..=other.len());
            let to = other.len().min(from + random.random_range(0..64));
            input.splice(at..end, other[from..to].iter().copied());
        }
        8 | 9 => replace_token(random, input, at),
        _ => {
            let piece = PIECES.choose(random).copied().unwrap_or_default();
            let end = if random.random() { at } else { end };
            input.splice(at..end, piece.iter().copied());
        }
    }
}

/// Puts a piece in the place of a whole word or number, so that the text around it stays well-formed.
fn replace_token(random: &mut SmallRng, input: &mut Vec<u8>, at: usize) {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-._\"%".contains(byte);
    let start = input[..at]
        .iter()
        .rposition(|byte| !is_word(byte))
        .map_or(0, |index| index + 1);
    let end = input[at..]
        .iter()
        .position(|byte| !is_word(byte))
        .map_or(input.len(), |index| at + index);
    if start == 0 {
        return;
    }
    let piece = PIECES.choose(random).copied().unwrap_or_default();
    input.splice(start..end, piece.iter().copied());
}
