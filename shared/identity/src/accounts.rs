use codex_edge::Platform;
use codex_kernel::{Email, Error, Id, Kind, Result, Timestamp, UserId};
use serde::Deserialize;
use url::Url;

use crate::{
    Browser, NewPassword, Role, Session, User,
    authenticate::forget_sessions,
    mail::{self, Link},
    password,
    sign_in::Opening,
    statements::{REGISTER, RESEND_VERIFICATION, VERIFY_EMAIL},
    token::fingerprint,
};

/// How long a verification link works, seconds.
pub(crate) const VERIFICATION_SECONDS: i64 = 24 * 60 * 60;

/// Who signs up.
#[derive(Debug)]
pub struct NewAccount<'a> {
    /// The address, which will be mailed a link.
    pub email: &'a Email,
    /// 1 to 255 characters.
    pub name: &'a str,
    /// The password.
    pub password: &'a NewPassword,
    /// A page of ours: where the link leads.
    pub callback: &'a Url,
}

/// What signing up produced.
#[derive(Debug)]
pub struct Registered {
    /// The account.
    pub user: User,
    /// The session and its token; none where the address must be verified first.
    pub session: Option<(Session, String)>,
}

/// Whether nobody gets a session before their address is verified.
pub(crate) fn verification_required(platform: &Platform) -> bool {
    platform.config.find("REQUIRE_EMAIL_VERIFICATION") == Some("true")
}

/// Opens an account.
///
/// Where verification is required a taken address is answered exactly like a new one, with the same work, and its owner is
/// mailed; else 422.
pub async fn register(platform: &Platform, account: &NewAccount<'_>, browser: &Browser, now: Timestamp) -> Result<Registered> {
    #[derive(Deserialize)]
    struct Row {
        user: User,
        session: Option<Session>,
    }
    let NewAccount { email, name, .. } = *account;
    let required = verification_required(platform);
    let user_id = UserId::new(now)?;
    account.password.refuse_own_words(email.as_ref(), name)?;
    let password_hash = password::hash(platform, account.password, now).await?;
    let opening = Opening::new(platform, browser, now)?;
    let link = Link::new(mail::route(platform, "/api/auth/verify-email", account.callback)?, VERIFICATION_SECONDS, now)?;
    let row: Option<Row> = platform
        .database
        .one(
            &REGISTER,
            &[
                &user_id,
                email,
                &name,
                &password_hash,
                &now,
                &opening.id,
                &(!required).then_some(opening.token_hash.as_str()),
                &opening.user_agent,
                &opening.expires_at,
                &opening.replaced,
                &link.token_hash,
                &link.expires_at,
                &link.mail_id,
                &link.data,
                &required.then_some(mail::notice(platform, "/login")?),
            ],
        )
        .await?;
    if required {
        let user = User {
            id: user_id,
            email: email.clone(),
            email_verified: false,
            name: name.to_owned(),
            role: Role::Customer,
            created_at: now,
        };
        return Ok(Registered { user, session: None });
    }
    let Row { user, session } =
        row.ok_or_else(|| Error::rule("USER_ALREADY_EXISTS", "An account with this e-mail address exists"))?;
    forget_sessions(platform, browser.carried()).await;
    Ok(Registered { user, session: session.map(|session| (session, opening.token)) })
}

/// What whoever brings a token that is unknown, spent or expired is told: 400.
pub(crate) fn invalid_token() -> Error {
    Error::new(Kind::Invalid, "INVALID_TOKEN", "This link was used before or has expired")
}

/// Spends a mailed token; whose address is verified now.
pub async fn verify_email(platform: &Platform, token: &str, now: Timestamp) -> Result<UserId> {
    #[derive(Deserialize)]
    struct Row {
        user_id: UserId,
        session_hashes: Vec<String>,
    }
    let row: Option<Row> = platform.database.one(&VERIFY_EMAIL, &[&fingerprint(token), &now]).await?;
    let Row { user_id, session_hashes } = row.ok_or_else(invalid_token)?;
    forget_sessions(platform, &session_hashes).await;
    Ok(user_id)
}

/// Mails a new link where the address has an account that needs one; says nothing about whether it has.
pub async fn resend_verification(platform: &Platform, email: &Email, callback: &Url, now: Timestamp) -> Result<()> {
    let link = Link::new(mail::route(platform, "/api/auth/verify-email", callback)?, VERIFICATION_SECONDS, now)?;
    let _: Option<serde_json::Value> = platform
        .database
        .one(&RESEND_VERIFICATION, &[email, &link.token_hash, &now, &link.expires_at, &link.mail_id, &link.data])
        .await?;
    Ok(())
}
