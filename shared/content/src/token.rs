use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use codex_edge::Config;
use codex_kernel::{ContentId, Error, Result, Timestamp, UserId};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// What a playback address proves: who was admitted to what, and until when it may be started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Who may watch.
    #[serde(rename = "u")]
    pub user: UserId,
    #[serde(rename = "c")]
    pub(crate) content: ContentId,
    /// The folder of the media's playlists, with its slash.
    #[serde(rename = "p")]
    pub(crate) prefix: String,
    /// Seconds.
    #[serde(rename = "d")]
    pub(crate) duration: u64,
    /// Unix seconds.
    #[serde(rename = "e")]
    pub(crate) expires: i64,
}

impl Ticket {
    /// The ticket as a path segment.
    pub(crate) fn seal(&self, config: &Config) -> Result<String> {
        let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).map_err(Error::internal)?);
        let tag = URL_SAFE_NO_PAD.encode(mac(config, &payload)?.finalize().into_bytes());
        Ok(format!("{payload}.{tag}"))
    }

    /// The ticket in `token`, if this platform sealed it (compared in constant time) and its time has not passed.
    pub fn open(config: &Config, token: &str, now: Timestamp) -> Result<Self> {
        let refused = || Error::forbidden("ACCESS_DENIED", "This address is not valid, or no longer");
        let (payload, tag) = token.split_once('.').ok_or_else(refused)?;
        let tag = URL_SAFE_NO_PAD.decode(tag).map_err(|_| refused())?;
        mac(config, payload)?.verify_slice(&tag).map_err(|_| refused())?;
        let json = URL_SAFE_NO_PAD.decode(payload).map_err(|_| refused())?;
        let ticket: Self = serde_json::from_slice(&json).map_err(|_| refused())?;
        if ticket.expires <= now.as_second() { Err(refused()) } else { Ok(ticket) }
    }
}

fn mac(config: &Config, payload: &str) -> Result<Hmac<Sha256>> {
    let secret = config.get("SESSION_SECRET")?;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| Error::configuration("SESSION_SECRET"))?;
    mac.update(b"playback:");
    mac.update(payload.as_bytes());
    Ok(mac)
}

#[cfg(test)]
mod tests {
    use codex_kernel::Id;

    use super::*;

    fn config(secret: &str) -> Config {
        Config::new([("SESSION_SECRET".to_owned(), secret.to_owned())])
    }

    #[test]
    fn a_ticket_opens_as_sealed_or_not_at_all() {
        let now = Timestamp::from_second(1_000_000).unwrap();
        let ticket = Ticket {
            user: UserId::new(now).unwrap(),
            content: ContentId::new(now).unwrap(),
            prefix: "a/hls/b/".to_owned(),
            duration: 60,
            expires: 1_000_100,
        };
        let ours = config("one");
        let token = ticket.seal(&ours).unwrap();
        assert_eq!(Ticket::open(&ours, &token, now).unwrap(), ticket);
        assert_eq!(Ticket::open(&config("two"), &token, now).unwrap_err().code, "ACCESS_DENIED");
        let late = Timestamp::from_second(1_000_100).unwrap();
        assert_eq!(Ticket::open(&ours, &token, late).unwrap_err().code, "ACCESS_DENIED");
        let (payload, tag) = token.split_once('.').unwrap();
        let other = Ticket { prefix: "a/hls/c/".to_owned(), ..ticket }.seal(&ours).unwrap();
        let forged = format!("{}.{tag}", other.split_once('.').unwrap().0);
        for bad in [forged.as_str(), payload, "", ".", "a.b", &token[1..], &token[..token.len() - 2]] {
            assert_eq!(Ticket::open(&ours, bad, now).unwrap_err().code, "ACCESS_DENIED", "{bad}");
        }
    }
}
