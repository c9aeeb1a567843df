//! Both directions are signed alike: HMAC-SHA256 over `{timestamp}.{body}`, hex, with a secret that both sides know.

use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use sha2::Sha256;
use subtle::ConstantTimeEq;

pub const TIMESTAMP: &str = "x-transcoding-timestamp";
pub const SIGNATURE: &str = "x-transcoding-signature";
/// Seconds that clocks may differ, either way.
const TOLERANCE: u64 = 300;

/// The secrets, of which the first signs and any is believed: two while one is replaced by the other.
#[derive(Clone)]
pub struct Secrets(Vec<String>);

impl Secrets {
    /// Those in `text`, separated by commas; none where there is none.
    pub fn parse(text: &str) -> Option<Self> {
        let secrets: Vec<_> = text.split(',').map(str::trim).filter(|secret| !secret.is_empty()).map(str::to_owned).collect();
        if secrets.is_empty() { None } else { Some(Self(secrets)) }
    }

    /// The values of [`TIMESTAMP`] and [`SIGNATURE`] for `body`, now.
    pub fn sign(&self, body: &[u8]) -> (String, String) {
        let timestamp = now().to_string();
        let signature = self.0.first().map(|secret| signature(secret, &timestamp, body)).unwrap_or_default();
        (timestamp, signature)
    }

    /// Whether whoever sent `body` knows a secret, and sent it lately.
    pub fn believe(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (timestamp, given) = (header(TIMESTAMP), header(SIGNATURE));
        let fresh = timestamp.parse::<u64>().is_ok_and(|sent| sent.abs_diff(now()) <= TOLERANCE);
        fresh && self.0.iter().any(|secret| signature(secret, timestamp, body).as_bytes().ct_eq(given.as_bytes()).into())
    }
}

#[allow(clippy::disallowed_methods, reason = "this program is of the outside world, where time passes")]
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn signature(secret: &str, timestamp: &str, body: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn headers((timestamp, signature): (String, String)) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(TIMESTAMP, timestamp.parse().unwrap());
        headers.insert(SIGNATURE, signature.parse().unwrap());
        headers
    }

    /// Computed with `printf '1700000000.{}' | openssl dgst -sha256 -hmac secret`, as on the other side.
    #[test]
    fn it_is_what_openssl_computes() {
        assert_eq!(signature("secret", "1700000000", b"{}"), "b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163");
    }

    #[test]
    fn only_those_who_know_a_secret_are_believed_and_not_for_ever() {
        let (ours, theirs) = (Secrets::parse("new, old").unwrap(), Secrets::parse("old").unwrap());
        assert!(ours.believe(&headers(theirs.sign(b"{}")), b"{}"));
        assert!(!ours.believe(&headers(theirs.sign(b"{}")), b"{ }"));
        assert!(!theirs.believe(&headers(ours.sign(b"{}")), b"{}"));
        let late = (now() - 301).to_string();
        let signed = signature("old", &late, b"{}");
        assert!(!ours.believe(&headers((late, signed)), b"{}"));
        assert!(!ours.believe(&HeaderMap::new(), b"{}"));
        assert!(Secrets::parse(" , ").is_none());
    }
}
