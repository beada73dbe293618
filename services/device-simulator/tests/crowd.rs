//! Many devices: over few connections, over a connection each, and when all of these break at once.

#![expect(
    clippy::expect_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use sens_testkit::Mosquitto;

/// Runs a fleet to its end and gives what it says last: "M messages with R good readings acknowledged over C connections".
async fn fleet(broker: &Mosquitto, words: &str, ledger: Option<&Path>) -> (u64, u64) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_device-simulator"));
    command
        .env_clear()
        .args(["run", "--mqtt-url", &broker.url()])
        .args(words.split(' '))
        .stdin(Stdio::null());
    if let Some(file) = ledger {
        command.arg("--ledger").arg(file);
    }
    let output = tokio::task::spawn_blocking(move || command.output())
        .await
        .expect("it runs")
        .expect("the simulator starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}\n{said}");
    let number = |word: Option<&str>| word.and_then(|word| word.parse().ok()).expect("a number");
    let messages = number(said.split(' ').next());
    let (_, connections) = said.split_once("acknowledged over ").expect("it sums up");
    (messages, number(connections.split(' ').next()))
}

#[tokio::test]
async fn ten_thousand_devices_share_ten_connections() {
    let broker = Mosquitto::start().await.expect("mosquitto starts");
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("ledger");
    let words = "--devices 10000 --connections 10 --rate 4000 --duration 6 --formats v1,startup";
    let (messages, connections) = fleet(&broker, words, Some(&file)).await;
    assert_eq!(connections, 10);
    let lines = BufReader::new(std::fs::File::open(&file).expect("the ledger exists")).lines();
    let (mut started, mut count) = (HashSet::new(), 0);
    for line in lines {
        let line: serde_json::Value =
            serde_json::from_str(&line.expect("it is text")).expect("each line is JSON");
        if line["kind"] == "startup" {
            started.insert(line["topic"].to_string());
        }
        count += 1;
    }
    assert_eq!(started.len(), 10_000, "every device has started");
    assert_eq!(count, messages);
}

#[tokio::test]
async fn two_thousand_connections_survive_storms() {
    let broker = Mosquitto::start().await.expect("mosquitto starts");
    let words = "--devices 2000 --connections 2000 --rate 1000 --duration 9 --storm-every 4 --burst-every 3 \
                 --burst-messages 2000";
    let (messages, connections) = fleet(&broker, words, None).await;
    assert!(connections >= 3 * 2000, "two storms: {connections}");
    assert!(messages > 9_000, "{messages}");
}
