use codex_edge::Config;
use codex_kernel::{Error, Kind, Result, Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Seconds that Stripe's clock and ours may differ, either way.
const TOLERANCE: i64 = 300;

/// One webhook address; each has secrets of its own. Which events come to which is set up at Stripe: each address takes all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// Checkout sessions.
    Booking,
    /// Charges and refunds.
    Payment,
    /// Subscriptions and their invoices.
    Subscription,
    /// Customers.
    Customer,
    /// Sellers' connected accounts.
    Connect,
    /// Disputes.
    Dispute,
}

impl Endpoint {
    /// Its last path segment.
    pub fn name(self) -> &'static str {
        match self {
            Self::Booking => "booking",
            Self::Payment => "payment",
            Self::Subscription => "subscription",
            Self::Customer => "customer",
            Self::Connect => "connect",
            Self::Dispute => "dispute",
        }
    }

    fn secret(self) -> &'static str {
        match self {
            Self::Booking => "STRIPE_WEBHOOK_SECRET_BOOKING",
            Self::Payment => "STRIPE_WEBHOOK_SECRET_PAYMENT",
            Self::Subscription => "STRIPE_WEBHOOK_SECRET_SUBSCRIPTION",
            Self::Customer => "STRIPE_WEBHOOK_SECRET_CUSTOMER",
            Self::Connect => "STRIPE_WEBHOOK_SECRET_CONNECT",
            Self::Dispute => "STRIPE_WEBHOOK_SECRET_DISPUTE",
        }
    }
}

/// Checks a `Stripe-Signature` header over `body` as <https://docs.stripe.com/webhooks#verify-manually> has it: HMAC-SHA256 over
/// `{t}.{body}`, any `v1` with any of the endpoint's secrets (comma-separated while one is rotated). 400 without a header, else 401.
pub fn verify_signature(config: &Config, endpoint: Endpoint, header: Option<&str>, body: &[u8], now: Timestamp) -> Result<()> {
    let secrets = config.get(endpoint.secret())?;
    let header =
        header.ok_or_else(|| Error::new(Kind::Invalid, "SIGNATURE_MISSING", "The Stripe-Signature header is missing"))?;
    if is_signed(secrets, header, body, now.as_second()) {
        return Ok(());
    }
    Err(Error::new(Kind::Unauthenticated, "INVALID_SIGNATURE", "The Stripe signature is not valid"))
}

fn is_signed(secrets: &str, header: &str, body: &[u8], now: i64) -> bool {
    let pairs = || header.split(',').filter_map(|pair| pair.trim().split_once('='));
    let Some(time) = pairs().find(|(name, _)| *name == "t").map(|(_, time)| time) else { return false };
    let fresh = time.parse::<i64>().is_ok_and(|sent| sent.abs_diff(now) <= TOLERANCE.unsigned_abs());
    let signatures = || pairs().filter(|(name, _)| *name == "v1").filter_map(|(_, hex)| from_hex(hex));
    let matches = |secret: &str| {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return false };
        mac.update(time.as_bytes());
        mac.update(b".");
        mac.update(body);
        // `verify_slice` compares in constant time.
        signatures().any(|signature| mac.clone().verify_slice(&signature).is_ok())
    };
    fresh && secrets.split(',').map(str::trim).filter(|secret| !secret.is_empty()).any(matches)
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"id":"evt_1"}"#;
    const NOW: i64 = 1_700_000_000;
    /// What `stripe.webhooks.generateTestHeaderString` of stripe-node makes of that time, the body and the secret `whsec_test`.
    const V1: &str = "c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925";

    fn signed(secrets: &str, header: &str, body: &[u8], now: i64) -> bool {
        is_signed(secrets, header, body, now)
    }

    fn signature_of(secret: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("{NOW}.").as_bytes());
        mac.update(BODY);
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// With what the official packages' own tests try (`test/Webhook.spec.ts` of stripe-node, `webhook/client_test.go` of stripe-go).
    #[test]
    fn stripes_own_signature_is_accepted() {
        assert!(signed("whsec_test", &format!("t={NOW},v1={V1}"), BODY, NOW));
        assert!(signed("whsec_test", &format!("t={NOW},v0=00,v1={V1}"), BODY, NOW), "another scheme beside it");
        assert!(signed("whsec_test", &format!("t={NOW},v1={},v1={V1}", "0".repeat(64)), BODY, NOW), "any of several");
        assert!(signed("whsec_test", &format!("t={NOW}, v1={V1}"), BODY, NOW), "blanks between the parts");
        assert!(signed("whsec_new, whsec_test", &format!("t={NOW},v1={V1}"), BODY, NOW), "an older secret during rotation");
        assert!(signed("whsec_test", &format!("t={NOW},v1={V1},v1=potato"), BODY, NOW), "what cannot be read beside it");
        // A key being rolled: signed with both, whichever of them is known here.
        let rolled = signature_of("whsec_rolled");
        for secret in ["whsec_test", "whsec_rolled", "whsec_rolled,whsec_test"] {
            assert!(signed(secret, &format!("t={NOW},v1={V1},v1={rolled}"), BODY, NOW), "{secret}");
        }
    }

    #[test]
    fn anything_else_is_not() {
        let good = format!("t={NOW},v1={V1}");
        assert!(!signed("whsec_other", &good, BODY, NOW), "another secret");
        assert!(!signed("", &good, BODY, NOW), "no secret");
        assert!(!signed("whsec_test", &good, br#"{"id":"evt_2"}"#, NOW), "another body");
        assert!(!signed("whsec_test", &format!("t={},t={NOW},v1={V1}", NOW + 1), BODY, NOW), "the first time counts");
        let moved = format!("t={},v1={V1}", NOW + 1);
        assert!(!signed("whsec_test", &moved, BODY, NOW), "another time");
        for header in [
            "",
            "v1",
            "v1,t=1",
            "I'm not even a real signature header",
            "bad_header",
            "t=",
            "t=,v1=",
            "t=x,v1=y",
            &format!("v1={V1}"),
            &format!("t={NOW}"),
            &format!("t={NOW},v0={V1}"),
        ] {
            assert!(!signed("whsec_test", header, BODY, NOW), "{header}");
        }
        for v1 in [&V1[..62], &format!("{V1}00"), &"zz".repeat(32), &"+1".repeat(32), &"é".repeat(32)] {
            assert!(!signed("whsec_test", &format!("t={NOW},v1={v1}"), BODY, NOW), "{v1}");
        }
    }

    #[test]
    fn it_is_too_old_or_too_early_past_300_seconds() {
        let header = format!("t={NOW},v1={V1}");
        for (offset, accepted) in [(-301, false), (-300, true), (300, true), (301, false)] {
            assert_eq!(signed("whsec_test", &header, BODY, NOW + offset), accepted, "{offset}");
        }
        let ancient = format!("t={},v1={V1}", i64::MIN);
        assert!(!signed("whsec_test", &ancient, BODY, NOW));
    }
}
