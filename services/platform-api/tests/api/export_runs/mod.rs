//! Readings as files: written in the background by whoever lives, kept for a while, fetched from any replica.

mod keeping;
mod life;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value as Json;

use crate::measurements::bulk;
use crate::support::{Answer, Bench, PATIENCE, flat};

/// As many rows as a few pieces hold.
pub(super) const ROWS: usize = 25_001;
/// Of every file but the last.
pub(super) const PIECE: usize = 1024 * 1024;

/// Holds back the pieces of files from this one on, until the table is empty.
pub(super) const GATE: &str = "
    CREATE TABLE gate (chunk integer NOT NULL);
    GRANT SELECT ON gate TO sens_api;
    CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        WHILE EXISTS (SELECT FROM gate WHERE NEW.chunk >= gate.chunk) LOOP
            PERFORM pg_sleep(0.02);
        END LOOP;
        RETURN NEW;
    END $$;
    CREATE TRIGGER gate BEFORE INSERT ON export_chunk FOR EACH ROW EXECUTE FUNCTION wait_at_gate()";

pub(super) async fn filled(rows: usize, env: &[(&str, &str)]) -> Result<Bench> {
    let bench = Box::pin(Bench::start(env)).await?;
    let first = flat(7, "battery_charge", 80.0, 0);
    bench
        .commit(&[("sens/legacy/telemetry", first.as_str())])
        .await?;
    bulk(&bench, u32::try_from(rows - 1)?)?;
    Ok(bench)
}

pub(super) async fn ask(bench: &Bench, key: &str, body: &Json) -> Result<Answer> {
    let request = bench.request("POST", "/v1/exports", key)?;
    bench.send(request.json(body)).await
}

/// Asks for an export and gives its address.
pub(super) async fn asked(bench: &Bench, key: &str, body: &Json) -> Result<String> {
    let answer = ask(bench, key, body).await?;
    ensure!(answer.status == 202, "{}", answer.text());
    assert_eq!(answer.json()["links"]["self"], answer.header("location"));
    Ok(answer.header("location").to_owned())
}

pub(super) async fn over(bench: &Bench, address: &str) -> Result<Json> {
    sens_testkit::eventually(PATIENCE, "the export is over", || async {
        let operation = bench.json(address).await.ok()?;
        let is_open = ["requested", "running"].contains(&operation["state"].as_str()?);
        (!is_open).then_some(operation)
    })
    .await
}

/// The address of the file of an export that is done.
pub(super) async fn done(bench: &Bench, address: &str) -> Result<(String, Json)> {
    let operation = over(bench, address).await?;
    ensure!(operation["state"] == "done", "{operation}");
    let content = operation["links"]["content"].as_str();
    Ok((content.context("no file")?.to_owned(), operation))
}

/// A number that psql gives.
pub(super) fn number(bench: &Bench, sql: &str) -> Result<i64> {
    Ok(bench.postgres.sql(sql)?.trim().parse()?)
}
