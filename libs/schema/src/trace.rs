//! W3C trace context: the one header that ties a packet to its spans.

/// A valid `traceparent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traceparent {
    /// Identifies the trace.
    pub trace_id: [u8; 16],
    /// Identifies the span that sent it.
    pub parent_id: [u8; 8],
    /// Whether the sender records the trace.
    pub sampled: bool,
}

/// A new sampled `traceparent` from random bytes: 16 for the trace, 8 for the span.
pub fn new_traceparent(random: [u8; 24]) -> String {
    let (trace, span) = random.split_at(16);
    let nonzero = |bytes: &[u8]| {
        if bytes.iter().all(|&byte| byte == 0) {
            format!("{:0width$}", 1, width = bytes.len() * 2)
        } else {
            hex::encode(bytes)
        }
    };
    format!("00-{}-{}-01", nonzero(trace), nonzero(span))
}

/// Reads a `traceparent`; none when it is not valid by W3C Trace Context level 1 (version 00, or a later
/// version with the same leading fields).
pub fn parse_traceparent(text: &str) -> Option<Traceparent> {
    let mut fields = text.split('-');
    let version = lower_hex::<1>(fields.next()?)?;
    let trace_id = lower_hex::<16>(fields.next()?)?;
    let parent_id = lower_hex::<8>(fields.next()?)?;
    let flags = lower_hex::<1>(fields.next()?)?;
    let more = fields.next().is_some();
    let bad_version = version == [0xff] || (version == [0] && more);
    if bad_version || trace_id == [0; 16] || parent_id == [0; 8] {
        return None;
    }
    Some(Traceparent {
        trace_id,
        parent_id,
        sampled: flags[0] & 1 == 1,
    })
}

fn lower_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_ones_are_valid() {
        for random in [[0; 24], [255; 24], [7; 24]] {
            let parsed = parse_traceparent(&new_traceparent(random)).unwrap();
            assert!(parsed.sampled);
        }
        assert_eq!(
            new_traceparent([0xab; 24]),
            "00-abababababababababababababababab-abababababababab-01"
        );
    }

    #[test]
    fn bad_ones_are_none() {
        let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
        assert!(!parse_traceparent(good).unwrap().sampled);
        assert!(parse_traceparent(&good.replacen("00", "01", 1)).is_some());
        assert!(parse_traceparent(&format!("{}-x", good.replacen("00", "01", 1))).is_some());
        for bad in [
            "",
            "00",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        ] {
            assert_eq!(parse_traceparent(bad), None, "{bad}");
        }
    }
}
