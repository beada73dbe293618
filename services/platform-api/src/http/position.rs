//! Positions in the raw stream as ids: `<epoch>-<sequence>`.

use sens_schema::Position;

/// Reads an id; anything that is none names nothing.
pub(crate) fn read_id(id: &str) -> Option<Position> {
    let (epoch, seq) = id.split_once('-')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let seq: i64 = digits(seq).then(|| seq.parse().ok())??;
    let epoch = digits(epoch).then(|| epoch.parse().ok())??;
    // Streams count from 1, and JetStream takes 0 for a faulty request.
    (seq > 0).then(|| Position {
        epoch,
        seq: seq.cast_unsigned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_positions() {
        assert_eq!(read_id("1-42"), Some(Position { epoch: 1, seq: 42 }));
        for bad in [
            "",
            "42",
            "1-",
            "-1",
            "1--2",
            "a-1",
            "1-99999999999999999999",
            "1-0",
            "+1-2",
        ] {
            assert_eq!(read_id(bad), None, "{bad}");
        }
    }
}
