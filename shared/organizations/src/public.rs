use codex_edge::Platform;
use codex_kernel::{Error, Result, Slug};
use sha2::{Digest, Sha256};

use crate::{Organization, role::no_organization, statements::BY_SLUG};

/// How long KV answers for an organization, seconds: as short as KV allows, because that is also how long another location may
/// take to hear of a change, and how long a reader that raced a change may keep the old state there.
const CACHE_SECONDS: u64 = 60;

/// What everybody gets of an organization, ready to send.
#[derive(Debug, PartialEq, Eq)]
pub struct PublicPage {
    /// The body, `{"data": Organization}`.
    pub json: String,
    /// Its strong validator, quoted.
    pub etag: String,
}

impl PublicPage {
    fn of(organization: &Organization) -> Result<Self> {
        let json = serde_json::to_string(&serde_json::json!({ "data": organization })).map_err(Error::internal)?;
        let digest = Sha256::digest(json.as_bytes());
        let etag = digest.iter().take(12).fold("\"".to_owned(), |etag, byte| format!("{etag}{byte:02x}")) + "\"";
        Ok(Self { json, etag })
    }

    /// As KV keeps it: the slug it answers for, the validator, the body, a line each.
    fn entry(&self, slug: &Slug) -> String {
        format!("{slug}\n{}\n{}", self.etag, self.json)
    }

    /// From KV. An entry that names another slug is none: whatever put it there, a tenant never answers for another.
    fn parse(entry: &str, slug: &Slug) -> Option<Self> {
        let (whose, rest) = entry.split_once('\n')?;
        let (etag, json) = rest.split_once('\n')?;
        (whose == slug.as_ref()).then(|| Self { json: json.to_owned(), etag: etag.to_owned() })
    }
}

fn key(slug: &Slug) -> String {
    format!("organization:{slug}")
}

/// The organization at `slug`, or 404: from KV, else from the database. The cache may be away.
pub async fn by_slug(platform: &Platform, slug: &Slug) -> Result<PublicPage> {
    let (cache, key) = (platform.cache.get()?, key(slug));
    if let Ok(Some(entry)) = cache.get(&key).await
        && let Some(page) = PublicPage::parse(&entry, slug)
    {
        return Ok(page);
    }
    let found: Option<Organization> = platform.database.one(&BY_SLUG, &[slug]).await?;
    let page = PublicPage::of(&found.ok_or_else(no_organization)?)?;
    let _ = cache.put(&key, &page.entry(slug), CACHE_SECONDS).await;
    Ok(page)
}

/// Forgets what is cached of `slug`. Elsewhere it may be answered for another minute.
pub(crate) async fn forget(platform: &Platform, slug: &Slug) {
    if let Some(cache) = platform.cache.ok() {
        let _ = cache.delete(&key(slug)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_answers_for_its_own_slug_only() {
        let slug = |text: &str| Slug::try_from(text.to_owned()).unwrap();
        let page = PublicPage { json: "{\"data\":{\"name\":\"a\\nb\"}}".to_owned(), etag: "\"1\"".to_owned() };
        let entry = page.entry(&slug("yoga"));
        assert_eq!(PublicPage::parse(&entry, &slug("yoga")), Some(page));
        assert_eq!(PublicPage::parse(&entry, &slug("yog")), None);
        assert_eq!(PublicPage::parse(&entry, &slug("ayurveda")), None);
        assert_eq!(PublicPage::parse("", &slug("yoga")), None);
    }
}
