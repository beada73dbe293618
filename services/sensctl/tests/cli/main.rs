//! sensctl on real servers, as an operator calls it.

mod correct;
mod site;

use tokio::process::Command;

use crate::site::{Ran, Site};

#[tokio::test]
async fn a_new_site_is_migrated_and_found_healthy() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let before = site.sensctl(&["migrate", "--check"]).await?;
    assert_eq!(before.code, 1, "{before:?}");
    assert!(before.err.contains("run `sensctl migrate`"), "{before:?}");
    let sick = site.sensctl(&["doctor"]).await?;
    assert_eq!(sick.code, 1, "{sick:?}");
    assert!(sick.out.contains("FAIL  database"), "{sick:?}");

    let plan = site.sensctl(&["migrate", "--plan", "--sql"]).await?;
    assert_eq!(plan.code, 0, "{plan:?}");
    assert!(plan.out.contains("schema is at version 0"), "{plan:?}");
    assert!(plan.out.contains("CREATE TABLE raw_record"), "{plan:?}");
    let waiting = ["migrate", "--check", "--at-least", "1", "--wait", "60"];
    let (first, waited) = tokio::join!(site.sensctl(&["migrate"]), site.sensctl(&waiting));
    assert_eq!(first?.code, 0);
    assert_eq!(waited?.code, 0);
    let second = site.sensctl(&["migrate"]).await?;
    assert!(second.out.contains("nothing to do"), "{second:?}");
    let log = site.sensctl(&["deployments", "list"]).await?;
    assert_eq!(log.out.lines().count(), 1, "{log:?}");
    assert!(
        log.out.contains("migration") && log.out.contains("schema 0 -> "),
        "{log:?}"
    );
    assert_eq!(site.sensctl(&["migrate", "--check"]).await?.code, 0);
    let future = ["migrate", "--check", "--at-least", "9999"];
    assert_eq!(site.sensctl(&future).await?.code, 1);
    let contradiction = ["migrate", "--plain", "--to-timescale"];
    assert_eq!(site.sensctl(&contradiction).await?.code, 2);

    let healthy = site.sensctl(&["doctor", "--ledger"]).await?;
    assert_eq!(healthy.code, 0, "{healthy:?}");
    assert!(!healthy.out.contains("FAIL"), "{healthy:?}");
    assert!(
        healthy.out.contains("warn  durability the MQTT sessions"),
        "{healthy:?}"
    );
    assert!(!healthy.out.contains("sync_interval"), "{healthy:?}");
    Ok(())
}

#[tokio::test]
async fn the_doctor_names_what_is_down() -> anyhow::Result<()> {
    let mut site = Site::start().await?;
    site.sensctl(&["migrate"]).await?;
    site.nats.kill9().await?;
    let sick = site.sensctl(&["doctor"]).await?;
    assert_eq!(sick.code, 1, "{sick:?}");
    assert!(
        sick.out.contains("FAIL  jetstream") && sick.out.contains("SENS_NATS__URL"),
        "{sick:?}"
    );
    assert!(sick.out.contains("ok    database"), "{sick:?}");
    Ok(())
}

#[tokio::test]
async fn keys_are_made_listed_and_revoked() -> anyhow::Result<()> {
    let site = Site::start().await?;
    site.sensctl(&["migrate", "--skip-streams"]).await?;
    let made = site
        .sensctl(&["keys", "create", "--name", "grafana", "--role", "viewer"])
        .await?;
    let key = made.out.trim();
    let id = key
        .strip_prefix("sens_")
        .and_then(|rest| rest.split('_').next())
        .unwrap_or_default();
    assert!(id.len() == 16 && key.len() > 64, "{made:?}");
    let listed = site.sensctl(&["keys", "list"]).await?;
    assert!(
        listed.out.contains(id) && listed.out.contains("active"),
        "{listed:?}"
    );
    assert!(!listed.out.contains(key), "the secret is shown again");
    assert_eq!(site.sensctl(&["keys", "revoke", id]).await?.code, 0);
    assert!(
        site.sensctl(&["keys", "list"])
            .await?
            .out
            .contains("revoked")
    );
    let unknown = site.sensctl(&["keys", "revoke", "nobody"]).await?;
    assert_eq!(unknown.code, 1);
    assert!(unknown.err.contains("sensctl keys list"), "{unknown:?}");
    Ok(())
}

