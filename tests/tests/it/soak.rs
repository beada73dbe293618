//! The long form of `pressure`: the database, then NATS, is gone for minutes while a simulated fleet goes on at full input.

use std::fs::File;
use std::io::BufReader;
use std::time::{Duration, Instant};

use sens_testkit::ledger::{Accounts, Findings, Ledger, held};
use sens_testkit::{Platform, assert_eventually, http};
use serde_json::Value;

use crate::pressure::MEMORY;
use crate::support::PATIENCE;

const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How long what has piled up may take, for each second of the outage; on a machine that does much else besides.
const CATCH_UP: u32 = 5;

#[tokio::test]
#[ignore = "takes minutes; `just soak-outage MINUTES` runs it"]
async fn outages_at_full_input() {
    let outage = Duration::from_mins(setting("SENS_SOAK_MINUTES", "10"));
    let rate = setting("SENS_SOAK_RATE", "1000");
    let mut platform = Platform::builder().start().await.unwrap();
    let file = platform.dir().join("acknowledged.ndjson");
    let words = format!(
        "run --mqtt-url {} --devices 500 --connections 20 --rate {rate} --formats flat,v1,senml \
         --malformed-share 0.01 --duplicate-share 0.01 --ledger",
        platform.mqtt_url()
    );
    let mut arguments: Vec<String> = words.split(' ').map(str::to_owned).collect();
    arguments.push(file.display().to_string());
    platform.add_simulator(&arguments).unwrap();
    let mut watch = Watch::begin();
    watch
        .for_a_while(&mut platform, "all is well", LOOK_EVERY * 2)
        .await;

    platform.postgres.kill9().await.unwrap();
    let peaks = watch
        .for_a_while(&mut platform, "no database", outage)
        .await;
    levels_off(&peaks);
    platform.postgres.restart().await.unwrap();
    watch.until_caught_up(&mut platform, outage).await;

    platform.nats.kill9().await.unwrap();
    let peaks = watch.for_a_while(&mut platform, "no NATS", outage).await;
    levels_off(&peaks);
    platform.nats.restart().await.unwrap();
    watch.until_caught_up(&mut platform, outage).await;

    assert_eq!(platform.simulators[0].terminate(PATIENCE).await.unwrap(), 0);
    let mut ledger = Ledger::default();
    ledger
        .read(BufReader::new(File::open(&file).unwrap()))
        .unwrap();
    let (findings, accounts) = settled(&platform, &ledger, outage * CATCH_UP + PATIENCE).await;
    report(&findings, &accounts);
    assert!(findings.is_clean(), "{findings:?}");
    assert!(
        accounts.agree(findings.arrivals, findings.stored),
        "{accounts:?}"
    );
}

/// A whole number from the environment.
fn setting(name: &str, default: &str) -> u64 {
    let text = std::env::var(name).unwrap_or_else(|_| default.to_owned());
    text.parse()
        .unwrap_or_else(|_| panic!("{name} is {text:?}, no whole number"))
}

/// Resident bytes of mqtt-ingestion-worker and telemetry-worker at each look.
type Looks = Vec<[u64; 2]>;

struct Watch {
    begun: Instant,
}

impl Watch {
    fn begin() -> Self {
        println!(
            "     s  state           MB: ingestion  telemetry  api  broker  nats   messages: received  in flight"
        );
        Self {
            begun: Instant::now(),
        }
    }

    async fn for_a_while(&mut self, platform: &mut Platform, state: &str, time: Duration) -> Looks {
        let until = Instant::now() + time;
        let mut looks = Looks::new();
        while Instant::now() < until {
            tokio::time::sleep(LOOK_EVERY.min(time)).await;
            looks.push(self.look(platform, state).await);
        }
        looks
    }

