use codex_edge::{OnConstraint, Platform};
use codex_kernel::{Email, Error, Id, Result, SessionId, Timestamp, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{
    NewPassword, SESSION_SECONDS, Session, SignedIn, User,
    authenticate::forget_sessions,
    cookie,
    hashing::Verdict,
    password,
    statements::{CLOSE_SESSION, CREDENTIALS, OPEN_SESSION, REGISTER, RESEND_VERIFICATION, UPGRADE_PASSWORD, VERIFY_EMAIL},
    token::{fingerprint, is_ours, new_mail_token, new_session_token},
};

/// How long a verification link works, seconds.
const VERIFICATION_SECONDS: i64 = 24 * 60 * 60;

/// What signing up produced.
#[derive(Debug)]
pub struct Registered {
    /// The account.
    pub user: User,
    /// The session and its token; none where the address must be verified first.
    pub session: Option<(Session, String)>,
}

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
    /// Accepted from clients that send it; not used.
    #[serde(default, rename = "callbackURL")]
    #[garde(skip)]
    pub callback_url: Option<String>,
}

fn after(now: Timestamp, seconds: i64) -> Result<Timestamp> {
    Timestamp::from_second(now.as_second() + seconds).map_err(Error::internal)
}

pub(crate) fn expiry(now: Timestamp) -> Result<Timestamp> {
    after(now, SESSION_SECONDS)
}

/// The data of the verification mail. Its link comes from configuration, never from the request.
fn verification_mail(platform: &Platform, name: &str, token: &str) -> Result<serde_json::Value> {
    let base = platform.config.get("AUTH_URL")?;
    Ok(json!({ "name": name, "link": format!("{base}/api/auth/verify-email?token={token}") }))
}

fn truncated(user_agent: Option<&str>) -> Option<String> {
    user_agent.map(|text| text.chars().take(255).collect())
}

/// Opens an account for `email`.
///
/// Where verification is required a taken address is answered exactly like a new one, with the same work; else 422.
pub async fn register(
    platform: &Platform,
    email: &Email,
    name: &str,
    secret: &NewPassword,
    user_agent: Option<&str>,
    now: Timestamp,
) -> Result<Registered> {
    #[derive(Deserialize)]
    struct Row {
        user: User,
        session: Option<Session>,
    }
    secret.refuse_own_words(email.as_ref(), name)?;
    let required = platform.config.find("REQUIRE_EMAIL_VERIFICATION") == Some("true");
    let (user_id, session_id, mail_id) = (UserId::new(now)?, SessionId::new(now)?, UserId::new(now)?);
    let password_hash = password::hash(platform, secret, now).await?;
    let token = if required { None } else { Some(new_session_token(&platform.config)?) };
    let token_hash = token.as_deref().map(fingerprint);
    let mail_token = new_mail_token()?;
    let taken = || Error::rule("USER_ALREADY_EXISTS", "An account with this e-mail address exists");
    let row: Result<Option<Row>> = platform
        .database
        .one(
            &REGISTER,
            &[
                &user_id,
                email,
                &name,
                &password_hash,
                &now,
                &session_id,
                &token_hash,
                &truncated(user_agent),
                &expiry(now)?,
                &fingerprint(&mail_token),
                &after(now, VERIFICATION_SECONDS)?,
                &mail_id,
                &verification_mail(platform, name, &mail_token)?,
            ],
        )
        .await
        .on_constraint("users_email_key", taken);
    match row {
        Ok(Some(Row { user, session })) => Ok(Registered { user, session: session.zip(token) }),
        Ok(None) => Err(Error::internal(std::io::Error::other("register returned no row"))),
        Err(error) if required && error.code == "USER_ALREADY_EXISTS" => Ok(Registered {
            user: User {
                id: user_id,
                email: email.clone(),
                email_verified: false,
                name: name.to_owned(),
                role: crate::Role::Customer,
                created_at: now,
            },
            session: None,
        }),
        Err(error) => Err(error),
    }
}

/// Opens a session for whoever knows the password; the same answer and work for a wrong one and for no account.
pub async fn log_in(platform: &Platform, input: &LogIn, user_agent: Option<&str>, now: Timestamp) -> Result<(SignedIn, String)> {
    #[derive(Deserialize)]
    struct Row {
        user: User,
        password_hash: String,
    }
    let row: Option<Row> = platform.database.one(&CREDENTIALS, &[&input.email]).await?;
    let verdict = password::verify(platform, &input.password, row.as_ref().map(|row| row.password_hash.as_str()), now).await?;
    let Some(Row { user, password_hash }) = row.filter(|_| verdict != Verdict::Wrong) else {
        return Err(Error::new(
            codex_kernel::Kind::Unauthenticated,
            "INVALID_CREDENTIALS",
            "E-mail address or password is wrong",
        ));
    };
    if platform.config.find("REQUIRE_EMAIL_VERIFICATION") == Some("true") && !user.email_verified {
        return Err(Error::forbidden("EMAIL_NOT_VERIFIED", "Follow the link in the mail we sent you first"));
    }
    let token = new_session_token(&platform.config)?;
    let session: Option<Session> = platform
        .database
        .one(&OPEN_SESSION, &[&SessionId::new(now)?, &fingerprint(&token), &user.id, &truncated(user_agent), &now, &expiry(now)?])
        .await?;
    let session = session.ok_or_else(|| Error::internal(std::io::Error::other("open_session returned no row")))?;
    if let Verdict::Outdated { hash } = verdict {
        // Should it fail, the next login does it.
        let _ = platform.database.one::<bool>(&UPGRADE_PASSWORD, &[&user.id, &password_hash, &hash, &now]).await;
    }
    Ok((SignedIn { user, session }, token))
}

/// Ends every session the cookies carry, in the database and in the cache.
pub async fn sign_out<'a>(platform: &Platform, cookies: impl Iterator<Item = &'a str>) -> Result<()> {
    for token in cookie::candidates(cookies) {
        if is_ours(&platform.config, token)? {
            let token_hash = fingerprint(token);
            let _: Vec<serde_json::Value> = platform.database.all(&CLOSE_SESSION, &[&token_hash]).await?;
            forget_sessions(platform, &[token_hash]).await;
        }
    }
    Ok(())
}

/// Spends a mailed token. 400 when it is unknown, spent or expired.
pub async fn verify_email(platform: &Platform, token: &str, now: Timestamp) -> Result<()> {
    #[derive(Deserialize)]
    struct Row {
        session_hashes: Vec<String>,
    }
    let row: Option<Row> = platform.database.one(&VERIFY_EMAIL, &[&fingerprint(token), &now]).await?;
    let row =
        row.ok_or_else(|| Error::new(codex_kernel::Kind::Invalid, "INVALID_TOKEN", "This link was used before or has expired"))?;
    forget_sessions(platform, &row.session_hashes).await;
    Ok(())
}

/// Mails a new link where the address has an account that needs one; says nothing about whether it has.
pub async fn resend_verification(platform: &Platform, email: &Email, now: Timestamp) -> Result<()> {
    let token = new_mail_token()?;
    let mail = verification_mail(platform, "", &token)?;
    let _: Option<serde_json::Value> = platform
        .database
        .one(
            &RESEND_VERIFICATION,
            &[email, &fingerprint(&token), &now, &after(now, VERIFICATION_SECONDS)?, &UserId::new(now)?, &mail],
        )
        .await?;
    Ok(())
}
