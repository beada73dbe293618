//! The registry: lists, changes and links.

use anyhow::{Context as _, Result};
use serde_json::{Value as Json, json};

use crate::support::{ADMIN, Answer, Bench, flat};

/// Sends JSON with `If-Match`; `-` for none.
pub(crate) async fn send(
    bench: &Bench,
    method: &str,
    path: &str,
    tag: &str,
    body: Json,
) -> Result<Answer> {
    let mut request = bench.request(method, path, ADMIN)?;
    if tag != "-" {
        request = request.header("if-match", tag);
    }
    if body != Json::Null {
        request = request.json(&body);
    }
    bench.send(request).await
}

pub(crate) async fn make(bench: &Bench, body: Json) -> Result<Answer> {
    send(bench, "POST", "/v1/devices", "-", body).await
}

pub(crate) fn serials(page: &Json) -> Vec<&str> {
    let items = page["items"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    items
        .iter()
        .filter_map(|item| item["serial"].as_str())
        .collect()
}

#[tokio::test]
async fn a_device_is_entered_read_changed_deleted_and_restored() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let made = make(
        &bench,
        json!({"serial":"AI-1","name":"Lift","labels":{"site":"vie","line":"3"}}),
    )
    .await?;
    assert_eq!(
        (made.status, made.header("location")),
        (201, "/v1/devices/AI-1"),
        "{}",
        made.text()
    );
    make(&bench, json!({"serial":"AI-1"}))
        .await?
        .assert_problem(409, "device_exists");
    for wrong in [
        json!({"name":"x"}),
        json!({"serial":"a b"}),
        json!({"serial":"A","nme":"x"}),
        json!({"serial":"A","labels":{"a b":"c"}}),
        json!({"serial":"legacy-07"}),
    ] {
        make(&bench, wrong)
            .await?
            .assert_problem(400, "invalid_body");
    }

    let read = bench.get("/v1/devices/AI-1").await?;
    let tag = read.header("etag").to_owned();
    assert_eq!(tag, made.header("etag"));
    assert_eq!(read.json()["labels"], json!({"line":"3","site":"vie"}));
    let again = bench
        .request("GET", "/v1/devices/AI-1", ADMIN)?
        .header("if-none-match", &tag);
    assert_eq!(bench.send(again).await?.status, 304);

    let put = changes(&bench, &tag).await?;
    deletion(&bench, put.header("etag")).await
}

/// Changes for the version that was read, and for others.
async fn changes(bench: &Bench, tag: &str) -> Result<Answer> {
    let path = "/v1/devices/AI-1";
    send(bench, "PATCH", path, "-", json!({"name":"x"}))
        .await?
        .assert_problem(428, "precondition_required");
    send(bench, "PUT", path, "-", json!({}))
        .await?
        .assert_problem(428, "precondition_required");
    send(bench, "DELETE", path, "-", Json::Null)
        .await?
        .assert_problem(428, "precondition_required");
    let patched = send(
        bench,
        "PATCH",
        path,
        tag,
        json!({"name":null,"labels":{"line":null,"area":"a"}}),
    )
    .await?;
    assert_eq!(patched.status, 200, "{}", patched.text());
    assert_eq!(
        (&patched.json()["name"], &patched.json()["labels"]),
        (&Json::Null, &json!({"area":"a","site":"vie"}))
    );
    send(bench, "PATCH", path, tag, json!({"name":"late"}))
        .await?
        .assert_problem(412, "precondition_failed");
    send(bench, "PUT", path, tag, json!({}))
        .await?
        .assert_problem(412, "precondition_failed");
    send(bench, "DELETE", path, tag, Json::Null)
        .await?
        .assert_problem(412, "precondition_failed");

    // An answer can be changed and sent back as it is.
    let mut whole = patched.json();
    whole["name"] = json!("Lift 2");
    let put = send(bench, "PUT", path, patched.header("etag"), whole).await?;
    assert_eq!(
        (put.status, &put.json()["name"], &put.json()["version"]),
        (200, &json!("Lift 2"), &json!(3))
    );
    let other = json!({"serial":"AI-2"});
    send(bench, "PUT", path, "*", other)
        .await?
        .assert_problem(400, "invalid_body");

    Ok(put)
}

