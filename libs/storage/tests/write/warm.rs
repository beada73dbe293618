//! Connections at hand: used again at once, given back when nobody needs them, and cleaned unless they were kept.

use std::time::Duration;

use sens_storage::{PgConnection, PgPool, Warm};
use sens_testkit::eventually;

use crate::support::Store;

const PATIENCE: Duration = Duration::from_secs(30);

/// A pool of so many connections, as a service has it whose work may be cancelled midway.
fn pool(store: &Store, connections: u32) -> anyhow::Result<PgPool> {
    let mut database = store.config.database.clone();
    database.max_connections = connections;
    Ok(sens_storage::connect(&database, "test", Some(PATIENCE))?.read)
}

async fn process(connection: &mut PgConnection) -> anyhow::Result<i32> {
    let query = sqlx::query_scalar("SELECT pg_backend_pid()");
    Ok(query.fetch_one(connection).await?)
}

#[tokio::test]
async fn the_connection_that_was_used_last_is_used_next_and_half_of_them_are_kept()
-> anyhow::Result<()> {
    let store = Store::start().await?;
    let pool = pool(&store, 4)?;
    let warm = Warm::new(pool.clone(), None);
    let mut connections = Vec::new();
    for _ in 0..3 {
        connections.push(warm.acquire().await?);
    }
    let mut processes = Vec::new();
    for connection in &mut connections {
        processes.push(process(connection).await?);
    }
    for connection in connections {
        connection.keep();
    }
    for _ in 0..5 {
        let mut again = warm.acquire().await?;
        assert_eq!(process(&mut again).await?, processes[1]);
        again.keep();
    }
    eventually(PATIENCE, "the third one is in the pool", || async {
        (pool.num_idle() >= 1).then_some(())
    })
    .await?;
    eventually(PATIENCE, "nobody keeps any", || async {
        (pool.num_idle() == 3).then_some(())
    })
    .await
}

#[tokio::test]
async fn who_waits_in_line_gets_what_is_kept_at_once() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let warm = Warm::new(pool(&store, 2)?, None);
    let mut first = warm.acquire().await?;
    let expected = process(&mut first).await?;
    let waiting: Vec<_> = (0..20)
        .map(|_| {
            let warm = warm.clone();
            tokio::spawn(async move {
                let mut connection = warm.acquire().await?;
                let found = process(&mut connection).await?;
                connection.keep();
                anyhow::Ok(found)
            })
        })
        .collect();
    first.keep();
    for waiting in waiting {
        assert_eq!(waiting.await??, expected);
    }
    Ok(())
}

#[tokio::test]
async fn who_leaves_midway_leaves_nothing_to_the_next() -> anyhow::Result<()> {
    let store = Store::start().await?;
    let warm = Warm::new(pool(&store, 1)?, None);
    let mut connection = warm.acquire().await?;
    sqlx::query("BEGIN").execute(&mut *connection).await?;
    drop(connection);
    let mut connection = warm.acquire().await?;
    let inside = sqlx::query("SAVEPOINT inside")
        .execute(&mut *connection)
        .await;
    assert!(inside.is_err(), "it is in the transaction of another");
    Ok(())
}
