//! What an acknowledgement is worth: the settings it rests on, and the verdict about them.

/// Replicas from which on a cluster may rely on its copies instead of syncing every message.
const ENOUGH_REPLICAS: usize = 3;
/// Shortest session expiry that outlives the outage of an ingestion worker.
const LEAST_EXPIRY_SECONDS: u32 = 3600;

/// A part of the settings, or why it could not be read.
pub type Known<T> = Result<T, String>;

/// How a NATS server writes JetStream messages through to its disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NatsSync {
    /// Whether every message is on disk before it is acknowledged.
    pub always: bool,
    /// Seconds between syncs otherwise.
    pub interval_seconds: u64,
}

/// Settings of a stream that must not lose messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamSettings {
    /// Name of the stream.
    pub name: String,
    /// What happens when it is full: `new` or `old`.
    pub discard: &'static str,
    /// When messages leave it: `limits`, `interest` or `workqueue`.
    pub retention: &'static str,
    /// Age at which messages are dropped; 0 for never.
    pub max_age_seconds: u64,
    /// Messages kept of each subject; `None` for all.
    pub max_messages_per_subject: Option<u64>,
    /// `file` or `memory`.
    pub storage: &'static str,
    /// Copies in the cluster.
    pub replicas: usize,
}

/// A setting of PostgreSQL as it is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseSetting {
    /// Name of the setting.
    pub name: String,
    /// Its value.
    pub value: String,
    /// The role or database it was set for; `None` for everybody.
    pub scope: Option<String>,
}

/// What an ingestion worker has agreed on with its broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionSettings {
    /// Client id of the session.
    pub client_id: String,
    /// Whether its worker is there.
    pub served: bool,
    /// How long the broker keeps the session without its client.
    pub session_expiry_seconds: u32,
    /// Quality of service of the subscriptions.
    pub qos: u8,
    /// Packets the broker may send without an acknowledgement.
    pub receive_maximum: u16,
}

/// Everything the promise rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The NATS server.
    pub nats: Known<NatsSync>,
    /// The streams.
    pub streams: Known<Vec<StreamSettings>>,
    /// PostgreSQL.
    pub database: Known<Vec<DatabaseSetting>>,
    /// MQTT sessions that the broker still keeps.
    pub sessions: Known<Vec<SessionSettings>>,
}

/// Something that weakens the promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weakness {
    /// Stable code.
    pub code: &'static str,
    /// What is set, what follows from it and what to do.
    pub detail: String,
    /// Whether nothing is known to be weak: it could not be read.
    pub unread: bool,
}

/// Whether an acknowledgement holds through a power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It does, as far as the settings go.
    Strict,
    /// It may not; the weaknesses say why.
    Degraded,
}

impl Verdict {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Degraded => "degraded",
        }
    }
}

/// Judges the settings. What cannot be read is a weakness too: a certificate must not guess.
pub fn judge(settings: &Settings) -> (Verdict, Vec<Weakness>) {
    let mut found = Vec::new();
    let replicas = match &settings.streams {
        Ok(streams) => {
            for settings in streams {
                stream(settings, &mut found);
            }
            streams.iter().map(|stream| stream.replicas).min()
        }
        Err(reason) => {
            found.push(unknown("streams_unknown", "the streams' settings", reason));
            None
        }
    };
    if replicas.is_none_or(|replicas| replicas < ENOUGH_REPLICAS) {
        nats(&settings.nats, &mut found);
    }
    match &settings.database {
        Ok(all) => {
            for setting in all {
                database(setting, &mut found);
            }
        }
        Err(reason) => found.push(unknown("database_unknown", "PostgreSQL's settings", reason)),
    }
    match &settings.sessions {
        Ok(all) => sessions(all, &mut found),
        Err(reason) => found.push(unknown("mqtt_unknown", "the MQTT sessions", reason)),
    }
    let verdict = if found.is_empty() {
        Verdict::Strict
    } else {
        Verdict::Degraded
    };
    (verdict, found)
}

