//! The start and stop sequence, seen from outside on the example service.

#![expect(
    clippy::expect_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The example is built together with this test.
fn binary() -> PathBuf {
    let test = std::env::current_exe().expect("the test knows its path");
    let target = test
        .ancestors()
        .nth(2)
        .expect("it lies in the target folder");
    let binary = target.join("examples/minimal_service");
    assert!(
        binary.exists(),
        "{} is missing; run cargo test without --test",
        binary.display()
    );
    binary
}

fn command(mode: &str) -> Command {
    let mut command = Command::new(binary());
    command
        .env_clear()
        .env("MINIMAL_SERVICE", mode)
        .env("SENS_OPS__LISTEN", "127.0.0.1:0")
        .env("BUILD_SHA", "4c1e77b")
        .stdin(Stdio::null());
    command
}

fn finish(command: &mut Command) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("the service starts");
    let text = |bytes| String::from_utf8(bytes).expect("output is text");
    (status.code(), text(stdout), text(stderr))
}

/// A running service whose log is read line by line.
struct Running {
    child: Child,
    log: BufReader<ChildStdout>,
    address: String,
}

impl Running {
    fn start(mode: &str, grace_seconds: &str) -> Self {
        let mut child = command(mode)
            .env("SENS_SHUTDOWN_GRACE_SECONDS", grace_seconds)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the service starts");
        let log = BufReader::new(child.stdout.take().expect("its log is piped"));
        let mut running = Self {
            child,
            log,
            address: String::new(),
        };
        let line = running.line_with("serving /metrics");
        running.address = line["address"]
            .as_str()
            .map(String::from)
            .expect("the address is logged");
        running
    }

    fn line_with(&mut self, text: &str) -> serde_json::Value {
        let mut line = String::new();
        loop {
            line.clear();
            assert_ne!(
                self.log.read_line(&mut line).expect("the log is text"),
                0,
                "no line {text}"
            );
            if line.contains(text) {
                return serde_json::from_str(&line).expect("each log line is JSON");
            }
        }
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args([&format!("-{name}"), &self.child.id().to_string()])
            .status();
        assert!(status.expect("kill runs").success());
    }

    /// Status code and body.
    fn get(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).expect("the ops listener answers");
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: ops\r\nConnection: close\r\n\r\n"
        )
        .expect("the request is sent");
        let mut answer = String::new();
        stream
            .read_to_string(&mut answer)
            .expect("the answer is text");
        let (head, body) = answer
            .split_once("\r\n\r\n")
            .expect("the answer has a body");
        let code = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        (code.expect("the answer has a status"), body.to_owned())
    }

    fn exit(&mut self) -> Option<i32> {
        self.child.wait().expect("the service ends").code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn help_version_and_check_config() {
    let (code, help, _) = finish(command("").arg("--help"));
    assert_eq!(code, Some(0));
    assert!(
        help.contains("Usage: minimal-service") && help.contains("SENS_NATS__URL"),
        "{help}"
    );
    let (code, version, _) = finish(command("").arg("--version"));
    assert_eq!(
        (code, version),
        (
            Some(0),
            format!("minimal-service {}\n", env!("CARGO_PKG_VERSION"))
        )
    );
    let (code, text, _) = finish(
        command("")
            .arg("check-config")
            .env("SENS_NATS__PASSWORD", "hunter2")
            .env("SENS_NATS__USER", "u"),
    );
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.starts_with("configuration is valid\n") && text.contains("= ***"),
        "{text}"
    );
    assert!(
        !text.contains("hunter2") && !text.contains("mqtt.url"),
        "{text}"
    );
}

