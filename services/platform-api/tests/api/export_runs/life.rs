//! The whole life of an export, whoever dies on the way.

use std::io::Read as _;

use anyhow::{Result, ensure};
use arrow_ipc::reader::StreamReader;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use sens_testkit::assert_eventually;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::{GATE, PIECE, ROWS, ask, asked, done, filled};
use crate::support::{ADMIN, Bench, PATIENCE, spawn};

fn unpacked(compression: &str, packed: &[u8]) -> Result<Vec<u8>> {
    let mut plain = Vec::new();
    match compression {
        "gzip" => {
            flate2::read::GzDecoder::new(packed).read_to_end(&mut plain)?;
        }
        "zstd" => plain = zstd::decode_all(packed)?,
        _ => plain.extend_from_slice(packed),
    }
    Ok(plain)
}

fn rows(format: &str, plain: Vec<u8>) -> Result<usize> {
    Ok(match format {
        "csv" => plain.split(|byte| *byte == b'\n').count() - 2,
        "ndjson" => plain.split(|byte| *byte == b'\n').count() - 1,
        "parquet" => {
            let file = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(plain))?;
            usize::try_from(file.metadata().file_metadata().num_rows())?
        }
        _ => {
            let mut rows = 0;
            for batch in StreamReader::try_new(&*plain, None)? {
                rows += batch?.num_rows();
            }
            rows
        }
    })
}

#[tokio::test]
async fn every_format_is_written_and_fetched() -> Result<()> {
    let bench = Box::pin(filled(ROWS, &[])).await?;
    for (format, compression, ending) in [
        ("csv", "none", "csv"),
        ("csv", "gzip", "csv.gz"),
        ("ndjson", "none", "ndjson"),
        ("ndjson", "zstd", "ndjson.zst"),
        ("parquet", "none", "parquet"),
        ("arrow", "none", "arrows"),
    ] {
        let body = json!({"device":["legacy-7"],"metric":["battery_charge"],"format":format,"compression":compression});
        let address = asked(&bench, ADMIN, &body).await?;
        let (content, operation) = done(&bench, &address).await?;
        let result = &operation["result"];
        assert_eq!(
            (&operation["kind"], &operation["progress"], &result["share"]),
            (
                &json!("export"),
                &json!({"done":ROWS,"total":ROWS}),
                &json!(1)
            ),
            "{operation}"
        );
        assert_eq!(result["query"], body);
        let file = bench.get(&content).await?;
        assert_eq!(file.status, 200, "{}", file.text());
        assert_eq!(result["bytes"], json!(file.body.len()));
        assert_eq!(result["sha256"], hex::encode(Sha256::digest(&file.body)));
        let hash = result["sha256"].as_str().unwrap_or_default();
        assert_eq!(file.header("etag"), format!("\"{hash}\""));
        assert_eq!(file.header("content-length"), file.body.len().to_string());
        assert_eq!(file.header("content-encoding"), "");
        let id = operation["id"].as_str().unwrap_or_default();
        let name = format!("readings-{}.{ending}", id.trim_start_matches("export-"));
        assert_eq!(
            file.header("content-disposition"),
            format!("attachment; filename=\"{name}\"")
        );
        let plain = unpacked(compression, &file.body)?;
        let accept = match format {
            "csv" => "text/csv",
            "ndjson" => "application/x-ndjson",
            _ => "",
        };
        if !accept.is_empty() {
            let path = "/v1/measurements?device=legacy-7&metric=battery_charge";
            let request = bench.request("GET", path, ADMIN)?.header("accept", accept);
            let streamed = bench.send(request).await?;
            assert!(streamed.body == plain, "{format} is what a query answers");
        }
        assert_eq!(rows(format, plain)?, ROWS, "{format} {compression}");
        if (format, compression) == ("ndjson", "none") {
            in_parts(&bench, &content, &file.body).await?;
        }
    }
    Ok(())
}

