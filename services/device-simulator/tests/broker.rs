//! The simulator against a real broker: bytes arrive as they are, acknowledged messages are in
//! the ledger, and a broker that is killed costs nothing.

#![expect(
    clippy::expect_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Packet, Publish, QoS};
use sens_testkit::Mosquitto;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const LONG: Duration = Duration::from_secs(30);

fn simulator(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_device-simulator"));
    command.env_clear().args(arguments).stdin(Stdio::null());
    command
}

async fn finish(mut command: Command) -> (ExitStatus, String, String) {
    let output = tokio::task::spawn_blocking(move || command.output())
        .await
        .expect("it runs");
    let Output {
        status,
        stdout,
        stderr,
    } = output.expect("the simulator starts");
    let text = |bytes| String::from_utf8(bytes).expect("output is text");
    (status, text(stdout), text(stderr))
}

/// A subscriber whose session survives the broker.
struct Subscriber {
    eventloop: EventLoop,
    /// The event loop ends when its last client is dropped.
    _client: AsyncClient,
}

impl Subscriber {
    async fn new(broker: &Mosquitto, filter: &str) -> Self {
        let mut options = MqttOptions::new("subscriber", "127.0.0.1", broker.port());
        options
            .set_clean_session(false)
            .set_max_packet_size(1 << 20, 1 << 20);
        if let Some((name, password)) = broker.login() {
            options.set_credentials(name, password);
        }
        let (client, mut eventloop) = AsyncClient::new(options, 10);
        // Anew on every connection: a broker that has just started may drop the first one.
        let subscribed = async {
            loop {
                match eventloop.poll().await {
                    Ok(Event::Incoming(Packet::ConnAck(_))) => {
                        let asked = client.try_subscribe(filter, QoS::AtLeastOnce);
                        asked.expect("the request is taken");
                    }
                    Ok(Event::Incoming(Packet::SubAck(_))) => return,
                    Ok(_) => {}
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                }
            }
        };
        tokio::time::timeout(LONG, subscribed)
            .await
            .expect("the broker answers");
        Self {
            eventloop,
            _client: client,
        }
    }