#[test]
fn a_bad_configuration_ends_with_2_and_a_line_per_fault() {
    for arguments in [&["check-config"][..], &[]] {
        let (code, stdout, stderr) = finish(
            command("")
                .args(arguments)
                .env("SENS_NATS__URL", "x")
                .env("SENS_OPS__LISTEN", "y"),
        );
        assert_eq!((code, stdout.as_str()), (Some(2), ""));
        assert_eq!(stderr.lines().count(), 2, "{stderr}");
        assert!(
            stderr.contains("SENS_NATS__URL: \"x\"") && stderr.contains("SENS_OPS__LISTEN: \"y\""),
            "{stderr}"
        );
    }
    let (code, _, stderr) = finish(command("").env("RUST_LOG", "sens=loud"));
    assert_eq!(code, Some(2));
    assert!(
        stderr.starts_with("RUST_LOG: \"sens=loud\" is no log filter"),
        "{stderr}"
    );
    let (code, _, stderr) = finish(command("").arg("--listen"));
    assert_eq!(
        (code, stderr.as_str()),
        (
            Some(2),
            "unexpected argument \"--listen\"; see minimal-service --help\n"
        )
    );
}

#[test]
fn failures_end_with_1() {
    let (code, stdout, _) = finish(&mut command("fail"));
    assert_eq!(code, Some(1));
    assert!(stdout.contains("the disk is made of cheese"), "{stdout}");
    let (code, stdout, _) = finish(&mut command("panic"));
    assert_eq!(code, Some(1));
    assert!(stdout.contains("panicked: out of cheese"), "{stdout}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = taken.local_addr().expect("it has an address").to_string();
    let (code, stdout, _) = finish(command("").env("SENS_OPS__LISTEN", &address));
    assert_eq!(code, Some(1));
    assert!(
        stdout.contains(&format!("cannot listen on {address}")),
        "{stdout}"
    );
}

#[test]
fn health_and_metrics_are_served() {
    let service = Running::start("", "60");
    let deadline = Instant::now() + Duration::from_secs(10);
    while service.get("/health/ready").0 != 200 {
        assert!(Instant::now() < deadline, "the service becomes ready");
    }
    let (_, body) = service.get("/health/ready");
    let ready: serde_json::Value = serde_json::from_str(&body).expect("health is JSON");
    assert_eq!(ready["status"], "ok");
    assert_eq!(ready["build_sha"], "4c1e77b");
    assert_eq!(ready["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(ready["components"][0]["name"], "cheese");
    assert_eq!(service.get("/health/live").0, 200);
    assert_eq!(service.get("/health").0, 200);
    let (code, metrics) = service.get("/metrics");
    assert_eq!(code, 200);
    for line in [
        "sens_build_info{build_sha=\"4c1e77b\"",
        "sens_component_up{component=\"cheese\"} 1",
        "process_cpu_seconds_total",
    ] {
        assert!(metrics.contains(line), "{line} in {metrics}");
    }
    let (code, body) = service.get("/nothing");
    assert_eq!(code, 404);
    assert!(body.contains("\"status\":404"), "{body}");
}

#[test]
fn a_signal_drains_and_ends_with_0() {
    for signal in ["TERM", "INT"] {
        let mut service = Running::start("drain", "60");
        service.signal(signal);
        service.line_with("draining");
        assert_eq!(
            service.get("/health/ready").0,
            503,
            "a draining service is not ready"
        );
        assert_eq!(service.get("/health/live").0, 200);
        drop(service.child.stdin.take());
        service.line_with("drained");
        assert_eq!(service.exit(), Some(0));
    }
}

#[test]
fn a_drain_that_hangs_ends_with_1_at_the_deadline() {
    let mut service = Running::start("hang", "1");
    service.signal("TERM");
    service.line_with("draining");
    service.line_with("not drained within 1 s");
    assert_eq!(service.exit(), Some(1));
}

#[test]
fn a_second_signal_ends_with_1_at_once() {
    let mut service = Running::start("hang", "60");
    service.signal("TERM");
    service.line_with("draining");
    service.signal("TERM");
    service.line_with("SIGTERM while draining");
    assert_eq!(service.exit(), Some(1));
}
