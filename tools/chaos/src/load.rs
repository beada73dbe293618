//! Devices that publish all the time, by MQTT and by HTTP.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use sens_testkit::ledger::Ledger;
use sens_testkit::{Platform, eventually};

use crate::cli::Options;
use crate::http_load::HttpLoad;

/// How long the devices may be silent after a fault: a device waits up to ten seconds between two attempts.
const SILENCE: Duration = Duration::from_secs(40);
const END: Duration = Duration::from_mins(1);

/// The load.
pub(crate) struct Load {
    file: PathBuf,
    http: HttpLoad,
}

impl Load {
    /// Starts devices that reach the broker at `port`.
    ///
    /// # Errors
    /// When the simulator does not start.
    pub(crate) fn start(
        platform: &mut Platform,
        options: &Options,
        seed: u64,
        port: u16,
        dir: &Path,
    ) -> Result<Self> {
        let file = dir.join("acknowledged.ndjson");
        let words = format!(
            "run --mqtt-url mqtt://127.0.0.1:{port} --devices {} --rate {} --connections 8 --seed {seed} \
             --formats flat,v1,startup,senml --malformed-share 0.03 --duplicate-share 0.05 \
             --clock-fault-share 0.02 --burst-every 10 --burst-messages 500 --storm-every 30 \
             --require-subscribers --ledger",
            options.devices, options.rate
        );
        let mut arguments: Vec<String> = words.split(' ').map(str::to_owned).collect();
        arguments.push(file.display().to_string());
        platform.add_simulator(&arguments)?;
        let http = HttpLoad::start(platform);
        Ok(Self { file, http })
    }

    /// Waits until the broker has acknowledged more.
    ///
    /// # Errors
    /// When it does not, or the devices have given up.
    pub(crate) async fn goes_on(&self, platform: &mut Platform) -> Result<()> {
        let length = || fs::metadata(&self.file).map_or(0, |file| file.len());
        let before = length();
        eventually(SILENCE, "more messages from the devices", || async {
            (length() > before).then_some(())
        })
        .await?;
        for simulator in &mut platform.simulators {
            if let Some(how) = simulator.ended() {
                bail!(
                    "{} ended by itself ({how})\n{}",
                    simulator.name(),
                    simulator.log_tail(15)
                );
            }
        }
        ensure!(
            self.http.is_running(),
            "the devices that publish by HTTP ended by themselves"
        );
        Ok(())
    }

    /// Ends the load; everything that was begun is acknowledged then.
    ///
    /// # Errors
    /// When something stays unacknowledged.
    pub(crate) async fn finish(self, platform: &mut Platform) -> Result<Ledger> {
        let mut ledger = Ledger::default();
        self.http.finish(&mut ledger).await?;
        for simulator in &mut platform.simulators {
            let code = simulator.terminate(END).await?;
            ensure!(
                code == 0,
                "{} ended with exit code {code}\n{}",
                simulator.name(),
                simulator.log_tail(15)
            );
        }
        let file = File::open(&self.file)
            .with_context(|| format!("cannot read {}", self.file.display()))?;
        ledger.read(BufReader::new(file))?;
        Ok(ledger)
    }
}
