use codex_edge::{Database, OnConstraint};
use codex_kernel::{Email, Error, Id, MailId, OrganizationId, Result, Timestamp, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Category,
    catalogue::builtin,
    input::{Data, fillings, single_line, template_name},
    statements::SEND,
};

/// A mail that another worker wants sent, where no statement of its own writes the row.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "SendMail")]
pub struct Send {
    /// Which mail: one of the platform's, or an active template of the organization, the creator or everybody.
    #[garde(length(bytes, min = 3, max = 100), custom(template_name))]
    template: String,
    #[garde(skip)]
    recipient: Email,
    /// Words and numbers by name.
    #[serde(default)]
    #[garde(custom(fillings))]
    data: Data,
    /// What may be refused goes only to addresses with an account, which can refuse it.
    #[serde(default)]
    #[garde(skip)]
    category: Category,
    /// In whose name.
    #[serde(default)]
    #[garde(skip)]
    organization_id: Option<OrganizationId>,
    /// Whose template comes first.
    #[serde(default)]
    #[garde(skip)]
    creator_id: Option<UserId>,
    /// Two requests with one key are one mail.
    #[garde(length(chars, min = 1, max = 200), custom(single_line))]
    dedupe_key: String,
}

/// A mail that will be sent.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Queued {
    /// Identity; the same for the same key.
    pub id: MailId,
}

/// Queues a mail. 422 where nobody has words for it, or where it may be refused and the address has no account.
pub async fn send(database: &Database, input: &Send, now: Timestamp) -> Result<Queued> {
    #[derive(Deserialize)]
    struct Row {
        id: Option<MailId>,
        known: bool,
    }
    let params: &[&dyn codex_edge::Param] = &[
        &MailId::new(now)?,
        &input.template,
        &input.recipient,
        &json!(input.data),
        &input.category.name(),
        &input.organization_id,
        &input.creator_id,
        &input.dedupe_key,
        &now,
        &builtin(&input.template).is_some(),
    ];
    let row: Option<Row> = database
        .one(&SEND, params)
        .await
        .on_constraint("outbox_organization_id_fkey", || Error::not_found("organization"))
        .on_constraint("outbox_creator_id_fkey", || Error::not_found("creator"))?;
    match row {
        Some(Row { id: Some(id), .. }) => Ok(Queued { id }),
        Some(Row { known: true, .. }) => {
            Err(Error::rule("RECIPIENT_NOT_ALLOWED", "Mail that can be refused goes only to addresses with an account"))
        }
        _ => Err(Error::rule("TEMPLATE_MISSING", "There is no template for this mail")),
    }
}
