use codex_edge::Platform;
use codex_kernel::{Email, Error, Id, Kind, Result, Timestamp, UserId};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::{
    Browser, NewPassword, Session, SignedIn,
    accounts::invalid_token,
    authenticate::forget_sessions,
    mail::{self, Link},
    password,
    sign_in::{Opening, prove},
    statements::{CHANGE_PASSWORD, REQUEST_RESET, RESET_PASSWORD},
    token::fingerprint,
};

/// How long a reset link works, seconds.
const RESET_SECONDS: i64 = 60 * 60;

/// Where whoever did not change their password takes it back.
const FORGOTTEN: &str = "/forgot-password";

/// Mails a link to `page`, where a new password is chosen, if the address has an account; says nothing about whether it has.
pub async fn request_reset(platform: &Platform, email: &Email, page: Url, now: Timestamp) -> Result<()> {
    let link = Link::new(page, RESET_SECONDS, now)?;
    let _: Option<Value> = platform
        .database
        .one(&REQUEST_RESET, &[email, &link.token_hash, &now, &link.expires_at, &link.mail_id, &link.data])
        .await?;
    Ok(())
}

/// Spends a mailed token for a new password. Every session ends, and the address is verified: its owner read the mail.
pub async fn reset_password(platform: &Platform, token: &str, new_password: &NewPassword, now: Timestamp) -> Result<UserId> {
    #[derive(Deserialize)]
    struct Row {
        user_id: UserId,
        ended: Vec<String>,
    }
    let password_hash = password::hash(platform, new_password, now).await?;
    let notice = mail::notice(platform, FORGOTTEN)?;
    let row: Option<Row> =
        platform.database.one(&RESET_PASSWORD, &[&fingerprint(token), &now, &password_hash, &UserId::new(now)?, &notice]).await?;
    let Row { user_id, ended } = row.ok_or_else(invalid_token)?;
    forget_sessions(platform, &ended).await;
    Ok(user_id)
}

/// A password and the one it replaces.
#[derive(Debug)]
pub struct ChangePassword<'a> {
    /// The one in force.
    pub current: &'a str,
    /// The new one.
    pub new: &'a NewPassword,
}

/// 400, not 401: the caller is signed in, and stays so.
pub(crate) fn wrong_password() -> Error {
    Error::new(Kind::Invalid, "INVALID_PASSWORD", "The current password is wrong")
}

/// Replaces the password of who is signed in. Every session ends; theirs goes on under a new token.
pub async fn change_password(
    platform: &Platform,
    signed_in: &SignedIn,
    change: &ChangePassword<'_>,
    browser: &Browser,
    now: Timestamp,
) -> Result<(Session, String)> {
    #[derive(Deserialize)]
    struct Row {
        session: Session,
        ended: Vec<String>,
    }
    let proven = prove(platform, &signed_in.user.email, change.current, now).await?.ok_or_else(wrong_password)?;
    change.new.refuse_own_words(signed_in.user.email.as_ref(), &signed_in.user.name)?;
    let password_hash = password::hash(platform, change.new, now).await?;
    let opening = Opening::new(platform, browser, now)?;
    let row: Option<Row> = platform
        .database
        .one(
            &CHANGE_PASSWORD,
            &[
                &signed_in.user.id,
                &proven.password_hash,
                &password_hash,
                &now,
                &opening.id,
                &opening.token_hash,
                &opening.user_agent,
                &opening.expires_at,
                &UserId::new(now)?,
                &mail::notice(platform, FORGOTTEN)?,
            ],
        )
        .await?;
    // Somebody was faster: the password proven is no longer the account's.
    let Row { session, ended } = row.ok_or_else(wrong_password)?;
    forget_sessions(platform, &ended).await;
    Ok((session, opening.token))
}
