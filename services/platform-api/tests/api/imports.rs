//! Devices as files: imports and exports.

use anyhow::Result;
use serde_json::json;

use crate::devices::serials;
use crate::support::{ADMIN, Answer, Bench};

async fn import(bench: &Bench, query: &str, kind: &str, body: &str) -> Result<Answer> {
    let request = bench.request("POST", &format!("/v1/devices:import{query}"), ADMIN)?;
    bench
        .send(request.header("content-type", kind).body(body.to_owned()))
        .await
}

#[tokio::test]
async fn what_is_exported_is_imported_again() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let csv = "serial,name,legacy_id,labels\r\nA,\"=Lift, 1\",7,site=vie;old\r\nB,,,\r\nA,twice,,\r\nC,,7,\r\na b,,,\r\nD,x\r\n";
    let outcomes = |answer: &Answer| -> Vec<(u64, String)> {
        let items = answer.json()["items"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        items
            .iter()
            .map(|item| {
                (
                    item["line"].as_u64().unwrap_or(0),
                    item["outcome"].as_str().unwrap_or("").to_owned()
                        + item["code"].as_str().map_or("", |_| "!"),
                )
            })
            .collect()
    };
    let expected = [
        (2, "created"),
        (3, "created"),
        (4, "refused!"),
        (5, "refused!"),
        (6, "refused!"),
        (7, "refused!"),
    ];
    let expected: Vec<(u64, String)> = expected
        .map(|(line, text)| (line, text.to_owned()))
        .to_vec();
    let dry = import(&bench, "?dry_run=true", "text/csv", csv).await?;
    assert_eq!(outcomes(&dry), expected, "{}", dry.text());
    assert_eq!(
        serials(&bench.json("/v1/devices").await?),
        Vec::<&str>::new(),
        "a dry run changes nothing"
    );
    assert_eq!(
        bench.json("/v1/audit-log?object_kind=device").await?["items"],
        json!([])
    );
    let done = import(&bench, "", "text/csv", csv).await?;
    assert_eq!(outcomes(&done), expected);
    assert_eq!(
        (&done.json()["created"], &done.json()["refused"]),
        (&json!(2), &json!(4))
    );

    read_back(&bench).await
}

/// Exports say again what was imported.
async fn read_back(bench: &Bench) -> Result<()> {
    for (accept, kind) in [
        ("text/csv", "text/csv"),
        ("application/x-ndjson", "application/x-ndjson"),
    ] {
        let request = bench
            .request("GET", "/v1/devices:export", ADMIN)?
            .header("accept", accept);
        let exported = bench.send(request).await?;
        assert!(exported.header("content-type").starts_with(kind));
        let again = import(bench, "", kind, &exported.text()).await?;
        assert_eq!(
            (
                again.status,
                &again.json()["unchanged"],
                &again.json()["refused"]
            ),
            (200, &json!(2), &json!(0)),
            "{}",
            again.text()
        );
    }
    let only = bench.get("/v1/devices:export?label=site").await?;
    assert_eq!(only.text().lines().count(), 1);
    let changed = import(
        bench,
        "",
        "application/x-ndjson",
        "{\"serial\":\"A\",\"labels\":{\"site\":\"graz\"}}\n{\n",
    )
    .await?;
    assert_eq!(
        (&changed.json()["changed"], &changed.json()["refused"]),
        (&json!(1), &json!(1))
    );
    let device = bench.json("/v1/devices/A").await?;
    assert_eq!(
        (&device["labels"], &device["name"]),
        (&json!({"site":"graz"}), &json!("=Lift, 1"))
    );
    import(bench, "", "text/plain", "x")
        .await?
        .assert_problem(415, "unsupported_media_type");
    import(bench, "", "text/csv", "nme\n")
        .await?
        .assert_problem(400, "invalid_body");
    import(bench, "?dry=1", "text/csv", "serial\n")
        .await?
        .assert_problem(400, "invalid_parameter");
    let html = bench
        .request("GET", "/v1/devices:export", ADMIN)?
        .header("accept", "text/html");
    bench
        .send(html)
        .await?
        .assert_problem(406, "not_acceptable");
    Ok(())
}
