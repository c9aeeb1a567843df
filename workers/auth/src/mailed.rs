//! What routes that mail a link, or that the link leads to, have in common.

use axum::{
    Json,
    http::{HeaderMap, header},
};
use codex_http::{Context, Failure, Onward, Reply, destination};
use codex_kernel::{Email, Kind, Result};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

/// Both words that clients look for.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Done {
    success: bool,
    status: bool,
}

pub(crate) const DONE: Json<Done> = Json(Done { success: true, status: true });

/// What was mailed.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct Token {
    #[garde(length(min = 1, max = 128))]
    pub(crate) token: String,
    /// A page of this platform; the answer is then 302 to it.
    #[serde(default, rename = "callbackURL")]
    #[garde(inner(length(max = 2048)))]
    pub(crate) callback_url: Option<String>,
}

/// Whom to mail.
#[derive(Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub(crate) struct Address {
    #[garde(skip)]
    pub(crate) email: Email,
    /// A page of this platform: where the link in the mail leads in the end.
    #[serde(default, rename = "callbackURL", alias = "redirectTo")]
    #[garde(inner(length(max = 2048)))]
    pub(crate) callback_url: Option<String>,
}

impl Token {
    /// The page asked for; 400 where it is none of ours.
    pub(crate) fn page(&self, cx: &Context) -> Result<Option<Url>> {
        let asked = self.callback_url.as_deref();
        asked.map(|asked| destination(&cx.platform.config, "callbackURL", Some(asked), "/")).transpose()
    }
}

/// Where whoever followed a link goes on: to `page`, if one was asked for. A person whose link does not work goes there as well,
/// and the page says why; programs get the error.
pub(crate) fn onward<T>(headers: &HeaderMap, page: Option<Url>, outcome: Result<T>) -> Reply<Onward<Json<Done>>> {
    let is_person =
        headers.get(header::ACCEPT).is_some_and(|accept| accept.to_str().is_ok_and(|accept| accept.contains("text/html")));
    match (outcome, page) {
        (Ok(_), None) => Ok(Onward::Here(DONE)),
        (Ok(_), Some(page)) => Ok(Onward::To(page)),
        (Err(error), Some(mut page)) if is_person && matches!(error.kind, Kind::Invalid | Kind::Unprocessable) => {
            page.query_pairs_mut().append_pair("error", error.code);
            Ok(Onward::To(page))
        }
        (Err(error), _) => Err(Failure::from(error)),
    }
}
