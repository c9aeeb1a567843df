use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use codex_edge::{Ages, Config, Environment, page_key};
use codex_http::{Reply, etag};
use codex_kernel::{Error, Result};

use crate::{
    Brand, Visit,
    assets::{SCRIPT, STYLE},
    site::origin_of,
    theme::Theme,
    words,
};

/// Strangers see a change within a minute: nobody else keeps a page, and what it is made of is read anew.
const AGES: Ages = Ages { fresh: 30, stale: 30 };
/// Browsers ask again each time and mostly hear 304; `Vary: Cookie` tells strangers from others.
const FOR_STRANGERS: &str = "public, no-cache";
const FOR_ONE: &str = "private, no-store";

/// Where in the navigation a page is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Section {
    #[default]
    /// Nowhere in it.
    Elsewhere,
    /// What there is.
    Catalogue,
    /// What is for members, and what that costs.
    Membership,
    /// Whose pages there are.
    Creators,
    /// What somebody has.
    Library,
    /// Where creators work.
    Studio,
    /// What concerns the person.
    Account,
}

/// Who is signed in, for the frame.
struct Person {
    name: String,
    verified: bool,
    publishes: bool,
}

/// What every page has around it.
#[derive(Template)]
#[template(path = "frame.html")]
pub struct Frame {
    brand: Brand,
    theme: Theme,
    chrome: String,
    origin: String,
    /// Path and query, without what means nothing to the page.
    path: String,
    title: String,
    description: String,
    image: Option<String>,
    /// Whether search engines are wanted.
    listed: bool,
    is_tenant: bool,
    section: Section,
    person: Option<Person>,
    /// A script of this page's own.
    script: Option<&'static str>,
    refresh: Option<u32>,
    /// Whether it refreshes only where no script keeps it up to date.
    looked_after: bool,
    framing: Framing,
    /// Whether its forms may lead to other sites of the platform.
    leads_on: bool,
    main: String,
}

/// How a page and others stand to each other in frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Framing {
    /// Neither is shown in the other.
    #[default]
    Apart,
    /// It shows pages of this site.
    Outer,
    /// Pages of this site show it.
    Inner,
}

/// A page ready to be sent.
pub struct Rendered {
    html: String,
    style_hash: String,
    framing: Framing,
    leads_on: bool,
}

impl Frame {
    /// Around a page of `visit`'s site in the look of `brand`.
    pub fn new(visit: &Visit, brand: Brand, path: impl Into<String>) -> Self {
        Self {
            theme: Theme::of(&brand),
            chrome: Theme::chrome(&brand),
            origin: visit.site.origin.clone(),
            path: path.into(),
            title: brand.title().to_owned(),
            description: words::beginning(brand.description.as_deref().unwrap_or_default(), 160),
            image: brand.logo_url.clone(),
            listed: false,
            is_tenant: visit.site.tenant.is_some(),
            section: Section::default(),
            person: visit.caller.as_ref().map(|caller| {
                let user = &caller.0.user;
                Person { name: user.name.clone(), verified: user.email_verified, publishes: caller.publishes() }
            }),
            script: None,
            refresh: None,
            looked_after: false,
            framing: Framing::default(),
            leads_on: false,
            main: String::new(),
            brand,
        }
    }

    /// Called so, in the tenant's name.
    pub fn titled(self, title: &str) -> Self {
        Self { title: format!("{title} · {}", self.brand.title()), ..self }
    }

    /// Described so to search engines, unless there is nothing to say.
    pub fn described(self, description: &str) -> Self {
        if description.trim().is_empty() { self } else { Self { description: words::beginning(description, 160), ..self } }
    }

    /// With a picture where it is shared.
    pub fn pictured(self, image: Option<String>) -> Self {
        Self { image: image.or(self.image), ..self }
    }

    /// Found there in the navigation.
    pub fn in_section(self, section: Section) -> Self {
        Self { section, ..self }
    }

    /// Search engines may list it, under this address.
    pub fn listed(self) -> Self {
        Self { listed: true, ..self }
    }

    /// With a script of this page's own: one of [`crate::assets`].
    pub fn scripted(self, script: &'static str) -> Self {
        Self { script: Some(script), ..self }
    }

    /// Asks for itself again after so many seconds.
    pub fn refreshed(self, seconds: u32) -> Self {
        Self { refresh: Some(seconds), ..self }
    }

    /// The same where no script does it: with one, what is marked `data-live` is kept up to date.
    pub fn looked_after(self, seconds: u32) -> Self {
        Self { refresh: Some(seconds), looked_after: true, ..self }
    }

    /// Shows pages of this site in frames.
    pub fn framing(self) -> Self {
        Self { framing: Framing::Outer, ..self }
    }

    /// Can be shown in a frame by pages of this site.
    pub fn framed(self) -> Self {
        Self { framing: Framing::Inner, ..self }
    }

    /// With forms that may lead to other sites of the platform: what they are about moves, or closes.
    pub fn leading_on(self) -> Self {
        Self { leads_on: true, ..self }
    }

    /// Around `view`.
    pub fn around(mut self, view: &impl Template) -> Result<Rendered> {
        self.main = view.render().map_err(Error::internal)?;
        let html = self.render().map_err(Error::internal)?;
        Ok(Rendered { html, style_hash: self.theme.hash, framing: self.framing, leads_on: self.leads_on })
    }

