//! The newest values after readings have come to count or not to count.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::Error;

const PUT_RIGHT: &str =
    "SELECT put_latest_right($1::bigint[], $2::int[], $3::bigint[], $4::int[], $5::timestamptz[])";

/// Puts the newest values of the touched series right; `gone` are the times at which a reading counts no more.
pub(super) async fn put_right(
    connection: &mut PgConnection,
    touched: &BTreeSet<(i64, i32)>,
    gone: &BTreeSet<(i64, i32, DateTime<Utc>)>,
) -> Result<(), Error> {
    let (devices, metrics): (Vec<i64>, Vec<i32>) = touched.iter().copied().unzip();
    sqlx::query(PUT_RIGHT)
        .bind(devices)
        .bind(metrics)
        .bind(gone.iter().map(|gone| gone.0).collect::<Vec<_>>())
        .bind(gone.iter().map(|gone| gone.1).collect::<Vec<_>>())
        .bind(gone.iter().map(|gone| gone.2).collect::<Vec<_>>())
        .execute(connection)
        .await
        .map(drop)
        .map_err(Error::during("put the newest values right"))
}
