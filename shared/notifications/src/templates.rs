//! The templates that tenants, creators and the platform's owners write.

use codex_edge::{Database, OnConstraint};
use codex_kernel::{Error, Id, Issue, Listed, OrganizationId, Paging, Result, TemplateId, Timestamp, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    catalogue::{Standard, standards, variables_of},
    input::{plain_text, present, single_line, template_name},
    markup::Markup,
    statements::{CREATE_TEMPLATE, DELETE_TEMPLATE, TEMPLATE, TEMPLATES, UPDATE_TEMPLATE, WORDS},
    words::{Problem, parts},
};

/// Whose templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Everybody's.
    Global,
    /// A tenant's.
    Organization(OrganizationId),
    /// A creator's.
    Creator(UserId),
}

impl Owner {
    /// The column `owner_id`.
    fn key(self) -> UserId {
        match self {
            Self::Global => UserId(Uuid::nil()),
            Self::Organization(id) => UserId(id.0),
            Self::Creator(id) => id,
        }
    }
}

/// Where in the order a template stands: a creator's comes before the organization's, and that before everybody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Everybody's.
    Global,
    /// A tenant's.
    Organization,
    /// A creator's.
    Creator,
}

/// Whether a template is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "TemplateStatus")]
pub enum Status {
    /// Being written.
    #[default]
    Draft,
    /// In use; one of a name and owner.
    Active,
    /// No longer.
    Archived,
}

impl Status {
    fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Archived => "archived",
        }
    }
}

/// What somebody says in a mail in place of the platform's words.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
#[schemars(rename = "EmailTemplate")]
pub struct Template {
    /// Identity.
    pub id: TemplateId,
    /// Whose.
    pub scope: Scope,
    /// The tenant, of scope `organization`.
    pub organization_id: Option<OrganizationId>,
    /// The creator, of scope `creator`.
    pub creator_id: Option<UserId>,
    /// Which mail it is for.
    pub name: String,
    /// One line; may hold `{{variables}}`.
    pub subject: String,
    /// HTML of a strict subset, without the frame around it; may hold `{{variables}}`.
    pub html_body: String,
    /// Its plain twin; may hold `{{variables}}`.
    pub text_body: String,
    /// For whoever edits it.
    pub description: Option<String>,
    /// Whether it is used.
    pub status: Status,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A template in a list: without what it says.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all(serialize = "camelCase"))]
#[schemars(rename = "EmailTemplateSummary")]
pub struct Summary {
    /// Identity.
    pub id: TemplateId,
    /// Whose.
    pub scope: Scope,
    /// Which mail it is for.
    pub name: String,
    /// One line; may hold `{{variables}}`.
    pub subject: String,
    /// For whoever edits it.
    pub description: Option<String>,
    /// Whether it is used.
    pub status: Status,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What writing a template takes.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "CreateEmailTemplate")]
pub struct Create {
    /// Which mail it is for: `^[a-z][a-z0-9-]{1,98}[a-z0-9]$`.
    #[garde(length(bytes, min = 3, max = 100), custom(template_name))]
    name: String,
    #[garde(length(chars, min = 1, max = 500), custom(single_line))]
    subject: String,
    #[garde(length(chars, min = 1, max = 100_000), custom(plain_text))]
    html_body: String,
    #[garde(length(chars, min = 1, max = 100_000), custom(plain_text))]
    text_body: String,
    #[serde(default)]
    #[garde(length(chars, max = 1000), inner(custom(plain_text)))]
    description: Option<String>,
    /// A draft unless said otherwise.
    #[serde(default)]
    #[garde(skip)]
    status: Status,
}

/// A change of a template; what is left out stays as it is. Its name stays: it says which mail it is for.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "UpdateEmailTemplate")]
pub struct Update {
    #[serde(default, deserialize_with = "present")]
    #[garde(length(chars, min = 1, max = 500), inner(custom(single_line)))]
    subject: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[garde(length(chars, min = 1, max = 100_000), inner(custom(plain_text)))]
    html_body: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[garde(length(chars, min = 1, max = 100_000), inner(custom(plain_text)))]
    text_body: Option<String>,
    /// Null removes it.
    #[serde(default, deserialize_with = "present")]
    #[garde(inner(length(chars, max = 1000), inner(custom(plain_text))))]
    description: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    #[garde(skip)]
    status: Option<Status>,
}

/// Which templates of an owner.
#[derive(Clone, Debug, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// From 1.
    #[serde(default = "first")]
    #[garde(range(min = 1, max = 100_000))]
    page: u32,
    /// Items a page, 1 to 100.
    #[serde(default = "twenty")]
    #[garde(range(min = 1, max = 100))]
    limit: u32,
    /// Only those of this state.
    #[serde(default)]
    #[garde(skip)]
    status: Option<Status>,
    /// Only those for this mail.
    #[serde(default)]
    #[garde(length(max = 100))]
    name: Option<String>,
}

fn first() -> u32 {
    1
}

fn twenty() -> u32 {
    20
}

impl Filter {
    /// Which page.
    pub fn paging(&self) -> Paging {
        Paging { page: self.page, limit: self.limit }
    }
}

