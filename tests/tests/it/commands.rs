//! Commands from REST to a device and back, while parts of the platform are killed and devices are away.

use sens_testkit::{Platform, assert_eventually};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::support::PATIENCE;
use crate::support::mqtt::Device;
use crate::support::scene::{Scene, batch, topic};

const SERIAL: &str = "AI-7";

/// A device that listens: gives the commands that it gets, and answers them when told to.
struct Listener {
    commands: mpsc::Receiver<Value>,
    task: tokio::task::JoinHandle<()>,
}

impl Listener {
    async fn connect(platform: &Platform, answers: bool) -> Self {
        let mut device = Device::connect(platform.mosquitto.port(), "listener").await;
        let listening = format!("sens/v1/{SERIAL}/command");
        device.subscribe(&listening).await;
        let (sender, commands) = mpsc::channel(1000);
        let task = tokio::spawn(async move {
            while let Ok(payload) = device.incoming().await {
                let command: Value = serde_json::from_slice(&payload).unwrap();
                if answers {
                    let answer = json!({"id": command["id"], "status": "done"}).to_string();
                    let topic = format!("{listening}/ack");
                    device.say(&topic, answer.as_bytes()).await.unwrap();
                }
                if sender.send(command).await.is_err() {
                    return;
                }
            }
        });
        Self { commands, task }
    }

    /// The next command it gets.
    async fn next(&mut self) -> Value {
        tokio::time::timeout(PATIENCE, self.commands.recv())
            .await
            .unwrap()
            .unwrap()
    }

    fn got_nothing(&mut self) -> bool {
        self.commands.try_recv().is_err()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn scene(platform: Platform) -> Scene {
    let mut scene = Scene::of(platform).await;
    scene.stored(&topic(SERIAL), batch(1)).await;
    scene
}

/// Asks for a command and gives its address.
async fn ask(scene: &Scene, name: &str, ttl: i64) -> String {
    let body = json!({"name": name, "payload": {"to": 12.5}, "ttl_seconds": ttl});
    let request = scene
        .rest
        .request("POST", &format!("/v1/devices/{SERIAL}/commands"));
    let response = request.json(&body).send().await.unwrap();
    assert_eq!(response.status(), 202);
    response.headers()["location"].to_str().unwrap().to_owned()
}

async fn state(scene: &Scene, address: &str) -> String {
    let command = scene.json(address).await;
    command["state"].as_str().unwrap().to_owned()
}

fn states(command: &Value) -> Vec<&str> {
    let steps = command["steps"].as_array().unwrap();
    steps
        .iter()
        .map(|step| step["state"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_command_reaches_its_device_and_is_acknowledged() {
    let scene = scene(Platform::builder().start().await.unwrap()).await;
    let mut listener = Listener::connect(&scene.platform, true).await;
    let address = ask(&scene, "move", 600).await;
    let command = listener.next().await;
    assert!(address.ends_with(command["id"].as_str().unwrap()));
    assert_eq!(
        (&command["name"], &command["payload"]),
        (&json!("move"), &json!({"to": 12.5}))
    );
    assert_eventually!(
        PATIENCE,
        states(&scene.json(&address).await) == ["queued", "sent", "acknowledged"],
        "the device's answer: {}",
        scene.json(&address).await
    );
    let accounting = scene.json("/v1/accounting").await;
    assert_eq!(
        (&accounting["messages"]["control"], &accounting["balanced"]),
        (&json!(1), &json!(true))
    );
}

#[tokio::test]
async fn a_command_waits_for_its_device_and_can_be_taken_back_meanwhile() {
    let scene = scene(
        Platform::builder()
            .ingestion_workers(2)
            .start()
            .await
            .unwrap(),
    )
    .await;
    let (wanted, unwanted) = (
        ask(&scene, "wanted", 600).await,
        ask(&scene, "unwanted", 600).await,
    );
    for address in [&wanted, &unwanted] {
        assert_eventually!(
            PATIENCE,
            scene.json(address).await["detail"]
                .as_str()
                .is_some_and(|detail| detail.contains("nobody listens")),
            "it was tried"
        );
        assert_eq!(state(&scene, address).await, "queued");
    }
    assert_eventually!(
        PATIENCE,
        scene
            .rest
            .request("DELETE", &unwanted)
            .send()
            .await
            .unwrap()
            .status()
            == 200,
        "it is not being sent at this moment"
    );
    let mut listener = Listener::connect(&scene.platform, true).await;
    assert_eq!(listener.next().await["name"], "wanted");
    assert_eventually!(PATIENCE, state(&scene, &wanted).await == "acknowledged");
    assert_eq!(state(&scene, &unwanted).await, "cancelled");
    assert!(listener.got_nothing(), "a cancelled command was sent");
}

#[tokio::test]
async fn a_command_is_not_sent_after_its_time() {
    let mut scene = scene(Platform::builder().start().await.unwrap()).await;
    scene.platform.ingestion[0].kill9().await.unwrap();
    let (short, long) = (
        ask(&scene, "short", 1).await,
        ask(&scene, "long", 600).await,
    );
    assert_eventually!(PATIENCE, state(&scene, &short).await == "expired");
    let mut listener = Listener::connect(&scene.platform, false).await;
    scene.platform.ingestion[0].restart().await.unwrap();
    assert_eq!(listener.next().await["name"], "long");
    assert_eventually!(PATIENCE, state(&scene, &long).await == "sent");
    assert!(listener.got_nothing(), "an expired command was sent");
    assert_eq!(states(&scene.json(&short).await).first(), Some(&"queued"));
}

#[tokio::test]
async fn no_command_is_lost_whatever_is_killed() {
    let mut scene = scene(Platform::builder().start().await.unwrap()).await;
    let mut listener = Listener::connect(&scene.platform, true).await;
    let mut addresses = Vec::new();
    for round in 0..4 {
        for index in 0..10 {
            addresses.push(ask(&scene, &format!("c{round}-{index}"), 600).await);
        }
        let platform = &mut scene.platform;
        match round {
            0 => {
                platform.ingestion[0].kill9().await.unwrap();
                platform.ingestion[0].restart().await.unwrap();
            }
            1 => {
                platform.telemetry[0].kill9().await.unwrap();
                platform.telemetry[0].restart().await.unwrap();
            }
            2 => {
                platform.nats.kill9().await.unwrap();
                platform.nats.restart().await.unwrap();
            }
            _ => {
                let api = platform.api.as_mut().unwrap();
                api.kill9().await.unwrap();
                api.restart().await.unwrap();
            }
        }
        for service in scene.platform.services_mut() {
            service.wait_ready(PATIENCE).await.unwrap();
        }
    }
    for address in &addresses {
        assert_eventually!(
            PATIENCE,
            state(&scene, address).await == "acknowledged",
            "{}",
            scene.json(address).await
        );
    }
    let mut got = std::collections::HashMap::<String, u32>::new();
    while let Ok(command) = listener.commands.try_recv() {
        *got.entry(command["id"].as_str().unwrap().to_owned())
            .or_default() += 1;
    }
    assert_eq!(got.len(), addresses.len());
}
