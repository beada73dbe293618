//! Which devices a caller may see. Every query about devices is given a scope: there is none that forgets it.

use std::collections::BTreeMap;
use std::sync::Arc;

use sens_schema::{LabelSelector, Labels, Requirement, Serial};
use serde_json::Value as Json;
use sqlx::{Postgres, QueryBuilder};

/// Which devices a caller may see. Cheap to clone. A device that is linked to a legacy number is judged by its own labels and
/// serial, and takes the history of the number along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    labels: Option<Arc<LabelSelector>>,
    serials: Option<Arc<[String]>>,
}

impl Scope {
    /// All devices.
    pub const EVERYTHING: Self = Self {
        labels: None,
        serials: None,
    };

    /// The devices that the selector takes and that are among the serials; what is `None` takes all.
    pub fn limited(labels: Option<LabelSelector>, serials: Option<Vec<String>>) -> Self {
        Self {
            labels: labels.map(Arc::new),
            serials: serials.map(Arc::from),
        }
    }

    /// Whether it takes all devices, those too that are not in the registry.
    pub fn is_everything(&self) -> bool {
        self.labels.is_none() && self.serials.is_none()
    }

    /// The selector, where there is one.
    pub fn labels(&self) -> Option<&LabelSelector> {
        self.labels.as_deref()
    }

    /// The serials, where it is limited to some.
    pub fn serials(&self) -> Option<&[String]> {
        self.serials.as_deref()
    }

    /// Those of its devices that a selector takes too.
    #[must_use]
    pub fn narrowed(&self, selector: &LabelSelector) -> Self {
        let both = self
            .labels()
            .map_or_else(|| selector.clone(), |own| own.and(selector));
        Self {
            labels: Some(Arc::new(both)),
            serials: self.serials.clone(),
        }
    }

    /// Whether it takes a device of the registry.
    pub fn takes(&self, serial: &str, labels: &Labels) -> bool {
        self.labels().is_none_or(|own| own.matches(labels))
            && self
                .serials()
                .is_none_or(|own| own.iter().any(|entry| entry == serial))
    }

    /// Adds ` AND …` conditions on the device table, which the statement calls `device`.
    pub(crate) fn push(&self, query: &mut QueryBuilder<Postgres>, device: &str) {
        if let Some(selector) = self.labels() {
            push_labels(query, device, selector);
        }
        if let Some(serials) = self.serials() {
            query.push(" AND ").push(device).push(".serial = ANY(");
            query.push_bind(serials.to_vec()).push(")");
        }
    }

    /// Adds an ` AND …` condition on the name of a device as messages have it, which the statement calls `column`. Messages of
    /// nobody belong to everything alone.
    pub(crate) fn push_names(&self, query: &mut QueryBuilder<Postgres>, column: &str) {
        if self.is_everything() {
            return;
        }
        query.push(" AND ").push(column).push(
            " IN (SELECT n.name FROM device d CROSS JOIN LATERAL (SELECT d.serial UNION ALL \
             SELECT 'legacy-' || a.legacy_id FROM device_alias a WHERE a.device_id = d.id) n (name) WHERE d.deleted_at IS NULL",
        );
        self.push(query, "d");
        query.push(")");
    }
}

/// Adds ` AND …` conditions on labels; keys and values are bound, and the index on labels can answer them.
pub(crate) fn push_labels(
    query: &mut QueryBuilder<Postgres>,
    device: &str,
    selector: &LabelSelector,
) {
    for requirement in selector.requirements() {
        query.push(" AND ");
        match requirement {
            Requirement::Exists(key) => {
                query.push(device).push(".labels ? ").push_bind(key.clone());
            }
            Requirement::Absent(key) => {
                query.push("NOT ").push(device).push(".labels ? ");
                query.push_bind(key.clone());
            }
            Requirement::In(key, values) | Requirement::NotIn(key, values) => {
                if matches!(requirement, Requirement::NotIn(..)) {
                    query.push("NOT ");
                }
                let wanted: Vec<Json> = values
                    .iter()
                    .map(|value| serde_json::json!(BTreeMap::from([(key, value)])))
                    .collect();
                query.push(device).push(".labels @> ANY(");
                query.push_bind(wanted).push(")");
            }
        }
    }
}

/// Opens a statement with `WITH main AS (…), family AS (…)`: `main` is the row of the device that is asked for, by its serial
/// or by `legacy-<n>` for the device that is linked to that number; `family` has the ids (`id`) under which its history
/// stands. Both are empty when there is no such device in the scope.
pub(crate) fn family(scope: &Scope, serial: &str) -> QueryBuilder<Postgres> {
    let number = Serial::parse(serial)
        .ok()
        .and_then(|serial| serial.legacy_id());
    let mut query = QueryBuilder::new(
        "WITH main AS MATERIALIZED (SELECT d.* FROM device d WHERE d.id = coalesce(",
    );
    query.push("(SELECT a.device_id FROM device_alias a WHERE a.legacy_id = ");
    query.push_bind(number);
    query.push("), (SELECT n.id FROM device n WHERE n.serial = ");
    query.push_bind(serial.to_owned());
    query.push(")) AND d.deleted_at IS NULL");
    scope.push(&mut query, "d");
    query.push(
        "), family AS MATERIALIZED (SELECT main.id FROM main UNION SELECT l.id FROM main \
         JOIN device_alias a ON a.device_id = main.id JOIN device l ON l.legacy_id = a.legacy_id) ",
    );
    query
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_takes_what_it_is_limited_to() {
        let labels = Labels::from([("site".to_owned(), "vie".to_owned())]);
        let selector = |text| Some(LabelSelector::parse(text).unwrap());
        let serials = Some(vec!["A".to_owned()]);
        assert!(Scope::EVERYTHING.takes("A", &labels) && Scope::EVERYTHING.is_everything());
        assert!(Scope::limited(selector("site=vie"), None).takes("A", &labels));
        assert!(!Scope::limited(selector("site=graz"), None).takes("A", &labels));
        assert!(Scope::limited(selector("site=vie"), serials.clone()).takes("A", &labels));
        assert!(!Scope::limited(selector("site=vie"), serials).takes("B", &labels));
        let narrowed = Scope::limited(selector("site=vie"), None)
            .narrowed(&LabelSelector::parse("line=3").unwrap());
        assert!(!narrowed.takes("A", &labels) && !narrowed.is_everything());
    }

    #[test]
    fn nothing_of_a_selector_becomes_part_of_the_statement() {
        let selector = LabelSelector::parse("site=vie,line!=3,area in (a,b),!old,new").unwrap();
        let mut query = QueryBuilder::new("SELECT true");
        Scope::limited(Some(selector), Some(vec!["A".to_owned()])).push(&mut query, "d");
        assert_eq!(
            query.into_sql().as_str(),
            "SELECT true AND d.labels ? $1 AND NOT d.labels ? $2 AND d.labels @> ANY($3) AND d.labels @> ANY($4) \
             AND NOT d.labels @> ANY($5) AND d.serial = ANY($6)"
        );
    }
}
