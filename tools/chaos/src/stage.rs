//! The platform, the network between its parts, and the devices.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use sens_testkit::{Platform, Proxies, Service, TcpProxy};

use crate::cli::Options;
use crate::load::Load;
use crate::plan::{Link, REPLICAS};

/// How long the services may take to be ready again after a fault while the devices go on at full rate.
const SOON: Duration = Duration::from_secs(30);
/// How long a service may take to be ready again when the devices are held.
const READY: Duration = Duration::from_secs(90);

/// Small, so that outages fill it as well.
const RAW_MAX_BYTES: &str = "1048576";

/// Everything that runs.
pub(crate) struct Stage {
    pub(crate) platform: Platform,
    pub(crate) load: Load,
    devices: TcpProxy,
}

impl Stage {
    /// Starts everything.
    ///
    /// # Errors
    /// When a part does not come up.
    pub(crate) async fn start(options: &Options, seed: u64, dir: &Path) -> Result<Self> {
        let mut platform = Platform::builder()
            .dir(dir)
            .proxied()
            .ingestion_workers(REPLICAS)
            .telemetry_workers(REPLICAS)
            .env("*", "SENS_NATS__RAW_MAX_BYTES", RAW_MAX_BYTES)
            .start()
            .await?;
        let devices = TcpProxy::start(&format!("127.0.0.1:{}", platform.mosquitto.port())).await?;
        let load = Load::start(&mut platform, options, seed, devices.port(), dir)?;
        load.goes_on(&mut platform).await?;
        Ok(Self {
            platform,
            load,
            devices,
        })
    }

    /// The proxy on a link.
    ///
    /// # Errors
    /// When the platform has none.
    pub(crate) fn link(&self, link: Link) -> Result<&TcpProxy> {
        let proxies: &Proxies = self
            .platform
            .proxies
            .as_ref()
            .context("the platform has no proxies")?;
        Ok(match link {
            Link::Devices => &self.devices,
            Link::Broker => &proxies.mqtt,
            Link::Nats => &proxies.nats,
            Link::Postgres => &proxies.postgres,
        })
    }

    /// Waits until every service is ready and the devices go on; gives how long it took and whether the devices had to be
    /// held for it, because this machine does not keep up with them.
    ///
    /// # Errors
    /// When a service is not ready in time; with the end of its log.
    pub(crate) async fn recovered(&mut self) -> Result<Back> {
        let over = Instant::now();
        let held = self.all_ready(SOON).await.is_err();
        if held {
            self.hold()?;
            let ready = self.all_ready(READY).await;
            self.release()?;
            ready?;
        }
        self.load.goes_on(&mut self.platform).await?;
        Ok(Back {
            after: over.elapsed(),
            held,
        })
    }

    async fn all_ready(&mut self, within: Duration) -> Result<()> {
        let platform = &mut self.platform;
        let services = platform
            .ingestion
            .iter_mut()
            .chain(&mut platform.telemetry)
            .chain(&mut platform.api);
        for service in services {
            service.wait_ready(within).await?;
        }
        Ok(())
    }

    fn hold(&mut self) -> Result<()> {
        let simulators = &mut self.platform.simulators;
        simulators.iter_mut().try_for_each(Service::pause)
    }

    fn release(&mut self) -> Result<()> {
        let simulators = &mut self.platform.simulators;
        simulators.iter_mut().try_for_each(Service::resume)
    }
}

/// How everything came back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Back {
    pub(crate) after: Duration,
    /// The devices were held meanwhile.
    pub(crate) held: bool,
}