fn weakness(code: &'static str, detail: impl Into<String>) -> Weakness {
    Weakness {
        code,
        detail: detail.into(),
        unread: false,
    }
}

fn unknown(code: &'static str, what: &str, reason: &str) -> Weakness {
    Weakness {
        unread: true,
        ..weakness(code, format!("{what} cannot be read: {reason}"))
    }
}

fn nats(sync: &Known<NatsSync>, found: &mut Vec<Weakness>) {
    match sync {
        Ok(sync) if sync.always => {}
        Ok(sync) => found.push(weakness(
            "nats_sync_interval",
            format!(
                "NATS acknowledges before it syncs (every {} s) and the streams have fewer than {ENOUGH_REPLICAS} \
                 replicas: a power cut loses acknowledged messages; set jetstream.sync_interval to always",
                sync.interval_seconds
            ),
        )),
        Err(reason) => found.push(unknown("nats_sync_unknown", "NATS sync_interval", reason)),
    }
}

fn stream(stream: &StreamSettings, found: &mut Vec<Weakness>) {
    let name = &stream.name;
    let ensure = "start a service or run `sensctl migrate` to set it back";
    if stream.discard != "new" {
        found.push(weakness(
            "stream_discard",
            format!(
                "{name} drops old messages when it is full instead of refusing new ones; {ensure}"
            ),
        ));
    }
    if stream.retention != "limits" {
        found.push(weakness(
            "stream_retention",
            format!(
                "{name} has the retention policy {} and drops messages by itself; it must be limits",
                stream.retention
            ),
        ));
    }
    if stream.max_age_seconds != 0 {
        found.push(weakness(
            "stream_max_age",
            format!(
                "{name} drops messages after {} s, committed or not; {ensure}",
                stream.max_age_seconds
            ),
        ));
    }
    if let Some(most) = stream.max_messages_per_subject {
        found.push(weakness(
            "stream_max_messages_per_subject",
            format!("{name} keeps {most} messages of a subject and drops older ones; {ensure}"),
        ));
    }
    if stream.storage != "file" {
        found.push(weakness(
            "stream_storage",
            format!("{name} is kept in {}; a restart loses it", stream.storage),
        ));
    }
}

fn database(setting: &DatabaseSetting, found: &mut Vec<Weakness>) {
    let off = matches!(setting.value.as_str(), "off" | "false" | "no" | "0");
    let (code, follows) = match setting.name.as_str() {
        "fsync" => ("database_fsync", "a power cut may destroy the database"),
        "full_page_writes" => (
            "database_full_page_writes",
            "a power cut may leave torn pages",
        ),
        "synchronous_commit" => (
            "database_synchronous_commit",
            "commits are reported before they are on disk",
        ),
        _ => return,
    };
    if off {
        let scope = setting
            .scope
            .as_ref()
            .map_or_else(String::new, |scope| format!(" for {scope}"));
        found.push(weakness(
            code,
            format!(
                "PostgreSQL has {} = off{scope}: {follows}; switch it on",
                setting.name
            ),
        ));
    }
}

