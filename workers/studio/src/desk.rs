//! What every page of the studio has: whose it is, the place of whoever works there, the menu, and a word on what has just happened.

use std::pin::Pin;

use askama::Template;
use codex_kernel::{Error, Result};
use codex_pages::{Brand, Frame, Rendered, Section, Visit, Worker, first};
use futures_util::future::join;
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;

/// Somebody's place in an organization, from the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    Member,
    Creator,
    Admin,
    Owner,
}

impl Role {
    /// As the organization worker names it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Creator => "creator",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// For people.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Member => "Member",
            Self::Creator => "Creator",
            Self::Admin => "Admin",
            Self::Owner => "Owner",
        }
    }
}

/// Which page of a list, and what has just happened.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
pub(crate) struct Leafing {
    /// From 1.
    #[serde(default = "first")]
    #[garde(range(min = 1, max = 100_000))]
    pub(crate) page: u32,
    /// What has just happened, in a word.
    #[serde(default)]
    #[garde(length(max = 20))]
    pub(crate) done: String,
}

impl Default for Leafing {
    fn default() -> Self {
        Self { page: first(), done: String::new() }
    }
}

impl Leafing {
    /// As a query asks for it.
    pub(crate) fn page(&self) -> String {
        self.page.to_string()
    }
}

/// What has just happened.
#[derive(Debug, Default, Deserialize, JsonSchema, Validate)]
#[serde(default)]
pub(crate) struct Before {
    /// In a word.
    #[garde(length(max = 20))]
    pub(crate) done: String,
    /// Why something was not done: an error's code.
    #[garde(length(max = 50))]
    pub(crate) problem: String,
}

/// A page of the studio's own in the menu.
struct Place {
    path: &'static str,
    words: &'static str,
    /// Its icon, as the path of an SVG of 24 by 24.
    icon: &'static str,
    /// Whether it is for those who manage the organization alone.
    managed: bool,
}

const fn place(path: &'static str, words: &'static str, managed: bool, icon: &'static str) -> Place {
    Place { path, words, icon, managed }
}

static PLACES: [Place; 9] = [
    place("/studio", "Dashboard", true, "M4 19V11M10 19V5M16 19v-6M21 19H3"),
    place("/studio/content", "Content", false, "M5 5h14v14H5zM10.5 9.2v5.6l4.5-2.8z"),
    place("/studio/media", "Files", false, "M12 15V4m0 0L7.5 8.5M12 4l4.5 4.5M5 15v4h14v-4"),
    place("/studio/sales", "Sales", false, "M5 3.5h14v17l-3.5-2-3.5 2-3.5-2-3.5 2zM9 8.5h6M9 12.5h6"),
    place("/studio/customers", "Customers", true, "M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c.6-4 3.7-6 7.5-6s6.9 2 7.5 6"),
    place("/studio/tiers", "Tiers", true, "M12 3.5 3.5 8 12 12.5 20.5 8zM4 12.5l8 4.2 8-4.2M4 16.5l8 4.2 8-4.2"),
    place(
        "/studio/members",
        "Team",
        false,
        "M9 11a3.3 3.3 0 1 0 0-6.6A3.3 3.3 0 0 0 9 11zM3 19.5c.5-3.4 3-5 6-5s5.5 1.6 6 5M15.5 4.7a3.3 3.3 0 0 1 0 6M17.5 15c2 .7 3.2 2.2 3.5 4.5",
    ),
    place("/studio/mails", "E-mails", true, "M3.5 5.5h17v13h-17zM4 6.5l8 6.5 8-6.5"),
    place(
        "/studio/settings",
        "Settings",
        true,
        "M4 7h9M17 7h3M4 17h3M11 17h9M15 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM9 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
    ),
];

/// What a page of the studio is made with.
pub(crate) struct Desk {
    pub(crate) brand: Brand,
    pub(crate) role: Role,
    here: &'static str,
    notice: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "desk.html")]
struct Shell<'a> {
    desk: &'a Desk,
    main: String,
}

