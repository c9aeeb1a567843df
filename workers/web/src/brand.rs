use codex_edge::Ages;
use codex_kernel::{Error, Result, SizedPicture};
use serde::Deserialize;

use crate::{calls::Worker, visit::Visit};

/// A change of a tenant's look is seen after this at the latest; by those who publish, at once.
const AGES: Ages = Ages { fresh: 30, stale: 60 };

/// Whose look a page has.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Brand {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) platform_name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) logo_url: Option<String>,
    pub(crate) logo_sizes: Vec<SizedPicture>,
    pub(crate) website_url: Option<String>,
    pub(crate) primary_color: String,
    pub(crate) secondary_color: Option<String>,
    pub(crate) heading_font: Option<String>,
    pub(crate) body_font: Option<String>,
    pub(crate) support_email: Option<String>,
    pub(crate) signups_enabled: bool,
    pub(crate) purchases_enabled: bool,
}

#[derive(Deserialize)]
struct Wrapped {
    data: Brand,
}

impl Brand {
    /// The platform's own.
    pub(crate) fn platform() -> Self {
        Self {
            name: "Codex".to_owned(),
            description: Some("Films, talks, music and writing, straight from the people who make them.".to_owned()),
            primary_color: "#4F46E5".to_owned(),
            signups_enabled: true,
            ..Self::default()
        }
    }

    /// What its pages call themselves.
    pub(crate) fn title(&self) -> &str {
        self.platform_name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or(&self.name)
    }

    /// Its logo for screens of any density, as `srcset` has it; empty where there is but the one.
    pub(crate) fn logo_set(&self) -> String {
        let sizes: Vec<String> = self.logo_sizes.iter().map(|size| format!("{} {}w", size.url, size.width)).collect();
        sizes.join(", ")
    }

    /// The letter that stands for it where it has no logo.
    pub(crate) fn initial(&self) -> String {
        let letter = self.title().chars().find(|c| c.is_alphanumeric());
        letter.map_or_else(|| "•".to_owned(), |letter| letter.to_uppercase().collect())
    }
}

impl Visit {
    /// The look of this site; 404 where no tenant has its name.
    pub(crate) async fn brand(&self) -> Result<Brand> {
        let Some(slug) = &self.site.tenant else { return Ok(Brand::platform()) };
        let path = format!("/api/organizations/slug/{slug}");
        if self.caller.as_ref().is_some_and(codex_http::Caller::publishes) {
            return Ok(self.get::<Wrapped>(Worker::Organization, &path).await?.data);
        }
        let (visit, key) = (self.clone(), format!("brand:{slug}"));
        let make = async move { Ok(format!("{}\n{}", visit.site.key(), visit.text(Worker::Organization, &path).await?)) };
        let (entry, _) = self.cx.platform.cache.get_or_set(&self.cx.background, &key, AGES, self.cx.now, make).await?;
        // Whatever put it there, a tenant never looks like another.
        let own = entry.strip_prefix(slug.as_ref()).and_then(|rest| rest.strip_prefix('\n'));
        let own = own.ok_or_else(|| Error::internal("a brand of another tenant"))?;
        Ok(serde_json::from_str::<Wrapped>(own).map_err(Error::internal)?.data)
    }
}
