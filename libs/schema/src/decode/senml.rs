//! SenML (RFC 8428) in JSON and in CBOR: a pack of records, base fields resolved.
//!
//! On a topic the topic's serial is the device, and a base name that is the serial, alone or followed by `:` or `/`,
//! is dropped from the metric's name; another one is kept as its prefix. Over REST the base name is the device's
//! serial up to the first `/`; what follows is kept as prefix. Where nothing else is left to name the metric, the base
//! name does.
//!
//! A `s` (sum) becomes a reading of its own, `<name>.sum`, in the unit times seconds. `vd` is kept as its base64 text,
//! `ut` is checked and not kept. Times below 2^28 are relative to the arrival.
//! A bad base field, a version that is not known and a field ending in `_` refuse the pack, as everything after them
//! would be read wrongly.

mod cbor;
mod json;
mod model;
mod record;

use super::fault::{Fault, Place, index_of, shown};
use super::field::topic_device;
use super::{DecodeContext, Decoded};
use crate::reason::Reason;

pub(super) use cbor::SenMlCbor;
pub(super) use json::SenMl;
use model::{Label, Record};
use record::Base;

/// Versions that are known: up to that of RFC 8428, and with the secondary units of RFC 8798.
const VERSION: f64 = 10.0;
const VERSION_WITH_SECONDARY_UNITS: f64 = 26.0;

/// Decodes a record that is a whole payload.
fn decode_single(record: &Record<'_>, context: &DecodeContext<'_>, out: &mut Decoded) {
    let mut base = Base::default();
    if let Err(fault) = take_base(record, &mut base) {
        out.errors
            .push(fault.at(topic_device(context), Place::Whole));
    } else {
        record::decode_record(record, &base, context, Place::Whole, out);
    }
}

/// Decodes a pack; an element that is no record is none.
fn decode_pack(records: &[Option<Record<'_>>], context: &DecodeContext<'_>, out: &mut Decoded) {
    let mut base = Base::default();
    let mut bases = Vec::with_capacity(records.len());
    for (index, record) in records.iter().enumerate() {
        if let Some(record) = record
            && let Err(fault) = take_base(record, &mut base)
        {
            out.errors
                .push(fault.at(topic_device(context), Place::Element(index_of(index))));
            return;
        }
        bases.push(base.clone());
    }
    for (index, (record, base)) in records.iter().zip(&bases).enumerate() {
        let place = Place::Element(index_of(index));
        if let Some(record) = record {
            record::decode_record(record, base, context, place, out);
        } else {
            let fault = Fault::new(Reason::WrongType, "", "a SenML record must be an object");
            out.errors.push(fault.at(topic_device(context), place));
        }
    }
}

/// Takes over the base fields of a record, unless something makes the whole pack unreadable: a field that must be
/// understood, a version that is not known, a bad base field.
fn take_base(record: &Record<'_>, base: &mut Base) -> Result<(), Fault> {
    if let Some(name) = record.not_understood() {
        let detail = format!("the field {} must be understood and is not", shown(name));
        return Err(Fault::new(Reason::UnknownFormat, "", detail));
    }
    match record.double(Label::Version)? {
        Some(version) if version > VERSION && version != VERSION_WITH_SECONDARY_UNITS => {
            let detail = format!("version {version} of SenML is not known");
            Err(Fault::new(Reason::UnknownFormat, "/bver", detail))
        }
        _ => base.update(record),
    }
}
