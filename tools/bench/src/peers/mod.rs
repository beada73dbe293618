//! Other projects that bring MQTT into PostgreSQL, built from their sources, with the same messages on the same servers.

mod bento;
mod telegraf;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use sens_schema::Micros;
use sens_testkit::{Launch, Mosquitto, Postgres, Process};
use sqlx::{Connection, PgConnection};
use tokio::sync::Semaphore;
use tokio::time::sleep;

use crate::committed::{self, Ended, Goal};
use crate::figures::Measure;
use crate::options::Options;
use crate::progress::Progress;
use crate::usage::{Meter, Watched};
use crate::wire::{Pace, Publishers};
use crate::workload::{Shape, Workload};

/// How long a peer may take from its start to its first row.
const START: Duration = Duration::from_mins(1);
/// Between two messages that ask whether it has begun.
const KNOCK: Duration = Duration::from_millis(500);

/// Every peer, each on fresh servers.
pub(crate) async fn measure(
    options: &Options,
    programs: &Path,
    progress: &Progress,
) -> Result<Vec<Measure>> {
    let mut measures = vec![bento::measure(options, programs, progress).await?];
    measures.extend(telegraf::measure(options, programs, progress).await?);
    Ok(measures)
}

/// A peer that runs, with the servers around it.
struct Peer {
    what: (&'static str, &'static str),
    shape: Shape,
    /// Gives the number of messages committed, cheaply: the highest of the numbers given to rows.
    committed: &'static str,
    /// Gives the same by counting rows.
    counted: &'static str,
    mosquitto: Mosquitto,
    postgres: Postgres,
    sql: PgConnection,
    /// Its programs.
    processes: Vec<(&'static str, Process)>,
    /// Other servers that it needs.
    servers: Watched,
    origin: Micros,
    /// The number of the next message.
    number: u64,
    /// Messages that are to be rows.
    expected: u64,
}

impl Peer {
    /// Waits until it works, then measures its throughput.
    async fn throughput(mut self, options: &Options, progress: &Progress) -> Result<Measure> {
        progress.begin(self.what.1, options.messages);
        self.begun().await?;
        let workload = self.next(options.messages);
        let gate = Arc::new(Semaphore::new(usize::try_from(options.backlog)?));
        let connections = usize::try_from(options.connections)?;
        let publishers = Publishers::prepare(self.mosquitto.port(), &workload, connections).await?;
        let meter = Meter::start(self.watched()?);
        let begun = Instant::now();
        let publishing = publishers.run(Pace::Gated(Arc::clone(&gate)));
        let goal = Goal {
            query: self.committed,
            before: self.expected,
            count: workload.count,
        };
        let processes = &mut self.processes;
        let following = committed::follow(&mut self.sql, goal, &gate, progress, || {
            processes
                .iter_mut()
                .try_for_each(|(_, process)| alive(process))
        });
        let (_, ended) = tokio::try_join!(publishing, following)?;
        let cpu = meter.per_message(workload.count);
        let Ended::All(committed_at) = ended else {
            bail!("{}: stuck with {ended:?}\n{}", self.what.1, self.logs());
        };
        self.expected += workload.count;
        let rows = self.count(self.counted).await?;
        ensure!(
            rows == self.expected,
            "{}: {rows} messages became rows of {} that were sent",
            self.what.1,
            self.expected
        );
        Ok(Measure::new(
            self.what,
            workload.count,
            committed_at - begun,
            cpu,
        ))
    }

    /// Publishes single messages until one becomes a row: from then on it is subscribed. What came before its
    /// subscription is forgotten.
    async fn begun(&mut self) -> Result<()> {
        let deadline = Instant::now() + START;
        let mut knocks = 0;
        while self.count(self.counted).await? == 0 {
            if Instant::now() > deadline {
                bail!("{}: no row after {START:?}\n{}", self.what.1, self.logs());
            }
            self.processes
                .iter_mut()
                .try_for_each(|(_, process)| alive(process))?;
            let workload = self.next(1);
            knocks += 1;
            let publishers = Publishers::prepare(self.mosquitto.port(), &workload, 1).await?;
            publishers.run(Pace::PerSecond(1000.0)).await?;
            sleep(KNOCK).await;
        }
        // All that was sent after the subscription has arrived when the count rests for a while.
        let mut counted = 0;
        loop {
            sleep(KNOCK).await;
            let now = self.count(self.counted).await?;
            if now == counted {
                break;
            }
            counted = now;
        }
        ensure!(
            counted <= knocks,
            "{}: {counted} rows of {knocks}",
            self.what.1
        );
        self.expected = counted;
        Ok(())
    }

    fn next(&mut self, count: u64) -> Workload {
        let workload = Workload {
            shape: self.shape,
            origin: self.origin,
            first: self.number,
            count,
        };
        self.number += count;
        workload
    }

    async fn count(&mut self, query: &'static str) -> Result<u64> {
        let count: i64 = sqlx::query_scalar(query).fetch_one(&mut self.sql).await?;
        Ok(count.cast_unsigned())
    }

    fn watched(&mut self) -> Result<Watched> {
        let mut watched = vec![
            ("mosquitto", self.mosquitto.process()?.pid()),
            ("postgres", self.postgres.process()?.pid()),
        ];
        watched.extend(
            self.processes
                .iter()
                .map(|(name, process)| (*name, process.pid())),
        );
        watched.extend(&self.servers);
        Ok(watched)
    }

    fn logs(&self) -> String {
        let logs = self
            .processes
            .iter()
            .map(|(name, process)| format!("{name}:\n{}", process.log_tail(20)));
        logs.collect::<Vec<_>>().join("\n")
    }
}

fn alive(process: &mut Process) -> Result<()> {
    if process.is_running() {
        return Ok(());
    }
    bail!(
        "{} ended by itself\n{}",
        process.name(),
        process.log_tail(20)
    )
}

/// Starts one of its programs.
fn start(
    name: &'static str,
    programs: &Path,
    args: &[&str],
    env: &[(&str, String)],
    log_dir: &Path,
) -> Result<(&'static str, Process)> {
    let program = args.first().context("a program")?;
    let launch = Launch {
        name: name.to_owned(),
        program: programs.join(program),
        args: args.iter().skip(1).map(|arg| (*arg).to_owned()).collect(),
        env: env
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
        log: log_dir.join(format!("{}.log", name.replace(' ', "-"))),
        user: None,
    };
    Ok((name, Process::spawn(&launch)?))
}

/// The servers that every peer needs, and its tables.
async fn servers(tables: &str) -> Result<(Mosquitto, Postgres, PgConnection)> {
    let mosquitto = Mosquitto::start().await?;
    let postgres = Postgres::start_durable().await?;
    postgres.recycle_log()?;
    let mut sql = PgConnection::connect(&postgres.url()).await?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(tables.to_owned()))
        .execute(&mut sql)
        .await?;
    Ok((mosquitto, postgres, sql))
}
