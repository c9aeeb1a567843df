use codex_edge::Platform;
use codex_kernel::{Email, Error, Id, Kind, Result, SessionId, Timestamp, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    SESSION_SECONDS, Session, SignedIn, User, after,
    authenticate::forget_sessions,
    cookie,
    hashing::Verdict,
    mail, password,
    statements::{CLOSE_SESSION, CREDENTIALS, OPEN_SESSION, UPGRADE_PASSWORD},
    token::{fingerprint, new_session_token},
};

/// Who signs in, with what.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LogIn {
    /// The account's address.
    #[garde(skip)]
    pub email: Email,
    /// The password, in any normal form.
    #[garde(length(chars, min = 1, max = 1024))]
    pub password: String,
    /// Accepted from clients that send it; every session lives equally long.
    #[serde(default)]
    #[garde(skip)]
    pub remember_me: Option<bool>,
    /// Accepted from clients that send it, where it leads to a page of this platform; not used.
    #[serde(default, rename = "callbackURL")]
    #[garde(inner(length(max = 2048)))]
    pub callback_url: Option<String>,
}

/// What somebody signs in with.
#[derive(Debug, Default)]
pub struct Browser {
    user_agent: Option<String>,
    /// Hashes of the sessions it carried, which the new one replaces.
    carried: Vec<String>,
}

impl Browser {
    /// From the headers of the request.
    pub fn new<'a>(platform: &Platform, user_agent: Option<&str>, cookies: impl Iterator<Item = &'a [u8]>) -> Result<Self> {
        let carried = cookie::ours(&platform.config, cookies)?.into_iter().map(fingerprint).collect();
        Ok(Self { user_agent: user_agent.map(|text| text.chars().take(255).collect()), carried })
    }

    /// Hashes of the sessions it carried.
    pub(crate) fn carried(&self) -> &[String] {
        &self.carried
    }
}

/// A session about to be opened.
pub(crate) struct Opening<'a> {
    pub(crate) id: SessionId,
    pub(crate) token: String,
    pub(crate) token_hash: String,
    pub(crate) user_agent: Option<&'a str>,
    pub(crate) expires_at: Timestamp,
    /// Hashes of the sessions that end with it.
    pub(crate) replaced: Value,
}

impl<'a> Opening<'a> {
    /// In `browser`.
    pub(crate) fn new(platform: &Platform, browser: &'a Browser, now: Timestamp) -> Result<Self> {
        let token = new_session_token(&platform.config)?;
        Ok(Self {
            id: SessionId::new(now)?,
            token_hash: fingerprint(&token),
            token,
            user_agent: browser.user_agent.as_deref(),
            expires_at: after(now, SESSION_SECONDS)?,
            replaced: json!(browser.carried),
        })
    }
}

/// An account as its password opens it.
#[derive(Deserialize)]
pub(crate) struct Credentials {
    pub(crate) user: User,
    pub(crate) password_hash: String,
    session_epoch: i32,
    /// What to store in place of a hash that is out of date.
    #[serde(skip)]
    newer_hash: Option<String>,
}

/// The account of `email` if `secret` is its password; else the same work, and none.
pub(crate) async fn prove(platform: &Platform, email: &Email, secret: &str, now: Timestamp) -> Result<Option<Credentials>> {
    let found: Option<Credentials> = platform.database.one(&CREDENTIALS, &[email]).await?;
    let stored = found.as_ref().map(|found| found.password_hash.as_str());
    Ok(match password::verify(platform, secret, stored, now).await? {
        Verdict::Wrong => None,
        Verdict::Right => found,
        Verdict::Outdated { hash } => found.map(|found| Credentials { newer_hash: Some(hash), ..found }),
    })
}

/// Opens a session for whoever knows the password; the same answer and work for a wrong one and for no account. The sessions
/// that the browser carried end. A browser that the account does not know is told of by mail, which the schedule sends.
pub async fn log_in(platform: &Platform, input: &LogIn, browser: &Browser, now: Timestamp) -> Result<(SignedIn, String)> {
    let wrong = || Error::new(Kind::Unauthenticated, "INVALID_CREDENTIALS", "E-mail address or password is wrong");
    let Credentials { user, password_hash, session_epoch, newer_hash } =
        prove(platform, &input.email, &input.password, now).await?.ok_or_else(wrong)?;
    if crate::accounts::verification_required(platform) && !user.email_verified {
        return Err(Error::forbidden("EMAIL_NOT_VERIFIED", "Follow the link in the mail we sent you first"));
    }
    let opening = Opening::new(platform, browser, now)?;
    let device = opening.user_agent.unwrap_or("an unknown browser");
    let notice = json!({ "link": mail::page(platform, "/account/devices")?, "device": device });
    let session: Option<Session> = platform
        .database
        .one(
            &OPEN_SESSION,
            &[
                &opening.id,
                &opening.token_hash,
                &user.id,
                &session_epoch,
                &opening.user_agent,
                &now,
                &opening.expires_at,
                &opening.replaced,
                &UserId::new(now)?,
                &notice,
            ],
        )
        .await?;
    let session = session.ok_or_else(|| Error::internal(std::io::Error::other("open_session returned no row")))?;
    forget_sessions(platform, browser.carried()).await;
    if let Some(hash) = newer_hash {
        // Should it fail, the next login does it.
        let _ = platform.database.one::<bool>(&UPGRADE_PASSWORD, &[&user.id, &password_hash, &hash, &now]).await;
    }
    Ok((SignedIn { user, session }, opening.token))
}

/// Ends every session the cookies carry, in the database and in the cache.
pub async fn sign_out<'a>(platform: &Platform, cookies: impl Iterator<Item = &'a [u8]>) -> Result<()> {
    let hashes: Vec<String> = cookie::ours(&platform.config, cookies)?.into_iter().map(fingerprint).collect();
    if !hashes.is_empty() {
        let ended: Vec<String> = platform.database.all(&CLOSE_SESSION, &[&json!(hashes)]).await?;
        forget_sessions(platform, &[hashes, ended].concat()).await;
    }
    Ok(())
}
