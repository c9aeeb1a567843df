//! What passwords are accepted, and the way to the worker that hashes them. An Argon2id keeps a processor busy for 25 ms and
//! more, and an isolate does one thing at a time: so no isolate that answers other requests computes one.

use std::fmt;

use axum::body::to_bytes;
use bytes::Bytes;
use codex_edge::{NormalForm, Platform, normalized};
use codex_kernel::{Error, Result, Timestamp};
use http::{HeaderValue, Method, StatusCode, header};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    common::is_common,
    hashing::{HASH_PATH, Hash, Hashed, VERIFY_PATH, Verdict, Verify},
    internal::{Identity, sign},
};

/// Characters of a new password, counted as Unicode code points in NFC: as NIST SP 800-63B counts, in the form that is hashed.
const LENGTH: std::ops::RangeInclusive<usize> = 8..=256;
/// The most that is read of the hasher's answer, bytes.
const LONGEST_ANSWER: usize = 10_000;
/// A word nobody's password may be made of alone.
const SERVICE: &str = "codex";

/// A password that somebody may choose: 8 to 256 characters of any Unicode, none of the 10,000 commonest. In NFC, so that it
/// does not depend on the keyboard. No rules of composition, and nothing of it is ever cut off.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(!try_from, extend("format" = "password", "minLength" = LENGTH.start(), "maxLength" = LENGTH.end()))]
pub struct NewPassword(String);

impl TryFrom<String> for NewPassword {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        // Normal forms make a text three times as long at most, or a third.
        if text.len() > 16 * LENGTH.end() {
            return Err("must be at most 256 characters long");
        }
        let text = normalized(&text, NormalForm::Nfc);
        match text.chars().count() {
            length if length < *LENGTH.start() => Err("must be at least 8 characters long"),
            length if length > *LENGTH.end() => Err("must be at most 256 characters long"),
            _ if is_common(&text) => Err("is one of the commonest passwords"),
            _ if is_service_name(&text) => Err("is little more than the name of this service"),
            _ => Ok(Self(text)),
        }
    }
}

/// Whether nothing but digits and signs is around the service's name, however often it is there.
fn is_service_name(text: &str) -> bool {
    let lowered = text.to_lowercase();
    lowered.contains(SERVICE) && !lowered.replace(SERVICE, "").chars().any(char::is_alphabetic)
}

impl NewPassword {
    /// Refuses a password that is the e-mail address, the part before its `@`, or the name of whoever chooses it.
    pub fn refuse_own_words(&self, email: &str, name: &str) -> Result<()> {
        let local = email.split('@').next().unwrap_or_default();
        let chosen = self.0.to_lowercase();
        if [email, local, name].iter().any(|word| normalized(word.trim(), NormalForm::Nfc).to_lowercase() == chosen) {
            return Err(Error::invalid_at("password", "must not be your name or e-mail address"));
        }
        Ok(())
    }
}

impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewPassword")
    }
}

/// What to store for `password`: a PHC string.
pub(crate) async fn hash(platform: &Platform, password: &NewPassword, now: Timestamp) -> Result<String> {
    let Hashed { hash } = ask(platform, HASH_PATH, &Hash { password: password.0.clone() }, now).await?;
    Ok(hash)
}

/// Whether `password` made `stored`. Without a `stored` the same work is done and the verdict is wrong, so that time does not tell
/// whether an account exists.
pub(crate) async fn verify(platform: &Platform, password: &str, stored: Option<&str>, now: Timestamp) -> Result<Verdict> {
    let question = Verify { password: password.to_owned(), stored: stored.map(str::to_owned) };
    ask(platform, VERIFY_PATH, &question, now).await
}

/// Asks the hasher. Whatever but a plain answer is no verdict: the hasher is away.
async fn ask<T: DeserializeOwned>(platform: &Platform, path: &str, question: &impl Serialize, now: Timestamp) -> Result<T> {
    #[derive(Deserialize)]
    struct Answer<T> {
        data: T,
    }
    let away = |cause: String| Error::unavailable("Signing in", std::io::Error::other(cause));
    let body = Bytes::from(serde_json::to_vec(question).map_err(Error::internal)?);
    let mut request = http::Request::builder()
        .method(Method::POST)
        .uri(format!("https://hasher{path}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(body)
        .map_err(Error::internal)?;
    if let Some(id) = platform.request_id {
        request.headers_mut().insert("x-request-id", HeaderValue::from_str(&id.to_string()).map_err(Error::internal)?);
    }
    sign(&platform.config, now, &Identity::of_nobody(), &mut request)?;
    let response = platform.services.call("HASHER", request).await?;
    if response.status() != StatusCode::OK {
        return Err(away(format!("the hasher answers {}", response.status())));
    }
    let body = to_bytes(response.into_body(), LONGEST_ANSWER).await.map_err(|error| away(error.to_string()))?;
    let Answer { data } = serde_json::from_slice(&body).map_err(|error| away(error.to_string()))?;
    Ok(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> &'static str {
        NewPassword::try_from(text.to_owned()).map_or_else(|why| why, |_| "accepted")
    }

    #[test]
    fn length_is_counted_in_characters_of_the_normal_form() {
        let (short, long) = ("must be at least 8 characters long", "must be at most 256 characters long");
        for (text, expected) in [
            ("seven 7", short),
            ("eight  8", "accepted"),
            ("\u{f6}\u{f6}\u{f6}\u{f6}\u{f6}\u{f6}\u{f6}", short),
            // Seven letters, fourteen code points until they are composed.
            ("o\u{308}o\u{308}o\u{308}o\u{308}o\u{308}o\u{308}o\u{308}", short),
            ("\u{1f511}\u{1f512}\u{1f513}\u{1f510}\u{1f511}\u{1f512}\u{1f513}\u{1f510}", "accepted"),
            ("        ", "accepted"),
            ("null\0byte", "accepted"),
            (&"x".repeat(256), "accepted"),
            (&"x".repeat(257), long),
            (&"o\u{308}".repeat(256), "accepted"),
            (&"\u{1f511}".repeat(256), "accepted"),
            (&"x".repeat(1_000_000), long),
        ] {
            assert_eq!(refusal(text), expected, "{text:?}");
        }
        let spelled = |text: &str| NewPassword::try_from(text.to_owned()).unwrap().0;
        assert_eq!(spelled("pa\u{df}wo\u{308}rter"), spelled("pa\u{df}w\u{f6}rter"));
        assert_eq!(spelled("  kept as it is  "), "  kept as it is  ");
    }

    #[test]
    fn what_anybody_would_guess_is_refused() {
        for (text, why) in [
            ("password", "is one of the commonest passwords"),
            ("PassWord", "is one of the commonest passwords"),
            ("Codex2026!", "is little more than the name of this service"),
            ("codexCODEX", "is little more than the name of this service"),
            ("codex of laws", "accepted"),
            ("alllowercase", "accepted"),
        ] {
            assert_eq!(refusal(text), why, "{text}");
        }
        let chosen = NewPassword::try_from("Zo\u{eb} Lovelace".to_owned()).unwrap();
        assert!(chosen.refuse_own_words("zoe@example.com", " zoe\u{308} lovelace ").is_err());
        assert!(chosen.refuse_own_words("zoe@example.com", "Zo\u{eb}").is_ok());
        let chosen = NewPassword::try_from("Zoe.Lovelace".to_owned()).unwrap();
        assert!(chosen.refuse_own_words("zoe.lovelace@example.com", "").is_err());
        assert_eq!(format!("{chosen:?}"), "NewPassword");
    }
}
