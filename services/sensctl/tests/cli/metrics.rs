//! The metric catalogue.

use crate::site::Site;

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
