//! What the platform holds, payload by payload.

use std::collections::HashMap;

use super::{Name, Stored};
use crate::Platform;
use anyhow::{Context as _, Result};

/// A line for each distinct payload: its name, arrivals, errors, readings stored, those of them without a time of their own.
const HELD: &str = "WITH stored AS (
        SELECT raw_epoch, raw_seq, count(*) AS readings,
               count(*) FILTER (WHERE quality IN ('arrival_time', 'implausible_clock')) AS timeless
        FROM (SELECT raw_epoch, raw_seq, quality FROM processed_record
              UNION ALL SELECT raw_epoch, raw_seq, quality FROM text_record) AS reading
        GROUP BY raw_epoch, raw_seq)
    SELECT encode(sha256(convert_to(topic, 'UTF8') || '\\x00'::bytea || payload), 'hex'), count(*),
           sum(error_count), coalesce(sum(readings), 0), coalesce(sum(timeless), 0)
    FROM raw_record LEFT JOIN stored ON raw_epoch = epoch AND raw_seq = seq
    GROUP BY 1";

/// Reads all of it.
///
/// # Errors
/// When the database does not answer.
pub fn held(platform: &Platform) -> Result<HashMap<Name, Stored>> {
    platform.sql(HELD)?.lines().map(parse).collect()
}

fn parse(line: &str) -> Result<(Name, Stored)> {
    let explain = || format!("the database gave {line:?}");
    let mut fields = line.split('|');
    let mut name = Name::default();
    hex::decode_to_slice(fields.next().unwrap_or_default(), &mut name).with_context(explain)?;
    let mut number = || -> Result<u64> {
        let field = fields.next().with_context(explain)?;
        field.parse().with_context(explain)
    };
    let stored = Stored {
        arrivals: number()?,
        errors: number()?,
        readings: number()?,
        timeless: number()?,
    };
    Ok((name, stored))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_line() {
        let (name, stored) = parse(&format!("{}|4|3|2|1", "0a".repeat(32))).unwrap();
        assert_eq!(name, [10; 32]);
        assert_eq!(
            (
                stored.arrivals,
                stored.errors,
                stored.readings,
                stored.timeless
            ),
            (4, 3, 2, 1)
        );
        for bad in ["", "0a|1|1|1|1", &format!("{}|4|3", "0a".repeat(32))] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