    fn is_at(&self, section: Section) -> bool {
        self.section == section
    }
}

impl Rendered {
    /// For whoever asked, and nobody else.
    pub fn for_one(self, visit: &Visit, status: StatusCode) -> Response {
        self.response(&visit.cx.platform.config, status, FOR_ONE)
    }

    fn response(self, config: &Config, status: StatusCode, cache: &'static str) -> Response {
        let policy = content_security_policy(config, &self);
        let mut response = (status, self.html).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        headers.append(header::VARY, HeaderValue::from_static("cookie"));
        // No page of another site may hold this one, or show it as a part of itself.
        headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
        headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        response
    }
}

/// What a page may load, and from where. Only the style that holds the tenant's colours is inline, and it is named by its hash, so
/// that a page which is kept for everybody needs no nonce.
fn content_security_policy(config: &Config, page: &Rendered) -> String {
    let style_hash = &page.style_hash;
    let media = match (config.find("R2_ENDPOINT"), config.find("R2_ACCOUNT_ID")) {
        (Some(endpoint), _) => url::Url::parse(endpoint).map(|url| url.origin().ascii_serialization()).unwrap_or_default(),
        (None, Some(account)) => format!("https://{account}.r2.cloudflarestorage.com"),
        (None, None) => String::new(),
    };
    let content = config.find("CONTENT_API_URL").unwrap_or_default();
    let checkout = config.find("CHECKOUT_ORIGIN").unwrap_or("https://checkout.stripe.com https://billing.stripe.com");
    // On a developer's machine pictures come over plain HTTP, and so does everything else.
    let (pictures, upgrade) = match config.environment {
        Environment::Development => ("https: http:", ""),
        _ => ("https:", "; upgrade-insecure-requests"),
    };
    let onward = if page.leads_on { platform(config) } else { String::new() };
    let (frames, ancestors) = match page.framing {
        Framing::Apart => ("'none'", "'none'"),
        Framing::Outer => ("'self'", "'none'"),
        Framing::Inner => ("'none'", "'self'"),
    };
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' '{style_hash}'; img-src 'self' data: {pictures}; \
         media-src 'self' blob: {content} {media}; connect-src 'self' {content} {media}; manifest-src 'self'; \
         form-action 'self' {checkout}{onward}; base-uri 'none'; frame-src {frames}; frame-ancestors {ancestors}; \
         require-trusted-types-for 'script'; trusted-types codex{upgrade}"
    )
}

/// The platform's own origin and those of its tenants, each after a space.
fn platform(config: &Config) -> String {
    let web = config.find("WEB_APP_URL").and_then(|web| url::Url::parse(web).ok());
    let (Some(web), Some(base)) = (web, config.find("BASE_DOMAIN")) else { return String::new() };
    let port = web.port().map_or_else(String::new, |port| format!(":{port}"));
    format!(" {} {}://*.{base}{port}", web.origin().ascii_serialization(), web.scheme())
}

impl Visit {
    /// A frame in this site's look.
    pub async fn frame(&self, path: impl Into<String>) -> Result<Frame> {
        Ok(Frame::new(self, self.brand().await?, path))
    }

    /// The page that `make` makes: for somebody signed in theirs alone; for strangers all the same one, kept for a while under
    /// `path`, the page's address without what means nothing to it. What hardly anybody asks for again is not `kept`.
    pub async fn page_for_all<M, F>(self, path: String, kept: bool, make: M) -> Reply<Response>
    where
        M: FnOnce(Self, String) -> F + Send + 'static,
        F: Future<Output = Result<Rendered>> + Send + 'static,
    {
        if self.caller.is_some() {
            return Ok(make(self.clone(), path).await?.for_one(&self, StatusCode::OK));
        }
        let cx = self.cx.clone();
        let site = self.site.key().to_owned();
        // A page names its own address; the one that a tenant is known by needs no mention, so that others can tell the key.
        let known = self.site.tenant.is_some() && origin_of(&cx.platform.config, &site)? == self.site.origin;
        let key = page_key(&site, &if known { path.clone() } else { format!("{}{path}", self.site.origin) });
        let owner = site.clone();
        let made = async move {
            let Rendered { html, style_hash, .. } = make(self, path).await?;
            Ok(format!("{owner}\n{style_hash}\n{html}"))
        };
        let entry = if kept {
            let (entry, outcome) = cx.platform.cache.get_or_set(&cx.background, &key, AGES, cx.now, made).await?;
            cx.event("cache", &[("of", "page".to_owned()), ("outcome", outcome.name().to_owned())]);
            entry
        } else {
            made.await?
        };
        // Whatever put it there, a tenant never answers for another.
        let own = entry.strip_prefix(&site).and_then(|rest| rest.strip_prefix('\n')?.split_once('\n'));
        let (style_hash, html) = own.ok_or_else(|| Error::internal("a page of another tenant"))?;
        let rendered =
            Rendered { html: html.to_owned(), style_hash: style_hash.to_owned(), framing: Framing::default(), leads_on: false };
        let tag = HeaderValue::from_str(&etag("", html)).map_err(Error::internal)?;
        let mut response = rendered.response(&cx.platform.config, StatusCode::OK, FOR_STRANGERS);
        response.headers_mut().insert(header::ETAG, tag);
        Ok(response)
    }
}
