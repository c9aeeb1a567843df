use std::sync::Arc;

use codex_edge::{Ages, Background, Platform};
use codex_kernel::{Error, Result, Slug, Timestamp};
use serde_json::json;

use crate::{Organization, role::no_organization, statements::BY_SLUG};

/// Another location hears of a change after this at the latest; the one that made it, at once.
const AGES: Ages = Ages { fresh: 30, stale: 60 };

fn key(slug: &Slug) -> String {
    format!("organization:{slug}")
}

/// What everybody gets of the organization at `slug`, `{"data": Organization}`, or 404. From KV where that has it.
pub async fn by_slug(platform: &Arc<Platform>, background: &Background, slug: &Slug, now: Timestamp) -> Result<String> {
    let make = || read(platform.clone(), slug.clone());
    let (entry, _) = platform.cache.get_or_set(background, &key(slug), AGES, now, make()).await?;
    // Whatever put it there, a tenant never answers for another.
    let own = |entry: &str| entry.strip_prefix(slug.as_ref())?.strip_prefix('\n').map(str::to_owned);
    match own(&entry) {
        Some(json) => Ok(json),
        None => own(&make().await?).ok_or_else(no_organization),
    }
}

/// As KV keeps it: the slug it answers for and the body, a line each.
async fn read(platform: Arc<Platform>, slug: Slug) -> Result<String> {
    let found: Option<Organization> = platform.database.one(&BY_SLUG, &[&slug]).await?;
    let organization = found.ok_or_else(no_organization)?;
    let json = serde_json::to_string(&json!({ "data": organization })).map_err(Error::internal)?;
    Ok(format!("{slug}\n{json}"))
}

/// Forgets what is cached of `slug`. Elsewhere it may be answered for a while.
pub(crate) async fn forget(platform: &Platform, slug: &Slug) {
    let _ = platform.cache.delete(&key(slug)).await;
}