    /// Until every service is ready and no more waits than arrives within two seconds.
    async fn until_caught_up(&mut self, platform: &mut Platform, outage: Duration) {
        let over = Instant::now();
        for service in platform
            .services_mut()
            .filter(|service| service.name() != "device-simulator")
        {
            service.wait_ready(PATIENCE).await.unwrap();
        }
        println!(
            "all are ready {:.1} s after it came back",
            over.elapsed().as_secs_f64()
        );
        let limit = outage * CATCH_UP + PATIENCE;
        let enough = 2 * setting("SENS_SOAK_RATE", "1000");
        let mut last = 0;
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            self.look(platform, "catching up").await;
            let (received, waiting) = stream(platform).await.unwrap();
            // What waits in the broker is through when the stream receives no more than the input.
            let steady = received - last <= enough * LOOK_EVERY.as_secs();
            last = received;
            if waiting <= enough && steady {
                break;
            }
            assert!(over.elapsed() < limit, "{waiting} wait after {limit:?}");
        }
        println!(
            "caught up {:.0} s after it came back",
            over.elapsed().as_secs_f64()
        );
    }

    async fn look(&mut self, platform: &mut Platform, state: &str) -> [u64; 2] {
        let messages = stream(platform).await;
        let ours = platform
            .ingestion
            .iter_mut()
            .chain(&mut platform.telemetry)
            .chain(&mut platform.api)
            .map(|service| resident(service.process().pid()));
        let mut used: Vec<u64> = ours.collect();
        let servers = [platform.mosquitto.process(), platform.nats.process()];
        used.extend(servers.map(|server| server.map_or(0, |server| resident(server.pid()))));
        let megabytes: Vec<u64> = used.iter().map(|bytes| bytes / 1_000_000).collect();
        let messages = messages.map_or_else(
            || "-          -".to_owned(),
            |(received, waiting)| format!("{received} {waiting:>10}"),
        );
        println!(
            "{:>6.0}  {state:<14} {:>14} {:>10} {:>4} {:>7} {:>5} {messages:>29}",
            self.begun.elapsed().as_secs_f64(),
            megabytes[0],
            megabytes[1],
            megabytes[2],
            megabytes[3],
            megabytes[4],
        );
        assert!((used[0].max(used[1]) as f64) < MEMORY, "{megabytes:?} MB");
        [used[0], used[1]]
    }
}

/// Resident bytes of a process; 0 when it is gone.
fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let kilobytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next());
    kilobytes.map_or(0, |text| text.parse::<u64>().unwrap() * 1024)
}

/// What is held is full soon; from then on no worker grows: the second half of an outage needs no more than the first.
fn levels_off(looks: &Looks) {
    let (first, second) = looks.split_at(looks.len() / 2);
    for worker in 0..2 {
        let most = |looks: &[[u64; 2]]| looks.iter().map(|look| look[worker]).max().unwrap_or(0);
        let (before, after) = (most(first), most(second));
        assert!(
            after <= before + before / 10 + 8_000_000,
            "a worker grew from {before} to {after} bytes"
        );
    }
}

/// Messages that the raw stream has received, and those of them that are not committed; nothing while NATS is away.
async fn stream(platform: &Platform) -> Option<(u64, u64)> {
    let monitor = platform.nats.monitor();
    let answer = http::get(&monitor, "/jsz?streams=true&consumers=true", None).await;
    let found: Value = serde_json::from_str(&answer.ok()?.body).ok()?;
    let streams = found["account_details"][0]["stream_detail"].as_array()?;
    let raw = streams.iter().find(|stream| stream["name"] == "SENS_RAW")?;
    let consumer = raw["consumer_detail"].as_array()?.first()?;
    let waiting = consumer["num_pending"].as_u64()? + consumer["num_ack_pending"].as_u64()?;
    Some((raw["state"]["last_seq"].as_u64()?, waiting))
}

/// The ledgers side by side, as soon as everything is committed.
async fn settled(platform: &Platform, sent: &Ledger, within: Duration) -> (Findings, Accounts) {
    let mut before = 0;
    assert_eventually!(within, {
        tokio::time::sleep(LOOK_EVERY).await;
        let (received, waiting) = stream(platform).await.unwrap();
        let still = received == before && waiting == 0;
        before = received;
        still
    });
    let findings = sent.compare(&held(platform).unwrap());
    let begun = Instant::now();
    let answer = reqwest::Client::new()
        .get(format!("{}/v1/accounting", platform.api_url()))
        .bearer_auth(platform.api_key())
        .send();
    let text = answer.await.unwrap().text().await.unwrap();
    println!("accounts given in {:.1} s", begun.elapsed().as_secs_f64());
    let accounts = serde_json::from_str(&text);
    (
        findings,
        accounts.unwrap_or_else(|error| panic!("{error}: {text}")),
    )
}

fn report(findings: &Findings, accounts: &Accounts) {
    let (m, r) = (&accounts.messages, &accounts.readings);
    println!(
        "devices:  {} acknowledged, {} readings, {} malformed",
        findings.acknowledged, findings.readings, findings.malformed
    );
    println!(
        "platform: {} received = {} parsed + {} failed + {} control; {} dead, {} in flight",
        m.received, m.parsed, m.failed, m.control, m.dead, m.in_flight
    );
    println!(
        "          {} decoded = {} processed + {} duplicate + {} error",
        r.decoded, r.processed, r.duplicate, r.error
    );
    println!(
        "{} missing, {} twice, {} wrong, {} unknown",
        findings.missing, findings.twice, findings.wrong, findings.unknown
    );
    for example in &findings.examples {
        println!("  {example}");
    }
}
