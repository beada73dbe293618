//! What happened to a device around a time.

use super::{Verdict, between};

/// What is known about a device around a time, besides its messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceFacts {
    /// Its serial.
    pub serial: String,
    /// Whether anything of it ever arrived.
    pub known: bool,
    /// Arrival of its last message before the interval.
    pub last_before: Option<String>,
    /// Arrival of its first message after it.
    pub first_after: Option<String>,
    /// Readings in the store that were measured in the interval, and when the nearest was.
    pub stored: Option<(usize, String)>,
    /// A reading that claims a time in the interval and is elsewhere, because that was not believed: where it is.
    pub claimed: Option<String>,
    /// Corrections of readings measured in the interval, in words.
    pub corrected: Vec<String>,
    /// How many of its messages wait for the quota.
    pub parked: usize,
    /// What is said of messages that nobody can attribute to a device.
    pub unattributed: Vec<String>,
    /// Positions of messages that were lost in the interval, as texts.
    pub lost: Vec<String>,
    /// Raw records of the interval that are gone.
    pub raw_missing: Vec<String>,
    /// Retention has dropped what arrived in the interval, or a part of it.
    pub expired: bool,
}

/// Verdicts that explain why a reading is missing, the most telling first; others come after.
const TELLING: [&str; 13] = [
    "reading_missing",
    "corrected",
    "dead_letter",
    "dead_letter_gone",
    "dropped",
    "refused",
    "partly_refused",
    "pending",
    "parked",
    "implausible_clock",
    "requeued",
    "duplicate",
    "raw_record_missing",
];

/// Judges what happened around a time: everything that is found, the most telling first. `messages` are the verdicts of
/// the messages that arrived then.
pub fn device(facts: &DeviceFacts, messages: Vec<Verdict>) -> Vec<Verdict> {
    let any = !messages.is_empty();
    let mut findings: Vec<Verdict> = messages;
    let serial = &facts.serial;
    if let Some(at) = &facts.claimed {
        findings.push(Verdict::new(
            "implausible_clock",
            format!("a reading that claims this time is stored, but its clock was implausible, so it is at {at}"),
        ));
    }
    for said in &facts.corrected {
        findings.push(Verdict::new(
            "corrected",
            format!("readings measured then were corrected: {said}"),
        ));
    }
    if facts.parked > 0 {
        findings.push(Verdict::new(
            "parked",
            format!(
                "{} messages of {serial} wait because it sends more than its quota",
                facts.parked
            ),
        ));
    }
    for id in &facts.raw_missing {
        findings.push(Verdict::new(
            "raw_record_missing",
            format!("message {id} arrived then and was committed, but its raw record is not there any more: somebody deleted it"),
        ));
    }
    for lost in &facts.lost {
        findings.push(Verdict::new(
            "lost",
            format!("{lost} left the stream before they were committed; a message of {serial} may be among them"),
        ));
    }
    for about in &facts.unattributed {
        findings.push(Verdict::new(
            "unattributed",
            format!("nobody can tell which device sent this: {about}"),
        ));
    }
    if facts.expired {
        findings.push(Verdict::new(
            "expired",
            "retention has dropped messages that arrived then; only their readings, errors and rollups can tell",
        ));
    }
    if let Some((count, nearest)) = &facts.stored {
        findings.push(Verdict::new(
            "stored",
            format!("{count} readings measured then are stored, the nearest at {nearest}"),
        ));
    } else if !any {
        findings.push(Verdict::new(
            if facts.known {
                "no_message"
            } else {
                "unknown_device"
            },
            if facts.known {
                format!(
                    "no message of {serial} arrived {}",
                    between(facts.last_before.as_deref(), facts.first_after.as_deref())
                )
            } else {
                format!("no message of {serial} ever arrived")
            },
        ));
    }
    findings.sort_by_key(|finding| rank(finding.code));
    findings
}

fn rank(code: &str) -> usize {
    TELLING
        .iter()
        .position(|telling| *telling == code)
        .unwrap_or(match code {
            "lost" => 19,
            "expired" => 20,
            // The reading is not among those that are there: that none came is the answer, whatever else went on.
            "no_message" | "unknown_device" => 21,
            "unattributed" => 22,
            "stored" => 23,
            _ => 24,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(facts: &DeviceFacts, messages: &[&'static str]) -> Vec<&'static str> {
        let messages = messages.iter().map(|code| Verdict::new(code, "")).collect();
        device(facts, messages)
            .into_iter()
            .map(|verdict| verdict.code)
            .collect()
    }

    #[test]
    fn the_most_telling_finding_comes_first() {
        let known = DeviceFacts {
            serial: "AI-1".to_owned(),
            known: true,
            last_before: Some("A".to_owned()),
            ..DeviceFacts::default()
        };
        assert_eq!(codes(&known, &[]), ["no_message"]);
        assert_eq!(
            device(&known, vec![])[0].text,
            "no message of AI-1 arrived after A"
        );
        assert_eq!(codes(&DeviceFacts::default(), &[]), ["unknown_device"]);
        let old = DeviceFacts {
            expired: true,
            unattributed: vec!["message 1-3 was refused".to_owned()],
            ..known.clone()
        };
        assert_eq!(codes(&old, &[]), ["expired", "no_message", "unattributed"]);
        let busy = DeviceFacts {
            stored: Some((2, "B".to_owned())),
            corrected: vec!["ada took them out".to_owned()],
            parked: 1,
            lost: vec!["messages 1-4".to_owned()],
            ..known
        };
        assert_eq!(
            codes(&busy, &["stored", "control", "duplicate", "refused"]),
            [
                "corrected",
                "refused",
                "parked",
                "duplicate",
                "lost",
                "stored",
                "stored",
                "control"
            ]
        );
    }
}
