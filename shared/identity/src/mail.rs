use codex_edge::Platform;
use codex_kernel::{Error, Id, Result, Timestamp, UserId};
use serde_json::{Value, json};
use url::Url;

use crate::{
    after,
    token::{fingerprint, new_mail_token},
};

/// A single-use token and the mail that carries it.
pub(crate) struct Link {
    pub(crate) token_hash: String,
    pub(crate) expires_at: Timestamp,
    pub(crate) mail_id: UserId,
    /// The template's variables, but for those that the statement knows.
    pub(crate) data: Value,
}

impl Link {
    /// To `page`, with the token as its last parameter, for so many seconds.
    pub(crate) fn new(mut page: Url, seconds: i64, now: Timestamp) -> Result<Self> {
        let token = new_mail_token()?;
        page.query_pairs_mut().append_pair("token", &token);
        Ok(Self {
            token_hash: fingerprint(&token),
            expires_at: after(now, seconds)?,
            mail_id: UserId::new(now)?,
            data: json!({ "link": page.as_str() }),
        })
    }
}

/// A route of the auth worker, which sends the person on to `callback`. Built from configuration, never from the request.
pub(crate) fn route(platform: &Platform, path: &str, callback: &Url) -> Result<Url> {
    let base = Url::parse(platform.config.get("AUTH_URL")?).map_err(|_| Error::configuration("AUTH_URL"))?;
    let mut url = base.join(path).map_err(Error::internal)?;
    url.query_pairs_mut().append_pair("callbackURL", callback.as_str());
    Ok(url)
}

/// A page of the web application.
pub(crate) fn page(platform: &Platform, path: &str) -> Result<String> {
    Ok(format!("{}{path}", platform.config.get("WEB_APP_URL")?))
}

/// The variables of a mail that tells what happened: where to act if it was somebody else.
pub(crate) fn notice(platform: &Platform, path: &str) -> Result<Value> {
    Ok(json!({ "link": page(platform, path)? }))
}
