//! One run: start, fill, measure in turns, watch memory.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use sens_config::{Config, Secret};
use sens_storage::{LoginRole, query::api_keys};
use sens_testkit::{Launch, Nats, Postgres, Process, Service, eventually, free_port};
use tokio::net::TcpStream;

use crate::fill::{self, DEVICES};
use crate::load::{Figures, Target, ask};
use crate::options::Options;

const ADMIN: &str = "bench-bootstrap-key-0123456789";
const PATIENCE: Duration = Duration::from_secs(30);
/// Connections at a time.
const CONNECTIONS: [usize; 2] = [1, 8];

/// A question with its names in the services.
struct Question {
    name: &'static str,
    ours: (&'static str, &'static str),
    bare: (&'static str, &'static str),
    /// Whether the handler in Go answers it, by the name it has in the bare one.
    go: bool,
}

const QUESTIONS: [Question; 2] = [
    Question {
        name: "newest values of a device",
        ours: ("/v1/devices/BENCH-", "/latest"),
        bare: ("/devices/BENCH-", "/latest"),
        go: false,
    },
    Question {
        name: "1,000 raw readings",
        ours: (
            "/v1/devices/BENCH-",
            "/measurements?metric=battery_charge&limit=1000",
        ),
        bare: ("/devices/BENCH-", "/measurements"),
        go: true,
    },
];

/// Everything that runs.
struct Parts {
    _postgres: Postgres,
    _nats: Nats,
    api: Service,
    _bare: Service,
    _go: Option<Process>,
    addresses: Addresses,
    headers: String,
}

/// Where they listen.
struct Addresses {
    ours: String,
    bare: String,
    go: Option<String>,
}

/// Measures and prints.
pub(crate) async fn run(options: &Options) -> Result<()> {
    let mut parts = Box::pin(start(options)).await?;
    println!(
        "\n{:28} {:>5} {:>22} {:>22} {:>7}",
        "", "conns", "platform-api", "beside it", "ratio"
    );
    for question in &QUESTIONS {
        for connections in CONNECTIONS {
            let bare = parts.bare(question);
            compare(&parts, question, ("bare axum", bare), connections, options).await?;
            if let Some(go) = parts.go(question) {
                compare(&parts, question, ("Go, pgx", go), connections, options).await?;
            }
        }
    }
    memory(&mut parts, options).await
}

/// Asks the service and another one in turns.
async fn compare(
    parts: &Parts,
    question: &Question,
    (name, other): (&str, Target),
    connections: usize,
    options: &Options,
) -> Result<()> {
    let (ours, length) = (parts.ours(question), Duration::from_secs(options.seconds));
    // Both are warm, and newest values are hot.
    ask(&ours, connections, Duration::from_millis(1500)).await?;
    ask(&other, connections, Duration::from_millis(500)).await?;
    let mut pairs = Vec::new();
    for _ in 0..options.rounds {
        let first = ask(&ours, connections, length).await?;
        pairs.push((first, ask(&other, connections, length).await?));
    }
    print((question.name, name), connections, pairs);
    Ok(())
}

/// The pair with the median ratio.
fn print((question, other): (&str, &str), connections: usize, mut pairs: Vec<(Figures, Figures)>) {
    let ratio = |(ours, other): &(Figures, Figures)| ours.per_second / other.per_second;
    pairs.sort_by(|one, other| ratio(one).total_cmp(&ratio(other)));
    let pair = pairs[pairs.len() / 2];
    let text = |figures: Figures| {
        let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
        format!(
            "{:.0}/s {:.2}/{:.2} ms",
            figures.per_second,
            milliseconds(figures.p50),
            milliseconds(figures.p99)
        )
    };
    println!(
        "{question:28} {connections:>5} {:>22} {:>22} {:>6.2}×  {other} ({} and {} bytes)",
        text(pair.0),
        text(pair.1),
        ratio(&pair),
        pair.0.bytes,
        pair.1.bytes
    );
}

impl Parts {
    fn ours(&self, question: &Question) -> Target {
        target(&self.addresses.ours, question.ours, &self.headers)
    }

    fn bare(&self, question: &Question) -> Target {
        target(&self.addresses.bare, question.bare, "")
    }

    fn go(&self, question: &Question) -> Option<Target> {
        let address = self.addresses.go.as_deref().filter(|_| question.go)?;
        Some(target(address, question.bare, ""))
    }
}

fn target(address: &str, path: (&'static str, &'static str), headers: &str) -> Target {
    Target {
        address: address.to_owned(),
        path,
        headers: headers.to_owned(),
        devices: DEVICES.unsigned_abs().into(),
    }
}

