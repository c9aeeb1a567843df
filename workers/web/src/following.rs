//! Following an organization, and what one follows.

use askama::Template;
use axum::{
    http::{Method, StatusCode},
    response::Response,
};
use codex_http::{Form, Query, Reply};
use codex_kernel::{Error, OrganizationId, Result};
use codex_pages::{Brand, Frame, Listed, Pagination, Section, Visit, Worker, Wrapped, origin_of, see_other};
use futures_util::future::try_join;
use serde::Deserialize;
use serde_json::Value;

use crate::account::Leafing;

/// How somebody stands to the tenant whose page it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Following {
    /// They cannot: it takes nobody new, or it is no tenant's page.
    Closed,
    /// Nobody known asks.
    SignInFirst,
    No,
    Yes,
}

impl Following {
    /// Of whoever visits `brand`.
    pub(crate) async fn of(visit: &Visit, brand: &Brand) -> Result<Self> {
        #[derive(Deserialize)]
        struct Me {
            following: bool,
        }
        if visit.site.tenant.is_none() {
            return Ok(Self::Closed);
        }
        if visit.caller.is_none() {
            return Ok(if brand.signups_enabled { Self::SignInFirst } else { Self::Closed });
        }
        let asked = format!("/api/organizations/{}/followers/me", brand.id);
        Ok(match visit.get::<Wrapped<Me>>(Worker::Organization, &asked).await?.data.following {
            true => Self::Yes,
            false if brand.signups_enabled => Self::No,
            false => Self::Closed,
        })
    }
}

/// An organization that somebody follows.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Followed {
    id: String,
    name: String,
    slug: String,
}

#[derive(Template)]
#[template(path = "account/following.html")]
struct View {
    /// Each with the address of its pages.
    followed: Vec<(String, Followed)>,
    pagination: Pagination,
}

pub(crate) async fn list(visit: Visit, Query(asked): Query<Leafing>) -> Reply<Response> {
    let query = asked.query("/api/organizations/followed");
    let (brand, Listed { items, pagination }) =
        try_join(visit.brand(), visit.get::<Listed<Followed>>(Worker::Organization, &query)).await?;
    let addressed = |one: Followed| Ok((origin_of(&visit.cx.platform.config, &one.slug)?, one));
    let view = View { followed: items.into_iter().map(addressed).collect::<Result<_>>()?, pagination };
    let frame = Frame::new(&visit, brand, "/account/following").titled("Following").in_section(Section::Account);
    Ok(frame.around(&view)?.for_one(&visit, StatusCode::OK))
}

/// Follows an organization or no longer does, and goes back to where the button was.
pub(crate) async fn set(visit: Visit, form: Form) -> Reply<Response> {
    let id: OrganizationId = form.text("organization").parse().map_err(|_| Error::not_found("organization"))?;
    let method = if form.text("following") == "true" { Method::POST } else { Method::DELETE };
    let path = format!("/api/organizations/{id}/followers");
    match visit.send(Worker::Organization, method, &path, &Value::Null).await? {
        // Its doors may have been closed since the page was shown: the page says so now.
        Err(refusal) if refusal.code != "SIGNUPS_DISABLED" => Err(Error::from(refusal).into()),
        _ => Ok(see_other(&visit.site.path(form.text("from"), "/"), [])?),
    }
}