    /// The next message; reconnects as long as it takes.
    async fn next(&mut self) -> Option<Publish> {
        let message = async {
            loop {
                match self.eventloop.poll().await {
                    Ok(Event::Incoming(Packet::Publish(publish))) => return publish,
                    Ok(_) => {}
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(2), message)
            .await
            .ok()
    }

    /// Everything until nothing more comes.
    async fn drain(&mut self) -> Vec<Publish> {
        let mut messages = Vec::new();
        while let Some(message) = self.next().await {
            messages.push(message);
        }
        messages
    }
}

fn url(broker: &Mosquitto) -> String {
    match broker.login() {
        Some((name, password)) => format!("mqtt://{name}:{password}@127.0.0.1:{}", broker.port()),
        None => format!("mqtt://127.0.0.1:{}", broker.port()),
    }
}

fn ledger(path: &Path) -> Vec<serde_json::Value> {
    let file = std::fs::File::open(path).expect("the ledger exists");
    let line = |line: std::io::Result<String>| {
        serde_json::from_str(&line.expect("it is text")).expect("each line is JSON")
    };
    BufReader::new(file).lines().map(line).collect()
}

#[tokio::test]
async fn feed_sends_the_lines_of_a_file_byte_for_byte_and_in_order() {
    let broker = Mosquitto::start().await.expect("mosquitto starts");
    let lines: Vec<Vec<u8>> = (0..500)
        .map(|number| match number % 5 {
            0 => format!("{{\"device_id\":{number}}}\r").into_bytes(),
            1 => format!("no JSON \0 {number}").into_bytes(),
            2 => vec![0xFF, 0xFE, u8::try_from(number % 7).expect("it is small")],
            3 => Vec::new(),
            _ => vec![b'x'; 20_000],
        })
        .collect();
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("events.payloads");
    std::fs::write(&file, lines.join(&b'\n')).expect("the file can be written");
    for protocol in ["5", "3"] {
        let mut subscriber = Subscriber::new(&broker, "sens/legacy/telemetry").await;
        let arguments = [
            "feed",
            file.to_str().expect("its path is text"),
            "--mqtt-url",
            &url(&broker),
            "--protocol",
            protocol,
        ];
        let command = simulator(&arguments);
        let ((status, stdout, stderr), received) =
            tokio::join!(finish(command), subscriber.drain());
        assert_eq!(status.code(), Some(0), "{stderr}");
        assert!(stdout.starts_with("500 payloads acknowledged"), "{stdout}");
        let received: Vec<_> = received
            .iter()
            .map(|message| message.payload.to_vec())
            .collect();
        assert!(
            received == lines,
            "{} of {} lines arrived",
            received.len(),
            lines.len()
        );
    }
}

#[tokio::test]
async fn feed_reports_what_became_of_the_payloads() {
    let broker = Mosquitto::start().await.expect("mosquitto starts");
    let api = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let api_url = format!("http://{}", api.local_addr().expect("it has an address"));
    let answers = tokio::spawn(async move {
        // Before, under way, done.
        for (received, in_flight) in [(10, 0), (11, 0), (13, 2), (13, 0)] {
            let (mut stream, _) = api.accept().await.expect("the simulator asks");
            let mut request = vec![0; 4096];
            let length = stream.read(&mut request).await.expect("it can be read");
            let request = String::from_utf8_lossy(&request[..length]).to_lowercase();
            assert!(request.starts_with("get /v1/accounting "), "{request}");
            assert!(request.contains("authorization: bearer key"), "{request}");
            let body = serde_json::json!({
                "messages": {"received": received, "parsed": received - in_flight, "failed": 0, "control": 0, "dead": 0, "in_flight": in_flight},
                "readings": {"decoded": received, "processed": received - in_flight, "duplicate": 0, "error": 0},
            })
            .to_string();
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            stream
                .write_all(answer.as_bytes())
                .await
                .expect("it can be answered");
        }
    });
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("events");
    std::fs::write(&file, "1\n2\n3\n").expect("the file can be written");
    let arguments = [
        "feed",
        file.to_str().expect("its path is text"),
        "--mqtt-url",
        &url(&broker),
        "--api-url",
        &api_url,
        "--api-key",
        "key",
    ];
    let (status, stdout, stderr) = finish(simulator(&arguments)).await;
    assert_eq!(status.code(), Some(0), "{stderr}");
    answers.await.expect("all answers were asked for");
    assert!(
        stdout.contains("messages: 3 received = 3 parsed"),
        "{stdout}"
    );
    assert!(stdout.contains("readings: 3 processed"), "{stdout}");
}

/// Mosquitto acknowledges what nobody subscribes to, and drops it.
#[tokio::test]
async fn what_nobody_subscribes_to_is_published_again_when_asked() {
    let broker = Mosquitto::start().await.expect("mosquitto starts");
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("events");
    let log = folder.path().join("log");
    std::fs::write(&file, "1\n2\n3\n").expect("the file can be written");
    let address = url(&broker);
    let path = file.to_str().expect("its path is text");
    let arguments = ["feed", path, "--mqtt-url", &address];
    let (status, stdout, stderr) = finish(simulator(&arguments)).await;
    assert_eq!(status.code(), Some(0), "{stderr}");
    assert!(stdout.starts_with("3 payloads acknowledged"), "{stdout}");

    let mut patient = simulator(&arguments);
    patient
        .arg("--require-subscribers")
        .stdout(Stdio::piped())
        .stderr(std::fs::File::create(&log).expect("the log can be written"));
    let feed = patient.spawn().expect("the simulator starts");
    let told = || std::fs::read_to_string(&log).expect("it is text");
    sens_testkit::assert_eventually!(LONG, told().contains("nobody subscribes"), "{}", told());
    let mut subscriber = Subscriber::new(&broker, "sens/legacy/telemetry").await;
    let (ended, received) = tokio::join!(
        tokio::task::spawn_blocking(move || feed.wait_with_output()),
        subscriber.drain(),
    );
    let output = ended
        .expect("it is waited for")
        .expect("the simulator ends");
    assert_eq!(output.status.code(), Some(0), "{}", told());
    let payloads: Vec<_> = received
        .iter()
        .map(|message| &message.payload[..])
        .collect();
    assert_eq!(payloads, [b"1", b"2", b"3"]);
}

/// The last presence on each status topic.
fn last_states(received: &[Publish]) -> HashMap<&str, &[u8]> {
    let states = received
        .iter()
        .filter(|message| message.topic.ends_with("/status"));
    states
        .map(|message| (message.topic.as_str(), &message.payload[..]))
        .collect()
}

fn spawn(mut command: Command) -> Child {
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the simulator starts")
}

#[tokio::test]
async fn a_fleet_survives_a_killed_broker_and_says_farewell() {
    let mut broker = Mosquitto::start().await.expect("mosquitto starts");
    let mut subscriber = Subscriber::new(&broker, "sens/#").await;
    broker.save().await.expect("the broker saves the session");
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("ledger");
    let fleet = spawn(simulator(&[
        "run",
        "--mqtt-url",
        &url(&broker),
        "--devices",
        "9",
        "--rate",
        "300",
        "--seed",
        "5",
        "--malformed-share",
        "0.1",
        "--duplicate-share",
        "0.1",
        "--ledger",
        file.to_str().expect("its path is text"),
    ]));
    let mut received = Vec::new();
    while received.len() < 200 {
        received.push(subscriber.next().await.expect("the fleet talks"));
    }
    broker.kill9().await.expect("the broker is killed");
    broker.restart().await.expect("the broker starts again");
    let mut again = Subscriber::new(&broker, "sens/#").await;
    for _ in 0..200 {
        received.push(again.next().await.expect("the fleet talks again"));
    }
    let id = fleet.id().to_string();
    let stopped = Command::new("kill")
        .args(["-TERM", &id])
        .status()
        .expect("kill runs");
    assert!(stopped.success());
    let (ended, rest) = tokio::join!(
        tokio::task::spawn_blocking(move || fleet.wait_with_output()),
        again.drain(),
    );
    let output = ended
        .expect("it is waited for")
        .expect("the simulator ends");
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    received.extend(rest);

    let states = last_states(&received);
    assert_eq!(states.len(), 6, "devices with a serial tell their presence");
    assert!(
        states.values().all(|state| *state == b"{\"online\":false}"),
        "{states:?}"
    );
    let lines = ledger(&file);
    let kinds = |kind: &str| lines.iter().filter(|line| line["kind"] == kind).count();
    for kind in ["flat", "v1", "senml", "malformed", "duplicate"] {
        assert!(kinds(kind) > 0, "{kind} in the ledger");
    }
    assert_eq!(kinds("startup"), 6);
    let arrived: Vec<_> = received
        .iter()
        .map(|message| &message.payload[..])
        .collect();
    for payload in lines
        .iter()
        .rev()
        .take(100)
        .filter_map(|line| line["payload"].as_str())
    {
        assert!(
            arrived.contains(&payload.as_bytes()),
            "{payload} was acknowledged, so it must arrive"
        );
    }
}

#[tokio::test]
async fn load_delivers_every_message_once() {
    let broker = Mosquitto::start().await.expect("mosquitto starts");
    let mut subscriber = Subscriber::new(&broker, "sens/#").await;
    let command = simulator(&[
        "load",
        "--mqtt-url",
        &url(&broker),
        "--messages",
        "2000",
        "--readings-per-message",
        "3",
        "--connections",
        "3",
        "--devices",
        "50",
        "--format",
        "v1",
    ]);
    let ((status, stdout, stderr), received) = tokio::join!(finish(command), subscriber.drain());
    assert_eq!(status.code(), Some(0), "{stderr}");
    assert!(
        stdout.starts_with("2000 messages with 6000 readings acknowledged in "),
        "{stdout}"
    );
    assert_eq!(received.len(), 2000);
}

#[tokio::test]
async fn exit_codes() {
    let nowhere = format!(
        "mqtt://127.0.0.1:{}",
        sens_testkit::free_port().expect("a port is free")
    );
    let cases: [(&[&str], i32, &str); 6] = [
        (&["check-config"], 0, ""),
        (
            &["check-config", "--mqtt-url", "http://broker"],
            2,
            "use mqtt:// or mqtts://",
        ),
        (&["feed", "/no/such/file"], 2, "cannot read /no/such/file"),
        (
            &["run", "--formats", "startup"],
            2,
            "--formats names no readings",
        ),
        (&["load", "--rate", "0"], 2, "must be above 0"),
        (
            &[
                "load",
                "--mqtt-url",
                &nowhere,
                "--messages",
                "1",
                "--patience",
                "1",
            ],
            1,
            "0 of 1 messages",
        ),
    ];
    for (arguments, code, text) in cases {
        let run = finish(simulator(arguments));
        let (status, _, stderr) = tokio::time::timeout(LONG, run).await.expect("it ends");
        assert_eq!(status.code(), Some(code), "{arguments:?}: {stderr}");
        assert!(stderr.contains(text), "{arguments:?}: {stderr}");
    }
}
