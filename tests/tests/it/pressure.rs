//! Full streams, full disks and long outages at full input: everything is held within bounds, told, and recovered.

use std::path::{Path, PathBuf};
use std::process::Command;

use sens_testkit::{Platform, Service, assert_eventually};

use crate::support::faults::{says, told};
use crate::support::load::Load;
use crate::support::mqtt::Device;
use crate::support::{PATIENCE, number};

/// What a worker may use at any lag: fixed buffers of some 100 MiB, and room for the allocator.
pub(crate) const MEMORY: f64 = 320e6;
/// What it may use while it only holds: less than what arrives meanwhile in these tests.
const HOLDING: f64 = 160e6;

#[tokio::test]
async fn a_full_stream_stops_the_acknowledgements() {
    let mut platform = Platform::builder()
        .without_api()
        .env("*", "SENS_NATS__RAW_MAX_BYTES", "1048576")
        .start()
        .await
        .unwrap();
    let load = Load::start(&platform).await;
    load.goes_on(400).await;
    platform.telemetry[0].pause().unwrap();
    says(&platform.ingestion[0], "stream SENS_RAW is full").await;
    load.goes_on(2_000).await;
    let worker = &platform.ingestion[0];
    let lines = told(worker, "packets are held", "SENS_RAW is full");
    assert!(
        (1..=4).contains(&lines),
        "{lines} lines: {}",
        worker.log_tail(10)
    );
    let failures = worker
        .metric("sens_jetstream_publish_failures_total", "")
        .await;
    assert!(failures.unwrap() > 0.0);
    platform.telemetry[0].resume().unwrap();
    for service in platform.services_mut() {
        service.wait_ready(PATIENCE).await.unwrap();
    }
    load.all_stored_once(&platform).await;
}

#[tokio::test]
async fn a_full_disk_of_the_database() {
    let Some(disk) = Disk::mount("8m") else {
        return;
    };
    let mut platform = Platform::builder().without_api().start().await.unwrap();
    disk.give_to_postgres();
    let place = disk.path().display();
    platform
        .sql(&format!("CREATE TABLESPACE small LOCATION '{place}'"))
        .unwrap();
    // The data alone: a server whose log has no room stops altogether, which is another fault.
    let moved =
        "SELECT string_agg(format('ALTER TABLE %s SET TABLESPACE small', inhrelid::regclass), '; ')
        FROM pg_inherits WHERE inhparent = 'raw_record'::regclass";
    // The worker makes the partitions when it starts.
    assert_eventually!(PATIENCE, !platform.sql(moved).unwrap().trim().is_empty());
    let moved = platform.sql(moved).unwrap();
    platform.sql(&moved).unwrap();
    let load = Load::start(&platform).await;
    load.goes_on(400).await;
    disk.fill();
    says(&platform.telemetry[0], "No space left on device").await;
    load.goes_on(1_000).await;
    let worker = &platform.telemetry[0];
    assert!(worker.metric("sens_db_retries_total", "").await.unwrap() > 0.0);
    assert!((1..=4).contains(&told(worker, "the batch is held", "No space left")));
    // The tablespace goes back to the large disk, as an operator would give it more room.
    disk.empty();
    platform.telemetry[0].wait_ready(PATIENCE).await.unwrap();
    platform
        .sql(&moved.replace("TABLESPACE small", "TABLESPACE pg_default"))
        .unwrap();
    load.all_stored_once(&platform).await;
    platform.postgres.stop().await.unwrap();
}

#[tokio::test]
async fn a_full_disk_of_nats() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::mount_at(folder.path().join("nats"), "24m") else {
        return;
    };
    let mut platform = Platform::builder()
        .without_api()
        .dir(folder.path())
        .start()
        .await
        .unwrap();
    let load = Load::start(&platform).await;
    load.goes_on(400).await;
    disk.fill();
    assert_eventually!(PATIENCE, !platform.ingestion[0].is_ready().await);
    load.goes_on(1_000).await;
    assert!(told(&platform.ingestion[0], "packets are held", "") >= 1);
    disk.empty();
    // nats-server may have switched JetStream off; it comes back with a restart.
    platform.nats.restart().await.unwrap();
    for service in platform.services_mut() {
        service.wait_ready(PATIENCE).await.unwrap();
    }
    load.all_stored_once(&platform).await;
    platform.nats.stop().await.unwrap();
}

