use codex_edge::{Database, Param, Statement};
use codex_kernel::{ContentId, Error, OrganizationId, Paging, PurchaseId, Result, Timestamp, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::statements::{PURCHASE, PURCHASES};

/// How a purchase stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PurchaseStatus {
    /// The money is there.
    Paid,
    /// A part of it went back.
    PartlyRefunded,
    /// All of it went back.
    Refunded,
    /// The buyer's bank asked for it back; not decided yet.
    Disputed,
    /// The buyer's bank got it back.
    Lost,
    /// Paid a second time for what was owned already: it is being refunded.
    Duplicate,
}

impl PurchaseStatus {
    /// Its word in the database and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::PartlyRefunded => "partly_refunded",
            Self::Refunded => "refunded",
            Self::Disputed => "disputed",
            Self::Lost => "lost",
            Self::Duplicate => "duplicate",
        }
    }
}

/// One sale, as its buyer sees it.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct Purchase {
    /// Identity.
    pub id: PurchaseId,
    /// What was bought.
    pub content_id: ContentId,
    /// Its headline today.
    pub title: String,
    /// Its name in addresses.
    pub slug: String,
    /// Its picture.
    pub thumbnail_url: Option<String>,
    /// Who sold it; the creator alone where there is none.
    pub organization_id: Option<OrganizationId>,
    /// How it stands.
    pub status: PurchaseStatus,
    /// What was paid, in minor units.
    pub amount_cents: i64,
    /// ISO 4217, lowercase.
    pub currency: String,
    /// What went back of it, in minor units.
    pub refunded_cents: i64,
    /// When.
    pub purchased_at: Timestamp,
}

/// Which purchases or sales, and which page of them.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Search {
    /// Only those that stand so.
    pub status: Option<PurchaseStatus>,
    /// Only of this content.
    pub content_id: Option<ContentId>,
    /// Only of this organization.
    pub organization_id: Option<OrganizationId>,
    /// Only from then on.
    pub from: Option<Timestamp>,
    /// Only until then; not at that very moment.
    pub to: Option<Timestamp>,
    /// From 1.
    #[serde(default = "first_page")]
    #[garde(range(min = 1, max = 100_000))]
    pub page: u32,
    /// Items a page, 1 to 100.
    #[serde(default = "page_size")]
    #[garde(range(min = 1, max = 100))]
    pub limit: u32,
}

fn first_page() -> u32 {
    1
}

fn page_size() -> u32 {
    20
}

impl Search {
    /// The page it asks for.
    pub fn paging(&self) -> Paging {
        Paging { page: self.page, limit: self.limit }
    }

    /// Runs `statement` for `person` with these filters.
    pub(crate) async fn run<T: DeserializeOwned>(
        &self,
        database: &Database,
        statement: &Statement,
        person: UserId,
        limit: u32,
        offset: u32,
    ) -> Result<T> {
        let status = self.status.map(PurchaseStatus::name);
        let params: &[&dyn Param] =
            &[&person, &limit, &offset, &status, &self.content_id, &self.organization_id, &self.from, &self.to];
        let found: Option<T> = database.one(statement, params).await?;
        found.ok_or_else(|| Error::internal(std::io::Error::other("a list without a row")))
    }
}

/// What one person's purchases in one currency come to.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct Spent {
    /// ISO 4217, lowercase.
    pub currency: String,
    /// How many.
    pub count: u64,
    /// What was paid, in minor units.
    pub amount_cents: i64,
    /// What went back of it.
    pub refunded_cents: i64,
}

/// A page of a list, and the sums of all of it by currency.
#[derive(Debug, Deserialize)]
pub struct Summed<T, S> {
    /// The page.
    pub items: Vec<T>,
    /// How many there are in all.
    pub total: u64,
    /// What they come to.
    pub totals: Vec<S>,
}

/// The purchases of `buyer`, the newest first.
pub async fn purchases(database: &Database, buyer: UserId, search: &Search) -> Result<Summed<Purchase, Spent>> {
    search.run(database, &PURCHASES, buyer, search.limit, search.paging().offset()).await
}

/// The purchase `id` of `buyer`, or 404.
pub async fn purchase(database: &Database, buyer: UserId, id: PurchaseId) -> Result<Purchase> {
    let none: Option<String> = None;
    database.one(&PURCHASE, &[&id, &none, &buyer]).await?.ok_or_else(|| Error::not_found("purchase"))
}

/// What the checkout `session` of `buyer` led to so far.
pub(crate) async fn purchase_of_session(database: &Database, buyer: UserId, session: &str) -> Result<Option<Purchase>> {
    let none: Option<PurchaseId> = None;
    database.one(&PURCHASE, &[&none, &session, &buyer]).await
}
