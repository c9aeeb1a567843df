use codex_edge::{Database, OnConstraint, Platform};
use codex_kernel::{
    Email, Error, Id, Listed, OrganizationId, Paging, Result, Slug, Timestamp, UserId,
    input::{contains_pattern, is_web_address, present},
    is_reserved,
};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    OrganizationRole, public,
    role::{forbidden, no_organization},
    statements::{BY_ID, CREATE, LIST, OF_MEMBER, SLUG_TAKEN, UPDATE},
};

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
    /// `#RRGGBB`.
    pub secondary_color: Option<String>,
    /// A font family; the platform's where there is none.
    pub heading_font: Option<String>,
    /// A font family; the platform's where there is none.
    pub body_font: Option<String>,
    /// What its pages call themselves; its name where there is none.
    pub platform_name: Option<String>,
    /// Where its customers write to.
    pub support_email: Option<Email>,
    /// Whether it can be followed.
    pub signups_enabled: bool,
    /// Whether its content can be bought.
    pub purchases_enabled: bool,
    /// Whether it can be subscribed to.
    pub subscriptions_enabled: bool,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A tenant, and one's own place in it.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct OwnOrganization {
    /// The organization.
    #[serde(flatten)]
    pub organization: Organization,
    /// One's role.
    pub role: OrganizationRole,
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
    #[garde(inner(custom(web_address)))]
    #[schemars(url, length(max = 2048))]
    logo_url: Option<String>,
    #[serde(default)]
    #[garde(inner(custom(web_address)))]
    #[schemars(url, length(max = 2048))]
    website_url: Option<String>,
}

/// Changes to an organization: a field absent stays, null empties it.
#[derive(Debug, Deserialize, Serialize, JsonSchema, Validate)]
#[serde(rename_all(deserialize = "camelCase"), deny_unknown_fields)]
#[schemars(rename = "UpdateOrganization")]
pub struct Update {
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, min = 1, max = 255))]
    #[schemars(with = "String")]
    name: Option<String>,
    /// Its address; an owner's to change. The old one stays its owners' for 30 days.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(skip)]
    #[schemars(with = "Slug")]
    slug: Option<Slug>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(length(chars, max = 5000))]
    description: Option<Option<String>>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(inner(inner(custom(web_address))))]
    #[schemars(url, length(max = 2048))]
    logo_url: Option<Option<String>>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[garde(inner(inner(custom(web_address))))]
    #[schemars(url, length(max = 2048))]
    website_url: Option<Option<String>>,
}

/// In which order to list organizations; those of equal rank by id, so that pages never overlap.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "OrganizationSort")]
pub enum Sort {
    /// The youngest first.
    #[default]
    Newest,
    /// By name.
    Name,
}

/// Which organizations to list.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OrganizationFilter")]
pub struct Filter {
    /// Part of a name or slug, in any case: three letters or digits in a row at least, so that an index can find it.
    #[garde(length(chars, max = 100), inner(custom(searchable)))]
    search: Option<String>,
    #[serde(default)]
    #[garde(skip)]
    sort: Sort,
}

/// Which of one's own organizations to list.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[schemars(rename = "OwnOrganizationFilter")]
pub struct MineFilter {
    /// true: those one owned when they were deleted, which can be restored.
    #[serde(default)]
    #[garde(skip)]
    deleted: bool,
}

pub(crate) fn web_address(text: &str, _: &()) -> garde::Result {
    if is_web_address(text) { Ok(()) } else { Err(garde::Error::new("must be an http or https address")) }
}

/// A trigram index knows runs of three.
fn searchable(text: &str, _: &()) -> garde::Result {
    if text.split(|c: char| !c.is_alphanumeric()).any(|run| run.chars().count() >= 3) {
        return Ok(());
    }
    Err(garde::Error::new("must hold three letters or digits in a row"))
}

/// An organization just opened, and whose cached sessions are now out of date.
#[derive(Debug)]
pub struct Opened {
    /// The organization.
    pub organization: Organization,
    /// The token hashes of its owner's sessions, where opening it made them a creator.
    pub session_hashes: Vec<String>,
}

fn slug_taken() -> Error {
    Error::conflict("CONFLICT", "This address is taken")
}

