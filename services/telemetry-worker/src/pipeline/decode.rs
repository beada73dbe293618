//! From a delivery to what will be stored: decoding, and the verdict about startups.

use sens_config::Config;
use sens_messaging::Delivery;
use sens_schema::{
    Catalogue, ClockPolicy, DecodeContext, Decoded, DeviceRef, ItemError, Position, Reason,
    Startup, Topic, provision,
};
use sens_storage::write::{PendingMessage, VerifiedStartup};

use super::once::once;
use super::{Batch, Pipeline};

/// Decodes what was delivered and splits it into a batch for each writer.
pub(super) fn batches(
    pipeline: &Pipeline,
    deliveries: Vec<Delivery>,
    writers: usize,
) -> Vec<Batch> {
    let deliveries = once(deliveries, |delivery| delivery.sequence);
    let catalogue = pipeline.catalogue.borrow().clone();
    let messages = deliveries
        .iter()
        .map(|delivery| message(pipeline, &catalogue, delivery))
        .collect();
    Batch::split(deliveries, messages, writers)
}

fn message(pipeline: &Pipeline, catalogue: &Catalogue, delivery: &Delivery) -> PendingMessage {
    let envelope = &delivery.envelope;
    let truncated = envelope.truncated.as_ref();
    let topic = Topic::parse(&envelope.topic);
    let origin = pipeline.origin;
    let mut decoded = pipeline.decoders.decode(
        &delivery.payload,
        &DecodeContext {
            topic: &topic,
            received_at: envelope.received_at,
            content_type: envelope.content_type.as_deref(),
            truncated: truncated.is_some(),
            full_length: truncated.map_or(delivery.payload.len() as u64, |whole| whole.full_length),
            position: Position {
                epoch: origin.epoch,
                seq: delivery.sequence,
            },
            catalogue,
            clock: ClockPolicy::default(),
        },
    );
    let startups = verify_startups(&pipeline.config, &mut decoded);
    PendingMessage {
        sequence: delivery.sequence,
        maybe_known: delivery.attempt > 1 || delivery.sequence <= origin.seq,
        envelope: envelope.clone(),
        payload: delivery.payload.clone(),
        decoded,
        startups,
    }
}

/// Keeps the startups that may provision their device; every other one becomes an error.
fn verify_startups(config: &Config, decoded: &mut Decoded) -> Vec<VerifiedStartup> {
    let mut verified = Vec::new();
    for startup in std::mem::take(&mut decoded.startups) {
        match refusal(config, &startup) {
            None => verified.push(VerifiedStartup {
                serial: startup.serial,
                firmware: startup.firmware,
                model: startup.model,
                started_at: startup.started_at,
            }),
            Some((reason, detail)) => decoded.errors.push(ItemError {
                device: Some(DeviceRef::Serial(startup.serial)),
                reason,
                detail,
                pointer: String::new(),
                item: startup.item,
            }),
        }
    }
    verified
}

fn refusal(config: &Config, startup: &Startup) -> Option<(Reason, String)> {
    if !config.features.device_startup {
        let detail = "provisioning is switched off (SENS_FEATURES__DEVICE_STARTUP)".to_owned();
        return Some((Reason::StartupDisabled, detail));
    }
    if provision::verify(&config.provision.secrets(), &startup.serial, &startup.token) {
        return None;
    }
    let detail = format!(
        "the provision token of {} does not match the provisioning secret",
        startup.serial
    );
    Some((Reason::StartupAuthError, detail))
}
