//! What is wrong with an item, and where.

use std::borrow::Cow;

use crate::json::{Json, Kind};
use crate::reading::{DeviceRef, ItemError};
use crate::reason::Reason;

/// Longest part of a text from outside that is shown.
const SHOWN: usize = 60;

/// Something wrong with an item, before it is known which item.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) reason: Reason,
    pub(super) pointer: Cow<'static, str>,
    pub(super) detail: String,
}

impl Fault {
    /// A fault at a pointer relative to the item.
    pub(super) fn new(
        reason: Reason,
        pointer: impl Into<Cow<'static, str>>,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            reason,
            pointer: pointer.into(),
            detail: detail.into(),
        }
    }

    /// A required field is not there.
    pub(super) fn missing(field: &str) -> Self {
        Self::new(
            Reason::MissingField,
            format!("/{field}"),
            format!("{field} is missing"),
        )
    }

    /// A field holds another type than expected ("a number").
    pub(super) fn wrong_type(field: &str, expected: &str, found: Json<'_>) -> Self {
        Self::wrong_kind(field, expected, kind_name(found.kind()))
    }

    /// The same, where the found is already in words.
    pub(super) fn wrong_kind(field: &str, expected: &str, found: &str) -> Self {
        let detail = format!("{field} must be {expected}, not {found}");
        Self::new(Reason::WrongType, format!("/{field}"), detail)
    }

    /// The error of the item at this place.
    pub(super) fn at(self, device: Option<DeviceRef>, place: Place) -> ItemError {
        let pointer = match place {
            Place::Whole => self.pointer.into_owned(),
            Place::Element(index) => format!("/{index}{}", self.pointer),
            Place::Reading(index) => format!("/readings/{index}{}", self.pointer),
        };
        ItemError {
            device,
            reason: self.reason,
            detail: self.detail,
            pointer,
            item: place.item(),
        }
    }
}

/// Where an item stands in its payload.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// It is the payload.
    Whole,
    /// In the array that is the payload.
    Element(u32),
    /// In the readings of a batch.
    Reading(u32),
}

impl Place {
    /// Index of the item.
    pub(super) fn item(self) -> u32 {
        match self {
            Self::Whole => 0,
            Self::Element(index) | Self::Reading(index) => index,
        }
    }
}

/// Collects the faults of an item and keeps the one whose reason comes first.
#[derive(Debug, Default)]
pub(super) struct Faults(Option<Fault>);

impl Faults {
    /// Takes the good out of a result and remembers the bad.
    pub(super) fn check<T>(&mut self, result: Result<T, Fault>) -> Option<T> {
        match result {
            Ok(good) => Some(good),
            Err(fault) => {
                if self
                    .0
                    .as_ref()
                    .is_none_or(|first| fault.reason < first.reason)
                {
                    self.0 = Some(fault);
                }
                None
            }
        }
    }

    /// What was good, unless there was a fault. Something is missing only where a fault was taken.
    pub(super) fn finish<T>(self, good: Option<T>) -> Result<T, Fault> {
        match (self.0, good) {
            (None, Some(good)) => Ok(good),
            (Some(fault), _) => Err(fault),
            (None, None) => Err(Fault::new(
                Reason::MissingField,
                "",
                "the item is not complete",
            )),
        }
    }
}

/// A text from outside as it may stand in a message: quoted, without control characters, not too long.
pub(super) fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// The index of an item. Payloads are far too short for it not to fit.
pub(super) fn index_of(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Null => "null",
        Kind::Boolean(_) => "a boolean",
        Kind::Number => "another number",
        Kind::Text => "a text",
        Kind::Array => "an array",
        Kind::Object => "an object",
    }
}
