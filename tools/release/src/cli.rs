//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::infra::Environment;
use crate::version::Version;

/// Versions, release metadata and the deployment log.
#[derive(Debug, Parser)]
#[command(
    about,
    after_help = "Examples:
  sens-release next alpha --run 123 --attempt 1     0.5.0-alpha.123.1, on main
  sens-release next rc                              0.5.0-rc.1, the next after the highest tag
  sens-release next stable                          0.5.0
  sens-release bump 0.6.0                           what main is on its way to from now on
  sens-release manifest 0.5.0-alpha.123.1 --images images.txt > release.json
  sens-release deploy --infra ../infra --by ci release.json
  sens-release promote --infra ../infra --by alice staging 0.5.0-rc.1
  sens-release rollback --infra ../infra --by alice --reason 'errors after 0.5.0' production

Everything that changes an environment is prepared in a checkout of the infrastructure repository, and prints the tag and
the message to commit it with: a line 'tag=…' and a line 'message=…'."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[command(flatten)]
    Product(ProductCommand),
    #[command(flatten)]
    Environment(EnvironmentCommand),
}

/// What is done in a checkout of the product.
#[derive(Debug, Subcommand)]
pub(crate) enum ProductCommand {
    /// Prints the next version, or says why there is none
    Next {
        #[command(subcommand)]
        channel: ChannelName,
        #[command(flatten)]
        branch: Branch,
    },
    /// Fails unless chart and workspace have the same version, and the statements of the release before are kept
    Check,
    /// Writes a version into the chart: version and appVersion
    Stamp {
        /// The version
        version: Version,
    },
    /// Raises the version of workspace and chart, and keeps the statements of the release before
    Bump {
        /// X.Y.Z
        version: Version,
    },
    /// Prints release.json for what was built from this commit
    Manifest {
        /// Its version
        version: Version,
        /// File with a line 'NAME REPOSITORY DIGEST' for each image
        #[arg(long, value_name = "FILE")]
        images: PathBuf,
        /// The version it was built as, when it has been promoted since [default: the same]
        #[arg(long, value_name = "VERSION")]
        built_as: Option<Version>,
        #[command(flatten)]
        origin: When,
    },
    /// Prints the images of a release.json: 'NAME REPOSITORY DIGEST'
    Images {
        /// The file
        release: PathBuf,
        /// As a JSON array of {name, image}, for a pipeline's matrix
        #[arg(long)]
        json: bool,
    },
    /// Prints release notes from the fragments in changelog.d, or those of a released version
    Notes {
        /// Move the fragments into CHANGELOG.md under this version
        #[arg(long, value_name = "VERSION", conflicts_with = "of")]
        release: Option<Version>,
        /// Print what CHANGELOG.md says about this version
        #[arg(long, value_name = "VERSION")]
        of: Option<Version>,
    },
}

/// What is done in a checkout of the infrastructure repository.
#[derive(Debug, Subcommand)]
pub(crate) enum EnvironmentCommand {
    /// Brings a build of main to test
    Deploy {
        #[command(flatten)]
        target: Target,
        /// Its release.json
        release: PathBuf,
    },
    /// Brings what was verified in the environment before to the next, under a new version
    Promote {
        #[command(flatten)]
        target: Target,
        /// Where to
        environment: Environment,
        /// X.Y.Z-rc.N for staging, X.Y.Z for production
        version: Version,
    },
    /// Brings back an earlier release
    Rollback {
        #[command(flatten)]
        target: Target,
        /// Where
        environment: Environment,
        /// Which version [default: the newest lower one that ran there]
        #[arg(long)]
        to: Option<Version>,
    },
    /// Makes changed values of an environment a deployment
    Configure {
        #[command(flatten)]
        target: Target,
        /// Where
        environment: Environment,
    },
    /// Sets a feature flag of an environment
    Flag {
        #[command(flatten)]
        target: Target,
        /// Where
        environment: Environment,
        /// Its name in the chart's `features`
        name: String,
        /// true or false
        #[arg(action = clap::ArgAction::Set)]
        on: bool,
    },
    /// Keeps what verification found for the version that runs in an environment; fails when a check did
    Evidence {
        #[command(flatten)]
        target: Target,
        /// Where
        environment: Environment,
        /// What `device-simulator verify` printed
        report: PathBuf,
    },
}

/// The channels.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum ChannelName {
    /// A build of main: X.Y.Z-alpha.RUN.ATTEMPT
    Alpha {
        /// Number of the pipeline's run
        #[arg(long, env = "GITHUB_RUN_NUMBER")]
        run: u64,
        /// Attempt of that run
        #[arg(long, env = "GITHUB_RUN_ATTEMPT", default_value_t = 1)]
        attempt: u64,
    },
    /// A release candidate: X.Y.Z-rc.N
    Rc,
    /// A release: X.Y.Z
    Stable,
}

/// The branch.
#[derive(Debug, Clone, Args)]
pub(crate) struct Branch {
    /// The branch this commit is on, for pipelines that check out a commit [default: what git says]
    #[arg(long, env = "GITHUB_REF_NAME", global = true)]
    pub(crate) branch: Option<String>,
}

/// When and in which run.
#[derive(Debug, Clone, Args)]
pub(crate) struct When {
    /// Time in RFC 3339 [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// Address of the pipeline's run
    #[arg(long, value_name = "URL")]
    pub(crate) run_url: Option<String>,
}

/// The infrastructure repository, and who changes it.
#[derive(Debug, Clone, Args)]
pub(crate) struct Target {
    /// Checkout of the infrastructure repository, with all tags
    #[arg(long, value_name = "FOLDER")]
    pub(crate) infra: PathBuf,
    /// Who asks for it
    #[arg(long, value_name = "NAME")]
    pub(crate) by: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    #[command(flatten)]
    pub(crate) when: When,
}
