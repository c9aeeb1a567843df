//! A mailbox for every address: takes mails as Resend's HTTP API does and shows them. It can be told to do that badly.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{Query, Request, State as Shared},
    http::{HeaderMap, header},
    middleware::{Next, from_fn_with_state},
    response::{Html, Response},
    routing::{get, post, put},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    clock,
    http::{escape, json},
    state::{Answer, Change, Mail, State, digest},
};

/// The routes of this part.
pub fn router(state: Arc<State>) -> Router {
    let fault = Faults::default();
    Router::new()
        .route("/api/messages", get(messages).delete(clear))
        .route("/mailbox", get(page))
        .route("/emails", post(send).layer(from_fn_with_state(fault.clone(), do_wrong)))
        .with_state(state)
        .route("/api/faults", put(set_fault).with_state(fault))
}

/// What the provider does wrong from now on; all absent is nothing.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    /// Answers this, of this body, instead.
    status: Option<u16>,
    #[serde(default)]
    body: String,
    /// Takes the mail all the same.
    #[serde(default)]
    takes: bool,
    /// Milliseconds before it answers at all.
    #[serde(default)]
    delay: u64,
}

type Faults = Arc<Mutex<Fault>>;

/// `PUT /api/faults {status?, body?, takes?, delay?}`.
async fn set_fault(Shared(faults): Shared<Faults>, body: Bytes) -> Response {
    match serde_json::from_slice(&body) {
        Ok(fault) => {
            *faults.lock().unwrap_or_else(PoisonError::into_inner) = fault;
            json(200, "{}")
        }
        Err(error) => refusal(422, "validation_error", &error.to_string()),
    }
}

async fn do_wrong(Shared(faults): Shared<Faults>, request: Request, next: Next) -> Response {
    let fault = faults.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let answer = if fault.status.is_none() || fault.takes { Some(next.run(request).await) } else { None };
    tokio::time::sleep(Duration::from_millis(fault.delay)).await;
    match (answer, fault.status) {
        (Some(answer), None) => answer,
        (_, status) => json(status.unwrap_or(500), fault.body),
    }
}

#[derive(Deserialize)]
struct Letter {
    from: String,
    to: Recipients,
    subject: String,
    html: Option<String>,
    text: Option<String>,
    #[serde(default)]
    headers: Value,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Recipients {
    One(String),
    Many(Vec<String>),
}

async fn send(Shared(state): Shared<Arc<State>>, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name| headers.get(name).and_then(|value: &axum::http::HeaderValue| value.to_str().ok());
    if header(header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer ")).is_none_or(str::is_empty) {
        return refusal(401, "missing_api_key", "Missing API key in the authorization header.");
    }
    let letter: Letter = match serde_json::from_slice(&body) {
        Ok(letter) => letter,
        Err(error) => return refusal(422, "validation_error", &error.to_string()),
    };
    let to = match letter.to {
        Recipients::One(one) => vec![one],
        Recipients::Many(many) => many,
    };
    if to.is_empty() || to.len() > 50 || !to.iter().all(|address| address.contains('@')) || !letter.from.contains('@') {
        return refusal(422, "validation_error", "Give one sender and 1 to 50 recipients, each an e-mail address.");
    }
    if letter.html.is_none() && letter.text.is_none() {
        return refusal(422, "missing_required_field", "Missing `html` or `text` field.");
    }
    let mail = Mail {
        id: uuid::Uuid::new_v4().to_string(),
        from: letter.from,
        to,
        subject: letter.subject,
        html: letter.html,
        text: letter.text,
        headers: letter.headers,
        created_at: clock::now(),
    };
    let key = header(header::HeaderName::from_static("idempotency-key")).map(|key| format!("mail {key}"));
    let request = digest(&body);
    state.change(|world| {
        match key.as_ref().and_then(|key| world.answers.get(key)) {
            Some(first) if first.request == request => return (Vec::new(), json(200, first.body.clone())),
            Some(_) => {
                let message = "This idempotency key has been used with another request body.";
                return (Vec::new(), refusal(409, "invalid_idempotent_request", message));
            }
            None => {}
        }
        let body = json!({"id": mail.id}).to_string();
        let answer = key.map(|key| Change::Answer(Answer { key, request, body: body.clone() }));
        ([Change::Mail(mail)].into_iter().chain(answer).collect(), json(200, body))
    })
}

fn refusal(status: u16, name: &str, message: &str) -> Response {
    json(status, json!({"statusCode": status, "name": name, "message": message}).to_string())
}

#[derive(Deserialize)]
struct Filter {
    to: Option<String>,
}

impl Filter {
    /// The mails it lets through, newest first.
    fn mails(&self, state: &State) -> Vec<Mail> {
        let wanted = |mail: &&Mail| {
            self.to.as_deref().is_none_or(|to| mail.to.iter().any(|address| bare(address).eq_ignore_ascii_case(bare(to))))
        };
        state.read(|world| world.mails.iter().rev().filter(wanted).cloned().collect())
    }
}

/// The address without the name before it.
fn bare(address: &str) -> &str {
    address.rsplit_once('<').map_or(address, |(_, rest)| rest.trim_end_matches('>')).trim()
}

async fn messages(Shared(state): Shared<Arc<State>>, Query(filter): Query<Filter>) -> Response {
    json(200, json!({"items": filter.mails(&state)}).to_string())
}

async fn clear(Shared(state): Shared<Arc<State>>) -> Response {
    state.change(|_| (vec![Change::MailsCleared], ()));
    json(200, r#"{"items":[]}"#)
}

/// Mails are written by strangers: their HTML is shown in a frame that may run no script and reach nothing.
async fn page(Shared(state): Shared<Arc<State>>, Query(filter): Query<Filter>) -> Html<String> {
    let mails: String = filter
        .mails(&state)
        .iter()
        .take(100)
        .map(|mail| {
            let content = match (&mail.html, &mail.text) {
                (Some(html), _) => {
                    // Its links open beside the mailbox, as pages in their own right.
                    let html = escape(&format!("<base target=_blank>{html}"));
                    format!(r#"<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="{html}"></iframe>"#)
                }
                (None, text) => format!("<pre>{}</pre>", escape(text.as_deref().unwrap_or_default())),
            };
            format!(
                "<details><summary><b>{}</b> to {}</summary><p>from {}</p>{content}</details>",
                escape(&mail.subject),
                escape(&mail.to.join(", ")),
                escape(&mail.from),
            )
        })
        .collect();
    let mails = if mails.is_empty() { "<p>No mail yet.</p>".to_owned() } else { mails };
    let to = escape(filter.to.as_deref().unwrap_or_default());
    Html(include_str!("mailbox.html").replace("{{to}}", &to).replace("{{mails}}", &mails))
}
