//! The form of API keys: `sens_<id>_<secret>`, of whose secret only the SHA-256 is stored.
//!
//! The secret is 256 random bits, so that a fast hash is enough: there is nothing to guess.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// What every key of the platform begins with.
const PREFIX: &str = "sens_";

/// A fresh key.
pub struct Minted {
    /// Public part.
    pub id: String,
    /// The whole key, to be shown once.
    pub key: String,
    /// What is stored of the secret.
    pub secret_sha256: [u8; 32],
}

/// Makes a key from 40 random bytes: 8 for the public part, 32 for the secret.
pub fn mint(random: [u8; 40]) -> Minted {
    let (id, secret) = random.split_at(8);
    let (id, secret) = (hex::encode(id), hex::encode(secret));
    Minted {
        key: format!("{PREFIX}{id}_{secret}"),
        secret_sha256: hash(&secret),
        id,
    }
}

/// The stored form of a secret: SHA-256 of its text.
pub fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// A key as somebody presents it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presented<'a> {
    /// Public part.
    pub id: &'a str,
    secret: &'a str,
}

impl<'a> Presented<'a> {
    /// Takes a key apart; the secret may contain underscores, the id may not.
    pub fn parse(key: &'a str) -> Option<Self> {
        let (id, secret) = key.strip_prefix(PREFIX)?.split_once('_')?;
        let sane =
            !id.is_empty() && id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        (sane && !secret.is_empty()).then_some(Self { id, secret })
    }

    /// Whether the secret is the one with this hash, in constant time.
    pub fn matches(&self, secret_sha256: &[u8]) -> bool {
        hash(self.secret).ct_eq(secret_sha256).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_taken_apart() {
        let key = Presented::parse("sens_a1_b_c").unwrap();
        assert_eq!((key.id, key.secret), ("a1", "b_c"));
        for bad in ["sens_a1_", "sens__x", "sens_a1", "a1_x", "", "sens_a-1_x"] {
            assert_eq!(Presented::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_minted_key_is_accepted_and_no_other() {
        let (minted, other) = (mint([7; 40]), mint([8; 40]));
        let presented = Presented::parse(&minted.key).unwrap();
        assert_eq!(presented.id, minted.id);
        assert!(presented.matches(&minted.secret_sha256));
        assert!(!presented.matches(&other.secret_sha256));
        assert!(!presented.matches(&[]));
    }
}
