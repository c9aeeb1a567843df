//! Mail on its way out. The statement that causes a mail writes its row; whoever delivers claims rows, sends them to the
//! provider and marks them. At least once, with the row's id as the provider's idempotency key, so in effect once.

mod templates;

use bytes::Bytes;
use codex_edge::Platform;
use codex_kernel::{Error, Result, Timestamp};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

codex_edge::statements! {
    /// Takes due mails for a while: until it passes nobody else takes them.
    CLAIM = "sql/claim.sql";
    /// Marks mails sent and forgets their data, which may hold a link that signs in.
    SENT = "sql/sent.sql";
}

/// Mails claimed at once.
const BATCH: i32 = 20;

#[derive(Deserialize)]
struct Mail {
    id: Uuid,
    template: String,
    recipient: String,
    data: serde_json::Value,
}

/// Sends what is due; how many were sent. A mail that cannot be sent stays, and is due again later.
pub async fn deliver(platform: &Platform, now: Timestamp) -> Result<usize> {
    let mails: Vec<Mail> = platform.database.all(&CLAIM, &[&now, &BATCH]).await?;
    let mut sent = Vec::new();
    for mail in &mails {
        if send(platform, mail).await.is_ok() {
            sent.push(mail.id);
        }
    }
    if !sent.is_empty() {
        let _: Vec<serde_json::Value> = platform.database.all(&SENT, &[&json!(sent), &now]).await?;
    }
    Ok(sent.len())
}

async fn send(platform: &Platform, mail: &Mail) -> Result<()> {
    let config = &platform.config;
    let rendered = templates::render(&mail.template, &mail.data)?;
    let body = json!({
        "from": config.get("MAIL_FROM")?,
        "to": [mail.recipient],
        "subject": rendered.subject,
        "html": rendered.html,
        "text": rendered.text,
    });
    let request = http::Request::post(config.get("MAIL_API_URL")?)
        .header("authorization", format!("Bearer {}", config.get("MAIL_API_KEY")?))
        .header("content-type", "application/json")
        .header("idempotency-key", mail.id.to_string())
        .body(Bytes::from(body.to_string()))
        .map_err(Error::internal)?;
    let response = platform.http.send("the mail provider", request).await?;
    if response.status().is_success() {
        return Ok(());
    }
    Err(Error::bad_gateway("the mail provider", std::io::Error::other(format!("status {}", response.status()))))
}
