//! Both directions are signed alike: HMAC-SHA256 over `{timestamp}.{body}` with a secret that both sides know.

use codex_edge::Config;
use codex_kernel::{Error, Kind, Result, Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// The header with the second at which a message was signed, as a Unix time.
pub const TIMESTAMP: &str = "x-transcoding-timestamp";
/// The header with the signature: 64 hex digits.
pub const SIGNATURE: &str = "x-transcoding-signature";
/// Seconds that the transcoder's clock and ours may differ, either way.
const TOLERANCE: u64 = 300;

/// The secrets of `TRANSCODING_WEBHOOK_SECRET`, separated by commas while one is replaced; the first signs.
fn secrets(config: &Config) -> Result<impl Iterator<Item = &str>> {
    let secrets = config.get("TRANSCODING_WEBHOOK_SECRET")?;
    Ok(secrets.split(',').map(str::trim).filter(|secret| !secret.is_empty()))
}

fn signature(secret: &str, timestamp: &str, body: &[u8]) -> Result<String> {
    let unusable = |_| Error::configuration("TRANSCODING_WEBHOOK_SECRET");
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(unusable)?;
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    Ok(mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Signs `body` as of `now`: the values of [`TIMESTAMP`] and [`SIGNATURE`].
pub fn sign(config: &Config, body: &[u8], now: Timestamp) -> Result<(String, String)> {
    let secret = secrets(config)?.next().ok_or_else(|| Error::configuration("TRANSCODING_WEBHOOK_SECRET"))?;
    let timestamp = now.as_second().to_string();
    let signature = signature(secret, &timestamp, body)?;
    Ok((timestamp, signature))
}

/// Checks that whoever sent `body` knows one of the secrets, and within 300 seconds of `now`. 400 without the headers, else 401.
pub fn verify(config: &Config, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<()> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(timestamp), Some(given)) = (header(TIMESTAMP), header(SIGNATURE)) else {
        let message = "The headers X-Transcoding-Timestamp and X-Transcoding-Signature are missing";
        return Err(Error::new(Kind::Invalid, "SIGNATURE_MISSING", message));
    };
    let fresh = timestamp.parse::<i64>().is_ok_and(|sent| sent.abs_diff(now.as_second()) <= TOLERANCE);
    for secret in secrets(config)? {
        let expected = signature(secret, timestamp, body)?;
        if fresh && bool::from(expected.as_bytes().ct_eq(given.as_bytes())) {
            return Ok(());
        }
    }
    Err(Error::new(Kind::Unauthenticated, "INVALID_SIGNATURE", "The signature is not valid"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(secrets: &str) -> Config {
        Config::new([("TRANSCODING_WEBHOOK_SECRET".to_owned(), secrets.to_owned())])
    }

    fn headers((timestamp, signature): (String, String)) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(TIMESTAMP, timestamp.parse().unwrap());
        headers.insert(SIGNATURE, signature.parse().unwrap());
        headers
    }

    /// Computed with `printf '1700000000.{}' | openssl dgst -sha256 -hmac secret`.
    #[test]
    fn it_is_what_openssl_computes() {
        let signed = sign(&config("secret"), b"{}", Timestamp::from_second(1_700_000_000).unwrap()).unwrap();
        assert_eq!(signed.1, "b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163");
    }

    #[test]
    fn one_secret_is_enough_and_time_counts_both_ways() {
        let at = |second: i64| Timestamp::from_second(1_700_000_000 + second).unwrap();
        let code = |secrets: &str, signed: &HeaderMap, body: &[u8], now: i64| {
            verify(&config(secrets), signed, body, at(now)).err().map(|error| error.code)
        };
        let signed = headers(sign(&config("old"), b"{}", at(0)).unwrap());
        for accepted in [-300, 0, 300] {
            assert_eq!(code("new, old", &signed, b"{}", accepted), None, "{accepted}");
        }
        let refused = Some("INVALID_SIGNATURE");
        assert_eq!(code("old", &signed, b"{}", 301), refused);
        assert_eq!(code("old", &signed, b"{}", -301), refused);
        assert_eq!(code("new", &signed, b"{}", 0), refused);
        assert_eq!(code("old", &signed, b"{ }", 0), refused);
        let mut other = signed.clone();
        other.insert(TIMESTAMP, "1700000001".parse().unwrap());
        assert_eq!(code("old", &other, b"{}", 0), refused, "the time is signed, too");
        for short in ["", "0", "not hex"] {
            other.insert(SIGNATURE, short.parse().unwrap());
            assert_eq!(code("old", &other, b"{}", 0), refused);
        }
        other.remove(SIGNATURE);
        assert_eq!(code("old", &other, b"{}", 0), Some("SIGNATURE_MISSING"));
        assert_eq!(code("", &signed, b"{}", 0), Some("CONFIGURATION_ERROR"));
    }
}
