use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use codex_edge::Config;
use codex_kernel::{ContentId, Error, Result, Timestamp, UserId};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// What a playback address proves: who was admitted to what, and until when it may be started. The playlists of renditions are
/// opened for longer than the first one: a player fetches another of them whenever it changes from one to the other.
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
    /// The playlist that playing starts with, in that folder.
    #[serde(rename = "f", default)]
    pub(crate) first: String,
    /// Seconds.
    #[serde(rename = "d")]
    pub(crate) duration: u64,
    /// Until when it may be started, Unix seconds.
    #[serde(rename = "e")]
    pub(crate) expires: i64,
}

/// Seconds in which a film of `duration` seconds is watched to its end, with a pause.
pub(crate) fn watching(duration: u64) -> u64 {
    duration.saturating_add(3600)
}

fn refused() -> Error {
    Error::forbidden("ACCESS_DENIED", "This address is not valid, or no longer")
}

impl Ticket {
    /// The ticket as a path segment.
    pub(crate) fn seal(&self, config: &Config) -> Result<String> {
        let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).map_err(Error::internal)?);
        let tag = URL_SAFE_NO_PAD.encode(mac(config, &payload)?.finalize().into_bytes());
        Ok(format!("{payload}.{tag}"))
    }

    /// The ticket in `token`, if this platform sealed it (compared in constant time).
    pub fn open(config: &Config, token: &str) -> Result<Self> {
        let (payload, tag) = token.split_once('.').ok_or_else(refused)?;
        let tag = URL_SAFE_NO_PAD.decode(tag).map_err(|_| refused())?;
        mac(config, payload)?.verify_slice(&tag).map_err(|_| refused())?;
        let json = URL_SAFE_NO_PAD.decode(payload).map_err(|_| refused())?;
        serde_json::from_slice(&json).map_err(|_| refused())
    }

    /// Refuses where its time to open `path` has passed, and anybody who is known to be another (players that send no cookie are not).
    pub fn admit(&self, path: &str, visitor: Option<UserId>, now: Timestamp) -> Result<()> {
        let more = if path == self.first { 0 } else { i64::try_from(watching(self.duration)).unwrap_or(i64::MAX) };
        let in_time = now.as_second() < self.expires.saturating_add(more);
        let theirs = visitor.is_none_or(|visitor| visitor == self.user);
        if in_time && theirs { Ok(()) } else { Err(refused()) }
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

    fn ticket() -> Ticket {
        let now = Timestamp::from_second(1_000_000).unwrap();
        Ticket {
            user: UserId::new(now).unwrap(),
            content: ContentId::new(now).unwrap(),
            prefix: "a/hls/b/".to_owned(),
            first: "master.m3u8".to_owned(),
            duration: 60,
            expires: 1_000_100,
        }
    }

    fn config(secret: &str) -> Config {
        Config::new([("SESSION_SECRET".to_owned(), secret.to_owned())])
    }

    #[test]
    fn a_ticket_opens_as_sealed_or_not_at_all() {
        let ticket = ticket();
        let ours = config("one");
        let token = ticket.seal(&ours).unwrap();
        assert_eq!(Ticket::open(&ours, &token).unwrap(), ticket);
        assert_eq!(Ticket::open(&config("two"), &token).unwrap_err().code, "ACCESS_DENIED");
        let (payload, tag) = token.split_once('.').unwrap();
        let other = Ticket { prefix: "a/hls/c/".to_owned(), ..ticket }.seal(&ours).unwrap();
        let forged = format!("{}.{tag}", other.split_once('.').unwrap().0);
        for bad in [forged.as_str(), payload, "", ".", "a.b", &token[1..], &token[..token.len() - 2]] {
            assert_eq!(Ticket::open(&ours, bad).unwrap_err().code, "ACCESS_DENIED", "{bad}");
        }
    }

    #[test]
    fn playing_starts_within_the_hour_and_goes_on_for_the_length_of_the_film() {
        let ticket = ticket();
        let opens = |path, second, visitor| ticket.admit(path, visitor, Timestamp::from_second(second).unwrap()).is_ok();
        for (path, last) in [("master.m3u8", 1_000_099), ("720p.m3u8", 1_000_099 + 60 + 3600)] {
            for visitor in [None, Some(ticket.user)] {
                assert!(opens(path, last, visitor) && !opens(path, last + 1, visitor), "{path}");
            }
            assert!(!opens(path, last, Some(UserId::new(Timestamp::from_second(1).unwrap()).unwrap())), "another viewer's");
        }
    }
}