async fn in_parts(bench: &Bench, content: &str, whole: &[u8]) -> Result<()> {
    let length = whole.len();
    ensure!(length > 2 * PIECE, "{length} bytes are a few pieces");
    let get = async |name: &str, value: String| {
        let request = bench.request("GET", content, ADMIN)?;
        bench.send(request.header(name, value)).await
    };
    for (first, last) in [
        (0, 0),
        (PIECE - 5, PIECE + 5),
        (17, 2 * PIECE),
        (length - 1, length - 1),
    ] {
        let part = get("range", format!("bytes={first}-{last}")).await?;
        assert_eq!(part.status, 206);
        assert!(part.body == whole[first..=last], "{first}-{last}");
        assert_eq!(
            part.header("content-range"),
            format!("bytes {first}-{last}/{length}")
        );
        assert_eq!(
            part.header("content-length"),
            (last - first + 1).to_string()
        );
    }
    let end = get("range", "bytes=-7".to_owned()).await?;
    assert_eq!(end.body, whole[length - 7..]);
    let beyond = get("range", format!("bytes={length}-")).await?;
    beyond.assert_problem(416, "range_not_satisfiable");
    assert_eq!(beyond.header("content-range"), format!("bytes */{length}"));
    let tag = end.header("etag").to_owned();
    let known = get("if-none-match", tag.clone()).await?;
    assert_eq!((known.status, known.body.len()), (304, 0));
    let resumed = bench.request("GET", content, ADMIN)?;
    let resumed = resumed.header("range", "bytes=3-").header("if-range", tag);
    assert_eq!(bench.send(resumed).await?.status, 206);
    let other = bench.request("GET", content, ADMIN)?;
    let other = other
        .header("range", "bytes=3-")
        .header("if-range", "\"x\"");
    assert_eq!(bench.send(other).await?.status, 200);
    let head = bench.send(bench.request("HEAD", content, ADMIN)?).await?;
    assert_eq!(head.header("content-length"), length.to_string());
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_exported_is_refused_at_once() -> Result<()> {
    let bench = Box::pin(filled(3, &[])).await?;
    for (body, status, code) in [
        (json!({"format":"xlsx"}), 400, "invalid_body"),
        (json!({"limit":5}), 400, "invalid_body"),
        (
            json!({"format":"parquet","compression":"gzip"}),
            400,
            "invalid_body",
        ),
        (json!({"from":"now"}), 400, "invalid_body"),
        (json!({"device":["X"]}), 404, "device_not_found"),
        (
            json!({"resolution":"1s","fill":"null","last":"365d"}),
            422,
            "query_too_large",
        ),
    ] {
        ask(&bench, ADMIN, &body)
            .await?
            .assert_problem(status, code);
    }
    let (_, ingest) = bench.key("ingest").await?;
    ask(&bench, &ingest, &json!({}))
        .await?
        .assert_problem(403, "forbidden");
    for path in ["/v1/exports/9/content", "/v1/exports/x/content"] {
        bench
            .get(path)
            .await?
            .assert_problem(404, "operation_not_found");
    }
    // Computed answers become files as well, and so does nothing.
    for (body, lines) in [
        (json!({"metric":["battery_charge"],"points":4}), 4),
        (json!({"metric":["none"]}), 1),
        (
            json!({"resolution":"10s","agg":["count"],"order":"desc"}),
            3,
        ),
    ] {
        let address = asked(&bench, ADMIN, &body).await?;
        let (content, _) = done(&bench, &address).await?;
        let file = bench.get(&content).await?;
        assert_eq!(file.text().lines().count(), lines, "{}", file.text());
    }
    Ok(())
}

#[tokio::test]
async fn an_export_survives_whoever_writes_it() -> Result<()> {
    let mut bench = Box::pin(filled(ROWS, &[])).await?;
    bench.postgres.sql(GATE)?;
    bench.postgres.sql("INSERT INTO gate VALUES (1)")?;
    let address = asked(&bench, ADMIN, &json!({"format":"ndjson"})).await?;
    assert_eventually!(
        PATIENCE,
        bench.json(&address).await?["result"]["bytes"] == json!(PIECE),
        "the first piece is kept"
    );
    let half = bench.json(&address).await?;
    assert_eq!(half["state"], "running", "{half}");
    let share = half["result"]["share"].as_f64().unwrap_or_default();
    assert!(share > 0.0 && share < 1.0, "{half}");
    assert!(half["progress"]["done"].as_u64() > Some(0), "{half}");
    assert_eq!(half["links"]["content"], Json::Null);
    let number = address.trim_start_matches("/v1/operations/export-");
    bench
        .get(&format!("/v1/exports/{number}/content"))
        .await?
        .assert_problem(409, "export_not_ready");

    bench.api.kill9().await?;
    let (_second, url) = spawn(&bench.postgres, &bench.nats, &[]).await?;
    let first = std::mem::replace(&mut bench.url, url);
    bench.postgres.sql("DELETE FROM gate")?;
    let (content, operation) = done(&bench, &address).await?;
    assert_eq!(operation["result"]["rows"], json!(ROWS), "{operation}");
    let attempts = bench.postgres.sql("SELECT attempts FROM export_run")?;
    assert_eq!(attempts.trim(), "2");

    // A third replica has the file as well.
    let (_third, url) = spawn(&bench.postgres, &bench.nats, &[]).await?;
    assert_ne!(url, first);
    let written = bench.get(&content).await?;
    bench.url = url;
    let file = bench.get(&content).await?;
    assert!(file.status == 200 && file.body == written.body);
    assert_eq!(rows("ndjson", file.body)?, ROWS);
    Ok(())
}

#[tokio::test]
async fn a_replica_that_drains_leaves_its_export_to_another_one() -> Result<()> {
    let mut bench = Box::pin(filled(ROWS, &[])).await?;
    bench.postgres.sql(GATE)?;
    bench.postgres.sql("INSERT INTO gate VALUES (1)")?;
    let address = asked(&bench, ADMIN, &json!({"format":"ndjson"})).await?;
    assert_eventually!(
        PATIENCE,
        bench.json(&address).await?["result"]["bytes"] == json!(PIECE),
        "the first piece is kept"
    );
    let (_second, url) = spawn(&bench.postgres, &bench.nats, &[]).await?;
    let stopping = bench.api.terminate(PATIENCE);
    let opening = async { bench.postgres.sql("DELETE FROM gate") };
    let (stopped, opened) = tokio::join!(stopping, opening);
    opened?;
    assert_eq!(stopped?, 0, "it ends by itself");
    bench.url = url;
    let (content, _) = done(&bench, &address).await?;
    assert_eq!(rows("ndjson", bench.get(&content).await?.body)?, ROWS);
    Ok(())
}
