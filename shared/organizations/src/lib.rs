//! Tenants: who owns which name, and who sees what of it.

mod reserved;

use codex_edge::{Database, OnConstraint};
use codex_kernel::{Error, Id, Listed, OrganizationId, Paging, Result, Slug, Timestamp, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use reserved::is_reserved;

codex_edge::statements! {
    /// A new organization, its owner, and the owner made a creator.
    CREATE = "sql/create.sql";
    /// An organization by its id.
    BY_ID = "sql/by_id.sql";
    /// An organization by its slug.
    BY_SLUG = "sql/by_slug.sql";
    /// Whether a slug is free.
    SLUG_TAKEN = "sql/slug_taken.sql";
    /// The organizations a person belongs to.
    OF_MEMBER = "sql/of_member.sql";
}

/// A tenant, as anyone may see it.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
pub struct Organization {
    /// Identity.
    pub id: OrganizationId,
    /// Its host name's first label.
    pub slug: Slug,
    /// 1 to 255 characters.
    pub name: String,
    /// At most 5,000 characters.
    pub description: Option<String>,
    /// http(s).
    pub logo_url: Option<String>,
    /// http(s).
    pub website_url: Option<String>,
    /// `#RRGGBB`.
    pub primary_color: String,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What opening an organization takes.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "CreateOrganization")]
pub struct Create {
    #[garde(length(chars, min = 1, max = 255))]
    name: String,
    #[garde(skip)]
    slug: Slug,
    #[serde(default)]
    #[garde(length(chars, max = 5000))]
    description: Option<String>,
    #[serde(default)]
    #[garde(inner(custom(is_http_url)))]
    #[schemars(url, length(max = 2048))]
    logo_url: Option<String>,
    #[serde(default)]
    #[garde(inner(custom(is_http_url)))]
    #[schemars(url, length(max = 2048))]
    website_url: Option<String>,
}

fn is_http_url(text: &str, _: &()) -> garde::Result {
    let fits = text.len() <= 2048 && (text.starts_with("https://") || text.starts_with("http://"));
    let plain = !text.chars().any(|c| c.is_whitespace() || c.is_control() || "\"<>\\^`{|}".contains(c));
    if fits && plain { Ok(()) } else { Err(garde::Error::new("must be an http or https address")) }
}

/// An organization just opened, and whose cached sessions are now out of date.
#[derive(Debug, Deserialize)]
pub struct Opened {
    /// The organization.
    pub organization: Organization,
    /// The token hashes of its owner's sessions, where opening it made them a creator.
    pub session_hashes: Vec<String>,
}

/// Opens an organization for `owner`. A reserved slug is 422, a taken one 409.
pub async fn create(database: &Database, owner: UserId, input: &Create, now: Timestamp) -> Result<Opened> {
    if is_reserved(input.slug.as_ref()) {
        return Err(Error::rule("SLUG_RESERVED", "This address belongs to the platform"));
    }
    let id = OrganizationId::new(now)?;
    let params: &[&dyn codex_edge::Param] =
        &[&id, &input.slug, &input.name, &input.description, &input.logo_url, &input.website_url, &owner, &now];
    let opened: Option<Opened> = database
        .one(&CREATE, params)
        .await
        .on_constraint("organizations_slug_key", || Error::conflict("CONFLICT", "This address is taken"))?;
    opened.ok_or_else(Error::unauthenticated)
}

/// The organization `id`, or 404.
pub async fn by_id(database: &Database, id: OrganizationId) -> Result<Organization> {
    database.one(&BY_ID, &[&id]).await?.ok_or_else(|| Error::not_found("organization"))
}

/// The organization at `slug`, or 404.
pub async fn by_slug(database: &Database, slug: &str) -> Result<Organization> {
    database.one(&BY_SLUG, &[&slug]).await?.ok_or_else(|| Error::not_found("organization"))
}

/// Whether `slug` can be had now.
pub async fn is_available(database: &Database, slug: &Slug) -> Result<bool> {
    let taken: Option<bool> = database.one(&SLUG_TAKEN, &[slug]).await?;
    Ok(!is_reserved(slug.as_ref()) && taken == Some(false))
}

/// The organizations `member` belongs to.
pub async fn of_member(database: &Database, member: UserId, paging: Paging) -> Result<Listed<Organization>> {
    let listed = database.one(&OF_MEMBER, &[&member, &paging.limit, &paging.offset()]).await?;
    Ok(listed.unwrap_or_default())
}
