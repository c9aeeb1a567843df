use std::sync::Arc;

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use codex_edge::Outcome;
use codex_identity::{Freshness, authenticate};
use codex_kernel::{Error, Result, UserId};
use http::{HeaderMap, HeaderValue, header};

use crate::{
    Caller, Context, Cx, Failure, Limited, Policy, enforce,
    internal::{self, SIGNATURE},
    limits::Standing,
    policy::Admits,
};

/// What the way in found out, known even when it ended there.
#[derive(Default)]
struct Found {
    user: Option<UserId>,
    /// How the cache of sessions answered.
    session: Option<Outcome>,
    standing: Option<Standing>,
}

/// Who the request came from, for the log.
#[derive(Clone, Copy)]
pub(crate) struct KnownUser(pub(crate) UserId);

/// Admits the request or ends it.
pub(crate) async fn guard(policy: Policy, request: Request, next: Next) -> Response {
    let mut found = Found::default();
    let mut response = match admit(policy, request, &mut found).await {
        Ok(request) => next.run(request).await,
        Err(error) => Failure::from(error).into_response(),
    };
    if let Some(user) = found.user {
        response.extensions_mut().insert(KnownUser(user));
    }
    if let Some(session) = found.session {
        response.extensions_mut().insert(session);
    }
    if let Some(standing) = found.standing {
        response.extensions_mut().insert(standing);
    }
    response
}

/// Limit by address, authentication, role, limit by user; the request then says who is calling.
async fn admit(policy: Policy, mut request: Request, found: &mut Found) -> Result<Request> {
    let context = |request: &Request| {
        request.extensions().get::<Cx>().cloned().ok_or_else(|| Error::internal(std::io::Error::other("no context")))
    };
    let mut cx = context(&request)?;
    let freshness = if policy.fresh { Freshness::Database } else { Freshness::Cache };
    let signed = request.headers().contains_key(SIGNATURE);
    let mut caller = None;
    if signed {
        (request, caller) = internal::verify(&cx, freshness, request).await?;
        // Its context names the client that the other worker serves: that one is counted, not the worker.
        cx = context(&request)?;
    }
    // Costly limits count people once they are known; the others count addresses, before any work is done.
    let by_user = matches!(policy.limit, Some(Limited::Api | Limited::Streaming | Limited::Costly));
    if let (Some(limit), false) = (policy.limit, by_user) {
        found.standing = enforce(&cx, limit, "address", &cx.client).await?;
    }
    if !signed {
        if policy.admits == Admits::Worker {
            return Err(Error::unauthenticated());
        }
        if policy.admits != Admits::PassedOn {
            caller = session(&cx, request.headers(), freshness, found).await?;
        }
        // What was just given may not be known to the cache: nobody is turned away on its word.
        if freshness == Freshness::Cache && caller.as_ref().is_some_and(|caller| lacks(policy, caller).is_err()) {
            caller = session(&cx, request.headers(), Freshness::Database, found).await?;
        }
    }
    found.user = caller.as_ref().map(Caller::id);
    match &caller {
        None if matches!(policy.admits, Admits::SignedIn | Admits::Role(_)) => return Err(Error::unauthenticated()),
        Some(caller) => lacks(policy, caller)?,
        None => {}
    }
    if let (Some(limit), true) = (policy.limit, by_user) {
        found.standing = match found.user {
            Some(user) => enforce(&cx, limit, "user", &user.to_string()).await?,
            None => enforce(&cx, limit, "address", &cx.client).await?,
        };
    }
    // What nobody signed in for (a webhook, another worker's errand) is done on the platform's own behalf.
    if !matches!(policy.admits, Admits::Worker | Admits::Signature) {
        let platform = Arc::new(cx.platform.on_behalf_of(found.user, cx.request_id));
        request.extensions_mut().insert(Cx(Arc::new(Context { platform, ..cx.0.as_ref().clone() })));
    }
    request.extensions_mut().insert(freshness);
    if let Some(caller) = caller {
        request.extensions_mut().insert(caller);
    }
    Ok(request)
}

/// Who sent a request with these headers, for a page that says what became of it. What cannot be found out now makes them nobody.
pub async fn known_caller(cx: &Cx, headers: &HeaderMap) -> Option<Caller> {
    session(cx, headers, Freshness::Cache, &mut Found::default()).await.ok().flatten()
}

/// What `policy` wants of the caller and they have not, if anything.
fn lacks(policy: Policy, caller: &Caller) -> Result<()> {
    let user = &caller.0.user;
    if let Some(role) = policy.role()
        && user.role < role
    {
        return Err(Error::forbidden("FORBIDDEN", "Your role does not allow this"));
    }
    if policy.verified && !user.email_verified {
        return Err(Error::forbidden("EMAIL_NOT_VERIFIED", "Confirm your e-mail address first: we mailed you a link"));
    }
    Ok(())
}

/// Who the request's cookies prove it comes from.
async fn session(cx: &Cx, headers: &HeaderMap, freshness: Freshness, found: &mut Found) -> Result<Option<Caller>> {
    let cookies = headers.get_all(header::COOKIE).iter().map(HeaderValue::as_bytes);
    let authenticated = authenticate(&cx.platform, cookies, freshness, cx.now).await?;
    found.session = authenticated.cache.or(found.session);
    Ok(authenticated.who.map(Caller))
}