impl Desk {
    /// At `here`, a page of the menu, with what `ask` brings for the organization with this id; asked for at once with the place of
    /// whoever asks. 403 for those who do not work there.
    pub(crate) async fn open<T, F>(visit: &Visit, here: &'static str, ask: impl FnOnce(String) -> F) -> Result<(Self, T)>
    where
        F: Future<Output = Result<T>>,
    {
        let brand = look(visit).await?;
        let asked = Box::pin(ask(brand.id.clone()));
        let (role, found) = join(place_of(visit, &brand.id), asked).await;
        Ok((Self { brand, role: role?, here, notice: None }, found?))
    }

    /// The same, where nothing has to be asked for.
    pub(crate) async fn empty(visit: &Visit, here: &'static str) -> Result<Self> {
        Ok(Self::open(visit, here, |_| async { Ok(()) }).await?.0)
    }

    /// Told what has just happened.
    pub(crate) fn after(self, done: &str) -> Self {
        Self { notice: told(done), ..self }
    }

    /// Around a page at `path`.
    pub(crate) fn frame(&self, visit: &Visit, path: &str, title: &str) -> Frame {
        Frame::new(visit, self.brand.clone(), path).titled(title).in_section(Section::Studio)
    }

    /// `view` beside the menu, within `frame`.
    pub(crate) fn around(&self, frame: Frame, view: &impl Template) -> Result<Rendered> {
        frame.around(&Shell { desk: self, main: view.render().map_err(Error::internal)? })
    }

    /// Whether they manage the organization.
    pub(crate) fn manages(&self) -> bool {
        self.role >= Role::Admin
    }

    /// For those alone who manage the organization; 403 for others.
    pub(crate) fn managed(self) -> Result<Self> {
        if self.manages() { Ok(self) } else { Err(Error::forbidden("FORBIDDEN", "Only owners and admins may do this")) }
    }

    fn places(&self) -> impl Iterator<Item = &'static Place> + use<> {
        let manages = self.manages();
        PLACES.iter().filter(move |place| manages || !place.managed)
    }
}

/// Boxed, as the next one is: compiled once, and not once into each page.
fn look(visit: &Visit) -> Pin<Box<dyn Future<Output = Result<Brand>> + Send + '_>> {
    Box::pin(async move {
        visit.tenant()?;
        visit.brand().await
    })
}

/// The place that whoever asks has in an organization; 403 for those who do not work there.
fn place_of<'a>(visit: &'a Visit, organization: &str) -> Pin<Box<dyn Future<Output = Result<Role>> + Send + 'a>> {
    #[derive(Deserialize)]
    struct Membership {
        role: Role,
    }
    let path = format!("/api/organizations/{organization}/members/my-membership");
    Box::pin(async move {
        let membership = visit.one::<Option<Membership>>(Worker::Organization, &path).await?;
        let role = membership.map(|membership| membership.role).filter(|role| *role >= Role::Creator);
        role.ok_or_else(|| Error::forbidden("FORBIDDEN", "Only those who work here may come in"))
    })
}

/// The organization's address at the organization worker, for changes: whether somebody may make them is decided there.
pub(crate) async fn organization(visit: &Visit) -> Result<String> {
    visit.tenant()?;
    Ok(format!("/api/organizations/{}", visit.brand().await?.id))
}

/// What has just happened, in words of ours: what an address says is anybody's.
fn told(done: &str) -> Option<&'static str> {
    Some(match done {
        "saved" => "Saved.",
        "created" => "It is made.",
        "published" => "It is published.",
        "unpublished" => "It is hidden again.",
        "archived" => "It is archived.",
        "deleted" => "Deleted.",
        "granted" => "They have it now.",
        "revoked" => "It is taken back.",
        "invited" => "The invitation is on its way.",
        "resent" => "It was sent once more.",
        "withdrawn" => "The invitation no longer counts.",
        "role" => "Their role is changed.",
        "removed" => "They are no longer on the team.",
        "sent" => "Sent. Look into your mailbox.",
        "restored" => "The platform's own words are back.",
        "retried" => "It is being tried again.",
        _ => return None,
    })
}
