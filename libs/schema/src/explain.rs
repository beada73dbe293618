//! Why a reading is there or not, in words: judges facts that others have found.

mod device;

pub use device::{DeviceFacts, device};

use crate::locate::Spot;

/// A judgement: a stable code and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What it is, by a name that never changes.
    pub code: &'static str,
    /// What happened.
    pub text: String,
}

impl Verdict {
    fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self {
            code,
            text: text.into(),
        }
    }
}

/// The first thing that is wrong with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstError {
    /// Stable reason.
    pub reason: String,
    /// Explanation for people.
    pub detail: String,
    /// JSON Pointer; empty for the whole payload.
    pub pointer: String,
    /// Where that is.
    pub spot: Option<Spot>,
}

/// What became of a message that is in the store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoredFacts {
    /// Whether it is a startup, a status or an acknowledgement.
    pub control: bool,
    /// Its readings that are stored.
    pub stored: usize,
    /// Its readings that retention has let go.
    pub expired: usize,
    /// Its readings that were there already, with the message that brought one of them.
    pub duplicates: usize,
    /// The message that brought the first of the duplicates.
    pub duplicate_of: Option<String>,
    /// Its readings that a person has corrected since, with what was said of the first of them.
    pub corrected: usize,
    /// What was said of the first of these.
    pub correction: Option<String>,
    /// Its good readings that are not there although they were committed.
    pub missing: usize,
    /// Its readings whose clock was not believed, with the time of the first of them in the store.
    pub implausible: usize,
    /// Where the first of these is.
    pub implausible_at: Option<String>,
    /// How many things are wrong with it.
    pub errors: usize,
    /// The first of them.
    pub first_error: Option<FirstError>,
}

/// What was decided about a dead letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// The message it became; `None` when it was dropped.
    pub new_message: Option<String>,
    /// Who decided.
    pub actor: String,
    /// When.
    pub at: String,
}

/// Where a message stands. Times are written as they shall be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageState {
    /// In the store.
    Stored(StoredFacts),
    /// In the stream, and in no ledger yet.
    Pending,
    /// Given up for a verdict of the database.
    Dead {
        /// Number, cause and attempts, while the letter is there.
        letter: Option<(u64, String, u64)>,
        /// The last decision about it.
        decided: Option<Decided>,
    },
    /// Committed, and its raw record is gone although its partition is there.
    RawRecordMissing {
        /// The minute of its arrival.
        minute: String,
    },
    /// Committed, and erased with the device it spoke of.
    Erased {
        /// The minute of its arrival.
        minute: String,
    },
    /// Committed, and retention has dropped its raw record.
    Expired {
        /// The minute of its arrival.
        minute: String,
    },
    /// It left the stream before it was committed.
    Lost {
        /// Arrival of the last known message before it.
        after: Option<String>,
        /// Arrival of the first known message after it.
        before: Option<String>,
    },
}

/// Judges one message.
pub fn message(id: &str, state: &MessageState) -> Verdict {
    match state {
        MessageState::Stored(facts) => stored(id, facts),
        MessageState::Pending => Verdict::new(
            "pending",
            format!("message {id} is still in the stream, not yet committed"),
        ),
        MessageState::Dead { letter, decided } => dead(id, letter.as_ref(), decided.as_ref()),
        MessageState::RawRecordMissing { minute } => Verdict::new(
            "raw_record_missing",
            format!(
                "message {id} arrived in the minute {minute} and was committed, but its raw record is not there any \
                 more: somebody deleted it"
            ),
        ),
        MessageState::Erased { minute } => Verdict::new(
            "erased",
            format!(
                "message {id} arrived in the minute {minute} and was committed; it was erased on somebody's word, with the \
                 device it spoke of"
            ),
        ),
        MessageState::Expired { minute } => Verdict::new(
            "expired",
            format!(
                "message {id} arrived in the minute {minute} and was committed; retention has dropped its raw record"
            ),
        ),
        MessageState::Lost { after, before } => Verdict::new(
            "lost",
            format!(
                "message {id} was taken into the stream {}, but it left the stream before it was committed",
                between(after.as_deref(), before.as_deref())
            ),
        ),
    }
}