/// 422 with every issue unless a template called `name` may say this.
fn check(name: &str, subject: Option<&str>, html: Option<&str>, text: Option<&str>) -> Result<()> {
    let known = variables_of(name);
    let found = [
        ("subject", subject.and_then(|subject| parts(subject, known).err())),
        ("htmlBody", html.and_then(|html| Markup::parse(html, known).err())),
        ("textBody", text.and_then(|text| parts(text, known).err())),
    ];
    let unknown = found.iter().any(|(_, problem)| matches!(problem, Some(Problem::Unknown(_))));
    let issues: Vec<Issue> = found.into_iter().filter_map(|(path, problem)| Some(problem?.at(path))).collect();
    if issues.is_empty() {
        return Ok(());
    }
    let error = if unknown {
        Error::rule("UNKNOWN_VARIABLE", "The template uses a variable that this mail does not have")
    } else {
        Error::rule("TEMPLATE_REFUSED", "The template says something that mails may not hold")
    };
    Err(Error { issues, ..error })
}

fn taken() -> Error {
    Error::conflict("TEMPLATE_ACTIVE", "Another template for this mail is active; archive it first")
}

/// Writes a template. 422 where it says what it may not, 409 where it would be the second active one.
pub async fn create(database: &Database, owner: Owner, input: &Create, now: Timestamp) -> Result<Template> {
    check(&input.name, Some(&input.subject), Some(&input.html_body), Some(&input.text_body))?;
    let (organization, creator) = match owner {
        Owner::Global => (None, None),
        Owner::Organization(id) => (Some(id), None),
        Owner::Creator(id) => (None, Some(id)),
    };
    let created: Option<Template> = database
        .one(
            &CREATE_TEMPLATE,
            &[
                &TemplateId::new(now)?,
                &organization,
                &creator,
                &input.name,
                &input.subject,
                &input.html_body,
                &input.text_body,
                &input.description,
                &input.status.name(),
                &now,
            ],
        )
        .await
        .on_constraint("email_templates_active_key", taken)?;
    created.ok_or_else(|| Error::internal(std::io::Error::other("create_template returned no row")))
}

/// The templates of `owner`, by name, the newest first.
pub async fn list(database: &Database, owner: Owner, filter: &Filter) -> Result<Listed<Summary>> {
    let paging = filter.paging();
    let status = filter.status.map(Status::name);
    let listed = database.one(&TEMPLATES, &[&owner.key(), &status, &filter.name, &paging.limit, &paging.offset()]).await?;
    Ok(listed.unwrap_or_default())
}

/// Which mails.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[schemars(rename = "MailFilter")]
pub struct Which {
    /// Only this one.
    #[garde(length(max = 100))]
    name: Option<String>,
}

/// A mail of the platform's, and what an owner says in it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Worded {
    #[serde(flatten)]
    standard: Standard,
    /// The owner's words that are in use, or else those written last; none where there are none but archived ones.
    own: Option<Template>,
}

/// Every mail of the platform's with the words of `owner`, or the one that is named.
pub async fn worded(database: &Database, owner: Owner, which: &Which) -> Result<Vec<Worded>> {
    let mut own: Vec<Template> = database.all(&WORDS, &[&owner.key(), &which.name]).await?;
    let mails = standards().into_iter().filter(|standard| which.name.as_deref().is_none_or(|name| name == standard.name));
    let with_own = |standard: Standard| {
        let own = own.iter().position(|own| own.name == standard.name).map(|index| own.swap_remove(index));
        Worded { standard, own }
    };
    Ok(mails.map(with_own).collect())
}

/// The template `id` of `owner`, or 404.
pub async fn find(database: &Database, owner: Owner, id: TemplateId) -> Result<Template> {
    database.one(&TEMPLATE, &[&id, &owner.key()]).await?.ok_or_else(|| Error::not_found("template"))
}

/// Changes the template `id` of `owner`. It is read first, for its name says what it may say; the name never changes, so that what
/// was decided on it holds.
pub async fn update(database: &Database, owner: Owner, id: TemplateId, input: &Update, now: Timestamp) -> Result<Template> {
    let Template { name, .. } = find(database, owner, id).await?;
    check(&name, input.subject.as_deref(), input.html_body.as_deref(), input.text_body.as_deref())?;
    let description = input.description.as_ref().and_then(Option::as_ref);
    let updated: Option<Template> = database
        .one(
            &UPDATE_TEMPLATE,
            &[
                &id,
                &owner.key(),
                &input.subject,
                &input.html_body,
                &input.text_body,
                &input.description.is_some(),
                &description,
                &input.status.map(Status::name),
                &now,
            ],
        )
        .await
        .on_constraint("email_templates_active_key", taken)?;
    updated.ok_or_else(|| Error::not_found("template"))
}

/// Removes the template `id` of `owner`; the next mail says what comes after it in the order.
pub async fn delete(database: &Database, owner: Owner, id: TemplateId) -> Result<()> {
    let deleted: Option<TemplateId> = database.one(&DELETE_TEMPLATE, &[&id, &owner.key()]).await?;
    deleted.map(|_| ()).ok_or_else(|| Error::not_found("template"))
}
