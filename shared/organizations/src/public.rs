use std::sync::Arc;

use codex_edge::{Ages, Background, Config, Platform, assets, brand_key};
use codex_kernel::{Error, Result, SizedPicture, Slug, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::{Organization, role::no_organization, statements::BY_SLUG};

/// Another location hears of a change after this at the latest; the one that made it, at once.
const AGES: Ages = Ages { fresh: 30, stale: 60 };

fn key(slug: &Slug) -> String {
    format!("organization:{slug}")
}

/// A tenant as everybody gets it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublicOrganization {
    #[serde(flatten)]
    organization: Organization,
    /// Its logo in smaller sizes, where the platform makes them.
    logo_sizes: Vec<SizedPicture>,
}

impl PublicOrganization {
    pub(crate) fn of(config: &Config, organization: Organization) -> Self {
        let logo_sizes = organization.logo_url.as_deref().map(|logo| assets::sizes(config, logo)).unwrap_or_default();
        Self { organization, logo_sizes }
    }
}

/// What everybody gets of the organization at `slug`, `{"data": PublicOrganization}`, or 404. From KV where that has it.
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
    let organization = PublicOrganization::of(&platform.config, found.ok_or_else(no_organization)?);
    let json = serde_json::to_string(&json!({ "data": organization })).map_err(Error::internal)?;
    Ok(format!("{slug}\n{json}"))
}

/// Forgets what is cached of `slug`, here and by its pages. Elsewhere it may be answered for a while.
pub(crate) async fn forget(platform: &Platform, slug: &Slug) {
    let _ = platform.cache.delete_many(&[key(slug), brand_key(slug.as_ref())]).await;
}