fn stored(id: &str, facts: &StoredFacts) -> Verdict {
    let all = facts.stored + facts.corrected + facts.expired + facts.duplicates + facts.missing;
    if facts.missing > 0 {
        return Verdict::new(
            "reading_missing",
            format!(
                "message {id} was committed, but {} of its {all} readings {} not in the store any more: somebody \
                 deleted what was written",
                facts.missing,
                if facts.missing == 1 { "is" } else { "are" }
            ),
        );
    }
    if let Some(error) = &facts.first_error {
        let why = because(error);
        let more = match facts.errors {
            0 | 1 => String::new(),
            several => format!(" (the first of {several} errors)"),
        };
        return if all == 0 {
            Verdict::new(
                "refused",
                format!("message {id} arrived but was refused because {why}{more}"),
            )
        } else {
            Verdict::new(
                "partly_refused",
                format!("message {id} is stored but for what was refused because {why}{more}"),
            )
        };
    }
    if facts.corrected > 0 {
        return corrected(id, facts, all);
    }
    if facts.duplicates > 0 {
        let of = facts.duplicate_of.as_deref().unwrap_or("an earlier one");
        return Verdict::new(
            "duplicate",
            if facts.duplicates == 1 && facts.stored == 0 {
                format!("the reading of message {id} is a duplicate of the one in message {of}")
            } else {
                format!(
                    "{} of the {all} readings of message {id} are duplicates, the first of the one in message {of}",
                    facts.duplicates
                )
            },
        );
    }
    if facts.expired > 0 {
        return Verdict::new(
            "expired",
            format!(
                "message {id} was committed; retention has dropped {} of its {all} readings",
                facts.expired
            ),
        );
    }
    if facts.implausible > 0 {
        let at = facts.implausible_at.as_deref().unwrap_or("its arrival");
        return Verdict::new(
            "implausible_clock",
            format!("message {id} is stored, but its clock was implausible, so it is at {at}"),
        );
    }
    if facts.control && all == 0 {
        return Verdict::new(
            "control",
            format!(
                "message {id} is a startup, a status or an acknowledgement: it took effect and holds no readings"
            ),
        );
    }
    Verdict::new(
        "stored",
        match all {
            1 => format!("the reading of message {id} is stored"),
            _ => format!("all {all} readings of message {id} are stored"),
        },
    )
}

fn corrected(id: &str, facts: &StoredFacts, all: usize) -> Verdict {
    let said = facts.correction.as_deref().unwrap_or("a person did it");
    let were = if facts.corrected == 1 { "was" } else { "were" };
    Verdict::new(
        "corrected",
        format!(
            "{} of the {all} readings of message {id} {were} corrected since: {said}",
            facts.corrected
        ),
    )
}

fn because(error: &FirstError) -> String {
    let place = match (&error.spot, error.pointer.as_str()) {
        (Some(spot), "") => format!(
            " (byte {}, line {}, column {})",
            spot.offset, spot.line, spot.column
        ),
        (Some(spot), pointer) => format!(
            " at {pointer} (byte {}, line {}, column {})",
            spot.offset, spot.line, spot.column
        ),
        (None, "") => String::new(),
        (None, pointer) => format!(" at {pointer}"),
    };
    format!("{}{place}: {}", error.reason, error.detail)
}

fn dead(id: &str, letter: Option<&(u64, String, u64)>, decided: Option<&Decided>) -> Verdict {
    match (decided, letter) {
        (
            Some(Decided {
                new_message: Some(new),
                actor,
                at,
            }),
            _,
        ) => Verdict::new(
            "requeued",
            format!(
                "the database refused message {id}; {actor} requeued it at {at} as message {new}"
            ),
        ),
        (Some(Decided { actor, at, .. }), _) => Verdict::new(
            "dropped",
            format!("the database refused message {id}; {actor} dropped it at {at}"),
        ),
        (None, Some((number, cause, attempts))) => Verdict::new(
            "dead_letter",
            format!(
                "message {id} arrived but the database refused it for good after {attempts} {}: {cause}; dead letter \
                 {number} waits for a decision",
                if *attempts == 1 {
                    "delivery"
                } else {
                    "deliveries"
                }
            ),
        ),
        (None, None) => Verdict::new(
            "dead_letter_gone",
            format!(
                "the database refused message {id} for good, and its dead letter is gone without a decision"
            ),
        ),
    }
}

