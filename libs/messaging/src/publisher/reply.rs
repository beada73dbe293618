//! The answer of JetStream to a publish request.

use serde::Deserialize;

use super::PublishError;

/// JetStream's error code for "maximum bytes exceeded" on a stream that discards new messages.
const MAXIMUM_BYTES_EXCEEDED: u64 = 10_077;
/// Error code for "insufficient resources": the account or the disk is at its limit.
const INSUFFICIENT_RESOURCES: u64 = 10_023;
/// Error code for "resource limits exceeded" of the file store.
const STORAGE_RESOURCES_EXCEEDED: u64 = 10_047;

#[derive(Debug, Deserialize)]
struct Reply {
    error: Option<ReplyError>,
    seq: Option<u64>,
    count: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct ReplyError {
    #[serde(default)]
    err_code: u64,
    #[serde(default)]
    description: String,
}

/// A positive acknowledgement: the last sequence and, for a batch, how many messages it covers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PubAck {
    pub(super) sequence: u64,
    pub(super) count: Option<u64>,
}

pub(super) fn parse(body: &[u8]) -> Result<PubAck, PublishError> {
    let reply: Reply = serde_json::from_slice(body).map_err(|error| {
        PublishError::Unanswered(format!("unreadable acknowledgement: {error}"))
    })?;
    match reply {
        Reply {
            error: Some(error), ..
        } => Err(error.into()),
        Reply {
            seq: Some(sequence),
            count,
            ..
        } => Ok(PubAck { sequence, count }),
        Reply { .. } => Err(PublishError::Unanswered(
            "acknowledgement without a sequence".to_owned(),
        )),
    }
}

impl From<ReplyError> for PublishError {
    fn from(error: ReplyError) -> Self {
        let text = format!("{} (code {})", error.description, error.err_code);
        match error.err_code {
            MAXIMUM_BYTES_EXCEEDED | INSUFFICIENT_RESOURCES | STORAGE_RESOURCES_EXCEEDED => {
                Self::Full(text)
            }
            _ => Self::Refused(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acknowledgements_and_refusals_are_told_apart() {
        let ack = parse(br#"{"stream":"SENS_RAW","seq":42,"batch":"b","count":7}"#).unwrap();
        assert_eq!(
            ack,
            PubAck {
                sequence: 42,
                count: Some(7)
            }
        );
        let full = parse(
            br#"{"error":{"code":503,"err_code":10077,"description":"maximum bytes exceeded"}}"#,
        );
        assert!(matches!(full, Err(PublishError::Full(_))), "{full:?}");
        let refused =
            parse(br#"{"error":{"code":400,"err_code":10176,"description":"batch incomplete"}}"#);
        assert!(
            matches!(refused, Err(PublishError::Refused(_))),
            "{refused:?}"
        );
        assert!(matches!(parse(b"{}"), Err(PublishError::Unanswered(_))));
        assert!(matches!(
            parse(b"no json"),
            Err(PublishError::Unanswered(_))
        ));
    }
}
