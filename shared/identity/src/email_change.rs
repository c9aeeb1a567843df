use codex_edge::{OnConstraint, Platform};
use codex_kernel::{Email, Error, Id, Result, Timestamp, UserId};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::{
    SignedIn,
    accounts::{VERIFICATION_SECONDS, invalid_token},
    authenticate::forget_sessions,
    mail::{self, Link},
    password_change::wrong_password,
    sign_in::prove,
    statements::{APPROVE_EMAIL, CHANGE_EMAIL, CONFIRM_EMAIL},
    token::fingerprint,
};

/// A wish for another address.
#[derive(Debug)]
pub struct ChangeEmail<'a> {
    /// The address wanted.
    pub email: &'a Email,
    /// The account's password, again.
    pub password: &'a str,
    /// A page of ours: where the links lead.
    pub callback: &'a Url,
}

/// Asks the account's present address, by mail, whether it may be replaced. Says nothing about whether the new one is taken.
pub async fn change_email(platform: &Platform, signed_in: &SignedIn, change: &ChangeEmail<'_>, now: Timestamp) -> Result<()> {
    let proven = prove(platform, &signed_in.user.email, change.password, now).await?.ok_or_else(wrong_password)?;
    let link = Link::new(mail::route(platform, "/api/auth/change-email/approve", change.callback)?, VERIFICATION_SECONDS, now)?;
    let queued: Option<Value> = platform
        .database
        .one(
            &CHANGE_EMAIL,
            &[
                &signed_in.user.id,
                &proven.password_hash,
                change.email,
                &link.token_hash,
                &now,
                &link.expires_at,
                &link.mail_id,
                &link.data,
            ],
        )
        .await?;
    queued.map(|_| ()).ok_or_else(wrong_password)
}

/// Spends the token mailed to the old address, and asks the new one in turn.
pub async fn approve_email_change(platform: &Platform, token: &str, callback: &Url, now: Timestamp) -> Result<UserId> {
    let link = Link::new(mail::route(platform, "/api/auth/change-email/confirm", callback)?, VERIFICATION_SECONDS, now)?;
    let user_id: Option<UserId> = platform
        .database
        .one(&APPROVE_EMAIL, &[&fingerprint(token), &now, &link.token_hash, &link.expires_at, &link.mail_id, &link.data])
        .await?;
    user_id.ok_or_else(invalid_token)
}

/// Spends the token mailed to the new address, which becomes the account's; the old one is told. 422 when it was taken meanwhile.
pub async fn confirm_email_change(platform: &Platform, token: &str, now: Timestamp) -> Result<UserId> {
    #[derive(Deserialize)]
    struct Row {
        user_id: UserId,
        session_hashes: Vec<String>,
    }
    let taken = || Error::rule("USER_ALREADY_EXISTS", "An account with this e-mail address exists");
    let notice = mail::notice(platform, "/help")?;
    let row: Option<Row> = platform
        .database
        .one(&CONFIRM_EMAIL, &[&fingerprint(token), &now, &UserId::new(now)?, &notice])
        .await
        .on_constraint("users_email_key", taken)?;
    let Row { user_id, session_hashes } = row.ok_or_else(invalid_token)?;
    forget_sessions(platform, &session_hashes).await;
    Ok(user_id)
}
