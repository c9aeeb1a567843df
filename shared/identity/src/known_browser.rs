use codex_edge::Config;
use codex_kernel::{Email, Result};

use crate::{
    cookie::{self, KNOWN},
    token::{is_proof, new_proof},
};

/// How long a browser is known: as long as any browser keeps a cookie, seconds.
const SECONDS: i64 = 400 * 24 * 60 * 60;

/// `Set-Cookie` for a browser that has signed in to the account of `email`: from now on its attempts there are counted by
/// themselves, so that a stranger's guesses keep nobody out. It proves nothing else, and signs nobody in.
pub fn known_cookie(config: &Config, email: &Email) -> Result<String> {
    Ok(cookie::set(config, KNOWN, &new_proof(config, email.as_ref())?, SECONDS))
}

/// The proof that the browser has signed in to the account of `email` before, if it brings one.
pub fn known_browser<'a>(config: &Config, cookies: impl Iterator<Item = &'a [u8]>, email: &Email) -> Result<Option<&'a str>> {
    for value in cookie::values(cookies, KNOWN) {
        if is_proof(config, value, email.as_ref())? {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_for_one_account_and_this_secret() {
        let config = |secret: &str| Config::new([("SESSION_SECRET".to_owned(), secret.to_owned())]);
        let email = |text: &str| Email::try_from(text.to_owned()).unwrap();
        let (ours, ada) = (config("one"), email("ada@example.com"));
        let cookie = known_cookie(&ours, &ada).unwrap();
        let pair = cookie.split(';').next().unwrap();
        let known = |config: &Config, header: &str, email: &Email| {
            known_browser(config, [header.as_bytes()].into_iter(), email).unwrap().map(str::to_owned)
        };
        assert_eq!(known(&ours, pair, &ada).as_deref(), pair.split_once('=').map(|(_, value)| value));
        assert!(known(&ours, &format!("codex-known=junk; {pair}"), &ada).is_some(), "a tossed one hides nothing");
        assert!(known(&ours, pair, &email("bob@example.com")).is_none());
        assert!(known(&config("two"), pair, &ada).is_none());
        assert!(known(&ours, &pair.replace("codex-known", "codex-session"), &ada).is_none());
        for junk in ["codex-known=", "codex-known=.", "codex-known=a.b", "codex-known"] {
            assert!(known(&ours, junk, &ada).is_none());
        }
        assert_ne!(cookie, known_cookie(&ours, &ada).unwrap());
    }
}
