use codex_edge::Database;
use codex_kernel::{Listed, MailId, OrganizationId, Paging, Result, Timestamp, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Category, statements::DELIVERIES};

/// How a mail stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "DeliveryState")]
pub enum State {
    /// To be sent, perhaps again.
    Waiting,
    /// The provider has it.
    Sent,
    /// Given up; `lastError` says why.
    Failed,
}

/// A mail and how it went. Neither what it says nor its address: whose it is, `userId` tells.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct Delivery {
    /// Identity.
    pub id: MailId,
    /// Which mail.
    pub template: String,
    /// Whether it could be refused.
    pub category: Category,
    /// In whose name.
    pub organization_id: Option<OrganizationId>,
    /// The recipient's account, where it was known.
    pub user_id: Option<UserId>,
    /// How it stands.
    pub state: State,
    /// Attempts so far.
    pub attempts: u32,
    /// What the provider calls it.
    pub provider_id: Option<String>,
    /// Why the last attempt failed: a stable code (`PROVIDER_REFUSED`, `UNSUBSCRIBED`, ...).
    pub last_error: Option<String>,
    /// When it was caused.
    pub created_at: Timestamp,
    /// When it is tried again.
    pub next_attempt_at: Option<Timestamp>,
    /// When it was sent or given up.
    pub settled_at: Option<Timestamp>,
}

/// Which deliveries.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct DeliveryFilter {
    /// From 1.
    #[serde(default = "first")]
    #[garde(range(min = 1, max = 100_000))]
    page: u32,
    /// Items a page, 1 to 100.
    #[serde(default = "twenty")]
    #[garde(range(min = 1, max = 100))]
    limit: u32,
    /// Only those that stand so.
    #[serde(default)]
    #[garde(skip)]
    state: Option<State>,
}

fn first() -> u32 {
    1
}

fn twenty() -> u32 {
    20
}

impl DeliveryFilter {
    /// Which page.
    pub fn paging(&self) -> Paging {
        Paging { page: self.page, limit: self.limit }
    }
}

/// The mails sent in the name of `organization`, or by the whole platform, the newest first.
pub async fn deliveries(
    database: &Database,
    organization: Option<OrganizationId>,
    filter: DeliveryFilter,
) -> Result<Listed<Delivery>> {
    let state = filter.state.map(|state| match state {
        State::Waiting => "waiting",
        State::Sent => "sent",
        State::Failed => "failed",
    });
    let paging = filter.paging();
    let listed = database.one(&DELIVERIES, &[&organization, &state, &paging.limit, &paging.offset()]).await?;
    Ok(listed.unwrap_or_default())
}