fn sessions(all: &[SessionSettings], found: &mut Vec<Weakness>) {
    if !all.iter().any(|session| session.served) {
        found.push(unknown(
            "mqtt_no_session",
            "the MQTT sessions' settings",
            "no ingestion worker serves a session",
        ));
    }
    for session in all {
        let client = &session.client_id;
        if session.qos < 1 {
            found.push(weakness(
                "mqtt_qos",
                format!("{client} subscribes at QoS 0: packets are sent once and never again"),
            ));
        }
        if session.session_expiry_seconds < LEAST_EXPIRY_SECONDS {
            found.push(weakness(
                "mqtt_session_expiry",
                format!(
                    "the broker forgets the session {client} after {} s without its worker, with the packets in it; set \
                     SENS_MQTT__SESSION_EXPIRY_SECONDS to at least {LEAST_EXPIRY_SECONDS}",
                    session.session_expiry_seconds
                ),
            ));
        }
        if session.receive_maximum == 0 {
            found.push(weakness(
                "mqtt_receive_maximum",
                format!(
                    "{client} lets the broker send without limit; set SENS_MQTT__RECEIVE_MAXIMUM"
                ),
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strict() -> Settings {
        Settings {
            nats: Ok(NatsSync {
                always: true,
                interval_seconds: 120,
            }),
            streams: Ok(vec![StreamSettings {
                name: "SENS_RAW".to_owned(),
                discard: "new",
                retention: "limits",
                max_age_seconds: 0,
                max_messages_per_subject: None,
                storage: "file",
                replicas: 1,
            }]),
            database: Ok(vec![
                setting("fsync", "on"),
                setting("synchronous_commit", "remote_write"),
            ]),
            sessions: Ok(vec![SessionSettings {
                client_id: "sens-ingest-1".to_owned(),
                served: true,
                session_expiry_seconds: 86_400,
                qos: 1,
                receive_maximum: 2048,
            }]),
        }
    }

    fn setting(name: &str, value: &str) -> DatabaseSetting {
        DatabaseSetting {
            name: name.to_owned(),
            value: value.to_owned(),
            scope: None,
        }
    }

    fn codes(change: impl FnOnce(&mut Settings)) -> Vec<&'static str> {
        let mut settings = strict();
        change(&mut settings);
        let (verdict, found) = judge(&settings);
        assert_eq!(verdict == Verdict::Strict, found.is_empty());
        found.into_iter().map(|weakness| weakness.code).collect()
    }

    fn raw(change: impl FnOnce(&mut StreamSettings)) -> Vec<&'static str> {
        codes(|settings| change(&mut settings.streams.as_mut().unwrap()[0]))
    }

    fn session(change: impl FnOnce(&mut SessionSettings)) -> Vec<&'static str> {
        codes(|settings| change(&mut settings.sessions.as_mut().unwrap()[0]))
    }

    fn lazy(settings: &mut Settings) {
        settings.nats.as_mut().unwrap().always = false;
    }

    #[test]
    fn good_settings_are_strict() {
        assert_eq!(codes(|_| ()), [""; 0]);
    }

    #[test]
    fn each_weak_setting_is_named() {
        assert_eq!(codes(lazy), ["nats_sync_interval"]);
        assert_eq!(raw(|raw| raw.discard = "old"), ["stream_discard"]);
        assert_eq!(raw(|raw| raw.retention = "interest"), ["stream_retention"]);
        assert_eq!(raw(|raw| raw.max_age_seconds = 60), ["stream_max_age"]);
        assert_eq!(
            raw(|raw| raw.max_messages_per_subject = Some(1)),
            ["stream_max_messages_per_subject"]
        );
        assert_eq!(raw(|raw| raw.storage = "memory"), ["stream_storage"]);
        for name in ["fsync", "full_page_writes", "synchronous_commit"] {
            let found = codes(|settings| settings.database = Ok(vec![setting(name, "off")]));
            assert_eq!(found, [format!("database_{name}")]);
        }
        assert_eq!(session(|session| session.qos = 0), ["mqtt_qos"]);
        assert_eq!(
            session(|session| session.receive_maximum = 0),
            ["mqtt_receive_maximum"]
        );
        assert_eq!(
            session(|session| session.session_expiry_seconds = 3599),
            ["mqtt_session_expiry"]
        );
        assert_eq!(
            session(|session| session.served = false),
            ["mqtt_no_session"]
        );
    }

    #[test]
    fn copies_stand_in_for_syncing() {
        let found = codes(|settings| {
            lazy(settings);
            settings.streams.as_mut().unwrap()[0].replicas = 3;
        });
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn what_cannot_be_read_is_not_believed() {
        let nothing = Settings {
            nats: Err("SENS_NATS__MONITOR_URL is not set".to_owned()),
            streams: Err("away".to_owned()),
            database: Err("away".to_owned()),
            sessions: Err("away".to_owned()),
        };
        let (verdict, found) = judge(&nothing);
        assert_eq!((verdict.as_str(), found.len()), ("degraded", 4));
        assert!(
            found
                .iter()
                .all(|weakness| weakness.detail.contains("cannot be read"))
        );
    }
}
