use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use codex_edge::{Ages, Config, Environment, page_key};
use codex_http::{Reply, etag};
use codex_kernel::{Error, Issue, Result};

use crate::{
    assets::{PLAYER, SCRIPT, STYLE, UPLOAD},
    brand::Brand,
    calls::Refusal,
    site::origin_of,
    theme::Theme,
    visit::Visit,
    words,
};
use codex_http::Form;

/// Strangers see a change within a minute: nobody else keeps a page, and what it is made of is read anew.
const AGES: Ages = Ages { fresh: 30, stale: 30 };
/// Browsers ask again each time and mostly hear 304; `Vary: Cookie` tells strangers from others.
const FOR_STRANGERS: &str = "public, no-cache";
const FOR_ONE: &str = "private, no-store";

/// Where in the navigation a page is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Section {
    #[default]
    Elsewhere,
    Catalogue,
    Library,
    Studio,
    Account,
}

/// Who is signed in, for the frame.
pub(crate) struct Person {
    name: String,
    verified: bool,
    publishes: bool,
}

/// What every page has around it.
#[derive(Template)]
#[template(path = "frame.html")]
pub(crate) struct Frame {
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
    main: String,
}

/// A page ready to be sent.
pub(crate) struct Rendered {
    html: String,
    style_hash: String,
}

impl Frame {
    /// Around a page of `visit`'s site in the look of `brand`.
    pub(crate) fn new(visit: &Visit, brand: Brand, path: impl Into<String>) -> Self {
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
            main: String::new(),
            brand,
        }
    }

    pub(crate) fn titled(self, title: &str) -> Self {
        Self { title: format!("{title} · {}", self.brand.title()), ..self }
    }

    pub(crate) fn described(self, description: &str) -> Self {
        if description.trim().is_empty() { self } else { Self { description: words::beginning(description, 160), ..self } }
    }

    pub(crate) fn pictured(self, image: Option<String>) -> Self {
        Self { image: image.or(self.image), ..self }
    }

    pub(crate) fn in_section(self, section: Section) -> Self {
        Self { section, ..self }
    }

    /// Search engines may list it, under this address.
    pub(crate) fn listed(self) -> Self {
        Self { listed: true, ..self }
    }

    /// With the player's script.
    pub(crate) fn with_player(self) -> Self {
        Self { script: Some(PLAYER), ..self }
    }

    /// With the script that sends files.
    pub(crate) fn with_upload(self) -> Self {
        Self { script: Some(UPLOAD), ..self }
    }

    /// Asks for itself again after so many seconds.
    pub(crate) fn refreshed(self, seconds: u32) -> Self {
        Self { refresh: Some(seconds), ..self }
    }

    /// Around `view`.
    pub(crate) fn around(mut self, view: &impl Template) -> Result<Rendered> {
        self.main = view.render().map_err(Error::internal)?;
        let html = self.render().map_err(Error::internal)?;
        Ok(Rendered { html, style_hash: self.theme.hash })
    }

    fn is_at(&self, section: Section) -> bool {
        self.section == section
    }
}

impl Rendered {
    /// For whoever asked, and nobody else.
    pub(crate) fn for_one(self, visit: &Visit, status: StatusCode) -> Response {
        self.response(&visit.cx.platform.config, status, FOR_ONE)
    }

    fn response(self, config: &Config, status: StatusCode, cache: &'static str) -> Response {
        let mut response = (status, self.html).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        headers.append(header::VARY, HeaderValue::from_static("cookie"));
        if let Ok(policy) = HeaderValue::from_str(&content_security_policy(config, &self.style_hash)) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        response
    }
}

/// What a page may load, and from where. Only the style that holds the tenant's colours is inline, and it is named by its hash, so
/// that a page which is kept for everybody needs no nonce.
fn content_security_policy(config: &Config, style_hash: &str) -> String {
    let media = match (config.find("R2_ENDPOINT"), config.find("R2_ACCOUNT_ID")) {
        (Some(endpoint), _) => url::Url::parse(endpoint).map(|url| url.origin().ascii_serialization()).unwrap_or_default(),
        (None, Some(account)) => format!("https://{account}.r2.cloudflarestorage.com"),
        (None, None) => String::new(),
    };
    let content = config.find("CONTENT_API_URL").unwrap_or_default();
    let checkout = config.find("CHECKOUT_ORIGIN").unwrap_or("https://checkout.stripe.com");
    // On a developer's machine pictures come over plain HTTP, and so does everything else.
    let (pictures, upgrade) = match config.environment {
        Environment::Development => ("https: http:", ""),
        _ => ("https:", "; upgrade-insecure-requests"),
    };
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' '{style_hash}'; img-src 'self' data: {pictures}; \
         media-src 'self' blob: {content} {media}; connect-src 'self' {content} {media}; manifest-src 'self'; \
         form-action 'self' {checkout}; base-uri 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types codex{upgrade}"
    )
}

