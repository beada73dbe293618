//! Ranges of one series, which are read from indexes and put together, beside the same ranges read as those of many series.

use chrono::{DateTime, TimeDelta, Utc};
use sens_storage::query::measurements::{
    Clock, Measurement, Order, Range, ReadingKey, Selection, Series, read_range,
};
use sens_storage::query::targets::Target;
use sens_storage::query::{Scope, named_series};

use crate::support::{NOON, Store};

const PARTITIONS: &str = "
    SELECT ensure_partition(name, $1 + make_interval(days => day))
    FROM generate_series(-2, 22) AS day, unnest(ARRAY['processed_record', 'text_record']) AS name";

/// Numbers and texts of one metric over three weeks, some at the same instant, every seventh with an unusual quality; and another
/// series beside it.
const FILL: &str = "
    WITH device AS (INSERT INTO device (serial, placeholder, first_seen_at, last_seen_at)
                    SELECT 'A-' || n, false, $1, $1 FROM generate_series(1, 2) AS n RETURNING id),
    reading AS (SELECT d.id, n, $1 + make_interval(hours => n / 2) AS at,
                       CASE WHEN n % 7 = 0 THEN 'arrival_time' ELSE 'ok' END AS quality
                FROM device d, generate_series(1, 1000) AS n),
    numbers AS (INSERT INTO processed_record (device_id, metric_id, recorded_at, dedup, value, received_at, raw_epoch, raw_seq, raw_item, decoder, quality)
                SELECT id, 1, at, n, n / 4.0, at, 1, n, 0, 'v1@1', quality FROM reading WHERE n % 5 <> 0)
    INSERT INTO text_record (device_id, metric_id, recorded_at, dedup, value, received_at, raw_epoch, raw_seq, raw_item, decoder, quality)
    SELECT id, 1, at, n, 'text ' || n, at, 1, n, 0, 'v1@1', quality FROM reading WHERE n % 5 = 0";

const NEWEST: &str = "
    INSERT INTO latest_value (device_id, metric_id, recorded_at, received_at, value)
    SELECT id, 1, $1 + interval '500 hours', $1, 250 FROM device";

async fn filled(store: Store) -> anyhow::Result<Store> {
    for statement in [PARTITIONS, FILL, NEWEST] {
        sqlx::query(statement)
            .bind(at(0))
            .execute(&store.pool)
            .await?;
    }
    Ok(store)
}

fn at(hours: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::microseconds(NOON) + TimeDelta::hours(hours)
}

fn selection(device_id: i64, range: Range, corrected: bool) -> Selection {
    Selection {
        series: vec![Series {
            device_id,
            metric_id: 1,
            boolean: false,
            answered_as: device_id,
        }],
        range,
        clock: Clock::Device,
        as_of: None,
        corrected,
    }
}

/// The same by name, in one statement.
async fn by_name(
    store: &Store,
    range: Range,
    limit: i64,
) -> anyhow::Result<Option<(Target, Vec<Measurement>)>> {
    let scope = Scope::EVERYTHING;
    let name: String = sqlx::query_scalar("SELECT name FROM metric WHERE id = 1")
        .fetch_one(&store.pool)
        .await?;
    Ok(named_series::read(&store.pool, &scope, ("A-1", &name), range, limit).await?)
}

