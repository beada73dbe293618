//! Child processes: signals, logs, and that none is left behind.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::Signal;
use sens_testkit::{DataDir, Launch, Process, assert_eventually};

fn shell(script: &str, folder: &DataDir) -> Launch {
    Launch {
        name: "script".into(),
        program: PathBuf::from("/bin/sh"),
        args: vec!["-c".into(), script.into()],
        env: vec![("GIVEN".into(), "yes".into())],
        log: folder.path().join("script.log"),
        user: None,
    }
}

fn exists(pid: u32) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else {
        return false;
    };
    !stat.contains(") Z ")
}

#[tokio::test]
async fn signals_logs_and_exit_codes() {
    let folder = DataDir::temporary("process").unwrap();
    let script = "trap 'echo bye; exit 7' TERM; echo given=$GIVEN database=$DATABASE_URL; while :; do sleep 0.02; done";
    let mut process = Process::spawn(&shell(script, &folder)).unwrap();
    assert_eventually!(
        Duration::from_secs(5),
        process.logs().contains("given=yes database=\n")
    );
    process.signal(Signal::TERM).unwrap();
    let status = process.wait(Duration::from_secs(5)).await.unwrap();
    assert_eq!(status.code(), Some(7));
    assert_eq!(process.log_tail(1), "    bye");
    process.signal(Signal::TERM).unwrap();
}

#[tokio::test]
async fn an_early_end_is_told_with_the_log() {
    let folder = DataDir::temporary("process").unwrap();
    let mut process = Process::spawn(&shell("echo no such port; exit 3", &folder)).unwrap();
    let error = process
        .wait_until(Duration::from_secs(5), "ready", || async { false })
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("exit code 3") && error.contains("no such port"),
        "{error}"
    );
}

#[tokio::test]
async fn a_program_that_is_missing_is_named() {
    let folder = DataDir::temporary("process").unwrap();
    let mut launch = shell("", &folder);
    launch.program = PathBuf::from("/no/such/program");
    let told = match Process::spawn(&launch) {
        Err(error) => format!("{error:#}"),
        Ok(mut process) => process
            .wait_until(Duration::from_secs(5), "ready", || async { false })
            .await
            .unwrap_err()
            .to_string(),
    };
    assert!(told.contains("/no/such/program"), "{told}");
}

#[tokio::test]
async fn a_thread_that_ends_takes_no_child_with_it() {
    let folder = DataDir::temporary("process").unwrap();
    let launch = shell("sleep 600", &folder);
    let mut process = std::thread::spawn(move || Process::spawn(&launch).unwrap())
        .join()
        .unwrap();
    // The kernel's signal would arrive when the thread is reaped; one more child makes sure it had the time.
    let mut other = Process::spawn(&shell("exit 0", &folder)).unwrap();
    other.wait(Duration::from_secs(5)).await.unwrap();
    assert!(process.is_running());
    let pid = process.pid();
    drop(process);
    assert!(!exists(pid));
}

/// Run by the test below in a process of its own, which is then killed.
#[tokio::test]
#[ignore = "helper of children_die_with_a_killed_test_process"]
async fn helper_starts_a_child_and_waits() {
    let folder = DataDir::temporary("process").unwrap();
    let process = Process::spawn(&shell("sleep 600", &folder)).unwrap();
    std::fs::write(
        std::env::var("CHILD_PID_FILE").unwrap(),
        format!("{}\n", process.pid()),
    )
    .unwrap();
    std::future::pending::<()>().await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn children_die_with_a_killed_test_process() {
    let folder = DataDir::temporary("process").unwrap();
    let file = folder.path().join("pid");
    let mut runner = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "helper_starts_a_child_and_waits"])
        .env("CHILD_PID_FILE", &file)
        .env("TMPDIR", folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let read = || {
        std::fs::read_to_string(&file)
            .ok()
            .filter(|text| text.ends_with('\n'))
    };
    assert_eventually!(Duration::from_secs(20), read().is_some());
    let pid: u32 = read().unwrap().trim().parse().unwrap();
    assert!(exists(pid));
    runner.kill().unwrap();
    runner.wait().unwrap();
    assert_eventually!(
        Duration::from_secs(5),
        !exists(pid),
        "the end of the orphan"
    );
}
