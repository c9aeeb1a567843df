use codex_edge::{Ages, brand_key};
use codex_kernel::{Error, Result, SizedPicture};
use serde::Deserialize;

use crate::{Visit, Worker, decode};

/// A change of a tenant's look is seen within a second where it was made, because it is forgotten then, and elsewhere after this at the latest.
const AGES: Ages = Ages { fresh: 30, stale: 60 };

/// Whose look a page has.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Brand {
    /// The tenant's id; empty for the platform itself.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What its pages are called, where that is something else.
    pub platform_name: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// Its picture.
    pub logo_url: Option<String>,
    /// The same in smaller sizes, where there are any.
    pub logo_sizes: Vec<SizedPicture>,
    /// Where else it is.
    pub website_url: Option<String>,
    /// `#RRGGBB`.
    pub primary_color: String,
    /// `#RRGGBB`.
    pub secondary_color: Option<String>,
    /// A font's name.
    pub heading_font: Option<String>,
    /// A font's name.
    pub body_font: Option<String>,
    /// Where to ask for help.
    pub support_email: Option<String>,
    /// Whether anything can be bought.
    pub purchases_enabled: bool,
    /// Whether it can be followed.
    pub signups_enabled: bool,
    /// Whether it can be subscribed to.
    pub subscriptions_enabled: bool,
}

impl Brand {
    /// The platform's own.
    pub fn platform() -> Self {
        Self {
            name: "Codex".to_owned(),
            description: Some("Films, talks, music and writing, straight from the people who make them.".to_owned()),
            primary_color: "#4F46E5".to_owned(),
            signups_enabled: true,
            ..Self::default()
        }
    }

    /// What its pages call themselves.
    pub fn title(&self) -> &str {
        self.platform_name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or(&self.name)
    }

    /// Its logo for screens of any density, as `srcset` has it; empty where there is but the one.
    pub fn logo_set(&self) -> String {
        let sizes: Vec<String> = self.logo_sizes.iter().map(|size| format!("{} {}w", size.url, size.width)).collect();
        sizes.join(", ")
    }

    /// The letter that stands for it where it has no logo.
    pub fn initial(&self) -> String {
        let letter = self.title().chars().find(|c| c.is_alphanumeric());
        letter.map_or_else(|| "•".to_owned(), |letter| letter.to_uppercase().collect())
    }
}

impl Visit {
    /// The look of this site; 404 where no tenant has its name.
    pub async fn brand(&self) -> Result<Brand> {
        let Some(slug) = &self.site.tenant else { return Ok(Brand::platform()) };
        let path = format!("/api/organizations/slug/{slug}");
        let (visit, key) = (self.clone(), brand_key(slug.as_ref()));
        let make = async move { Ok(format!("{}\n{}", visit.site.key(), visit.text(Worker::Organization, &path).await?)) };
        let (entry, _) = self.cx.platform.cache.get_or_set(&self.cx.background, &key, AGES, self.cx.now, make).await?;
        // Whatever put it there, a tenant never looks like another.
        let own = entry.strip_prefix(slug.as_ref()).and_then(|rest| rest.strip_prefix('\n'));
        let own = own.ok_or_else(|| Error::internal("a brand of another tenant"))?;
        decode::data(own.as_bytes())
    }
}
