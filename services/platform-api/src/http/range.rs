//! A part of a file (RFC 9110, 14): one range of bytes.

use axum::http::{HeaderMap, header};

/// Marks an answer that can be read in parts, in its extensions: its bytes have to be the same each time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InParts;

/// Which bytes are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// All of them.
    Whole,
    /// From the first to the last, both included.
    Some(u64, u64),
    /// None that there are.
    Nothing,
}

/// Reads `Range` for a file of this length. What cannot be read, or asks for several ranges, is left out of account, as is a range
/// of another file than the one that `tag` names (`If-Range`).
pub(crate) fn part(headers: &HeaderMap, tag: &str, length: u64) -> Part {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &axum::http::HeaderValue| value.to_str().ok())
    };
    if text(header::IF_RANGE).is_some_and(|known| known.trim() != tag) {
        return Part::Whole;
    }
    text(header::RANGE).map_or(Part::Whole, |range| {
        read(range, length).unwrap_or(Part::Whole)
    })
}

fn read(range: &str, length: u64) -> Option<Part> {
    let (unit, range) = range.split_once('=')?;
    let (first, last) = range.trim().split_once('-')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let number = |text: &str| -> Option<u64> {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // A number that is too large for us is beyond every file.
        is_number.then(|| text.parse().unwrap_or(u64::MAX))
    };
    let end = length.checked_sub(1);
    if first.is_empty() {
        let count = number(last)?;
        return Some(match end {
            Some(end) if count > 0 => Part::Some(length.saturating_sub(count), end),
            _ => Part::Nothing,
        });
    }
    let first = number(first)?;
    let last = if last.is_empty() {
        u64::MAX
    } else {
        number(last)?
    };
    if last < first {
        return None;
    }
    Some(match end {
        Some(end) if first <= end => Part::Some(first, last.min(end)),
        _ => Part::Nothing,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_understood_and_everything_else_is_the_whole() {
        for (range, length, expected) in [
            ("bytes=0-0", 10, Part::Some(0, 0)),
            ("bytes=3-", 10, Part::Some(3, 9)),
            ("Bytes= 3-5", 10, Part::Some(3, 5)),
            ("bytes=3-500", 10, Part::Some(3, 9)),
            ("bytes=-4", 10, Part::Some(6, 9)),
            ("bytes=-40", 10, Part::Some(0, 9)),
            ("bytes=0-99999999999999999999999", 10, Part::Some(0, 9)),
            ("bytes=10-", 10, Part::Nothing),
            ("bytes=-0", 10, Part::Nothing),
            ("bytes=0-", 0, Part::Nothing),
            ("bytes=5-3", 10, Part::Whole),
            ("bytes=0-1,3-4", 10, Part::Whole),
            ("bytes=", 10, Part::Whole),
            ("bytes=-", 10, Part::Whole),
            ("bytes=a-b", 10, Part::Whole),
            ("bytes=+1-2", 10, Part::Whole),
            ("rows=1-2", 10, Part::Whole),
        ] {
            let headers = HeaderMap::from_iter([(header::RANGE, range.parse().unwrap())]);
            assert_eq!(part(&headers, "\"t\"", length), expected, "{range}");
        }
        assert_eq!(part(&HeaderMap::new(), "\"t\"", 10), Part::Whole);
    }

    #[test]
    fn a_range_of_another_file_is_the_whole() {
        for (tag, expected) in [("\"t\"", Part::Some(1, 9)), ("\"u\"", Part::Whole)] {
            let headers = HeaderMap::from_iter([
                (header::RANGE, "bytes=1-".parse().unwrap()),
                (header::IF_RANGE, tag.parse().unwrap()),
            ]);
            assert_eq!(part(&headers, "\"t\"", 10), expected, "{tag}");
        }
    }
}