#[tokio::test]
async fn retention_is_planned_run_and_set() -> anyhow::Result<()> {
    let site = Site::start().await?;
    site.sensctl(&["migrate", "--skip-streams"]).await?;
    let plan = site.sensctl(&["retention", "plan"]).await?;
    assert_eq!(plan.code, 0, "{plan:?}");
    assert!(plan.out.contains("0 partitions, 0 rows"), "{plan:?}");
    let run = site.sensctl(&["retention", "run"]).await?;
    assert_eq!(run.code, 0, "{run:?}");
    let set = site.sensctl(&["retention", "set", "raw", "60"]).await?;
    assert_eq!(set.code, 0, "{set:?}");
    let metric = [
        "retention",
        "set",
        "readings",
        "forever",
        "--metric",
        "battery_charge",
    ];
    assert_eq!(site.sensctl(&metric).await?.code, 0);
    let settings = site.sensctl(&["retention", "settings"]).await?;
    for line in [
        &["raw", "60 days", "sensctl:"][..],
        &["battery_charge", "for ever"],
    ] {
        let found = settings
            .out
            .lines()
            .any(|shown| line.iter().all(|word| shown.contains(word)));
        assert!(found, "{line:?}: {settings:?}");
    }
    let unknown = ["retention", "set", "readings", "1", "--metric", "nothing"];
    assert_eq!(site.sensctl(&unknown).await?.code, 1);
    assert_eq!(
        site.sensctl(&["retention", "set", "raw", "0"]).await?.code,
        2
    );
    let runs = site.sensctl(&["retention", "runs"]).await?;
    assert_eq!(runs.out.lines().count(), 2, "{runs:?}");
    Ok(())
}

#[tokio::test]
async fn bad_configuration_ends_with_two_and_a_line() -> anyhow::Result<()> {
    let output = Command::new(env!("CARGO_BIN_EXE_sensctl"))
        .arg("migrate")
        .env_clear()
        .output()
        .await?;
    let ran = Ran::from(output);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("DATABASE_URL"), "{ran:?}");
    let checked = Command::new(env!("CARGO_BIN_EXE_sensctl"))
        .arg("check-config")
        .env_clear()
        .env("DATABASE_URL", "postgres://owner:hunter2@127.0.0.1/sens")
        .output()
        .await?;
    let checked = Ran::from(checked);
    assert_eq!(checked.code, 0, "{checked:?}");
    assert!(
        checked.out.contains("configuration is valid") && !checked.out.contains("hunter2"),
        "{checked:?}"
    );
    Ok(())
}

#[tokio::test]
async fn metrics_are_described_and_their_history_shown() -> anyhow::Result<()> {
    let site = Site::start().await?;
    site.sensctl(&["migrate"]).await?;
    let added = site
        .sensctl(&[
            "metrics",
            "add",
            "door_angle",
            "--unit",
            "deg",
            "--min",
            "-5",
            "--max",
            "180",
        ])
        .await?;
    assert_eq!(added.code, 0, "{added:?}");
    assert!(added.out.contains("-5 to 180"), "{added:?}");
    let again = site.sensctl(&["metrics", "add", "door_angle"]).await?;
    assert_eq!(again.code, 1);
    assert!(again.err.contains("metrics set door_angle"), "{again:?}");
    let set = site
        .sensctl(&[
            "metrics",
            "set",
            "door_angle",
            "--display-unit",
            "rad",
            "--display-factor",
            "0.0174533",
            "--clear",
            "min",
        ])
        .await?;
    assert!(
        set.out.contains("… to 180") && set.out.contains("shown in rad"),
        "{set:?}"
    );
    let wrong = site
        .sensctl(&["metrics", "set", "door_angle", "--min", "200"])
        .await?;
    assert!(
        wrong.code == 1 && wrong.err.contains("max is not below min"),
        "{wrong:?}"
    );
    let history = site.sensctl(&["metrics", "history", "door_angle"]).await?;
    assert!(
        history.out.starts_with("version 2") && history.out.contains("version 1"),
        "{history:?}"
    );
    let list = site.sensctl(&["metrics", "list"]).await?;
    assert!(
        list.out.contains("battery_charge") && list.out.contains("door_angle"),
        "{list:?}"
    );
    assert_eq!(
        site.sensctl(&["metrics", "list", "--unlisted"]).await?.out,
        ""
    );
    Ok(())
}
