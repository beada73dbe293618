//! Keys that are for some devices: what they post speaks of no other one.

use std::collections::BTreeSet;

use sens_schema::envelope::Envelope;
use sens_schema::{Catalogue, ClockPolicy, DecodeContext, Position, Topic};
use sens_storage::query::Scope;
use sens_storage::query::family::{Devices, find_families};

use super::items::Item;
use crate::app::App;
use crate::problem::{Code, Problem};

/// Refuses a request that speaks of a device beyond the scope, as a whole: nothing of it is published.
///
/// # Errors
/// `device_not_allowed`, or that the database is away.
pub(super) async fn check(
    app: &App,
    scope: &Scope,
    envelope: &Envelope,
    items: &[Item],
) -> Result<(), Problem> {
    if scope.is_everything() {
        return Ok(());
    }
    let named: BTreeSet<String> = items
        .iter()
        .flat_map(|item| devices(app, envelope, item))
        .collect();
    if named.is_empty() {
        return Ok(());
    }
    let asked: Vec<String> = named.iter().cloned().collect();
    // From the primary: a label that was just given counts.
    let pool = &app.pools.primary;
    let found = find_families(pool, scope, Devices::Named(&asked), i64::MAX).await?;
    let mut allowed: BTreeSet<String> = found.into_iter().flat_map(|family| family.names).collect();
    if scope.labels().is_none() {
        // By its serial a device is allowed before it is known.
        allowed.extend(scope.serials().unwrap_or_default().iter().cloned());
    }
    let refused: Vec<&str> = named.difference(&allowed).map(String::as_str).collect();
    if refused.is_empty() {
        return Ok(());
    }
    let some = refused[..refused.len().min(10)].join(", ");
    Err(Problem::new(
        Code::DeviceNotAllowed,
        format!("the key is limited to some devices, and {some} is not among them"),
    ))
}

/// Every device that an item speaks of, in good readings and in bad ones.
fn devices(app: &App, envelope: &Envelope, item: &Item) -> BTreeSet<String> {
    let context = DecodeContext {
        topic: &Topic::Http,
        received_at: envelope.received_at,
        content_type: envelope.content_type.as_deref(),
        truncated: false,
        full_length: item.bytes.len() as u64,
        position: Position { epoch: 0, seq: 0 },
        catalogue: &Catalogue::builtin(),
        clock: ClockPolicy::default(),
    };
    let decoded = app.decoders.decode(&item.bytes, &context);
    let readings = decoded.readings.iter().map(|reading| &reading.device);
    let errors = decoded
        .errors
        .iter()
        .filter_map(|error| error.device.as_ref());
    let startups = decoded
        .startups
        .iter()
        .map(|startup| startup.serial.to_string());
    let devices = decoded.device.iter().chain(readings).chain(errors);
    devices
        .map(|device| device.serial().to_string())
        .chain(startups)
        .collect()
}
