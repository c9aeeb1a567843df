//! What every page of the studio has: whose it is, the place of whoever works there, the menu, and a word on what has just happened.

use std::{fmt::Display, pin::Pin};

use askama::{FastWritable, Template};
use codex_kernel::{Error, Kind, Result};
use codex_pages::{Brand, Entries, Frame, Pagination, Rendered, Section, Visit, Worker, with_query};
use futures_util::future::join;
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{members::Team, tiers::Tier};

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

/// Which page of a list, and what of it; and what has just happened. One type for all lists, because what decodes and checks a type is
/// kilobytes of the upload; each reads what it knows.
#[derive(Clone, Debug, Deserialize, JsonSchema, Validate)]
#[serde(default)]
pub(crate) struct Asked {
    /// From 1.
    #[garde(range(min = 1, max = 100_000))]
    pub(crate) page: u32,
    /// Words to look for.
    #[garde(length(chars, max = 200))]
    pub(crate) q: String,
    /// Only those that stand so.
    #[garde(length(max = 20))]
    pub(crate) status: String,
    /// In which order.
    #[garde(length(max = 20))]
    pub(crate) sort: String,
    /// Only of this content.
    #[garde(length(max = 36))]
    pub(crate) content: String,
    /// Only of this tier.
    #[garde(length(max = 36))]
    pub(crate) tier: String,
    /// The first day, `2026-11-21`, in UTC.
    #[garde(length(max = 10))]
    pub(crate) from: String,
    /// The last day, included.
    #[garde(length(max = 10))]
    pub(crate) to: String,
    /// How many days: week, month, quarter or year.
    #[garde(length(max = 10))]
    pub(crate) range: String,
    /// What has just happened, in a word.
    #[garde(length(max = 20))]
    pub(crate) done: String,
}

impl Default for Asked {
    fn default() -> Self {
        let none = String::new;
        Self {
            page: 1,
            q: none(),
            status: none(),
            sort: none(),
            content: none(),
            tier: none(),
            from: none(),
            to: none(),
            range: none(),
            done: none(),
        }
    }
}

impl Asked {
    /// The page, as a query asks for it.
    pub(crate) fn page(&self) -> String {
        self.page.to_string()
    }

    /// The address of the same selection's `page`, of the list at `path`.
    pub(crate) fn at(&self, path: &str, page: u32) -> String {
        let page = if page > 1 { page.to_string() } else { String::new() };
        let Self { q, status, sort, content, tier, from, to, .. } = self;
        let all = [
            ("q", q.trim()),
            ("status", status),
            ("sort", sort),
            ("content", content),
            ("tier", tier),
            ("from", from),
            ("to", to),
            ("page", &page),
        ];
        with_query(path, &all)
    }

    /// Links to the pages of the list at `path` before and after this one.
    pub(crate) fn pages<'a>(&self, path: &str, pagination: &'a Pagination) -> impl Display + FastWritable + 'a {
        pagination.links(|page| self.at(path, page))
    }

    /// Whether it is not everything.
    pub(crate) fn is_narrowed(&self) -> bool {
        let Self { q, status, content, tier, from, to, .. } = self;
        [q.trim(), status, content, tier, from, to].iter().any(|filter| !filter.is_empty())
    }
}

/// What has just happened, and what a form begins with.
#[derive(Debug, Default, Deserialize, JsonSchema, Validate)]
#[serde(default)]
pub(crate) struct Before {
    /// In a word.
    #[garde(length(max = 20))]
    pub(crate) done: String,
    /// Why something was not done: an error's code.
    #[garde(length(max = 50))]
    pub(crate) problem: String,
    /// Media that a new work is to be made of: `video:ID`.
    #[garde(length(max = 50))]
    pub(crate) media: String,
}

/// Something that a form lets choose.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Choice {
    pub(crate) id: String,
    #[serde(alias = "name")]
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) media_type: String,
}

/// A page of the studio's own in the menu.
struct Entry {
    path: &'static str,
    words: &'static str,
    /// Its icon, as the path of an SVG of 24 by 24.
    icon: &'static str,
    /// Whether it is for those who manage the organization alone.
    managed: bool,
}

const fn entry(path: &'static str, words: &'static str, managed: bool, icon: &'static str) -> Entry {
    Entry { path, words, icon, managed }
}

