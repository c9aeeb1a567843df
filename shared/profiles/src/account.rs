use codex_edge::{Platform, assets};
use codex_kernel::{Error, Issue, Result, Timestamp, UserId, money};
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    profile::folder,
    statements::{DELETE_ACCOUNT, EXPORT},
};

/// The word that says it is meant.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Confirmation {
    #[allow(missing_docs, reason = "one value with a description would be documented as a choice of one")]
    Delete,
}

/// What deleting one's account takes.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct DeleteAccount {
    /// `DELETE`.
    #[allow(dead_code, reason = "that it decodes is the confirmation")]
    confirmation: Confirmation,
}

/// Everything held about `who`, as JSON. Secrets are not among it: hashes of passwords and tokens, links in mails.
pub async fn export(platform: &Platform, who: UserId, now: Timestamp) -> Result<Map<String, Value>> {
    platform.database.one(&EXPORT, &[&who, &now]).await?.ok_or_else(Error::unauthenticated)
}

#[derive(Deserialize)]
struct Outcome {
    /// Organizations that would be left without an owner.
    organizations: Vec<Owned>,
    /// What sales have earned and was not paid out.
    balances: Vec<Balance>,
    avatar_url: Option<String>,
    session_hashes: Vec<String>,
}

#[derive(Deserialize)]
struct Owned {
    name: String,
    slug: String,
}

#[derive(Deserialize)]
struct Balance {
    cents: i64,
    currency: String,
}

impl Outcome {
    /// Why the account cannot end.
    fn reasons(&self) -> Vec<Issue> {
        let owned = self.organizations.iter().map(|Owned { name, slug }| Issue {
            path: "organizations".to_owned(),
            message: format!("You are the only owner of {name} ({slug}): hand it over or delete it"),
        });
        let unpaid = self.balances.iter().map(|Balance { cents, currency }| Issue {
            path: "balance".to_owned(),
            message: format!("{} are waiting to be paid out to you", money::display(*cents, currency)),
        });
        owned.chain(unpaid).collect()
    }
}

/// Ends the account of `who`: all sessions, memberships and what is private are deleted, what must stay (sales, and content that
/// belongs to an organization) bears no name any more. The token hashes of the sessions that ended; 409 `DELETION_BLOCKED` with
/// every reason why it cannot be.
pub async fn delete_account(platform: &Platform, who: UserId, now: Timestamp) -> Result<Vec<String>> {
    let outcome: Option<Outcome> = platform.database.one(&DELETE_ACCOUNT, &[&who, &now]).await?;
    let outcome = outcome.ok_or_else(Error::unauthenticated)?;
    let issues = outcome.reasons();
    if !issues.is_empty() {
        return Err(Error { issues, ..Error::conflict("DELETION_BLOCKED", "This account cannot be deleted yet") });
    }
    if let Some(avatar) = &outcome.avatar_url {
        assets::discard(platform, &folder(who), avatar).await;
    }
    Ok(outcome.session_hashes)
}
