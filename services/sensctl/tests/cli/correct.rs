//! `sensctl correct` on readings that are there.

use crate::site::Site;

const READINGS: &str = "SELECT coalesce(string_agg(value::text, ' ' ORDER BY recorded_at), 'none') FROM counting_reading";

fn values(site: &Site) -> anyhow::Result<String> {
    Ok(site.sql(READINGS)?.trim().to_owned())
}

fn charge(value: u32, minute: u32) -> String {
    format!(
        r#"{{"v":1,"readings":[{{"metric":"battery_charge","value":{value},"at":"2026-11-20T10:{minute:02}:00Z"}}]}}"#
    )
}

#[tokio::test]
async fn readings_are_set_taken_out_and_brought_back() -> anyhow::Result<()> {
    let site = Site::start().await?;
    site.sensctl(&["migrate", "--skip-streams"]).await?;
    let charges = [charge(80, 0), charge(3, 10), charge(79, 20)];
    let topic = "sens/v1/AI-7/telemetry";
    let messages: Vec<(&str, &str)> = charges
        .iter()
        .map(|charge| (topic, charge.as_str()))
        .collect();
    site.receive(1, &messages).await?;
    let wrong = [
        "--device",
        "AI-7",
        "--metric",
        "battery_charge",
        "--reason",
        "the battery was being changed",
    ];
    let at = [&wrong[..], &["--at", "2026-11-20T10:10:00Z"]].concat();
    let set = [&["correct", "set", "--value", "79.5"][..], &at].concat();
    let dry = site.sensctl(&[&set[..], &["--dry-run"]].concat()).await?;
    assert_eq!(
        (dry.code, dry.out.as_str()),
        (
            0,
            "2026-11-20T10:10:00.000000Z  3 -> 79.5  from 1-2\ndry run: 1 readings would be corrected\n"
        )
    );
    assert_eq!(values(&site)?, "80 3 79");

    let made = site.sensctl(&set).await?;
    assert!(
        made.code == 0 && made.out.contains("set to 79.5 battery_charge"),
        "{made:?}"
    );
    assert_eq!(values(&site)?, "80 79.5 79");
    let span = [
        "--from",
        "2026-11-20T10:00:00Z",
        "--to",
        "2026-11-20T11:00:00Z",
    ];
    let out = [&["correct", "withdraw"][..], &wrong, &span].concat();
    assert_eq!(site.sensctl(&out).await?.code, 0);
    assert_eq!(values(&site)?, "none");

    let undo = ["correct", "undo", "1", "--reason", "it was so", "--dry-run"];
    let blocked = site.sensctl(&undo).await?;
    assert!(
        blocked.code == 1 && blocked.err.contains('2'),
        "the later one first: {blocked:?}"
    );
    let undo = ["correct", "undo", "2", "--reason", "it was so"];
    let dry = site.sensctl(&[&undo[..], &["--dry-run"]].concat()).await?;
    assert!(dry.out.contains("can be undone"), "{dry:?}");
    assert_eq!(values(&site)?, "none");
    assert_eq!(site.sensctl(&undo).await?.code, 0);
    assert_eq!(values(&site)?, "80 79.5 79");

    let list = site
        .sensctl(&["correct", "list", "--device", "AI-7"])
        .await?;
    let lines: Vec<&str> = list.out.lines().collect();
    assert_eq!(lines.len(), 2, "{list:?}");
    assert!(lines[0].starts_with("2 ") && lines[0].contains("undone by"));
    let show = site.sensctl(&["correct", "show", "1"]).await?;
    assert!(show.out.contains("3 -> 79.5  from 1-2"), "{show:?}");
    for (arguments, text) in [
        (&["--value", "130"][..], "from 0 to 100"),
        (&["--value", "up"], "is a number"),
    ] {
        let refused = site
            .sensctl(&[&["correct", "set"][..], arguments, &at].concat())
            .await?;
        assert!(
            refused.code == 1 && refused.err.contains(text),
            "{refused:?}"
        );
    }
    Ok(())
}
