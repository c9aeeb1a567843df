//! The team: who belongs to the organization in which role, who is invited, and how many follow it.

use askama::Template;
use axum::{http::Method, response::Response};
use codex_http::{Form, Paths, Query, Reply};
use codex_kernel::{Error, InvitationId, Result, Timestamp, UserId};
use codex_pages::{Entries, Pagination, Visit, Worker, see_other, with_query, words};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::desk::{Asked, Desk, Role, organization};

const HERE: &str = "/studio/members";
/// Members a page.
const LIMIT: u32 = 50;

/// An organization's people, a page of them.
#[derive(Default, Deserialize)]
pub(crate) struct Team {
    total: u64,
    members: Vec<Member>,
    /// For those who manage it.
    invitations: Vec<Invitation>,
    followers: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Member {
    user_id: UserId,
    name: String,
    email: Option<String>,
    role: Role,
    joined_at: Timestamp,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Invitation {
    id: InvitationId,
    email: String,
    role: Role,
    expires_at: Timestamp,
}

#[derive(Template)]
#[template(path = "members.html")]
struct View {
    desk: Desk,
    own: Option<UserId>,
    members: Vec<Member>,
    pages: String,
    invitations: Vec<Invitation>,
    followers: String,
    entries: Entries,
}

impl View {
    /// What who looks may make of somebody of `role`: what is above them is not theirs to change.
    fn roles(&self, of: Role) -> Vec<Role> {
        let most = self.desk.role;
        if of > most || !self.desk.manages() {
            return Vec::new();
        }
        [Role::Member, Role::Creator, Role::Admin, Role::Owner].into_iter().filter(|role| *role <= most).collect()
    }

    fn is_own(&self, id: &UserId) -> bool {
        self.own == Some(*id)
    }
}

async fn render(visit: &Visit, entries: Entries, asked: &Asked) -> Result<Response> {
    let status = entries.status();
    let with = [("with", "team"), ("page", &asked.page()), ("limit", &LIMIT.to_string())];
    let mut desk = Desk::alone(visit, HERE, &with).await?.after(&asked.done);
    let frame = desk.frame(visit, HERE, "Team");
    let Team { total, members, invitations, followers } = std::mem::take(&mut desk.team);
    let own = visit.caller.as_ref().map(|caller| caller.id());
    let followers = words::grouped(&followers.to_string());
    let pages = asked.pages(HERE, &Pagination::of(asked.page, LIMIT, total)).to_string();
    let view = View { desk, own, members, pages, invitations, followers, entries };
    Ok(view.desk.around(frame, &view)?.for_one(visit, status))
}

pub(crate) async fn list(visit: Visit, Query(asked): Query<Asked>) -> Reply<Response> {
    Ok(render(&visit, Entries::default(), &asked).await?)
}

/// Asks the organization worker for a change, then shows the team again, with a word on what was `done`.
async fn change(visit: &Visit, method: Method, path: &str, body: Value, form: Form, done: &str) -> Reply<Response> {
    let organization = organization(visit).await?;
    match visit.send(Worker::Organization, method, &format!("{organization}{path}"), &body).await? {
        Ok(answer) => Ok(see_other(&with_query(HERE, &[("done", done)]), answer.cookies)?),
        Err(refusal) => Ok(render(visit, Entries::refused(form, refusal)?, &Asked::default()).await?),
    }
}

pub(crate) async fn invite(visit: Visit, form: Form) -> Reply<Response> {
    let whom = json!({ "email": form.text("email").trim(), "role": form.text("role") });
    change(&visit, Method::POST, "/members", whom, form, "invited").await
}

/// Sends an invitation once more, or takes it back.
pub(crate) async fn invitation(visit: Visit, Paths(id, action): Paths<InvitationId, String>, form: Form) -> Reply<Response> {
    match action.as_str() {
        "resend" => change(&visit, Method::POST, &format!("/invitations/{id}/resend"), Value::Null, form, "resent").await,
        "revoke" => change(&visit, Method::DELETE, &format!("/invitations/{id}"), Value::Null, form, "withdrawn").await,
        _ => Err(Error::not_found("page").into()),
    }
}

/// Gives a member another role, or removes them.
pub(crate) async fn member(visit: Visit, Paths(id, action): Paths<UserId, String>, form: Form) -> Reply<Response> {
    let path = format!("/members/{id}");
    match action.as_str() {
        "role" => {
            let role = json!({ "role": form.text("role") });
            change(&visit, Method::PATCH, &path, role, form, "role").await
        }
        "remove" => change(&visit, Method::DELETE, &path, Value::Null, form, "removed").await,
        _ => Err(Error::not_found("page").into()),
    }
}

/// Leaves the organization.
pub(crate) async fn leave(visit: Visit, form: Form) -> Reply<Response> {
    let organization = organization(&visit).await?;
    match visit.send(Worker::Organization, Method::POST, &format!("{organization}/leave"), &Value::Null).await? {
        Ok(answer) => Ok(see_other("/organizations", answer.cookies)?),
        Err(refusal) => Ok(render(&visit, Entries::refused(form, refusal)?, &Asked::default()).await?),
    }
}
