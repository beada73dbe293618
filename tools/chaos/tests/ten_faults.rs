//! The short form: ten faults of one plan, on every run of the tests.

use std::process::Command;

#[test]
fn ten_faults_cost_nothing() {
    let output = Command::new(env!("CARGO_BIN_EXE_sens-chaos"))
        .args(["10", "1"])
        .output()
        .expect("sens-chaos starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}\n{said}");
    let verdict = said.lines().last().unwrap_or_default();
    assert!(
        verdict.starts_with("seed 1: 10 faults")
            && verdict.ends_with("0 missing, 0 twice, 0 wrong, 0 unknown, balanced"),
        "{said}"
    );
}