impl Visit {
    /// A frame in this site's look.
    pub(crate) async fn frame(&self, path: impl Into<String>) -> Result<Frame> {
        Ok(Frame::new(self, self.brand().await?, path))
    }

    /// The page that `make` makes: for somebody signed in theirs alone; for strangers all the same one, kept for a while under
    /// `path`, the page's address without what means nothing to it. What hardly anybody asks for again is not `kept`.
    pub(crate) async fn page_for_all<M, F>(self, path: String, kept: bool, make: M) -> Reply<Response>
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
            let Rendered { html, style_hash } = make(self, path).await?;
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
        let rendered = Rendered { html: html.to_owned(), style_hash: style_hash.to_owned() };
        let tag = HeaderValue::from_str(&etag("", html)).map_err(Error::internal)?;
        let mut response = rendered.response(&cx.platform.config, StatusCode::OK, FOR_STRANGERS);
        response.headers_mut().insert(header::ETAG, tag);
        Ok(response)
    }
}

/// 303 to `path` of the same site, with cookies.
pub(crate) fn see_other(path: &str, cookies: impl IntoIterator<Item = HeaderValue>) -> Result<Response> {
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_str(path).map_err(Error::internal)?);
    response.headers_mut().extend(cookies.into_iter().map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(response)
}

/// A path with parameters; what is empty is left out.
pub(crate) fn with_query(path: &str, parameters: &[(&str, &str)]) -> String {
    let parameters: Vec<_> = parameters.iter().filter(|(_, value)| !value.is_empty()).collect();
    match serde_urlencoded::to_string(&parameters) {
        Ok(query) if !query.is_empty() => format!("{path}?{query}"),
        _ => path.to_owned(),
    }
}

/// The page of a list that is shown first.
pub(crate) fn first() -> u32 {
    1
}

/// A form as it is shown: what was typed into it, and why it was refused.
#[derive(Default)]
pub(crate) struct Entries {
    form: Form,
    refusal: Option<Refusal>,
}

impl Entries {
    /// As what is changed by it stands.
    pub(crate) fn filled(form: Form) -> Self {
        Self { form, refusal: None }
    }

    /// Typed and refused. What no person can put right is no form's matter but a failure.
    pub(crate) fn refused(form: Form, refusal: Refusal) -> Result<Self> {
        if refusal.is_theirs() { Ok(Self { form, refusal: Some(refusal) }) } else { Err(refusal.into()) }
    }

    pub(crate) fn value(&self, field: &str) -> &str {
        self.form.text(field)
    }

    /// What is wrong with a field.
    pub(crate) fn issue(&self, field: &str) -> Option<&str> {
        let issues: &[Issue] = self.refusal.as_ref().map_or(&[], |refusal| &refusal.issues);
        issues.iter().find(|issue| issue.path == field).map(|issue| issue.message.as_str())
    }

    /// What is wrong altogether, where no field of the form is to blame.
    pub(crate) fn problem(&self) -> Option<&str> {
        let refusal = self.refusal.as_ref()?;
        if refusal.issues.iter().any(|issue| self.form.has(&issue.path)) {
            return None;
        }
        Some(match refusal.code.as_str() {
            "INVALID_CREDENTIALS" => "That e-mail address and password do not belong together.",
            "USER_ALREADY_EXISTS" => "There is an account with this address already. Sign in instead, or reset its password.",
            "RATE_LIMITED" => "That was too often. Wait a few minutes and try again.",
            _ => &refusal.message,
        })
    }

    /// The status of the page that shows it.
    pub(crate) fn status(&self) -> StatusCode {
        if self.refusal.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_parameters_are_left_out() {
        assert_eq!(with_query("/", &[("q", ""), ("page", "")]), "/");
        assert_eq!(with_query("/login", &[("redirect", "/a?b=c&d"), ("x", "")]), "/login?redirect=%2Fa%3Fb%3Dc%26d");
    }

    #[test]
    fn no_cookie_or_address_splits_a_header() {
        assert!(see_other("/a\r\nset-cookie: x=y", []).is_err());
    }
}
