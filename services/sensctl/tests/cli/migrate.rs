//! Bringing a site up, and seeing that it is.

use crate::site::Site;

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
