//! JetStream streams and subjects.

/// Stream in which received payloads wait for the telemetry worker.
pub const RAW_STREAM: &str = "SENS_RAW";
/// All subjects of [`RAW_STREAM`].
pub const RAW_WILDCARD: &str = "sens.raw.>";
/// Stream of outcomes and changes.
pub const EVENTS_STREAM: &str = "SENS_EVENTS";
/// All subjects of [`EVENTS_STREAM`].
pub const EVENTS_WILDCARD: &str = "sens.event.>";
/// Stream of what cannot be stored for a reason of its own.
pub const DLQ_STREAM: &str = "SENS_DLQ";
/// All subjects of [`DLQ_STREAM`].
pub const DLQ_WILDCARD: &str = "sens.dlq.>";
/// Stream of commands on their way to devices.
pub const COMMANDS_STREAM: &str = "SENS_COMMANDS";
/// All subjects of [`COMMANDS_STREAM`].
pub const COMMANDS_WILDCARD: &str = "sens.command.>";
/// Commands that are to be sent: `sens.command.send.{id}`.
pub const COMMAND_SEND_WILDCARD: &str = "sens.command.send.>";
/// What became of commands: `sens.command.state.{id}`.
pub const COMMAND_STATE_WILDCARD: &str = "sens.command.state.>";
/// The durable consumer of [`COMMAND_SEND_WILDCARD`] that all ingestion workers share.
pub const COMMAND_SEND_CONSUMER: &str = "mqtt-ingestion-worker";
/// The durable consumer of [`COMMAND_STATE_WILDCARD`] that all telemetry workers share.
pub const COMMAND_STATE_CONSUMER: &str = "telemetry-worker";
/// Subject of the event that follows a change of a command.
pub const EVENT_COMMAND: &str = "sens.event.command";
/// Subject of the event that follows a change of a device's presence.
pub const EVENT_PRESENCE: &str = "sens.event.presence";
/// Subject of the event that follows a change of what processes keep in memory.
pub const EVENT_CHANGE: &str = "sens.event.change";
/// Subject of the event that follows each committed batch.
pub const EVENT_BATCH: &str = "sens.event.batch";
/// The one durable consumer of [`RAW_STREAM`].
pub const RAW_CONSUMER: &str = "telemetry-worker";

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// The subject under which a payload of this topic is kept: `sens.raw.{hash of the topic % shards}`.
///
/// The hash is FNV-1a of 64 bits over the topic's bytes, so that a topic keeps its shard across
/// processes and versions. No shards count as one.
pub fn raw(topic: &str, shards: u16) -> String {
    let hash = topic.bytes().fold(FNV_OFFSET, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME)
    });
    format!("sens.raw.{}", hash % u64::from(shards.max(1)))
}

/// The subject of the command with this id, a UUID, on its way to the device.
pub fn command_send(id: &str) -> String {
    format!("sens.command.send.{id}")
}

/// The subject of what became of the command with this id.
pub fn command_state(id: &str) -> String {
    format!("sens.command.state.{id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_keep_their_shard() {
        assert_eq!(raw("sens/legacy/telemetry", 1), "sens.raw.0");
        assert_eq!(raw("sens/legacy/telemetry", 0), "sens.raw.0");
        assert_eq!(
            raw("", u16::MAX),
            format!("sens.raw.{}", FNV_OFFSET % 65535)
        );
        assert_eq!(
            raw("sens/v1/AI-1/telemetry", 16),
            raw("sens/v1/AI-1/telemetry", 16)
        );
    }

    #[test]
    fn topics_spread_over_the_shards() {
        let mut counts = [0_u32; 8];
        for device in 0..800 {
            let subject = raw(&format!("sens/v1/AI-{device}/telemetry"), 8);
            let shard: usize = subject.rsplit('.').next().unwrap().parse().unwrap();
            counts[shard] += 1;
        }
        assert!(counts.iter().all(|&count| count > 50), "{counts:?}");
    }
}
