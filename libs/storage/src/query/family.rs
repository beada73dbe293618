//! From the name of a device to the ids under which its history stands: its own, and that of the legacy number it is linked to.

use sens_schema::{Labels, Serial};
use sqlx::types::Json;
use sqlx::{PgPool, QueryBuilder};

use crate::Error;
use crate::query::scope::{self, Scope};

/// A device and the ids under which its history stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// Serial of the device, also when it was asked for by `legacy-<n>`.
    pub serial: String,
    /// Its ids: its own first, then that of its legacy number.
    pub ids: Vec<i64>,
    /// The names under which its messages and readings go: its serial, and `legacy-<n>` when it is linked to a number.
    pub names: Vec<String>,
}

/// What decides who may see what goes under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownDevice {
    /// Serial of the device.
    pub serial: String,
    /// Its labels.
    pub labels: Labels,
}

/// Which devices a query over several is about.
#[derive(Debug, Clone, Copy)]
pub enum Devices<'a> {
    /// All of the scope.
    All,
    /// Those with these serials; a linked device also by its `legacy-<n>`.
    Named(&'a [String]),
}

type FamilyRow = (String, Option<i64>, Vec<i64>);

fn family((serial, number, ids): FamilyRow) -> Family {
    let alias = number.map(|number| Serial::legacy(number).to_string());
    let names = std::iter::once(serial.clone()).chain(alias).collect();
    Family { serial, ids, names }
}

/// Finds a device by its serial, or by `legacy-<n>` the one that is linked to that number. `None` when there is none in the
/// scope.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn find_family(
    pool: &PgPool,
    scope: &Scope,
    serial: &str,
) -> Result<Option<Family>, Error> {
    let mut query = scope::family(scope, serial);
    query.push(
        "SELECT main.serial, (SELECT a.legacy_id FROM device_alias a WHERE a.device_id = main.id), \
         ARRAY(SELECT family.id FROM family ORDER BY family.id <> main.id, family.id) FROM main",
    );
    let row: Option<FamilyRow> = query
        .build_query_as()
        .fetch_optional(pool)
        .await
        .map_err(Error::during("find a device"))?;
    Ok(row.map(family))
}

/// Finds the devices of a scope, by serial, at most `limit` of them. A linked legacy number belongs to its device and is none
/// of its own. Narrow the scope by a selector to have only some.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn find_families(
    pool: &PgPool,
    scope: &Scope,
    devices: Devices<'_>,
    limit: i64,
) -> Result<Vec<Family>, Error> {
    let mut query = QueryBuilder::new(
        "SELECT d.serial, a.legacy_id, array_remove(ARRAY[d.id, l.id], NULL) FROM device d \
         LEFT JOIN device_alias a ON a.device_id = d.id LEFT JOIN device l ON l.legacy_id = a.legacy_id \
         WHERE d.deleted_at IS NULL AND NOT EXISTS (SELECT FROM device_alias x WHERE x.legacy_id = d.legacy_id)",
    );
    scope.push(&mut query, "d");
    if let Devices::Named(serials) = devices {
        let numbers: Vec<i64> = serials
            .iter()
            .filter_map(|serial| Serial::parse(serial).ok()?.legacy_id())
            .collect();
        query.push(" AND (d.serial = ANY(");
        query.push_bind(serials.to_vec());
        query.push(") OR a.legacy_id = ANY(");
        query.push_bind(numbers).push("))");
    }
    query.push(" ORDER BY d.serial LIMIT ").push_bind(limit);
    let rows: Vec<FamilyRow> = query
        .build_query_as()
        .fetch_all(pool)
        .await
        .map_err(Error::during("find devices"))?;
    Ok(rows.into_iter().map(family).collect())
}

/// Finds the devices to which names belong as messages have them: serials, and `legacy-<n>` for the device that is linked to that
/// number. Of names without a device nothing is given. It is for whoever judges by a [`Scope`] afterwards.
///
/// # Errors
/// [`Error`] when the database cannot answer.
pub async fn known_devices(
    pool: &PgPool,
    names: &[String],
) -> Result<Vec<(String, KnownDevice)>, Error> {
    let numbers: Vec<Option<i64>> = names
        .iter()
        .map(|name| Serial::parse(name).ok()?.legacy_id())
        .collect();
    let rows: Vec<(String, String, Json<Labels>)> = sqlx::query_as(
        "SELECT n.name, d.serial, d.labels FROM unnest($1::text[], $2::bigint[]) AS n (name, number) JOIN device d ON d.id = \
         coalesce((SELECT a.device_id FROM device_alias a WHERE a.legacy_id = n.number), \
                  (SELECT o.id FROM device o WHERE o.serial = n.name)) WHERE d.deleted_at IS NULL",
    )
    .bind(names)
    .bind(numbers)
    .fetch_all(pool)
    .await
    .map_err(Error::during("find the devices of names"))?;
    let known = |(name, serial, Json(labels))| (name, KnownDevice { serial, labels });
    Ok(rows.into_iter().map(known).collect())
}