fn between(after: Option<&str>, before: Option<&str>) -> String {
    match (after, before) {
        (Some(after), Some(before)) => format!("between {after} and {before}"),
        (Some(after), None) => format!("after {after}"),
        (None, Some(before)) => format!("before {before}"),
        (None, None) => "at a time that is not known".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(pointer: &str) -> FirstError {
        FirstError {
            reason: "out_of_range".to_owned(),
            detail: "500 is above 100".to_owned(),
            pointer: pointer.to_owned(),
            spot: Some(Spot {
                offset: 55,
                line: 3,
                column: 42,
            }),
        }
    }

    fn judged(state: &MessageState) -> (&'static str, String) {
        let verdict = message("1-7", state);
        (verdict.code, verdict.text)
    }

    fn stored_as(facts: StoredFacts) -> (&'static str, String) {
        judged(&MessageState::Stored(facts))
    }

    #[test]
    fn a_stored_message_tells_what_became_of_its_readings() {
        let facts = StoredFacts::default;
        let refused = stored_as(StoredFacts {
            errors: 2,
            first_error: Some(error("/readings/1/value")),
            ..facts()
        });
        assert_eq!(refused.0, "refused");
        assert_eq!(
            refused.1,
            "message 1-7 arrived but was refused because out_of_range at /readings/1/value (byte 55, line 3, column 42): \
             500 is above 100 (the first of 2 errors)"
        );
        let duplicate = stored_as(StoredFacts {
            duplicates: 1,
            duplicate_of: Some("1-2".to_owned()),
            ..facts()
        });
        assert_eq!(
            duplicate,
            (
                "duplicate",
                "the reading of message 1-7 is a duplicate of the one in message 1-2".to_owned()
            )
        );
        let table = [
            (
                StoredFacts {
                    stored: 1,
                    ..facts()
                },
                "stored",
            ),
            (
                StoredFacts {
                    expired: 2,
                    ..facts()
                },
                "expired",
            ),
            (
                StoredFacts {
                    control: true,
                    ..facts()
                },
                "control",
            ),
            (
                StoredFacts {
                    stored: 1,
                    implausible: 1,
                    ..facts()
                },
                "implausible_clock",
            ),
            (
                StoredFacts {
                    stored: 1,
                    errors: 1,
                    first_error: Some(error("")),
                    ..facts()
                },
                "partly_refused",
            ),
            (
                StoredFacts {
                    missing: 1,
                    errors: 1,
                    first_error: Some(error("")),
                    ..facts()
                },
                "reading_missing",
            ),
        ];
        for (facts, code) in table {
            assert_eq!(stored_as(facts).0, code);
        }
    }

    #[test]
    fn a_corrected_message_tells_who_and_why() {
        let told = stored_as(StoredFacts {
            stored: 1,
            corrected: 1,
            correction: Some("ada took out m (correction 3: a loose wire)".to_owned()),
            ..StoredFacts::default()
        });
        let text = "1 of the 2 readings of message 1-7 was corrected since: ada took out m (correction 3: a loose wire)";
        assert_eq!(told, ("corrected", text.to_owned()));
    }

    #[test]
    fn a_message_that_is_not_stored_tells_why() {
        let letter = Some((3, "22003: out of range".to_owned(), 2));
        let decided = |new: Option<&str>| {
            Some(Decided {
                new_message: new.map(str::to_owned),
                actor: "ann".to_owned(),
                at: "noon".to_owned(),
            })
        };
        let dead = |letter, decided| judged(&MessageState::Dead { letter, decided });
        assert!(
            dead(letter.clone(), None)
                .1
                .contains("after 2 deliveries: 22003")
        );
        assert_eq!(dead(letter, decided(Some("1-9"))).0, "requeued");
        assert_eq!(dead(None, decided(None)).0, "dropped");
        assert_eq!(dead(None, None).0, "dead_letter_gone");
        assert_eq!(judged(&MessageState::Pending).0, "pending");
        let lost = MessageState::Lost {
            after: Some("A".to_owned()),
            before: Some("B".to_owned()),
        };
        assert!(judged(&lost).1.contains("between A and B"));
        let minute = "M".to_owned();
        assert_eq!(
            judged(&MessageState::RawRecordMissing {
                minute: minute.clone()
            })
            .0,
            "raw_record_missing"
        );
        let erased = MessageState::Erased {
            minute: minute.clone(),
        };
        assert_eq!(judged(&erased).0, "erased");
        assert_eq!(judged(&MessageState::Expired { minute }).0, "expired");
    }
}
