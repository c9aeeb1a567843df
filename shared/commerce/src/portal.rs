use codex_edge::Platform;
use codex_kernel::{Error, Result, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{statements::CUSTOMER, stripe};

/// What opening the customer portal takes.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OpenPortal {
    /// Where the portal leads back to.
    #[garde(length(max = 2_000))]
    pub return_url: String,
}

/// Stripe's page with one buyer's receipts and payment methods.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Portal {
    /// The page; good for a few minutes.
    pub url: String,
}

/// Opens the customer portal for `buyer`. 422 `NO_CUSTOMER` for who never paid. The caller has checked the address.
pub async fn open_portal(platform: &Platform, buyer: UserId, input: &OpenPortal) -> Result<Portal> {
    let unknown = || Error::rule("NO_CUSTOMER", "There are no payments of yours yet");
    let customer: Option<String> = platform.database.one(&CUSTOMER, &[&buyer]).await?;
    let url = stripe::portal(platform, &customer.ok_or_else(unknown)?, &input.return_url).await?;
    Ok(Portal { url: url.ok_or_else(unknown)? })
}
