//! What is said of bad settings.

use tokio::process::Command;

use crate::site::Ran;

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
