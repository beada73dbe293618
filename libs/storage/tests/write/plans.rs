//! The plans of the hot statements, with enough rows that a scan of a whole table would show. Every plan of the writing side
//! stands in `testdata/plans.txt`; the reads of single devices are held to the same rule: no large table is read whole.

use std::fmt::Write as _;

use sens_storage::query::measurements::{Order, Range, read_range};
use sens_storage::query::{ingest_errors, latest, raw_records};
use sens_storage::rollup::Level;
use sens_storage::{PgPool, query};
use sqlx::{Executor, Row};

use crate::previous::everything;
use crate::support::{Store, compare_golden};

/// Two months of 150 devices, and what belongs to them.
const FILL: &str = "
    SELECT ensure_partition(name, at) FROM time_table, generate_series('2026-09-21', '2026-11-20', interval '1 day') AS at;
    INSERT INTO device (serial, placeholder) SELECT 'AI-' || number, false FROM generate_series(10, 159) AS number;
    INSERT INTO processed_record (device_id, metric_id, recorded_at, dedup, value, received_at, raw_epoch, raw_seq, raw_item, decoder)
    SELECT device, metric, at, 0, 1, at, 1, device, 0, 'v1@1'
    FROM generate_series(1, 150) AS device, generate_series(1, 4) AS metric,
         generate_series('2026-09-21', '2026-11-20', interval '12 hours') AS at;
    INSERT INTO text_record (device_id, metric_id, recorded_at, dedup, value, received_at, raw_epoch, raw_seq, raw_item, decoder)
    SELECT device_id, metric_id, recorded_at, dedup, 'x', received_at, raw_epoch, raw_seq, raw_item, decoder
    FROM processed_record WHERE metric_id = 1;
    INSERT INTO raw_record (epoch, seq, received_at, device_id, source, topic, outcome, decoded_count, error_count, payload_length, payload)
    SELECT 1, 1000 + row_number() OVER (), at, device, 'mqtt', 't', 'parsed', 4, 0, 200, decode(repeat('00', 200), 'hex')
    FROM generate_series(1, 150) AS device, generate_series('2026-09-21', '2026-11-20', interval '1 day') AS at;
    INSERT INTO ingest_error (epoch, seq, received_at, item, reason, detail)
    SELECT 1, seq, received_at, 0, 'invalid_json', 'x' FROM raw_record WHERE seq % 2 = 0;
    INSERT INTO ingest_ledger (epoch, minute, seqs, parsed, failed, control, decoded, processed, duplicate, error)
    SELECT 1, '2026-10-01', int8multirange(int8range(number * 100, number * 100 + 99)), 99, 0, 0, 99, 99, 0, 0
    FROM generate_series(1, 5000) AS number;
    INSERT INTO latest_value SELECT device, metric, now(), now(), 1
    FROM generate_series(1, 150) AS device, generate_series(1, 40) AS metric;
    INSERT INTO series SELECT device, metric, '2026-09-21', now(), 100
    FROM generate_series(1, 150) AS device, generate_series(1, 40) AS metric;
    INSERT INTO redelivery (epoch, seq, deliveries) SELECT 1, number, 2 FROM generate_series(1, 5000) AS number;
    INSERT INTO rollup_1d SELECT device_id, metric_id, date_trunc('day', recorded_at, 'UTC'), count(*), 1, 1, count(*), 1,
        min(recorded_at), 1, max(recorded_at), 0 FROM processed_record GROUP BY 1, 2, 3;
    INSERT INTO rollup_1h SELECT device_id, metric_id, recorded_at, 1, 1, 1, 1, 1, recorded_at, 1, recorded_at, 0 FROM processed_record;
    INSERT INTO rollup_1m SELECT * FROM rollup_1h;
    ANALYZE";

/// The tables that grow with devices or time.
const LARGE: [&str; 11] = [
    "raw_record",
    "processed_record",
    "text_record",
    "ingest_error",
    "latest_value",
    "series",
    "device",
    "rollup_1m",
    "rollup_1h",
    "rollup_1d",
    "rollup_base",
];

/// What a connection has prepared, with a value for each parameter. A generic plan does not depend on them, but for which
/// partitions it leaves out.
const PREPARED: &str = "
    SELECT name, btrim(regexp_replace(statement, '\\s+', ' ', 'g')) COLLATE \"C\" AS sql,
           replace('(' || array_to_string(ARRAY(
               SELECT CASE WHEN type LIKE '%[]' THEN '''{}''' WHEN type LIKE 'timestamp%' THEN '''2026-11-18T12:00:00Z''' ELSE 'NULL' END
               FROM unnest(parameter_types::text[]) WITH ORDINALITY AS parameter (type, place) ORDER BY place
           ), ', ') || ')', '()', '') AS parameters
    FROM pg_prepared_statements WHERE NOT from_sql AND statement NOT LIKE '%pg_prepared_statements%' ORDER BY sql";

/// Tables and partitions with more than a few rows.
const SIZED: &str = "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND reltuples > 400";

