//! A short run of the fuzzer as an ordinary test, and everything found before.

use sens_fuzz::{Corpus, Limit, Options, Target, findings, run};

#[test]
fn two_hundred_thousand_inputs_find_nothing() {
    let report = run(&Options {
        limit: Limit::Inputs(200_000),
        seed: 1,
        threads: 2,
        targets: Target::ALL.to_vec(),
        findings: Some(env!("CARGO_TARGET_TMPDIR").into()),
    })
    .unwrap();
    assert!(report.findings.is_empty(), "{report}");
    assert!(
        report.inputs >= 200_000 && report.outcomes > 300,
        "{report}"
    );
}

#[test]
fn what_was_found_before_holds() {
    for (target, path) in findings().unwrap() {
        target.run(&std::fs::read(path).unwrap());
    }
}

#[test]
fn every_target_begins_with_valid_inputs() {
    let corpus = Corpus::load().unwrap();
    for target in Target::ALL {
        let inputs = corpus.inputs(target);
        assert!(inputs.len() >= 10, "{target}");
        for input in inputs {
            target.run(input);
        }
        target.run(b"");
    }
}
