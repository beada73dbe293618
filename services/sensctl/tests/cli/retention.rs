//! How long what is kept.

use crate::site::Site;

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