/// What becomes of a device that is deleted, and entered again.
async fn deletion(bench: &Bench, tag: &str) -> Result<()> {
    let path = "/v1/devices/AI-1";
    assert_eq!(
        send(bench, "DELETE", path, tag, Json::Null).await?.status,
        204
    );
    bench
        .get(path)
        .await?
        .assert_problem(404, "device_not_found");
    send(bench, "PATCH", path, "*", json!({"name":"x"}))
        .await?
        .assert_problem(404, "device_not_found");
    // What a deleted device sends is kept, and it stays deleted until somebody enters it again.
    let at = chrono::Utc::now().to_rfc3339();
    let payload =
        json!({"v":1,"readings":[{"metric":"battery_charge","value":50,"at":at}]}).to_string();
    bench
        .commit(&[("sens/v1/AI-1/telemetry", payload.as_str())])
        .await?;
    bench
        .get(path)
        .await?
        .assert_problem(404, "device_not_found");
    assert_eq!(
        serials(&bench.json("/v1/devices").await?),
        Vec::<&str>::new()
    );
    assert_eq!(make(bench, json!({"serial":"AI-1"})).await?.status, 201);
    let latest = bench.json("/v1/devices/AI-1/latest").await?;
    assert_eq!(latest["items"][0]["value"], 50.0);
    Ok(())
}

#[tokio::test]
async fn lists_are_filtered_sorted_paged_and_counted() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    for (serial, name, labels) in [
        ("A", Some("z"), json!({"site":"vie","line":"3"})),
        ("B", None, json!({"site":"vie","old":""})),
        ("C", Some("y"), json!({"site":"graz","line":"4"})),
        ("D", Some("y"), json!({})),
    ] {
        let made = make(
            &bench,
            json!({"serial":serial,"name":name,"model":format!("m{serial}"),"labels":labels}),
        )
        .await?;
        assert_eq!(made.status, 201, "{}", made.text());
    }
    for (query, expected) in [
        ("", "A B C D"),
        ("label=site%3Dvie", "A B"),
        ("label=site%3Dvie,line!%3D3", "B"),
        ("label=site%20in%20(vie,graz)&label=!old", "A C"),
        ("label=line", "A C"),
        ("model=mC", "C"),
        ("q=MC", "C"),
        ("status=never_seen&sort=-serial", "D C B A"),
        ("status=online", ""),
        ("sort=name", "B C D A"),
        ("sort=-name", "A D C B"),
        ("sort=-last_seen_at", "D C B A"),
        ("firmware=1", ""),
        ("last_seen_from=2020-01-01T00:00:00Z", ""),
    ] {
        let page = bench.json(&format!("/v1/devices?{query}")).await?;
        assert_eq!(serials(&page).join(" "), expected, "{query}");
        // The same, two by two, along the links.
        let mut next = format!("/v1/devices?{query}&limit=2");
        let mut found = Vec::new();
        loop {
            let answer = bench.get(&next).await?;
            assert_eq!(answer.status, 200, "{}", answer.text());
            found.extend(serials(&answer.json()).into_iter().map(str::to_owned));
            let link = answer.header("link").to_owned();
            let Some(link) = link.strip_suffix("; rel=\"next\"") else {
                break;
            };
            next = link.trim_matches(['<', '>']).to_owned();
        }
        assert_eq!(found.join(" "), expected, "{query} by pages");
    }
    let counted = bench
        .json("/v1/devices?count=exact&limit=1&label=site")
        .await?;
    assert_eq!(counted["total"], json!({"count":3,"exact":true}));
    assert_eq!(
        bench.json("/v1/devices?count=estimate").await?["total"]["exact"],
        false
    );
    let cursor = bench.json("/v1/devices?limit=1").await?["next_cursor"]
        .as_str()
        .context("no cursor")?
        .to_owned();
    for query in ["sort=name", "label=site", "status=online"] {
        bench
            .get(&format!("/v1/devices?{query}&cursor={cursor}"))
            .await?
            .assert_problem(400, "invalid_cursor");
    }
    for query in ["label=a;b", "sort=age", "count=all", "last_seen_from=now"] {
        bench
            .get(&format!("/v1/devices?{query}"))
            .await?
            .assert_problem(400, "invalid_parameter");
    }
    Ok(())
}