/// A key of the database, as callers have it; the bootstrap key would save a look into what is kept.
async fn key(database: &sens_config::Database) -> Result<String> {
    let pool = sens_storage::connect(database, "bench", None)?.primary;
    fill::fill(&pool).await?;
    let minted = sens_schema::api_key::mint([7; 40]);
    let new = api_keys::NewApiKey {
        id: &minted.id,
        name: "bench",
        role: "viewer",
        secret_sha256: minted.secret_sha256,
        expires_at: None,
        label_selector: None,
        serials: None,
    };
    let actor = sens_storage::audit::Actor::local("bench");
    api_keys::insert_api_key(&pool, &new, &actor).await?;
    pool.close().await;
    Ok(minted.key)
}

async fn start(options: &Options) -> Result<Parts> {
    let (postgres, nats) = (Postgres::start_durable().await?, Nats::start().await?);
    let mut database = Config::default().database;
    database.url = Some(Secret::new(postgres.url()));
    sens_storage::migrate(&database).await?;
    let password = Secret::new("bench-password");
    sens_storage::set_login(&database, "bench_api", LoginRole::Api, &password).await?;
    let key = key(&database).await?;
    let url = postgres.url_as("bench_api", password.expose())?;
    let address = || anyhow::Ok(format!("127.0.0.1:{}", free_port()?));
    let (listen, ops, beside) = (address()?, address()?, address()?);
    let nats_url = nats.url();
    let mut api = Service::spawn(
        "platform-api",
        &[],
        &[
            ("DATABASE_URL", &url),
            ("SENS_NATS__URL", &nats_url),
            ("SENS_API__LISTEN", &listen),
            ("SENS_OPS__LISTEN", &ops),
            ("SENS_API__BOOTSTRAP_KEY", ADMIN),
        ],
    )?;
    api.wait_ready(PATIENCE).await?;
    let bare = Service::spawn(
        env!("CARGO_BIN_NAME"),
        &["--bare", &beside],
        &[("DATABASE_URL", &url)],
    )?;
    listens("the bare handler", &beside).await?;
    let (go, process) = match &options.go {
        Some(program) => {
            let address = address()?;
            let process = start_go(program, &address, &url, postgres.dir()?)?;
            listens("the handler in Go", &address).await?;
            (Some(address), Some(process))
        }
        None => (None, None),
    };
    eventually(PATIENCE, "changes are told", || async {
        let following = api.metric("sens_cache_following", "").await.ok()?;
        (following > 0.5).then_some(())
    })
    .await?;
    Ok(Parts {
        _postgres: postgres,
        _nats: nats,
        api,
        _bare: bare,
        _go: process,
        addresses: Addresses {
            ours: listen,
            bare: beside,
            go,
        },
        headers: format!("Authorization: Bearer {key}\r\n"),
    })
}

/// Waits until a server accepts connections.
async fn listens(what: &str, address: &str) -> Result<()> {
    let goal = format!("{what} answers");
    eventually(PATIENCE, &goal, || async {
        TcpStream::connect(address).await.ok()
    })
    .await?;
    Ok(())
}

fn start_go(program: &Path, address: &str, url: &str, logs: &Path) -> Result<Process> {
    Process::spawn(&Launch {
        name: "range".to_owned(),
        program: program.to_owned(),
        args: vec![address.to_owned()],
        env: vec![("DATABASE_URL".to_owned(), url.to_owned())],
        log: logs.join("range.log"),
        user: None,
    })
}

/// Asks everything in turns for as long as the options say, and prints what the service takes.
async fn memory(parts: &mut Parts, options: &Options) -> Result<()> {
    let end = Instant::now() + Duration::from_secs_f64(options.minutes.max(0.0) * 60.0);
    let mut asked = 0.0;
    let (mut first, mut last, mut slowest) = (None, resident(parts)?, Duration::ZERO);
    while Instant::now() < end {
        for question in &QUESTIONS {
            let length = Duration::from_secs(2);
            let figures = ask(&parts.ours(question), 64, length).await?;
            asked += figures.per_second * length.as_secs_f64();
            slowest = slowest.max(figures.p99);
        }
        last = resident(parts)?;
        first.get_or_insert(last);
    }
    println!(
        "\n{asked:.0} requests over 64 connections in {} minutes, all answered 200, p99 at most {:.1} ms; platform-api took {} MB after the \
         first seconds, {} MB at the end",
        options.minutes,
        slowest.as_secs_f64() * 1000.0,
        first.unwrap_or(last) / 1_000_000,
        last / 1_000_000
    );
    Ok(())
}

fn resident(parts: &mut Parts) -> Result<u64> {
    let pid = parts.api.process().pid();
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.context("no memory")?.trim().trim_end_matches(" kB");
    let bytes = kilobytes.parse::<u64>()? * 1024;
    ensure!(bytes > 0, "platform-api is gone");
    Ok(bytes)
}