/// A server is away while 200 MB arrive in large packets; `soak` takes minutes for it.
#[tokio::test]
async fn memory_is_bounded_while_the_database_is_away() {
    let mut platform = Platform::builder().without_api().start().await.unwrap();
    platform.postgres.kill9().await.unwrap();
    publish_large(&platform, 0).await;
    bounded(&platform.telemetry[0], HOLDING).await;
    platform.postgres.restart().await.unwrap();
    all_arrived(&platform).await;
    bounded(&platform.telemetry[0], MEMORY).await;
}

#[tokio::test]
async fn memory_is_bounded_while_nats_is_away() {
    let mut platform = Platform::builder().without_api().start().await.unwrap();
    platform.nats.kill9().await.unwrap();
    publish_large(&platform, 0).await;
    bounded(&platform.ingestion[0], HOLDING).await;
    platform.nats.restart().await.unwrap();
    all_arrived(&platform).await;
    bounded(&platform.ingestion[0], MEMORY).await;
}

const LARGE: u64 = 2_000;

async fn publish_large(platform: &Platform, from: u64) {
    let mut device = Device::connect(platform.mosquitto.port(), "large").await;
    let note = "x".repeat(100_000);
    for seq in from..from + LARGE {
        let payload = format!(
            r#"{{"v":1,"seq":{seq},"readings":[{{"metric":"level","value":{seq}}}],"note":"{note}"}}"#
        );
        device
            .publish("sens/v1/AI-1/telemetry", payload.as_bytes(), false)
            .await
            .unwrap();
        if seq % 20 == 0 {
            device.settle().await;
        }
    }
    device.settle().await;
}

async fn all_arrived(platform: &Platform) {
    let arrived = || number(platform, "SELECT count(*) FROM processed_record");
    assert_eventually!(3 * PATIENCE, arrived() == LARGE, "there are {}", arrived());
}

/// Looks at what a worker uses now.
async fn bounded(worker: &Service, most: f64) {
    let used = worker
        .metric("process_resident_memory_bytes", "")
        .await
        .unwrap();
    println!("{} uses {:.0} MB", worker.name(), used / 1e6);
    assert!(used < most, "{} uses {:.0} MB", worker.name(), used / 1e6);
}

/// A small disk of its own; unmounted when dropped.
struct Disk {
    path: PathBuf,
    folder: Option<tempfile::TempDir>,
}

impl Disk {
    fn mount(size: &str) -> Option<Self> {
        let folder = tempfile::Builder::new()
            .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .tempdir()
            .unwrap();
        let mut disk = Self::mount_at(folder.path().join("disk"), size)?;
        disk.folder = Some(folder);
        Some(disk)
    }

    /// Nothing, with the reason printed, where mounting is not allowed.
    fn mount_at(path: PathBuf, size: &str) -> Option<Self> {
        std::fs::create_dir_all(&path).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(&path)
            .output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self { path, folder: None }),
            Ok(output) => {
                let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
                println!("skipped: a small disk cannot be mounted here: {reason}");
                None
            }
            Err(error) => {
                println!("skipped: a small disk cannot be mounted here: {error}");
                None
            }
        }
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn give_to_postgres(&self) {
        let given = Command::new("chown")
            .arg("postgres:")
            .arg(&self.path)
            .status();
        assert!(given.unwrap().success());
    }

    /// Takes all the room there is.
    fn fill(&self) {
        let file = self.path.join("ballast");
        let filled = Command::new("dd")
            .args(["if=/dev/zero", "bs=4k"])
            .arg(format!("of={}", file.display()))
            .output();
        assert!(!filled.unwrap().status.success(), "the disk has an end");
    }

    fn empty(&self) {
        std::fs::remove_file(self.path.join("ballast")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a server that is being killed may still hold it.
        Command::new("umount")
            .arg("-l")
            .arg(&self.path)
            .status()
            .ok();
    }
}
