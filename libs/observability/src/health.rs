//! What a service knows about its own fitness, component by component.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The components of a service and whether each works. Clones share their state.
///
/// A service is ready when at least one component is registered, all are ok, and it is not
/// draining.
#[derive(Debug, Clone, Default)]
pub struct Health {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    draining: bool,
    /// Name to what is wrong; `None` is ok.
    components: BTreeMap<&'static str, Option<String>>,
}

/// The state of a service at one moment.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    /// `ok`, `failing`, `starting` (no component registered yet) or `draining`.
    pub status: &'static str,
    /// All components in order of their names.
    pub components: Vec<ComponentReport>,
}

/// The state of one component.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ComponentReport {
    /// Name of the component.
    pub name: &'static str,
    /// Whether it works.
    pub ok: bool,
    /// What is wrong; `null` when nothing is.
    pub detail: Option<String>,
}

impl Health {
    /// Registers a component, failing with "starting" until it is set ok. A name registered
    /// before gives another handle to the same component.
    pub fn component(&self, name: &'static str) -> Component {
        self.lock()
            .components
            .entry(name)
            .or_insert_with(|| Some("starting".into()));
        Component {
            name,
            health: self.clone(),
        }
    }

    /// Whether the service can do its work now.
    pub fn is_ready(&self) -> bool {
        let state = self.lock();
        !state.draining
            && !state.components.is_empty()
            && state.components.values().all(Option::is_none)
    }

    /// The state of all components.
    pub fn report(&self) -> Report {
        let state = self.lock();
        let components: Vec<_> = state
            .components
            .iter()
            .map(|(name, detail)| ComponentReport {
                name,
                ok: detail.is_none(),
                detail: detail.clone(),
            })
            .collect();
        let status = if state.draining {
            "draining"
        } else if components.is_empty() {
            "starting"
        } else if components.iter().all(|component| component.ok) {
            "ok"
        } else {
            "failing"
        };
        Report { status, components }
    }

    /// Marks the service as stopping: from now on it is not ready.
    pub(crate) fn set_draining(&self) {
        self.lock().draining = true;
    }

    /// The map is valid after every single change, so a poisoned lock does no harm.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A handle to report the state of one component with. Clones speak of the same component.
#[derive(Debug, Clone)]
pub struct Component {
    name: &'static str,
    health: Health,
}

impl Component {
    /// The component works. Logged when it did not before.
    pub fn set_ok(&self) {
        let before = self.replace(None);
        if before.is_some() {
            tracing::info!(component = self.name, "component works");
        }
    }

    /// The component does not work; `detail` says why, without secrets. Logged when it did
    /// before, or failed for another reason.
    pub fn set_failing(&self, detail: impl Into<String>) {
        let detail = detail.into();
        let before = self.replace(Some(detail.clone()));
        if before.as_ref() != Some(&detail) {
            tracing::warn!(component = self.name, detail, "component fails");
        }
    }

    fn replace(&self, detail: Option<String>) -> Option<String> {
        self.health
            .lock()
            .components
            .insert(self.name, detail)
            .flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_means_every_component_is_ok() {
        let health = Health::default();
        assert!(
            !health.is_ready(),
            "a service without components is still starting"
        );
        let (database, broker) = (health.component("database"), health.component("mqtt"));
        assert_eq!(
            health.report().components[0].detail.as_deref(),
            Some("starting")
        );
        database.set_ok();
        assert!(!health.is_ready());
        broker.set_ok();
        assert!(health.is_ready());
        assert_eq!(health.report().status, "ok");
        database.set_failing("connection refused");
        assert!(!health.is_ready());
        let report = serde_json::to_value(health.report()).unwrap();
        assert_eq!(
            report,
            serde_json::json!({"status": "failing", "components": [
                {"name": "database", "ok": false, "detail": "connection refused"},
                {"name": "mqtt", "ok": true, "detail": null},
            ]})
        );
        database.set_ok();
        health.set_draining();
        assert!(!health.is_ready());
        assert_eq!(health.report().status, "draining");
    }

    #[test]
    fn a_name_is_one_component() {
        let health = Health::default();
        health.component("database").set_ok();
        assert!(health.component("database").health.is_ready());
    }
}
