//! What Stripe calls a tier and its prices: made when they are first needed, each under an idempotency key.

use codex_edge::Platform;
use codex_kernel::{Result, TierId, Timestamp};
use serde::Deserialize;

use super::shape::Interval;
use crate::{
    checkout::idempotency_key,
    statements::{KEEP_PRICE, KEEP_PRODUCT},
    stripe,
};

/// A tier and one of its prices, and what Stripe calls them, once it does.
#[derive(Deserialize)]
pub(super) struct Priced {
    pub(super) id: TierId,
    name: String,
    /// Minor units.
    pub(super) amount: i64,
    currency: String,
    product: Option<Product>,
    pub(super) price: Option<String>,
}

#[derive(Deserialize)]
struct Product {
    id: String,
    /// As Stripe was told it.
    name: String,
}

/// Stripe's price of a tier, `price_...`. A price that changed is another; who subscribed stays with theirs.
pub(super) async fn price_of(platform: &Platform, tier: &Priced, interval: Interval, now: Timestamp) -> Result<String> {
    let product = product_of(platform, tier).await?;
    if let Some(price) = &tier.price {
        return Ok(price.clone());
    }
    let (amount, mark) = (tier.amount.to_string(), tier.id.to_string());
    let params = [
        ("product", product.as_str()),
        ("currency", &tier.currency),
        ("unit_amount", &amount),
        ("recurring[interval]", interval.stripe()),
        ("metadata[tierId]", &mark),
    ];
    let made = stripe::make_price(platform, &params, &idempotency_key("price", &params, None)).await?;
    let row: &[&dyn codex_edge::Param] = &[&made.id, &tier.id, &interval.name(), &tier.amount, &now];
    let kept: Option<String> = platform.database.one(&KEEP_PRICE, row).await?;
    Ok(kept.unwrap_or(made.id))
}

/// Stripe's product of a tier, called as the tier is called now.
async fn product_of(platform: &Platform, tier: &Priced) -> Result<String> {
    let mark = tier.id.to_string();
    let params = [("name", tier.name.as_str()), ("metadata[tierId]", &mark)];
    let made = match &tier.product {
        Some(product) if product.name == tier.name => return Ok(product.id.clone()),
        Some(product) => stripe::rename_product(platform, &product.id, &tier.name).await?,
        None => stripe::make_product(platform, &params, &idempotency_key("product", &params, None)).await?,
    };
    let kept: Option<String> = platform.database.one(&KEEP_PRODUCT, &[&tier.id, &made.id, &tier.name]).await?;
    Ok(kept.unwrap_or(made.id))
}