/// Values of a metric of a device, oldest first.
async fn values(bench: &Bench, serial: &str, metric: &str) -> Result<Vec<f64>> {
    let page = bench
        .json(&format!(
            "/v1/devices/{serial}/measurements?metric={metric}"
        ))
        .await?;
    let items = page["items"].as_array().context("no items")?;
    Ok(items
        .iter()
        .filter_map(|item| item["value"].as_f64())
        .collect())
}

#[tokio::test]
async fn a_link_joins_both_histories_until_it_is_undone() -> Result<()> {
    let bench = Bench::start(&[]).await?;
    let now = chrono::Utc::now();
    let new =
        json!({"v":1,"readings":[{"metric":"battery_charge","value":70,"at":now.to_rfc3339()}]})
            .to_string();
    let legacy = |kind: &str, value: f64, ago: i64| {
        let timestamp = now.timestamp() - ago;
        json!({"device_id":7,"event_type":kind,"value":value,"timestamp":timestamp}).to_string()
    };
    let (old, height) = (
        legacy("battery_charge", 40.0, 60),
        legacy("platform_height_mm", 9.0, 60),
    );
    let other = flat(8, "battery_charge", 1.0, 0);
    bench
        .commit(&[
            ("sens/v1/AI-1/telemetry", new.as_str()),
            ("sens/legacy/telemetry", old.as_str()),
            ("sens/legacy/telemetry", height.as_str()),
            ("sens/legacy/telemetry", other.as_str()),
        ])
        .await?;
    assert_eq!(values(&bench, "AI-1", "battery_charge").await?, [70.0]);

    let linked = send(
        &bench,
        "PATCH",
        "/v1/devices/AI-1",
        "*",
        json!({"legacy_id":7}),
    )
    .await?;
    assert_eq!(
        (linked.status, &linked.json()["legacy_id"]),
        (200, &json!(7)),
        "{}",
        linked.text()
    );
    for serial in ["AI-1", "legacy-7"] {
        assert_eq!(
            values(&bench, serial, "battery_charge").await?,
            [40.0, 70.0],
            "{serial}"
        );
        assert_eq!(values(&bench, serial, "platform_height_mm").await?, [9.0]);
        let latest = bench.json(&format!("/v1/devices/{serial}/latest")).await?;
        assert_eq!(
            (&latest["items"][0]["value"], &latest["items"][1]["value"]),
            (&json!(70), &json!(9)),
            "{latest}"
        );
        assert_eq!(
            bench.json(&format!("/v1/devices/{serial}")).await?["serial"],
            "AI-1"
        );
        let explained = bench.json(&format!("/v1/devices/{serial}/explain")).await?;
        assert_eq!(explained["readings_stored"], 3, "{explained}");
        assert_eq!(
            bench
                .get(&format!("/v1/devices/{serial}/series"))
                .await?
                .status,
            200
        );
    }
    assert_eq!(
        serials(&bench.json("/v1/devices").await?),
        ["AI-1", "legacy-8"]
    );
    unlinked(&bench).await
}

/// A number belongs to one device, and is given back.
async fn unlinked(bench: &Bench) -> Result<()> {
    let taken = send(
        bench,
        "PATCH",
        "/v1/devices/legacy-8",
        "*",
        json!({"legacy_id":7}),
    )
    .await?;
    taken.assert_problem(400, "invalid_body");
    let second = make(bench, json!({"serial":"AI-2","legacy_id":7})).await?;
    second.assert_problem(409, "legacy_id_taken");
    assert!(second.text().contains("AI-1"));
    bench
        .get("/v1/devices/AI-2")
        .await?
        .assert_problem(404, "device_not_found");

    let unlinked = send(
        bench,
        "PATCH",
        "/v1/devices/AI-1",
        "*",
        json!({"legacy_id":null}),
    )
    .await?;
    assert_eq!(unlinked.json()["legacy_id"], Json::Null);
    assert_eq!(values(bench, "AI-1", "battery_charge").await?, [70.0]);
    assert_eq!(values(bench, "legacy-7", "battery_charge").await?, [40.0]);
    assert_eq!(
        serials(&bench.json("/v1/devices").await?),
        ["AI-1", "legacy-7", "legacy-8"]
    );
    Ok(())
}