#[tokio::test]
async fn the_plans_of_the_writing_side_are_those_written_down() -> anyhow::Result<()> {
    let store = filled().await?;
    let pool = one_connection(&store)?;
    everything(&pool).await?;
    let mut text = String::new();
    for (sql, nodes) in plans(&pool).await? {
        assert_no_large_scan(&sql, &nodes);
        // A function hides its statements; what it costs is tested where it is.
        if nodes.is_empty() {
            continue;
        }
        writeln!(text, "{sql}")?;
        for node in nodes {
            writeln!(text, "    {node}")?;
        }
    }
    compare_golden("plans.txt", &text)
}

#[tokio::test]
async fn reads_of_a_device_go_by_index() -> anyhow::Result<()> {
    let store = filled().await?;
    let pool = one_connection(&store)?;
    reads(&pool).await?;
    let plans = plans(&pool).await?;
    assert!(plans.len() >= 8, "{plans:#?}");
    for (sql, nodes) in plans {
        assert_no_large_scan(&sql, &nodes);
    }
    Ok(())
}

fn assert_no_large_scan(sql: &str, nodes: &[String]) {
    for table in LARGE {
        let scan = format!("Seq Scan on {table}");
        assert!(
            !nodes.contains(&scan),
            "{table} is read whole by: {sql}\n{nodes:#?}"
        );
    }
}

async fn filled() -> anyhow::Result<Store> {
    let store = Store::start_plain().await?;
    store.pool.execute(FILL).await?;
    Ok(store)
}

fn one_connection(store: &Store) -> anyhow::Result<PgPool> {
    let mut one = store.config.database.clone();
    one.max_connections = 1;
    Ok(sens_storage::connect(&one, "test", None)?.primary)
}

/// The scans and the changes of each prepared statement, by its generic plan. Partitions count as their table.
async fn plans(pool: &PgPool) -> anyhow::Result<Vec<(String, Vec<String>)>> {
    let mut session = pool.acquire().await?;
    let statements = sqlx::query(PREPARED).fetch_all(&mut *session).await?;
    session
        .execute("SET plan_cache_mode = force_generic_plan; SET jit = off; SET max_parallel_workers_per_gather = 0")
        .await?;
    let sized: Vec<String> = sqlx::query_scalar(SIZED).fetch_all(&mut *session).await?;
    let mut plans = Vec::new();
    for statement in statements {
        let (name, sql, parameters): (String, String, String) =
            (statement.get(0), statement.get(1), statement.get(2));
        let explain = format!("EXPLAIN (COSTS OFF) EXECUTE {name} {parameters}");
        let lines = sqlx::raw_sql(sqlx::AssertSqlSafe(explain))
            .fetch_all(&mut *session)
            .await?;
        let mut nodes: Vec<String> = Vec::new();
        for line in lines {
            let line: String = line.get(0);
            if let Some(node) = node(&line, &sized)
                && !nodes.contains(&node)
            {
                nodes.push(node);
            }
        }
        plans.push((sql, nodes));
    }
    Ok(plans)
}

/// `Index Scan using raw_record_20261120_epoch_seq_idx on raw_record_20261120 r` becomes `Index Scan on raw_record`: what a
/// partition's indexes are called differs from server to server. A table of a few rows is read whole, and says nothing.
fn node(line: &str, sized: &[String]) -> Option<String> {
    let line = line.trim_start_matches([' ', '-', '>']);
    let (what, on) = line.split_once(" on ")?;
    let kinds = [
        "Seq Scan",
        "Index Scan",
        "Index Only Scan",
        "Bitmap Heap Scan",
        "Insert",
        "Update",
        "Delete",
    ];
    let kind = kinds.iter().find(|kind| what.starts_with(**kind))?;
    let table = on.split(' ').next()?;
    if *kind == "Seq Scan" && !sized.iter().any(|name| name == table) {
        return None;
    }
    let table = match table.rsplit_once('_') {
        Some((parent, day)) if day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit()) => {
            parent
        }
        _ => table,
    };
    Some(format!("{kind} on {table}"))
}

/// What the API asks about one device, at least once.
async fn reads(pool: &PgPool) -> anyhow::Result<()> {
    let everything = query::Scope::EVERYTHING;
    latest::latest_values(pool, &everything, "AI-10").await?;
    query::devices::find_device(
        pool,
        &everything,
        "AI-10",
        std::time::Duration::from_mins(5),
    )
    .await?;
    let serials = ["AI-10".to_owned()];
    let found = query::targets::find_targets(pool, &everything, Some(&serials), None, 1000).await?;
    let range = |order| Range {
        from: chrono::DateTime::from_timestamp(1_795_000_000, 0),
        to: chrono::DateTime::from_timestamp(1_795_086_400, 0),
        order,
        after: None,
    };
    for order in [Order::Ascending, Order::Descending] {
        let named = ("AI-10", "battery_charge");
        query::named_series::read(pool, &everything, named, range(order), 1000).await?;
        let selection = found.selection(range(order));
        read_range(pool, &selection, 1000).await?;
        for level in [Level::Minute, Level::Hour, Level::Day] {
            let wanted = query::buckets::Aggregation::of(level);
            query::buckets::read_buckets(pool, &selection, &wanted, 1000).await?;
        }
        query::buckets::rolled_up_to(pool, &selection).await?;
    }
    raw_records::find_raw_record(pool, 1, 1001).await?;
    ingest_errors::ingest_errors_of(pool, 1, 1001).await?;
    Ok(())
}
