//! API keys, as an operator handles them.

use crate::site::Site;

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
