use codex_edge::{Database, Platform};
use codex_kernel::{Email, Error, Id, MailId, OrganizationId, Result, TemplateId, Timestamp, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    catalogue::examples_of,
    input::{Data, fillings},
    render::{Brand, Rendered, Setting, Source, render},
    statements::{MANAGED_TEMPLATE, MANAGES, TRY_OUT},
};

/// Who looks after templates.
#[derive(Clone, Copy, Debug)]
pub struct Manager {
    /// Who.
    pub id: UserId,
    /// Whether they run the platform, and so look after everybody's.
    pub runs_platform: bool,
}

/// What to fill a preview with.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Preview {
    /// Words and numbers by name; an example stands in for each that is missing.
    #[serde(default)]
    #[garde(custom(fillings))]
    data: Data,
}

/// To whom to send a trial, filled with what.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TestSend {
    /// One's own verified address, or that of a member of the template's organization.
    #[garde(skip)]
    recipient_email: Email,
    /// Words and numbers by name; an example stands in for each that is missing.
    #[serde(default)]
    #[garde(custom(fillings))]
    data: Data,
}

/// Whether `manager` manages `organization`: 404 for one they do not belong to, 403 for one they only belong to.
pub async fn require_manager(database: &Database, organization: OrganizationId, manager: Manager) -> Result<()> {
    match database.one(&MANAGES, &[&organization, &manager.id, &manager.runs_platform]).await? {
        Some(true) => Ok(()),
        Some(false) => Err(Error::forbidden("FORBIDDEN", "Only owners and admins of this organization may do this")),
        None => Err(Error::not_found("organization")),
    }
}

/// `data`, and an example of whatever a template called `name` knows and `data` lacks.
pub(crate) fn with_examples(name: &str, data: &Value) -> Value {
    let mut filled = examples_of(name);
    if let (Some(filled), Some(data)) = (filled.as_object_mut(), data.as_object()) {
        filled.extend(data.clone());
    }
    filled
}

/// How a template that `manager` looks after will look, or 404.
pub async fn preview(platform: &Platform, manager: Manager, id: TemplateId, input: &Preview) -> Result<Rendered> {
    #[derive(Deserialize)]
    struct Row {
        name: String,
        brand: Option<Brand>,
        #[serde(flatten)]
        source: Source,
    }
    let row: Option<Row> = platform.database.one(&MANAGED_TEMPLATE, &[&id, &manager.id, &manager.runs_platform]).await?;
    let Row { name, brand, source } = row.ok_or_else(|| Error::not_found("template"))?;
    let setting = Setting { brand: brand.as_ref(), home: platform.config.get("WEB_APP_URL")?, unsubscribe: None };
    render(&name, &source, &with_examples(&name, &json!(input.data)), setting).map_err(|problem| Error {
        issues: vec![problem.at("")],
        ..Error::rule("TEMPLATE_REFUSED", "The rules for templates have changed; save this one again")
    })
}

/// Mails a template that `manager` looks after, whatever its state, with `[Test]` before its subject. 422 for a recipient who is
/// neither they themselves nor of the template's organization.
pub async fn try_out(platform: &Platform, manager: Manager, id: TemplateId, input: &TestSend, now: Timestamp) -> Result<()> {
    #[derive(Deserialize)]
    struct Row {
        queued: bool,
    }
    let params: &[&dyn codex_edge::Param] =
        &[&id, &manager.id, &manager.runs_platform, &input.recipient_email, &json!(input.data), &MailId::new(now)?, &now];
    let row: Option<Row> = platform.database.one(&TRY_OUT, params).await?;
    match row {
        Some(Row { queued: true }) => Ok(()),
        Some(Row { queued: false }) => Err(Error::rule(
            "RECIPIENT_NOT_ALLOWED",
            "A trial goes to your own verified address, or to a member of the organization",
        )),
        None => Err(Error::not_found("template")),
    }
}
