//! The same in S3-compatible storage, against a real server (versitygw) that checks signatures.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use sens_messaging::KeptStream;
use sens_testkit::{Launch, Process, free_port};

use crate::site::{COMMITTED, MESSAGES, Site};

/// The server's program: `SENS_S3_SERVER`, `.tools/bin`, `PATH`.
fn program() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("SENS_S3_SERVER") {
        return Some(PathBuf::from(path));
    }
    let tools = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../.tools/bin");
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::iter::once(tools)
        .chain(std::env::split_paths(&paths))
        .map(|folder| folder.join("versitygw"))
        .find(|path| path.is_file())
}

#[tokio::test]
async fn backups_go_to_s3_and_come_back() -> Result<()> {
    let Some(program) = program() else {
        println!("skipped: versitygw is not installed (scripts/setup s3)");
        return Ok(());
    };
    let mut site = Site::with_sample().await?;
    let store = site.folder.path().join("s3");
    std::fs::create_dir_all(store.join("sens-backups"))?;
    let address = format!("127.0.0.1:{}", free_port()?);
    let mut server = Process::spawn(&Launch {
        name: "versitygw".to_owned(),
        program,
        args: vec![
            "--port".to_owned(),
            address.clone(),
            "posix".to_owned(),
            store.display().to_string(),
        ],
        env: vec![
            ("ROOT_ACCESS_KEY".to_owned(), "test-key".to_owned()),
            ("ROOT_SECRET_KEY".to_owned(), "test-secret".to_owned()),
        ],
        log: site.folder.path().join("s3.log"),
        user: None,
    })?;
    server
        .wait_until(Duration::from_secs(20), "takes connections", || async {
            tokio::net::TcpStream::connect(&address).await.is_ok()
        })
        .await?;
    let secret = site.folder.path().join("secret");
    std::fs::write(&secret, "test-secret\n")?;
    site.extra = vec![
        ("AWS_ENDPOINT_URL".to_owned(), format!("http://{address}")),
        ("AWS_ACCESS_KEY_ID".to_owned(), "test-key".to_owned()),
        (
            "AWS_SECRET_ACCESS_KEY_FILE".to_owned(),
            secret.display().to_string(),
        ),
    ];
    let place = "s3://sens-backups/site-1";
    // More than one part of an upload, and of what does not compress.
    site.sql(
        "INSERT INTO raw_record (epoch, seq, received_at, source, topic, outcome, decoded_count, error_count, payload_length, payload)
         SELECT 1, 100000 + n, '2026-11-20Z', 'mqtt', 't', 'parsed', 0, 0, 1,
                (SELECT string_agg(sha512((n || '-' || k)::bytea), '') FROM generate_series(1, 4000) AS k)
         FROM generate_series(1, 160) AS n",
    )?;
    for _ in 0..2 {
        site.ok(&["backup", "--to", place, "--keep", "1"]).await?;
    }
    let listed = site.ok(&["backup", "list", "--from", place]).await?;
    assert_eq!(listed.lines().count(), 1, "{listed}");
    let proved = site.ok(&["backup", "verify", "--from", place]).await?;
    let kib: u64 = proved
        .split("equal; ")
        .nth(1)
        .and_then(|rest| rest.split(' ').next()?.parse().ok())
        .unwrap_or_default();
    assert!(kib > 32 * 1024, "the upload had one part only: {proved}");
    site.lose_database()?;
    site.lose_nats().await?;
    site.ok(&["restore", "--from", place]).await?;
    assert_eq!(
        site.sql("SELECT count(*) FROM raw_record")?,
        (COMMITTED + 160).to_string()
    );
    assert_eq!(
        site.extent(KeptStream::Raw).await?.messages,
        MESSAGES - COMMITTED
    );

    std::fs::write(&secret, "wrong")?;
    let said = site.fails(&["backup", "list", "--from", place]).await?;
    assert!(
        said.contains("SignatureDoesNotMatch") && !said.contains("wrong"),
        "{said}"
    );
    Ok(())
}