fn not_reserved(slug: &Slug) -> Result<()> {
    if is_reserved(slug.as_ref()) {
        return Err(Error::rule("SLUG_RESERVED", "This address belongs to the platform"));
    }
    Ok(())
}

/// Opens an organization for `owner`. A reserved slug is 422, a taken one 409.
pub async fn create(database: &Database, owner: UserId, input: &Create, now: Timestamp) -> Result<Opened> {
    #[derive(Deserialize)]
    struct Row {
        organization: Option<Organization>,
        session_hashes: Vec<String>,
    }
    not_reserved(&input.slug)?;
    let id = OrganizationId::new(now)?;
    let params: &[&dyn codex_edge::Param] =
        &[&id, &input.slug, &input.name, &input.description, &input.logo_url, &input.website_url, &owner, &now];
    let row: Option<Row> = database.one(&CREATE, params).await.on_constraint("organizations_slug_key", slug_taken)?;
    match row {
        Some(Row { organization: Some(organization), session_hashes }) => Ok(Opened { organization, session_hashes }),
        _ => Err(slug_taken()),
    }
}

/// The organization `id`, or 404.
pub async fn by_id(database: &Database, id: OrganizationId) -> Result<Organization> {
    database.one(&BY_ID, &[&id]).await?.ok_or_else(no_organization)
}

/// Organizations that anyone may find.
pub async fn list(database: &Database, filter: &Filter, paging: Paging) -> Result<Listed<Organization>> {
    let pattern = filter.search.as_deref().map(contains_pattern);
    let sort = match filter.sort {
        Sort::Newest => "newest",
        Sort::Name => "name",
    };
    let listed = database.one(&LIST, &[&pattern, &sort, &paging.limit, &paging.offset()]).await?;
    Ok(listed.unwrap_or_default())
}

/// Whether `visitor` could have `slug` now.
pub async fn is_available(database: &Database, slug: &Slug, visitor: Option<UserId>, now: Timestamp) -> Result<bool> {
    let taken: Option<bool> = database.one(&SLUG_TAKEN, &[slug, &visitor, &now]).await?;
    Ok(!is_reserved(slug.as_ref()) && taken == Some(false))
}

/// The organizations `member` belongs to.
pub async fn of_member(
    database: &Database,
    member: UserId,
    filter: &MineFilter,
    paging: Paging,
) -> Result<Listed<OwnOrganization>> {
    let listed = database.one(&OF_MEMBER, &[&member, &filter.deleted, &paging.limit, &paging.offset()]).await?;
    Ok(listed.unwrap_or_default())
}

/// Changes an organization that `who` manages. 404 to those outside it, 403 to members who may not, 409 where the slug is taken.
pub async fn update(
    platform: &Platform,
    id: OrganizationId,
    who: UserId,
    input: &Update,
    now: Timestamp,
) -> Result<Organization> {
    if let Some(slug) = &input.slug {
        not_reserved(slug)?;
    }
    let change = change(platform, id, who, &json!(input), now).await?;
    let refusal = if change.role == OrganizationRole::Owner { slug_taken } else { forbidden };
    change.organization.map(serde_json::from_value).transpose().map_err(Error::internal)?.ok_or_else(refusal)
}

/// What a change found and made.
#[derive(Deserialize)]
pub(crate) struct Change {
    pub(crate) role: OrganizationRole,
    old_slug: Slug,
    pub(crate) old_logo: Option<String>,
    pub(crate) timezone_ok: bool,
    /// All columns, where it was changed.
    pub(crate) organization: Option<serde_json::Value>,
}

/// Writes the fields of `patch`, by column, and forgets what is cached of the organization.
pub(crate) async fn change(
    platform: &Platform,
    id: OrganizationId,
    who: UserId,
    patch: &serde_json::Value,
    now: Timestamp,
) -> Result<Change> {
    let params: &[&dyn codex_edge::Param] = &[&id, &who, patch, &now];
    let changed: Result<Option<Change>> = platform.database.one(&UPDATE, params).await;
    let change = changed.on_constraint("organizations_slug_key", slug_taken)?.ok_or_else(no_organization)?;
    if change.organization.is_some() {
        public::forget(platform, &change.old_slug).await;
    }
    Ok(change)
}
