//! The platform, the network between its parts, and the devices.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use sens_testkit::{Platform, Proxies, Service, TcpProxy};

use crate::cli::Options;
use crate::load::Load;
use crate::plan::{Link, REPLICAS};

/// How long a service may take to be ready again after a fault.
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

    /// Waits until every service is ready and the devices go on.
    ///
    /// # Errors
    /// When one is not ready in time; with the end of its log.
    pub(crate) async fn recovered(&mut self) -> Result<()> {
        let platform = &mut self.platform;
        let services = platform
            .ingestion
            .iter_mut()
            .chain(&mut platform.telemetry)
            .chain(&mut platform.api);
        for service in services {
            ready(service).await?;
        }
        self.load.goes_on(&mut self.platform).await
    }
}

async fn ready(service: &mut Service) -> Result<()> {
    service.wait_ready(READY).await
}
