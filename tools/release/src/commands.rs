//! What each command does.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::cli::{ChannelName, Command, EnvironmentCommand, ProductCommand, Target, When};
use crate::deploy;
use crate::infra::{Environment, Infra};
use crate::next::{self, Channel};
use crate::product::{CHART, Product};
use crate::record::Origin;
use crate::release::{self, Chart, Image, Release};
use crate::version::{Stage, Version};
use crate::{evidence, notes};

/// Runs a command.
///
/// # Errors
/// As each command says.
pub(crate) fn run(command: Command) -> Result<()> {
    match command {
        Command::Product(command) => of_product(command),
        Command::Environment(command) => of_environment(command),
    }
}

fn of_product(command: ProductCommand) -> Result<()> {
    match command {
        ProductCommand::Next { channel, branch } => {
            let product = product()?;
            let repository = product.repository(branch.branch)?;
            product.keeps_statements(&repository)?;
            println!("{}", next::next(channel.into(), &repository)?);
        }
        ProductCommand::Check => {
            let product = product()?;
            let repository = product.repository(None)?;
            next::chart_follows(&repository)?;
            product.keeps_statements(&repository)?;
        }
        ProductCommand::Stamp { version } => product()?.stamp_chart(&version.to_string())?,
        ProductCommand::Bump { version } => bump(version)?,
        ProductCommand::Manifest {
            version,
            images,
            built_as,
            origin,
        } => manifest(version, built_as.unwrap_or(version), &images, origin)?,
        ProductCommand::Images { release, json } => images(&Release::read(&release)?, json),
        ProductCommand::Notes { release, of } => notes(release, of)?,
    }
    Ok(())
}

fn of_environment(command: EnvironmentCommand) -> Result<()> {
    let prepared = match command {
        EnvironmentCommand::Deploy { target, release } => deploy::deploy(
            &infra(&target)?,
            &Release::read(&release)?,
            &origin(target)?,
        ),
        EnvironmentCommand::Promote {
            target,
            environment,
            version,
        } => deploy::promote(&infra(&target)?, environment, version, &origin(target)?),
        EnvironmentCommand::Rollback {
            target,
            environment,
            to,
        } => deploy::rollback(&infra(&target)?, environment, to, &origin(target)?),
        EnvironmentCommand::Configure {
            target,
            environment,
        } => deploy::configure(&infra(&target)?, environment, &origin(target)?),
        EnvironmentCommand::Flag {
            target,
            environment,
            name,
            on,
        } => deploy::flag(&infra(&target)?, environment, &name, on, &origin(target)?),
        EnvironmentCommand::Evidence {
            target,
            environment,
            report,
        } => return keep_evidence(target, environment, &report),
    }?;
    println!("tag={}\nmessage={}", prepared.tag, prepared.message);
    Ok(())
}

fn keep_evidence(target: Target, environment: Environment, report: &Path) -> Result<()> {
    let text = read(report)?;
    let (path, found) = evidence::record(&infra(&target)?, environment, &text, &origin(target)?)?;
    let (name, version) = (environment.name(), found.version);
    println!("message={name}: verification of {version}");
    if !found.passed {
        bail!("verification of {version} in {name} did not pass; it is kept in {path}");
    }
    Ok(())
}

fn bump(version: Version) -> Result<()> {
    if version.stage != Stage::Stable {
        bail!(
            "the workspace has the version that main is on its way to: {}",
            version.base
        );
    }
    product()?.bump(version.base)
}

fn images(release: &Release, as_json: bool) {
    if as_json {
        let one = |(name, image): (&String, &Image)| json!({ "name": name, "image": format!("{}@{}", image.repository, image.digest) });
        println!("{}", release.images.iter().map(one).collect::<Value>());
        return;
    }
    for (name, image) in &release.images {
        println!("{name} {} {}", image.repository, image.digest);
    }
}

fn manifest(version: Version, build_version: Version, images: &Path, when: When) -> Result<()> {
    let product = product()?;
    let revision = product.head()?;
    let release = Release {
        version,
        build_version,
        git_sha: revision.clone(),
        built_at: time(when.at)?,
        chart: Chart {
            path: CHART.to_owned(),
            revision,
        },
        schema_version: product.schema_version()?,
        images: release::images(&read(images)?)?,
        run_url: when.run_url,
    };
    release.check()?;
    println!("{}", serde_json::to_string_pretty(&release)?);
    Ok(())
}

fn notes(release: Option<Version>, of: Option<Version>) -> Result<()> {
    let changelog = Path::new("CHANGELOG.md");
    if let Some(version) = of {
        print!(
            "{}",
            notes::section(&read(changelog)?, &version.to_string())?
        );
        return Ok(());
    }
    let fragments = notes::read(Path::new("changelog.d"))?;
    if let Some(version) = release {
        let today = Utc::now().format("%Y-%m-%d").to_string();
        return fragments.into_changelog(changelog, &version.to_string(), &today);
    }
    print!("{}", fragments.markdown());
    Ok(())
}

impl From<ChannelName> for Channel {
    fn from(name: ChannelName) -> Self {
        match name {
            ChannelName::Alpha { run, attempt } => Self::Alpha { run, attempt },
            ChannelName::Rc => Self::Candidate,
            ChannelName::Stable => Self::Stable,
        }
    }
}

fn product() -> Result<Product> {
    Product::at(Path::new("."))
}

fn infra(target: &Target) -> Result<Infra> {
    Infra::at(&target.infra)
}

fn origin(target: Target) -> Result<Origin> {
    Ok(Origin {
        at: time(target.when.at)?,
        by: target.by,
        reason: target.reason,
        run_url: target.when.run_url,
    })
}

/// The given time, or now; in UTC to the second.
fn time(given: Option<String>) -> Result<String> {
    let time = match given {
        Some(text) => DateTime::parse_from_rfc3339(&text)
            .with_context(|| format!("--at {text}"))?
            .to_utc(),
        None => Utc::now(),
    };
    Ok(time.to_rfc3339_opts(SecondsFormat::Secs, true))
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("read {}", path.display()))
}
