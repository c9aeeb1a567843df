use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use codex_edge::{Platform, page_key};
use codex_kernel::{Listed, OrganizationId, Paging, Result, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    content::Content,
    kinds::{AccessType, ContentType, Status, Visibility, names},
    statements::{FACETS, LIST_CATALOGUE, LIST_OWN},
    storefront::{StorefrontFilter, storefront_key},
};

names! {
    /// In which order; ties by age, so that pages neither repeat nor skip.
    Order {
        /// The latest first: published, or made where drafts are listed.
        Newest = "newest",
        /// The earliest first.
        Oldest = "oldest",
        /// By title, A to Z.
        Title = "title",
        /// The cheapest first.
        Price = "price",
        /// The dearest first.
        PriceDown = "-price",
        /// What fits the search best first; without a search the latest.
        Relevance = "relevance",
    }
}

/// Which contents to list.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct Filter {
    status: Option<Status>,
    content_type: Option<ContentType>,
    visibility: Option<Visibility>,
    access_type: Option<AccessType>,
    organization_id: Option<OrganizationId>,
    creator_id: Option<UserId>,
    #[garde(length(chars, max = 100))]
    category: Option<String>,
    #[garde(length(chars, max = 50))]
    tag: Option<String>,
    /// Words, `"phrases"`, `or`, `-without`: in title, tags, category and description.
    #[garde(length(chars, max = 200))]
    search: Option<String>,
    /// `relevance` where there is a search, else `newest`. A list of the catalogue is the first 1,000 in this order, the first 2,000 of one
    /// organization or creator; where it is searched, the newest 1,000 that match. What comes after is found by narrowing.
    sort: Option<Order>,
}

impl Filter {
    fn search(&self) -> Option<&str> {
        self.search.as_deref().map(str::trim).filter(|search| !search.is_empty())
    }

    fn order(&self) -> Order {
        match (self.sort, self.search()) {
            (Some(Order::Relevance) | None, None) => Order::Newest,
            (None, Some(_)) => Order::Relevance,
            (Some(order), _) => order,
        }
    }

    /// The same list whoever made it: of this creator only.
    #[must_use]
    pub fn of_creator(self, creator: UserId) -> Self {
        Self { creator_id: Some(creator), ..self }
    }
}

/// How much of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Catalogue {
    /// What everybody may watch.
    Free,
    /// And what everybody may buy.
    All,
}

/// What is published, for anybody.
pub async fn list_catalogue(platform: &Platform, which: Catalogue, filter: &Filter, paging: Paging) -> Result<Listed<Content>> {
    if filter.status.is_some_and(|status| status != Status::Published) {
        return Ok(Listed::default());
    }
    let visibility = filter.visibility.or(filter.access_type.map(Visibility::from));
    let found = platform
        .database
        .one(
            &LIST_CATALOGUE,
            &[
                &(which == Catalogue::Free),
                &filter.content_type.map(ContentType::name),
                &visibility.map(Visibility::name),
                &filter.organization_id,
                &filter.creator_id,
                &filter.category,
                &filter.tag,
                &filter.search(),
                &filter.order().name(),
                &paging.limit,
                &paging.offset(),
            ],
        )
        .await?;
    Ok(found.unwrap_or_default())
}

/// KV's keys are short: a hash of what was asked for.
pub(crate) fn hashed_key(of: &str, asked: &impl Serialize) -> String {
    let asked = serde_json::to_vec(asked).unwrap_or_default();
    format!("catalogue:{of}:{}", URL_SAFE_NO_PAD.encode(Sha256::digest(asked)))
}

/// Under which key a page of the catalogue is kept.
pub fn catalogue_key(which: Catalogue, filter: &Filter, paging: Paging) -> String {
    hashed_key(if which == Catalogue::Free { "free" } else { "all" }, &(filter, paging.page, paging.limit))
}

/// Under which key the facets of a catalogue are kept.
pub fn facets_key(filter: &FacetFilter) -> String {
    hashed_key("facets", filter)
}

/// The keys of what most people look at first, out of date once `content` changes: lists, and the pages of its tenant. The rest expires.
pub fn stale_keys(content: &Content) -> Vec<String> {
    let (creator_id, organization_id) = (Some(content.creator_id), content.organization_id);
    let scopes = [(None, None), (creator_id, None), (None, organization_id)];
    let first = Paging { page: 1, limit: 20 };
    let mut keys = Vec::new();
    for (creator_id, organization_id) in scopes {
        let filter = Filter { creator_id, organization_id, ..Filter::default() };
        keys.extend([Catalogue::Free, Catalogue::All].map(|which| catalogue_key(which, &filter, first)));
        keys.push(facets_key(&FacetFilter { creator_id, organization_id }));
    }
    if let Some(site) = &content.organization_slug {
        keys.extend(["/".to_owned(), format!("/content/{}", content.slug)].map(|path| page_key(site.as_ref(), &path)));
        keys.push(storefront_key(&StorefrontFilter::of(site.clone()), Paging { page: 1, limit: 24 }));
    }
    keys
}

/// What `creator` made, drafts included.
pub async fn list_own(platform: &Platform, creator: UserId, filter: &Filter, paging: Paging) -> Result<Listed<Content>> {
    let found = platform
        .database
        .one(
            &LIST_OWN,
            &[
                &creator,
                &filter.content_type.map(ContentType::name),
                &filter.visibility.map(Visibility::name),
                &filter.access_type.map(AccessType::name),
                &filter.organization_id,
                &filter.status.map(Status::name),
                &filter.category,
                &filter.tag,
                &filter.search(),
                &filter.order().name(),
                &paging.limit,
                &paging.offset(),
            ],
        )
        .await?;
    Ok(found.unwrap_or_default())
}

/// Whose catalogue is described.
#[derive(Debug, Deserialize, Serialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase")]
#[garde(allow_unvalidated)]
pub struct FacetFilter {
    organization_id: Option<OrganizationId>,
    creator_id: Option<UserId>,
}

/// How often something stands on contents.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
struct Facet {
    name: String,
    count: u64,
}

/// What the newest 1,000 of a catalogue are filed under, the commonest first; 50 of each at most.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
pub struct Facets {
    categories: Vec<Facet>,
    tags: Vec<Facet>,
}

/// Categories and tags to filter a catalogue by.
pub async fn facets(platform: &Platform, filter: &FacetFilter) -> Result<Facets> {
    Ok(platform.database.one(&FACETS, &[&filter.organization_id, &filter.creator_id]).await?.unwrap_or_default())
}