#[tokio::test]
async fn one_series_is_answered_as_among_many() -> anyhow::Result<()> {
    let store = filled(Store::start().await?).await?;
    let device: i64 = sqlx::query_scalar("SELECT min(id) FROM device")
        .fetch_one(&store.pool)
        .await?;
    let mut seen = 0;
    for order in [Order::Ascending, Order::Descending] {
        for (from, to) in [
            (None, None),
            (Some(at(100)), Some(at(300))),
            (Some(at(499)), None),
            (Some(at(900)), None),
        ] {
            for limit in [1, 7, 150, 2000] {
                let mut after: Option<ReadingKey> = None;
                // A few pages each: the places between them are where two orders would differ.
                for _ in 0..4 {
                    let range = Range {
                        from,
                        to,
                        order,
                        after,
                    };
                    let bare =
                        read_range(&store.pool, &selection(device, range, false), limit).await?;
                    // Nothing is superseded: what looks for that gives the same.
                    let general =
                        read_range(&store.pool, &selection(device, range, true), limit).await?;
                    assert_eq!(bare, general, "{range:?} limit {limit}");
                    let named = by_name(&store, range, limit).await?;
                    let (target, named) = named.expect("nothing is special about it");
                    assert_eq!(target.metric.newest, at(500));
                    assert_eq!(named, bare, "{range:?} limit {limit}");
                    seen += bare.len();
                    let Some(last) = bare.last() else {
                        break;
                    };
                    after = Some(last.key);
                }
            }
        }
    }
    assert!(seen > 4000, "{seen} readings were compared");
    Ok(())
}

/// What the one statement does not answer is left to those that do.
#[tokio::test]
async fn a_series_with_more_to_it_is_not_read_by_name_alone() -> anyhow::Result<()> {
    const LINK: &str = "INSERT INTO device_alias (legacy_id, device_id, linked_by) SELECT 7, min(id), 'test' FROM device";
    const SUPERSEDE: &str = "
        INSERT INTO reading_superseded (device_id, metric_id, recorded_at, dedup, superseded_at, raw_epoch, raw_seq, raw_item, decoder, actor)
        SELECT device_id, metric_id, recorded_at, dedup, now(), raw_epoch, raw_seq, raw_item, decoder, 'test'
        FROM processed_record WHERE device_id = (SELECT max(id) FROM device) LIMIT 1";
    let store = filled(Store::start().await?).await?;
    let metric: String = sqlx::query_scalar("SELECT name FROM metric WHERE id = 1")
        .fetch_one(&store.pool)
        .await?;
    let range = Range {
        from: None,
        to: None,
        order: Order::Ascending,
        after: None,
    };
    let is_read = async |serial: &str, metric: &str, scope: &Scope| {
        named_series::read(&store.pool, scope, (serial, metric), range, 10)
            .await
            .map(|found| found.is_some())
    };
    let all = Scope::EVERYTHING;
    let other = Scope::limited(None, Some(vec!["A-2".to_owned()]));
    assert!(is_read("A-1", &metric, &all).await?);
    assert!(is_read("A-2", &metric, &other).await?);
    assert!(!is_read("A-1", &metric, &other).await?, "out of scope");
    assert!(!is_read("A-3", &metric, &all).await?, "no such device");
    assert!(!is_read("A-1", "nothing", &all).await?, "no such metric");
    assert!(!is_read("legacy-7", &metric, &all).await?, "a number");
    sqlx::raw_sql(LINK).execute(&store.pool).await?;
    assert!(!is_read("A-1", &metric, &all).await?, "two histories");
    sqlx::raw_sql(SUPERSEDE).execute(&store.pool).await?;
    assert!(!is_read("A-2", &metric, &all).await?, "corrected");
    Ok(())
}

#[tokio::test]
async fn usual_readings_take_no_room_beside_the_identity() -> anyhow::Result<()> {
    let store = filled(Store::start_plain().await?).await?;
    let indexed = "SELECT sum(c.reltuples)::bigint FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid JOIN pg_inherits h ON h.inhrelid = c.oid \
             WHERE h.inhparent = 'processed_record_quality'::regclass";
    sqlx::raw_sql("VACUUM ANALYZE processed_record")
        .execute(&store.pool)
        .await?;
    let unusual = store
        .number("SELECT count(*) FROM processed_record WHERE quality <> 'ok'")
        .await;
    assert!(unusual > 200);
    // What the server says of an index is estimated, partition by partition.
    let indexed = store.number(indexed).await;
    assert!((indexed - unusual).abs() < 10, "{indexed} of {unusual}");
    Ok(())
}
