use std::{ops::Deref, pin::Pin, sync::Arc};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header, request::Parts},
};
use codex_http::{Caller, Cx, Failure, Freshness};
#[cfg(not(target_arch = "wasm32"))]
use codex_http::{DescribeInput, Description, Schemas};
use codex_kernel::{Error, Result};

use crate::Site;

/// Somebody asking for a page: where, and who they are.
#[derive(Clone)]
pub struct Visit(Arc<Inner>);

/// What a [`Visit`] holds.
pub struct Inner {
    /// What the request is handled with.
    pub cx: Cx,
    /// Whose page.
    pub site: Site,
    /// Who asks, as the route's policy has proven; perhaps nobody known.
    pub caller: Option<Caller>,
    /// How freshly the route's policy has proven them.
    pub(crate) freshness: Freshness,
    /// What the auth worker wants to see of a browser: its cookies and what it calls itself.
    pub(crate) browser: HeaderMap,
}

impl Deref for Visit {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Visit {
    /// Of a request with this head.
    pub fn new(cx: Cx, parts: &Parts) -> Result<Self> {
        let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let host = host.or_else(|| parts.uri.authority().map(|host| host.as_str()));
        let site = Site::at(&cx.platform.config, host.unwrap_or_default())?;
        let mut browser = HeaderMap::new();
        for name in [header::COOKIE, header::USER_AGENT] {
            for value in parts.headers.get_all(&name) {
                browser.append(name.clone(), HeaderValue::clone(value));
            }
        }
        Ok(Self(Arc::new(Inner {
            cx,
            site,
            caller: parts.extensions.get::<Caller>().cloned(),
            freshness: parts.extensions.get::<Freshness>().copied().unwrap_or(Freshness::Cache),
            browser,
        })))
    }

    /// The tenant's name; 404 on the platform's own pages, which have no content.
    pub fn tenant(&self) -> Result<&str> {
        self.site.tenant.as_ref().map(AsRef::as_ref).ok_or_else(|| Error::not_found("page"))
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        boxed(parts, state).await
    }
}

/// Compiled once, and not once into each handler.
fn boxed<'a, S: Sync>(parts: &'a mut Parts, state: &'a S) -> Pin<Box<dyn Future<Output = Result<Visit, Failure>> + Send + 'a>> {
    Box::pin(async move {
        let cx = Cx::from_request_parts(parts, state).await?;
        Ok(Visit::new(cx, parts)?)
    })
}

#[cfg(not(target_arch = "wasm32"))]
impl DescribeInput for Visit {
    fn describe(schemas: &mut Schemas, to: &mut Description) {
        codex_http::Visitor::describe(schemas, to);
    }
}
