//! A simulated fleet with every fault it can play reaches the platform whole, and its ledger tells what must be there.

use std::fs::File;
use std::io::BufReader;

use sens_testkit::ledger::{Accounts, Findings, Ledger, held};
use sens_testkit::{Platform, assert_eventually};

use crate::support::{PATIENCE, number};

#[tokio::test]
async fn with_bursts_storms_wrong_clocks_and_repetitions() {
    let mut platform = Platform::builder().start().await.unwrap();
    let file = platform.dir().join("acknowledged.ndjson");
    let words = format!(
        "run --mqtt-url {} --devices 300 --connections 60 --rate 300 --duration 8 --malformed-share 0.05 \
         --duplicate-share 0.1 --clock-fault-share 0.1 --burst-every 3 --burst-messages 1000 --storm-every 3 --ledger",
        platform.mqtt_url()
    );
    let mut arguments: Vec<String> = words.split(' ').map(str::to_owned).collect();
    arguments.push(file.display().to_string());
    platform.add_simulator(&arguments).unwrap();
    let status = platform.simulators[0].wait(PATIENCE).await.unwrap();
    assert!(status.success(), "{}", platform.simulators[0].log_tail(10));
    let mut ledger = Ledger::default();
    ledger
        .read(BufReader::new(File::open(&file).unwrap()))
        .unwrap();

    assert_eventually!(PATIENCE, {
        let findings = ledger.compare(&held(&platform).unwrap());
        agrees(&platform, &findings).await
    });
    let findings = ledger.compare(&held(&platform).unwrap());
    // 8 s at 300 a second and two bursts, less what a slow machine does not manage.
    assert!(findings.acknowledged > 3_000, "{findings:?}");
    assert!(findings.malformed > 50, "{findings:?}");
    let clocks = "SELECT count(*) FROM processed_record WHERE quality = 'implausible_clock' AND device_time > now() + interval '1 day'";
    assert!(number(&platform, clocks) > 0);
    let said = platform.simulators[0].logs();
    let connections = said
        .lines()
        .find_map(|line| line.split_once("acknowledged over ")?.1.split(' ').next());
    let connections: u64 = connections.unwrap().parse().unwrap();
    assert!(connections >= 3 * 60, "two storms: {said}");
}

async fn agrees(platform: &Platform, findings: &Findings) -> bool {
    let accounts = Accounts::ask(platform).await.unwrap();
    findings.is_clean() && accounts.agree(findings.arrivals, findings.stored)
}
