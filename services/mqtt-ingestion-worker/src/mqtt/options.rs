//! Settings of the connection and the subscriptions.

use std::time::Duration;

use rumqttc::Transport;
use rumqttc::v5::MqttOptions;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Filter, RetainForwardRule};
use sens_config::Mqtt;
use sens_schema::topic;

use super::tls;

/// The largest packet MQTT knows. Announcing less would make the broker discard larger ones silently; what is too large
/// for us is kept cut short instead. The broker's own limit bounds what arrives.
const MAX_PACKET: u32 = 268_435_455;

/// The connection cannot be described from the configuration.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OptionsError {
    /// The URL is not one of a broker.
    #[error("SENS_MQTT__URL is {url:?}: use mqtt://host[:port] or mqtts://host[:port]")]
    Url {
        /// What was given.
        url: String,
    },
    /// A certificate or key cannot be used.
    #[error("{variable} names {path}: {reason}")]
    File {
        /// The variable.
        variable: &'static str,
        /// The path.
        path: String,
        /// What is wrong.
        reason: String,
    },
}

/// Options for a persistent session with manual acknowledgements, with the password and the certificates that their files
/// hold now.
///
/// # Errors
/// [`OptionsError`] names the variable at fault.
pub(crate) fn options(config: &Mqtt) -> Result<MqttOptions, OptionsError> {
    let address = address(&config.url).ok_or_else(|| OptionsError::Url {
        url: config.url.clone(),
    })?;
    let mut options = MqttOptions::new(&config.client_id, address.host, address.port);
    options
        .set_clean_start(false)
        .set_session_expiry_interval(Some(config.session_expiry_seconds))
        .set_manual_acks(true)
        .set_receive_maximum(Some(config.receive_maximum))
        .set_max_packet_size(Some(MAX_PACKET))
        .set_keep_alive(Duration::from_secs(config.keep_alive_seconds.max(5).into()))
        .set_connection_timeout(5)
        // This client publishes nothing; the default would allocate 65,536 slots.
        .set_outgoing_inflight_upper_limit(16);
    let mut network = rumqttc::NetworkOptions::new();
    network.set_tcp_nodelay(true);
    options.set_network_options(network);
    if let Some(username) = &config.username {
        let password = config
            .password
            .as_ref()
            .map(sens_config::Secret::current)
            .unwrap_or_default();
        options.set_credentials(username, password);
    }
    if address.tls {
        options.set_transport(Transport::tls_with_config(tls::configuration(config)?));
    }
    Ok(options)
}

/// Requests that may wait in the client's queue: subscriptions and acknowledgements. What finds no room there is kept until
/// there is.
pub(super) const REQUEST_CAPACITY: usize = 1024;

/// The inbound topics. All replicas share them, but for presence: retained messages do not reach shared subscriptions.
pub(super) fn filters(share_group: &str) -> Vec<Filter> {
    topic::filters()
        .into_iter()
        .map(|filter| {
            let path = if topic::is_shared(filter) {
                format!("$share/{share_group}/{filter}")
            } else {
                filter.to_owned()
            };
            let mut filter = Filter::new(path, QoS::AtLeastOnce);
            // Subscribing again after a reconnect must not bring every device's retained status once more.
            filter.retain_forward_rule = RetainForwardRule::OnNewSubscribe;
            filter
        })
        .collect()
}

#[derive(Debug, PartialEq, Eq)]
struct Address<'a> {
    tls: bool,
    host: &'a str,
    port: u16,
}

fn address(url: &str) -> Option<Address<'_>> {
    let (scheme, rest) = url.split_once("://")?;
    let tls = match scheme {
        "mqtt" | "tcp" => false,
        "mqtts" | "ssl" => true,
        _ => return None,
    };
    let authority = rest.split('/').next()?;
    let default = if tls { 8883 } else { 1883 };
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()?),
        _ => (authority, default),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    (!host.is_empty()).then_some(Address { tls, host, port })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_from_urls() {
        let plain = |host, port| {
            Some(Address {
                tls: false,
                host,
                port,
            })
        };
        assert_eq!(address("mqtt://127.0.0.1:1883"), plain("127.0.0.1", 1883));
        assert_eq!(address("mqtt://broker"), plain("broker", 1883));
        assert_eq!(address("mqtt://[::1]:1884/"), plain("::1", 1884));
        assert_eq!(
            address("mqtts://broker"),
            Some(Address {
                tls: true,
                host: "broker",
                port: 8883
            })
        );
        for bad in [
            "http://broker",
            "broker",
            "mqtt://",
            "mqtt://broker:port",
            "mqtt://broker:70000",
        ] {
            assert_eq!(address(bad), None, "{bad}");
        }
    }

    #[test]
    fn only_presence_is_not_shared() {
        let filters = filters("sens-ingest");
        assert_eq!(filters.len(), 5);
        let own: Vec<_> = filters
            .iter()
            .filter(|filter| !filter.path.starts_with("$share/sens-ingest/"))
            .collect();
        assert_eq!(own.len(), 1);
        assert_eq!(own[0].path, "sens/v1/+/status");
        assert!(
            filters
                .iter()
                .all(|filter| filter.retain_forward_rule == RetainForwardRule::OnNewSubscribe)
        );
    }
}
