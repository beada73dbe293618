//! From a build of main to production and back, in a real git repository.

use std::fs;
use std::path::Path;

use super::*;
use crate::git;
use crate::release::tests::release;

struct Rehearsal {
    folder: tempfile::TempDir,
    infra: Infra,
}

fn origin() -> Origin {
    Origin {
        at: "2026-11-21T10:00:00Z".into(),
        by: "alice".into(),
        reason: Some("because".into()),
        run_url: None,
    }
}

impl Rehearsal {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("apps")).unwrap();
        for environment in ["test", "staging", "production"] {
            let home = root.join("environments").join(environment);
            fs::create_dir_all(&home).unwrap();
            fs::write(
                home.join("flags.yaml"),
                "features:\n  deviceStartup: true\n",
            )
            .unwrap();
            let application =
                "targetRevision: none # the chart\ntargetRevision: none # the deployment\n";
            fs::write(
                root.join(format!("apps/sens-{environment}.yaml")),
                application,
            )
            .unwrap();
        }
        git::git(root, &["init", "--quiet"]).unwrap();
        let infra = Infra::at(root).unwrap();
        Self { folder, infra }
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn commit(&self, prepared: &Prepared) {
        for arguments in [
            &["add", "."][..],
            &[
                "-c",
                "user.name=T",
                "-c",
                "user.email=t@example.test",
                "commit",
                "--quiet",
                "--message",
                &prepared.message,
            ],
            &["tag", &prepared.tag],
        ] {
            git::git(self.root(), arguments).unwrap();
        }
    }

    fn deploy(&self, version: &str, digit: char) -> Prepared {
        let prepared = deploy(&self.infra, &release(version, digit), &origin()).unwrap();
        self.commit(&prepared);
        prepared
    }

    fn verify(&self, environment: Environment, report: &str) {
        evidence::record(&self.infra, environment, report, &origin()).unwrap();
    }

    fn promote(&self, environment: Environment, version: &str) -> Result<Prepared> {
        promote(
            &self.infra,
            environment,
            version.parse().unwrap(),
            &origin(),
        )
    }

    fn refused(&self, environment: Environment, version: &str, expected: &str) {
        let refused = self.promote(environment, version).unwrap_err().to_string();
        assert!(refused.contains(expected), "{refused}");
    }
}

#[test]
fn a_build_goes_all_the_way_with_its_digests() {
    let rehearsal = Rehearsal::start();
    let deployed = rehearsal.deploy("0.5.0-alpha.1.1", 'a');
    assert_eq!(deployed.tag, "deploy-test-1");
    assert_eq!(deployed.message, "test: deploy 0.5.0-alpha.1.1");
    rehearsal.verify(
        Environment::Test,
        "ok    health: fine\nall 1 checks passed\n",
    );
    rehearsal.commit(
        &rehearsal
            .promote(Environment::Staging, "0.5.0-rc.1")
            .unwrap(),
    );
    rehearsal.verify(Environment::Staging, "ok    health: fine\n");
    let promoted = rehearsal.promote(Environment::Production, "0.5.0").unwrap();
    assert_eq!(promoted.tag, "deploy-production-1");
    rehearsal.commit(&promoted);

    let built = release("0.5.0-alpha.1.1", 'a');
    let runs = rehearsal
        .infra
        .release(Environment::Production)
        .unwrap()
        .unwrap();
    assert_eq!(
        runs,
        built.renamed("0.5.0".parse().unwrap()),
        "never built again"
    );
    let application =
        fs::read_to_string(rehearsal.root().join("apps/sens-production.yaml")).unwrap();
    assert_eq!(
        application,
        format!(
            "targetRevision: {} # the chart\ntargetRevision: deploy-production-1 # the deployment\n",
            "a".repeat(40)
        )
    );
    let records = rehearsal.infra.records(Environment::Production).unwrap();
    let [record] = &records[..] else {
        panic!("{records:?}")
    };
    assert_eq!(
        (record.action, record.by.as_str()),
        (Action::Promote, "alice")
    );
    assert_eq!(record.evidence, ["evidence/staging/0.5.0-rc.1.json"]);
}

#[test]
fn promotion_wants_evidence_for_these_very_images() {
    let rehearsal = Rehearsal::start();
    rehearsal.refused(
        Environment::Staging,
        "0.5.0-rc.1",
        "nothing has been deployed to test",
    );
    rehearsal.deploy("0.5.0-alpha.1.1", 'a');
    rehearsal.refused(Environment::Staging, "0.5.0-rc.1", "is missing");
    rehearsal.verify(Environment::Test, "ok    health: fine\nFAIL  load: slow\n");
    rehearsal.refused(Environment::Staging, "0.5.0-rc.1", "did not pass (1 of 2");
    rehearsal.verify(Environment::Test, "ok    health: fine\n");
    let path = Infra::evidence_path(Environment::Test, "0.5.0-alpha.1.1");
    let mut other: evidence::Evidence = rehearsal.infra.read(&path).unwrap();
    other.images = release("0.5.0-alpha.1.1", 'b').images;
    rehearsal.infra.write(&path, &other).unwrap();
    rehearsal.refused(Environment::Staging, "0.5.0-rc.1", "other images");
    rehearsal.verify(Environment::Test, "ok    health: fine\n");

    rehearsal.refused(Environment::Test, "0.5.0-rc.1", "follows main");
    rehearsal.refused(Environment::Staging, "0.5.0", "does not belong in staging");
    rehearsal.refused(
        Environment::Staging,
        "0.5.0-alpha.1.1",
        "does not belong in staging",
    );
    rehearsal.refused(Environment::Staging, "0.6.0-rc.1", "was not built as");
    rehearsal.refused(
        Environment::Production,
        "0.5.0-rc.1",
        "does not belong in production",
    );
    rehearsal.refused(
        Environment::Production,
        "0.5.0",
        "nothing has been deployed to staging",
    );
    rehearsal.commit(
        &rehearsal
            .promote(Environment::Staging, "0.5.0-rc.1")
            .unwrap(),
    );
    rehearsal.refused(Environment::Staging, "0.5.0-rc.1", "not newer");
    assert!(
        evidence::record(
            &rehearsal.infra,
            Environment::Test,
            "all is well\n",
            &origin()
        )
        .is_err()
    );
}

