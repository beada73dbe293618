//! What the scenarios share.

pub(crate) mod faults;
pub(crate) mod jetstream;
pub(crate) mod load;
pub(crate) mod mqtt;
pub(crate) mod rest;
pub(crate) mod scene;

use std::time::Duration;

use sens_testkit::{Platform, assert_eventually};

/// How long committed work may take to show up; generous, for slow machines.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A number that SQL gives.
pub(crate) fn number(platform: &Platform, sql: &str) -> u64 {
    let text = platform.sql(sql).unwrap();
    text.parse()
        .unwrap_or_else(|_| panic!("{sql} gave {text:?}"))
}

/// Waits until there are this many raw records.
pub(crate) async fn raw_records(platform: &Platform, expected: u64) {
    assert_eventually!(
        PATIENCE,
        number(platform, "SELECT count(*) FROM raw_record") >= expected,
        "{expected} raw records, there are {}",
        number(platform, "SELECT count(*) FROM raw_record")
    );
    assert_eq!(
        number(platform, "SELECT count(*) FROM raw_record"),
        expected
    );
}
