use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use codex_edge::Config;
use codex_kernel::{Error, Result, random_bytes};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// A new session token: 256 random bits and an HMAC over them, so that junk is told from a token without a look-up.
pub(crate) fn new_session_token(config: &Config) -> Result<String> {
    signed(config, "session:")
}

/// A new proof of something about `subject`, in the shape of a session token; it is none.
pub(crate) fn new_proof(config: &Config, subject: &str) -> Result<String> {
    signed(config, &format!("known:{subject}:"))
}

/// Whether `value` is such a proof about `subject`.
pub(crate) fn is_proof(config: &Config, value: &str, subject: &str) -> Result<bool> {
    is_signed(config, &format!("known:{subject}:"), value)
}

fn signed(config: &Config, purpose: &str) -> Result<String> {
    let random = URL_SAFE_NO_PAD.encode(random_bytes::<32>()?);
    let tag = URL_SAFE_NO_PAD.encode(mac(config, purpose, &random)?.finalize().into_bytes());
    Ok(format!("{random}.{tag}"))
}

/// Whether this platform made `token`; compared in constant time.
pub(crate) fn is_ours(config: &Config, token: &str) -> Result<bool> {
    is_signed(config, "session:", token)
}

fn is_signed(config: &Config, purpose: &str, text: &str) -> Result<bool> {
    let Some((random, tag)) = text.split_once('.') else { return Ok(false) };
    let Ok(tag) = URL_SAFE_NO_PAD.decode(tag) else { return Ok(false) };
    Ok(mac(config, purpose, random)?.verify_slice(&tag).is_ok())
}

fn mac(config: &Config, purpose: &str, random: &str) -> Result<Hmac<Sha256>> {
    let secret = config.get("SESSION_SECRET")?;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| Error::configuration("SESSION_SECRET"))?;
    mac.update(purpose.as_bytes());
    mac.update(random.as_bytes());
    Ok(mac)
}

/// A new single-use token for a mail: 256 random bits.
pub(crate) fn new_mail_token() -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(random_bytes::<32>()?))
}

/// SHA-256 of `text`, base64url: how tokens are stored and how e-mail addresses appear in limit keys.
pub fn fingerprint(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(secret: &str) -> Config {
        Config::new([("SESSION_SECRET".to_owned(), secret.to_owned())])
    }

    #[test]
    fn only_tokens_of_this_secret_are_ours() {
        let (ours, theirs) = (config("one"), config("two"));
        let token = new_session_token(&ours).unwrap();
        assert!(is_ours(&ours, &token).unwrap());
        assert!(!is_ours(&theirs, &token).unwrap());
        assert!(!is_ours(&ours, &token[1..]).unwrap());
        assert!(!is_ours(&ours, token.split_once('.').unwrap().0).unwrap());
        for junk in ["", ".", "a.b", "ü.ü"] {
            assert!(!is_ours(&ours, junk).unwrap());
        }
        assert_ne!(token, new_session_token(&ours).unwrap());
    }
}