#[test]
fn only_newer_builds_of_main_come_to_test() {
    let rehearsal = Rehearsal::start();
    rehearsal.deploy("0.5.0-alpha.10.1", 'a');
    for version in ["0.5.0-alpha.9.1", "0.5.0-alpha.10.1", "0.5.0-rc.1", "0.5.0"] {
        assert!(
            deploy(&rehearsal.infra, &release(version, 'b'), &origin()).is_err(),
            "{version}"
        );
    }
    assert_eq!(
        rehearsal.deploy("0.5.0-alpha.10.2", 'b').tag,
        "deploy-test-2"
    );
}

#[test]
fn rollback_brings_the_earlier_release_back_as_a_new_deployment() {
    let rehearsal = Rehearsal::start();
    assert!(rollback(&rehearsal.infra, Environment::Test, None, &origin()).is_err());
    rehearsal.deploy("0.5.0-alpha.1.1", 'a');
    assert!(rollback(&rehearsal.infra, Environment::Test, None, &origin()).is_err());
    rehearsal.deploy("0.5.0-alpha.2.1", 'b');
    rehearsal.deploy("0.5.0-alpha.3.1", 'c');
    let back = rollback(&rehearsal.infra, Environment::Test, None, &origin()).unwrap();
    assert_eq!(back.tag, "deploy-test-4");
    rehearsal.commit(&back);
    assert_eq!(
        rehearsal.infra.release(Environment::Test).unwrap(),
        Some(release("0.5.0-alpha.2.1", 'b'))
    );
    let first = "0.5.0-alpha.1.1".parse().unwrap();
    rehearsal
        .commit(&rollback(&rehearsal.infra, Environment::Test, Some(first), &origin()).unwrap());
    assert_eq!(
        rehearsal.infra.release(Environment::Test).unwrap(),
        Some(release("0.5.0-alpha.1.1", 'a'))
    );
    let never = "0.5.0-alpha.9.9".parse().unwrap();
    assert!(rollback(&rehearsal.infra, Environment::Test, Some(never), &origin()).is_err());
    // A build that was rolled back can be followed by a newer one.
    assert_eq!(
        rehearsal.deploy("0.5.0-alpha.4.1", 'd').tag,
        "deploy-test-6"
    );
}

#[test]
fn flags_values_and_migrations_are_recorded_as_well() {
    let rehearsal = Rehearsal::start();
    rehearsal.deploy("0.5.0-alpha.1.1", 'a');
    let prepared = flag(
        &rehearsal.infra,
        Environment::Test,
        "deviceStartup",
        false,
        &origin(),
    )
    .unwrap();
    assert_eq!(prepared.message, "test: flag 0.5.0-alpha.1.1");
    rehearsal.commit(&prepared);
    let flags = fs::read_to_string(rehearsal.root().join("environments/test/flags.yaml")).unwrap();
    assert_eq!(flags, "features:\n  deviceStartup: false\n");
    assert!(
        flag(
            &rehearsal.infra,
            Environment::Test,
            "deviceStartup",
            false,
            &origin()
        )
        .is_err()
    );
    assert!(
        flag(
            &rehearsal.infra,
            Environment::Test,
            "other",
            true,
            &origin()
        )
        .is_err()
    );
    rehearsal.commit(&configure(&rehearsal.infra, Environment::Test, &origin()).unwrap());
    let mut next = release("0.5.0-alpha.2.1", 'b');
    next.schema_version = 10;
    rehearsal.commit(&deploy(&rehearsal.infra, &next, &origin()).unwrap());

    let records = rehearsal.infra.records(Environment::Test).unwrap();
    let actions: Vec<&str> = records.iter().map(|record| record.action.name()).collect();
    assert_eq!(
        actions,
        ["deploy", "flag", "configure", "deploy", "migration"]
    );
    let changed = records
        .iter()
        .find_map(|record| record.flag.clone())
        .unwrap();
    assert_eq!(
        changed,
        Flag {
            name: "deviceStartup".into(),
            from: true,
            to: false
        }
    );
    let migration = records.last().unwrap();
    assert_eq!(
        (
            migration.from.as_ref().unwrap().schema_version,
            migration.to.schema_version
        ),
        (9, 10)
    );
}

#[test]
fn numbers_are_not_used_again_after_a_revert() {
    let rehearsal = Rehearsal::start();
    rehearsal.deploy("0.5.0-alpha.1.1", 'a');
    rehearsal.deploy("0.5.0-alpha.2.1", 'b');
    let arguments = [
        "-c",
        "user.name=T",
        "-c",
        "user.email=t@example.test",
        "revert",
        "--no-edit",
        "HEAD",
    ];
    git::git(rehearsal.root(), &arguments).unwrap();
    assert_eq!(
        rehearsal.deploy("0.5.0-alpha.3.1", 'c').tag,
        "deploy-test-3"
    );
}
