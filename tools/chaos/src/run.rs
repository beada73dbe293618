//! One run, from an empty folder to the verdict.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use sens_testkit::Platform;
use sens_testkit::ledger::{self, Accounts, Findings, Ledger};
use tempfile::TempDir;

use crate::cli::Options;
use crate::plan::{Fault, plan};
use crate::progress::Progress;
use crate::report::Report;
use crate::stage::Stage;

/// How long what waits in the broker and in the stream may take to be stored.
const DRAIN: Duration = Duration::from_secs(90);
const LOOK: Duration = Duration::from_secs(1);

/// Carries out a plan and says whether everything agrees in the end.
///
/// # Errors
/// When a part does not come up, or not back.
pub(crate) async fn run(options: &Options) -> Result<bool> {
    let seed = options.seed.unwrap_or_else(new_seed);
    let plan = plan(seed, options.faults);
    if options.plan {
        for (index, fault) in plan.iter().enumerate() {
            println!("{:>4}  {fault}", index + 1);
        }
        return Ok(true);
    }
    let folder = Folder::make(options.dir.as_deref())?;
    let outcome = Box::pin(carry_out(options, seed, &plan, folder.path())).await;
    if !matches!(outcome, Ok(true)) {
        eprintln!("data and logs are kept in {}", folder.keep().display());
    }
    outcome
}

async fn carry_out(options: &Options, seed: u64, plan: &[Fault], dir: &Path) -> Result<bool> {
    let begun = Instant::now();
    let progress = Progress::new(plan.len());
    progress.say(&format!("seed {seed}: {} faults under load", plan.len()));
    let mut stage = Stage::start(options, seed, dir).await?;
    progress.say(&format!(
        "everything is up after {:.1} s",
        begun.elapsed().as_secs_f64()
    ));
    let mut faults = Vec::with_capacity(plan.len());
    for (index, fault) in plan.iter().enumerate() {
        progress.begin(fault);
        let explain = || format!("fault {} of seed {seed} ({fault})", index + 1);
        stage.execute(*fault).await.with_context(explain)?;
        let back = stage.recovered().await.with_context(explain)?;
        progress.done(index + 1, fault, back);
        faults.push((*fault, back));
    }
    progress.say("the devices stop; what is on its way is waited for");
    let Stage {
        mut platform, load, ..
    } = stage;
    let ledger = load.finish(&mut platform).await?;
    let (findings, accounts) = settled(&platform, &ledger).await?;
    progress.finish();
    let report = Report {
        seed,
        faults,
        took: begun.elapsed(),
        findings,
        accounts,
    };
    println!("{}", report.render());
    platform.stop(|_, _, _| {}).await;
    Ok(report.is_good())
}

/// Compares until everything agrees or nothing has changed for a while.
async fn settled(platform: &Platform, sent: &Ledger) -> Result<(Findings, Accounts)> {
    let deadline = Instant::now() + DRAIN;
    loop {
        let before = Accounts::ask(platform).await?;
        tokio::time::sleep(LOOK).await;
        let accounts = Accounts::ask(platform).await?;
        let late = Instant::now() >= deadline;
        if (accounts != before || accounts.messages.in_flight > 0) && !late {
            continue;
        }
        let findings = sent.compare(&ledger::held(platform)?);
        let agree = findings.is_clean() && accounts.agree(findings.arrivals, findings.stored);
        if agree || late {
            return Ok((findings, accounts));
        }
    }
}

fn new_seed() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(1, |since| u64::from(since.subsec_micros()))
}

/// A folder that is kept, or removed when all went well.
enum Folder {
    Kept(PathBuf),
    Temporary(TempDir),
}

impl Folder {
    fn make(given: Option<&Path>) -> Result<Self> {
        if let Some(path) = given {
            std::fs::create_dir_all(path)
                .with_context(|| format!("cannot make {}", path.display()))?;
            return Ok(Self::Kept(path.canonicalize()?));
        }
        // PostgreSQL runs as its own user where we are root.
        let folder = tempfile::Builder::new()
            .prefix("sens-chaos-")
            .permissions(std::fs::Permissions::from_mode(0o755))
            .tempdir()
            .context("cannot make a temporary folder")?;
        Ok(Self::Temporary(folder))
    }

    fn path(&self) -> &Path {
        match self {
            Self::Kept(path) => path,
            Self::Temporary(folder) => folder.path(),
        }
    }

    fn keep(self) -> PathBuf {
        match self {
            Self::Kept(path) => path,
            Self::Temporary(folder) => folder.keep(),
        }
    }
}
