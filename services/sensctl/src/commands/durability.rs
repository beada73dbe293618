//! `sensctl doctor`: do the live settings keep what an acknowledgement promises?

use chrono::Utc;
use sens_config::Config;
use sens_messaging::{Messaging, nats_sync};
use sens_schema::durability::{DatabaseSetting, Known, Settings, judge};
use sens_storage::query::durability::durability_settings;

/// Prints a line for each weakness, or one that says that there is none. Gives whether nothing is known to be weak: what
/// cannot be read is only told.
pub(super) async fn report(config: &Config) -> bool {
    let (verdict, weaknesses) = judge(&read(config).await);
    for weakness in &weaknesses {
        let mark = if weakness.unread { "warn" } else { "FAIL" };
        println!("{mark}  durability {}", weakness.detail);
    }
    if weaknesses.is_empty() {
        println!(
            "ok    durability {}: every setting keeps what an acknowledgement promises",
            verdict.as_str()
        );
    }
    weaknesses.iter().all(|weakness| weakness.unread)
}

async fn read(config: &Config) -> Settings {
    let nats = nats_sync(&config.nats).await;
    let database = database(config).await;
    let messaging = Messaging::connect(&config.nats, "sensctl-doctor").await;
    let messaging = messaging.map_err(|error| error.to_string());
    let (streams, sessions) = match &messaging {
        Ok(messaging) => {
            let now = Utc::now().timestamp_micros();
            (
                messaging.stream_settings().await,
                messaging.session_settings(now).await,
            )
        }
        Err(reason) => {
            return Settings {
                nats,
                database,
                streams: Err(reason.clone()),
                sessions: Err(reason.clone()),
            };
        }
    };
    Settings {
        nats,
        database,
        streams: streams.map_err(|error| error.to_string()),
        sessions: sessions.map_err(|error| error.to_string()),
    }
}

async fn database(config: &Config) -> Known<Vec<DatabaseSetting>> {
    let pools = sens_storage::connect(&config.database, "sensctl", None)
        .map_err(|error| error.to_string())?;
    durability_settings(&pools.primary)
        .await
        .map_err(|error| error.to_string())
}
