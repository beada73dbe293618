//! Standing still, and handing over to a standby.

use std::time::Duration;

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};

use super::tools::{SUPERUSER, Tools};
use super::{Kind, Own, Postgres, PostgresOptions, children_of, launch};
use crate::{DataDir, ports};

/// How long a standby may take to catch up.
const CATCH_UP: Duration = Duration::from_mins(1);

impl Postgres {
    /// SIGSTOP to all processes of the server, until [`Self::resume`].
    ///
    /// # Errors
    /// When the server is stopped or was given by URL, or the kernel refuses.
    pub fn pause(&mut self) -> Result<()> {
        // The postmaster first, so that it starts nothing that would be missed.
        self.process()?.pause()?;
        self.signal_children(Signal::STOP)
    }

    /// Goes on after [`Self::pause`].
    ///
    /// # Errors
    /// As [`Self::pause`].
    pub fn resume(&mut self) -> Result<()> {
        self.signal_children(Signal::CONT)?;
        self.process()?.resume()
    }

    fn signal_children(&mut self, signal: Signal) -> Result<()> {
        let children: Vec<Pid> = children_of(self.process()?.pid())?;
        for child in children {
            // It may have ended since it was listed.
            kill_process(child, signal).ok();
        }
        Ok(())
    }

    /// A second server, on a port of its own, that follows this one; from here on a COMMIT waits until the second has it
    /// as well, so that [`Self::promote`] loses nothing that was committed.
    ///
    /// # Errors
    /// When the server was given by URL, or the copy or the start fails.
    pub async fn standby(&self) -> Result<Self> {
        let tools = Tools::find()?;
        let dir = DataDir::temporary("standby")?;
        tools.give_to_server_user(dir.path())?;
        let (base_url, data) = (self.base_url.clone(), dir.path().join("data"));
        let copier = tools.clone();
        tokio::task::spawn_blocking(move || {
            let data = data.display().to_string();
            copier.run_as_server_user(
                &copier.program("pg_basebackup"),
                &[
                    "--dbname",
                    &base_url,
                    "--pgdata",
                    &data,
                    "--write-recovery-conf",
                    "--checkpoint=fast",
                    "--no-sync",
                ],
            )
        })
        .await?
        .context("cannot copy the database to a standby")?;
        let port = ports::free_port()?;
        let options = PostgresOptions {
            durable: true,
            ..PostgresOptions::default()
        };
        let password = self
            .base_url
            .rsplit_once('@')
            .and_then(|(login, _)| login.rsplit_once(':'))
            .map_or("", |(_, password)| password);
        let mut standby = Self {
            base_url: format!("postgres://{SUPERUSER}:{password}@127.0.0.1:{port}"),
            kind: Kind::Own(Box::new(Own {
                process: None,
                launch: launch(&tools, dir.path(), port, &options),
                port,
                dir,
            })),
            tools: Some(tools),
            database: self.database.clone(),
        };
        standby.restart().await?;
        self.sql("ALTER SYSTEM SET synchronous_standby_names = '*'; SELECT pg_reload_conf()")?;
        crate::eventually(CATCH_UP, "a synchronous standby", || async {
            let synchronous = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
            (self.sql(synchronous).ok()? == "1").then_some(())
        })
        .await?;
        // This COMMIT waits for the standby, and so for all that stands before it in the log.
        self.sql("SELECT pg_current_xact_id()")?;
        Ok(standby)
    }

    /// Makes this standby the server that takes writes.
    ///
    /// # Errors
    /// When it is none, or does not get there within a minute.
    pub fn promote(&self) -> Result<()> {
        let done = self.sql("SELECT pg_promote()")?;
        anyhow::ensure!(done == "t", "the standby was not promoted within a minute");
        Ok(())
    }
}
