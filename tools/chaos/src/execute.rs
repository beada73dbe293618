//! Carrying out one fault.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use sens_testkit::{Service, eventually, http};
use tokio::time::sleep;

use crate::plan::{Fault, Target};
use crate::stage::Stage;

/// How long a service may take to stop in order: its own grace is 25 seconds.
const STOP: Duration = Duration::from_secs(35);
/// How long the stream may take to fill.
const FULL: Duration = Duration::from_mins(1);
/// Between two cuts of a link.
const BREATH: Duration = Duration::from_millis(200);

const READ_ONLY: &str =
    "ALTER SYSTEM SET default_transaction_read_only = on; SELECT pg_reload_conf()";
const WRITABLE: &str = "SET default_transaction_read_only = off;
    ALTER SYSTEM RESET default_transaction_read_only; SELECT pg_reload_conf()";

impl Stage {
    /// Carries out a fault to its end: everything that was taken away is given back.
    ///
    /// # Errors
    /// When a part does not do what it is told, or does not stop in order.
    pub(crate) async fn execute(&mut self, fault: Fault) -> Result<()> {
        match fault {
            Fault::Kill(target, down) => self.kill(target, down).await,
            Fault::Pause(target, time) => {
                self.pause(target)?;
                sleep(time).await;
                self.resume(target)
            }
            Fault::Restart(target) => self.restart(target).await,
            Fault::Cut(link, times) => {
                for _ in 0..times {
                    self.link(link)?.cut();
                    sleep(BREATH).await;
                }
                Ok(())
            }
            Fault::Refuse(link, time) => {
                self.link(link)?.refuse();
                sleep(time).await;
                self.link(link)?.resume();
                Ok(())
            }
            Fault::Delay(link, by, time) => {
                self.link(link)?.delay(by);
                sleep(time).await;
                self.link(link)?.resume();
                Ok(())
            }
            Fault::HalfOpen(link, time) => {
                self.link(link)?.freeze();
                sleep(time).await;
                self.link(link)?.resume();
                Ok(())
            }
            Fault::FullStream => self.full_stream().await,
            Fault::NatsAndIngestion(replica, down) => {
                self.platform.nats.kill9().await?;
                self.platform.ingestion[replica].kill9().await?;
                sleep(down).await;
                self.platform.ingestion[replica].restart().await?;
                sleep(BREATH).await;
                self.platform.nats.restart().await
            }
            Fault::FailOver(down) => self.platform.fail_over(down).await,
            Fault::ReadOnly(time) => {
                self.platform.sql(READ_ONLY)?;
                sleep(time).await;
                self.platform.sql(WRITABLE).map(drop)
            }
        }
    }

    fn service(&mut self, target: Target) -> Option<&mut Service> {
        match target {
            Target::Ingestion(replica) => self.platform.ingestion.get_mut(replica),
            Target::Telemetry(replica) => self.platform.telemetry.get_mut(replica),
            Target::Api => self.platform.api.as_mut(),
            Target::Nats | Target::Postgres | Target::Broker => None,
        }
    }

    fn ours(&mut self, target: Target) -> Result<&mut Service> {
        self.service(target)
            .with_context(|| format!("{target} does not run"))
    }

    async fn kill(&mut self, target: Target, down: Duration) -> Result<()> {
        let platform = &mut self.platform;
        match target {
            Target::Nats => {
                platform.nats.kill9().await?;
                sleep(down).await;
                platform.nats.restart().await
            }
            Target::Postgres => {
                platform.postgres.kill9().await?;
                sleep(down).await;
                platform.postgres.restart().await
            }
            Target::Broker => self.kill_broker(down).await,
            _ => {
                let service = self.ours(target)?;
                service.kill9().await?;
                sleep(down).await;
                service.restart().await
            }
        }
    }

    /// Mosquitto's store is a snapshot: of what it acknowledged after the last one it can promise nothing when it is killed.
    /// So the devices are held (their connections become half-open), it takes a snapshot, and then it is killed.
    async fn kill_broker(&mut self, down: Duration) -> Result<()> {
        self.link(crate::plan::Link::Devices)?.freeze();
        self.platform.mosquitto.save().await?;
        self.platform.mosquitto.kill9().await?;
        sleep(down).await;
        self.platform.mosquitto.restart().await?;
        self.link(crate::plan::Link::Devices)?.resume();
        Ok(())
    }

    fn pause(&mut self, target: Target) -> Result<()> {
        match target {
            Target::Nats => self.platform.nats.process()?.pause(),
            Target::Postgres => self.platform.postgres.pause(),
            Target::Broker => self.platform.mosquitto.process()?.pause(),
            _ => self.ours(target)?.pause(),
        }
    }

    fn resume(&mut self, target: Target) -> Result<()> {
        match target {
            Target::Nats => self.platform.nats.process()?.resume(),
            Target::Postgres => self.platform.postgres.resume(),
            Target::Broker => self.platform.mosquitto.process()?.resume(),
            _ => self.ours(target)?.resume(),
        }
    }

    async fn restart(&mut self, target: Target) -> Result<()> {
        match target {
            Target::Nats => self.platform.nats.restart().await,
            Target::Postgres => self.platform.postgres.restart().await,
            Target::Broker => self.platform.mosquitto.restart().await,
            _ => {
                let service = self.ours(target)?;
                let code = service.terminate(STOP).await?;
                ensure!(
                    code == 0,
                    "{target} stopped with exit code {code}\n{}",
                    service.log_tail(15)
                );
                service.restart().await
            }
        }
    }

    /// Nobody reads the stream until ingestion says that it is full.
    async fn full_stream(&mut self) -> Result<()> {
        for worker in &mut self.platform.telemetry {
            worker.pause()?;
        }
        let ingestion = &self.platform.ingestion;
        let full = eventually(FULL, "a full stream", || async {
            for worker in ingestion {
                let answer = http::get(worker.ops().ok()?, "/health/ready", None).await;
                if answer.is_ok_and(|answer| answer.body.contains("is full")) {
                    return Some(());
                }
            }
            None
        })
        .await;
        for worker in &mut self.platform.telemetry {
            worker.resume()?;
        }
        full
    }
}
