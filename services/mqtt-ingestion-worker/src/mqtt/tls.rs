//! TLS to the broker, by the platform's native library. Read anew for every connection, so that certificates can be
//! replaced while the worker runs.

use std::path::Path;

use native_tls::{Certificate, Identity, TlsConnector};
use rumqttc::TlsConfiguration;
use sens_config::Mqtt;

use super::OptionsError;

const PKCS8: &[u8] = b"-----BEGIN PRIVATE KEY-----";
const NOT_PKCS8: &str =
    "it is no PKCS#8 key in PEM; make it one with `openssl pkcs8 -topk8 -nocrypt`";

/// Trusts the system's authorities, or the one given; shows a client certificate where one is given.
pub(super) fn configuration(config: &Mqtt) -> Result<TlsConfiguration, OptionsError> {
    let mut builder = TlsConnector::builder();
    if let Some(path) = &config.ca_file {
        let pem = read("SENS_MQTT__CA_FILE", path)?;
        // All of them: while an authority is replaced, the file holds the old one and the new one.
        let certificates = Certificate::stack_from_pem(&pem)
            .map_err(|error| fault("SENS_MQTT__CA_FILE", path, &error))?;
        if certificates.is_empty() {
            let reason = "it holds no certificate in PEM";
            return Err(fault("SENS_MQTT__CA_FILE", path, &reason));
        }
        for certificate in certificates {
            builder.add_root_certificate(certificate);
        }
    }
    if let (Some(certificate), Some(key)) = (&config.client_cert_file, &config.client_key_file) {
        let chain = read("SENS_MQTT__CLIENT_CERT_FILE", certificate)?;
        let secret = read("SENS_MQTT__CLIENT_KEY_FILE", key)?;
        if !secret.trim_ascii_start().starts_with(PKCS8) {
            return Err(fault("SENS_MQTT__CLIENT_KEY_FILE", key, &NOT_PKCS8));
        }
        let identity = Identity::from_pkcs8(&chain, &secret)
            .map_err(|error| fault("SENS_MQTT__CLIENT_CERT_FILE", certificate, &error))?;
        builder.identity(identity);
    }
    let connector = builder.build().map_err(|error| OptionsError::File {
        variable: "SENS_MQTT__CA_FILE",
        path: config
            .ca_file
            .as_deref()
            .unwrap_or_else(|| Path::new("(system)"))
            .display()
            .to_string(),
        reason: error.to_string(),
    })?;
    Ok(TlsConfiguration::NativeConnector(connector))
}

fn read(variable: &'static str, path: &Path) -> Result<Vec<u8>, OptionsError> {
    std::fs::read(path).map_err(|error| fault(variable, path, &error))
}

fn fault(variable: &'static str, path: &Path, error: &dyn std::fmt::Display) -> OptionsError {
    OptionsError::File {
        variable,
        path: path.display().to_string(),
        reason: error.to_string(),
    }
}
