//! Provisioning tokens: proof that a device knows the provisioning secret.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::serial::Serial;

/// The token of a serial: HMAC-SHA256 over its bytes with the secret as key, in lower-case hex.
pub fn token(secret: &[u8], serial: &Serial) -> String {
    mac(secret, serial).map_or_else(String::new, |mac| hex::encode(mac.finalize().into_bytes()))
}

/// Whether the token is right under any of the secrets. The comparison takes constant time and every
/// secret is tried, so that neither the token nor which secret matched can be learnt from the clock.
/// Hex in either case is taken.
pub fn verify(secrets: &[&[u8]], serial: &Serial, token: &str) -> bool {
    let Ok(claimed) = hex::decode(token) else {
        return false;
    };
    secrets.iter().fold(false, |found, secret| {
        let right = mac(secret, serial).is_some_and(|mac| mac.verify_slice(&claimed).is_ok());
        found | right
    })
}

/// None only if the key were refused, which HMAC never does: it takes keys of any length.
fn mac(secret: &[u8], serial: &Serial) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    mac.update(serial.as_str().as_bytes());
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"local-provisioning-secret";

    #[test]
    fn token_of_the_sample_fleet() {
        let serial = Serial::parse("AI-A9BA17").unwrap();
        let token = token(SECRET, &serial);
        assert_eq!(token.len(), 64);
        assert!(verify(&[SECRET], &serial, &token));
        assert!(verify(&[b"new", SECRET], &serial, &token));
        assert!(verify(&[SECRET, b"old"], &serial, &token.to_uppercase()));
    }

    #[test]
    fn refuses_everything_else() {
        let serial = Serial::parse("AI-1").unwrap();
        let good = token(SECRET, &serial);
        assert!(!verify(&[], &serial, &good));
        assert!(!verify(&[b"other"], &serial, &good));
        assert!(!verify(&[SECRET], &Serial::parse("AI-2").unwrap(), &good));
        for bad in [
            "",
            "00",
            "xyz",
            &good[..62],
            &format!("{good}00"),
            &format!(" {good}"),
        ] {
            assert!(!verify(&[SECRET], &serial, bad), "{bad}");
        }
    }
}
