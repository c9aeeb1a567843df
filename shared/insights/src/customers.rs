use codex_edge::Database;
use codex_kernel::{
    ContentId, Email, Error, Listed, OrganizationId, Paging, PurchaseId, Result, TierId, Timestamp, UserId,
    input::contains_pattern,
};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    grants::Grant,
    scope::{Scope, first_page, names, page_size},
    statements::{CUSTOMER, CUSTOMERS},
    top_content::currency_code,
};

names! {
    /// In which order; ties by person, so that pages neither repeat nor skip.
    CustomerOrder {
        /// Who bought or was given something last first.
        Recent = "recent",
        /// Who became a customer last first.
        Newest = "newest",
        /// Who paid most in `currency` first.
        Spent = "spent",
    }
}

/// Which customers.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct CustomerFilter {
    /// Whose. Left out: all of the platform's, for those who run it; else those of the one organization that the caller manages.
    pub organization_id: Option<OrganizationId>,
    /// Any part of the name or e-mail address, three characters or more. 300 are found at most; what more than 300 people bear is looked
    /// for among the first 2,000 customers of the order.
    #[garde(length(chars, min = 3, max = 100))]
    pub search: Option<String>,
    /// Only who paid in this currency, ISO 4217, lowercase; needed to sort by `spent`. 1,000 are counted.
    #[garde(inner(custom(currency_code)), custom(currency_to_sort_by(&self.sort)))]
    #[schemars(extend("pattern" = "^[a-z]{3}$"))]
    pub currency: Option<String>,
    /// In which order; `recent` where it is left out.
    pub sort: Option<CustomerOrder>,
    /// From 1.
    #[serde(default = "first_page")]
    #[garde(range(min = 1, max = 100_000))]
    pub page: u32,
    /// Items a page, 1 to 100.
    #[serde(default = "page_size")]
    #[garde(range(min = 1, max = 100))]
    pub limit: u32,
}

fn currency_to_sort_by(sort: &Option<CustomerOrder>) -> impl FnOnce(&Option<String>, &()) -> garde::Result + '_ {
    move |currency, ()| match (sort, currency) {
        (Some(CustomerOrder::Spent), None) => Err(garde::Error::new("is needed to sort by what was spent")),
        _ => Ok(()),
    }
}

impl CustomerFilter {
    /// The page it asks for.
    pub fn paging(&self) -> Paging {
        Paging { page: self.page, limit: self.limit }
    }
}

/// Who somebody is.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct CustomerPerson {
    /// What they are called.
    pub name: String,
    /// Where they are written to; nowhere once their account is closed.
    pub email: Option<Email>,
    /// Their picture.
    pub avatar_url: Option<String>,
}

/// What somebody paid in one currency, in minor units.
#[derive(Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct Spending {
    /// ISO 4217, lowercase.
    pub currency: String,
    /// How many contents were bought.
    pub purchases: u64,
    /// How many payments subscriptions made.
    pub subscription_payments: u64,
    /// What was paid.
    pub amount_cents: i64,
    /// What went back of it, by refund or lost dispute.
    pub refunded_cents: i64,
    /// What is left: without what went back and what Stripe holds.
    pub net_cents: i64,
}

/// Somebody who bought, or was given something.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct Customer {
    /// Their account.
    pub id: UserId,
    /// Whose customer; of creators alone where there is none.
    pub organization_id: Option<OrganizationId>,
    /// Who they are.
    pub person: CustomerPerson,
    /// How often they bought a content.
    pub purchases: u64,
    /// How often a subscription of theirs was paid.
    pub subscription_payments: u64,
    /// When they first paid; never, if they were only given something.
    pub first_purchased_at: Option<Timestamp>,
    /// When they last paid or were given something.
    pub last_at: Timestamp,
    /// What they paid, each currency by itself.
    pub spent: Vec<Spending>,
}

/// A page of customers; each is a person at an organization. 404 to strangers, 403 to members who do not manage it.
pub async fn customers(database: &Database, scope: Scope, filter: &CustomerFilter) -> Result<Listed<Customer>> {
    let pattern = filter.search.as_deref().map(contains_pattern);
    let sort = filter.sort.unwrap_or(CustomerOrder::Recent).name();
    scope.report(database, &CUSTOMERS, &[&pattern, &filter.currency, &sort, &filter.limit, &filter.paging().offset()]).await
}

/// Whose customer, and which page of what they bought.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct CustomerPage {
    /// Whose. Left out: anybody's, for those who run the platform; else that of the one organization that the caller manages.
    pub organization_id: Option<OrganizationId>,
    /// Of what they bought, from 1.
    #[serde(default = "first_page")]
    #[garde(range(min = 1, max = 100_000))]
    pub page: u32,
    /// Items a page, 1 to 100.
    #[serde(default = "page_size")]
    #[garde(range(min = 1, max = 100))]
    pub limit: u32,
}

impl CustomerPage {
    /// The page it asks for.
    pub fn paging(&self) -> Paging {
        Paging { page: self.page, limit: self.limit }
    }
}

/// Something a customer bought.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct Bought {
    /// Identity.
    pub id: PurchaseId,
    /// What.
    pub content_id: ContentId,
    /// Its headline today.
    pub title: String,
    /// Who sold it; the creator alone where there is none.
    pub organization_id: Option<OrganizationId>,
    /// paid, partly_refunded, refunded, disputed, lost or duplicate.
    pub status: String,
    /// What was paid, in minor units.
    pub amount_cents: i64,
    /// ISO 4217, lowercase.
    pub currency: String,
    /// What went back of it, by refund or lost dispute.
    pub refunded_cents: i64,
    /// What is left: without what went back and what Stripe holds.
    pub net_cents: i64,
    /// When.
    pub purchased_at: Timestamp,
}

/// What a customer's subscription paid.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct PaidPeriod {
    /// Stripe's invoice.
    pub id: String,
    /// For which tier.
    pub tier_id: TierId,
    /// What that is called today.
    pub tier: String,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// paid, partly_refunded, refunded, disputed or lost.
    pub status: String,
    /// What was paid, in minor units.
    pub amount_cents: i64,
    /// ISO 4217, lowercase.
    pub currency: String,
    /// What went back of it, by refund or lost dispute.
    pub refunded_cents: i64,
    /// What is left: without what went back and what Stripe holds.
    pub net_cents: i64,
    /// For the time from then,
    pub period_start: Timestamp,
    /// until then.
    pub period_end: Timestamp,
    /// When.
    pub paid_at: Timestamp,
}

/// One customer.
#[derive(Debug, Deserialize)]
pub struct CustomerView {
    /// Who.
    pub customer: Customer,
    /// What they were given, the newest hundred.
    pub grants: Vec<Grant>,
    /// What their subscriptions paid, the newest hundred.
    pub paid_periods: Vec<PaidPeriod>,
    /// A page of what they bought, the newest first.
    pub bought: Listed<Bought>,
}

/// One customer. 404 to strangers and for who is no customer, 403 to members who do not manage the organization.
pub async fn customer(database: &Database, scope: Scope, id: UserId, page: &CustomerPage) -> Result<CustomerView> {
    let found = scope.answer(database, &CUSTOMER, &[&id, &page.limit, &page.paging().offset()]).await?;
    found.ok_or_else(|| Error::not_found("customer"))
}