static MENU: [Entry; 9] = [
    entry("/studio", "Dashboard", true, "M4 19V11M10 19V5M16 19v-6M21 19H3"),
    entry("/studio/content", "Content", false, "M5 5h14v14H5zM10.5 9.2v5.6l4.5-2.8z"),
    entry("/studio/media", "Files", false, "M12 15V4m0 0L7.5 8.5M12 4l4.5 4.5M5 15v4h14v-4"),
    entry("/studio/sales", "Sales", false, "M5 3.5h14v17l-3.5-2-3.5 2-3.5-2-3.5 2zM9 8.5h6M9 12.5h6"),
    entry("/studio/customers", "Customers", true, "M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c.6-4 3.7-6 7.5-6s6.9 2 7.5 6"),
    entry("/studio/tiers", "Tiers", true, "M12 3.5 3.5 8 12 12.5 20.5 8zM4 12.5l8 4.2 8-4.2M4 16.5l8 4.2 8-4.2"),
    entry(
        "/studio/members",
        "Team",
        false,
        "M9 11a3.3 3.3 0 1 0 0-6.6A3.3 3.3 0 0 0 9 11zM3 19.5c.5-3.4 3-5 6-5s5.5 1.6 6 5M15.5 4.7a3.3 3.3 0 0 1 0 6M17.5 15c2 .7 3.2 2.2 3.5 4.5",
    ),
    entry("/studio/mails", "E-mails", true, "M3.5 5.5h17v13h-17zM4 6.5l8 6.5 8-6.5"),
    entry(
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
    pub(crate) tiers: Vec<Tier>,
    pub(crate) team: Team,
    /// By section; for those who manage the organization.
    settings: Map<String, Value>,
    here: &'static str,
    notice: Option<&'static str>,
}

/// What the organization worker says of it, and of who asks.
#[derive(Deserialize)]
struct Place {
    organization: Brand,
    role: Role,
    settings: Option<Map<String, Value>>,
    tiers: Option<Vec<Tier>>,
    team: Option<Team>,
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
        Self::with(visit, here, &[], ask).await
    }

    /// The same, and more of the organization itself, as `query` says: a worker is asked once a page.
    pub(crate) async fn with<T, F>(
        visit: &Visit,
        here: &'static str,
        query: &[(&str, &str)],
        ask: impl FnOnce(String) -> F,
    ) -> Result<(Self, T)>
    where
        F: Future<Output = Result<T>>,
    {
        let organization = id_of(visit).await?;
        let asked = Box::pin(ask(organization.clone()));
        let (desk, found) = join(at(visit, here, &organization, query), asked).await;
        Ok((desk?, found?))
    }

    /// The same, where no other worker has to be asked.
    pub(crate) async fn alone(visit: &Visit, here: &'static str, query: &[(&str, &str)]) -> Result<Self> {
        at(visit, here, &id_of(visit).await?, query).await
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
        self.beside(frame, view.render().map_err(Error::internal)?)
    }

    /// Not generic: compiled once.
    fn beside(&self, frame: Frame, main: String) -> Result<Rendered> {
        frame.around(&Shell { desk: self, main })
    }

    /// Whether they manage the organization.
    pub(crate) fn manages(&self) -> bool {
        self.role >= Role::Admin
    }

    /// For those alone who manage the organization; 403 for others.
    pub(crate) fn managed(self) -> Result<Self> {
        if self.manages() { Ok(self) } else { Err(Error::forbidden("FORBIDDEN", "Only owners and admins may do this")) }
    }

    /// A section of the settings, as its form shows it.
    pub(crate) fn section(&self, name: &str) -> Entries {
        self.settings.get(name).and_then(Value::as_object).map(Entries::of).unwrap_or_default()
    }

    fn menu(&self) -> impl Iterator<Item = &'static Entry> + use<> {
        let manages = self.manages();
        MENU.iter().filter(move |entry| manages || !entry.managed)
    }
}

/// The id of the organization whose pages these are, as it is kept with its look. Boxed, as the next one is: compiled once, and not once
/// into each page.
fn id_of(visit: &Visit) -> Pin<Box<dyn Future<Output = Result<String>> + Send + '_>> {
    Box::pin(async move {
        visit.tenant()?;
        Ok(visit.brand().await?.id)
    })
}

/// The desk of whoever asks in `organization`, with more of it as `query` says; 403 for those who do not work there.
fn at<'a>(
    visit: &'a Visit,
    here: &'static str,
    organization: &'a str,
    query: &'a [(&'a str, &'a str)],
) -> Pin<Box<dyn Future<Output = Result<Desk>> + Send + 'a>> {
    let outside = || Error::forbidden("FORBIDDEN", "Only those who work here may come in");
    Box::pin(async move {
        let path = with_query(&format!("/api/organizations/{organization}/desk"), query);
        // To who does not belong to it there is none.
        let place = visit.one::<Place>(Worker::Organization, &path).await;
        let place = place.map_err(|error| if error.kind == Kind::NotFound { outside() } else { error })?;
        let Place { organization: brand, role, settings, tiers, team } = place;
        if role < Role::Creator {
            return Err(outside());
        }
        let (settings, tiers, team) = (settings.unwrap_or_default(), tiers.unwrap_or_default(), team.unwrap_or_default());
        Ok(Desk { brand, role, tiers, team, settings, here, notice: None })
    })
}

/// The organization's address at the organization worker, for changes: whether somebody may make them is decided there.
pub(crate) async fn organization(visit: &Visit) -> Result<String> {
    Ok(format!("/api/organizations/{}", id_of(visit).await?))
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
        "arrived" => "It has arrived, and is being prepared.",
        "sent" => "Sent. Look into your mailbox.",
        "restored" => "The platform's own words are back.",
        "retried" => "It is being tried again.",
        _ => return None,
    })
}
