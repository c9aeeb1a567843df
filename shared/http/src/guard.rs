use axum::{extract::Request, middleware::Next, response::Response};
use codex_identity::{Freshness, authenticate};
use codex_kernel::{Error, Result};
use http::header;

use crate::{
    Caller, Cx, Failure, Limited, Policy, enforce,
    internal::{self, SIGNATURE},
    policy::Admits,
};

/// Admits the request or ends it: limit by address, authentication, role, limit by user.
pub(crate) async fn guard(policy: Policy, mut request: Request, next: Next) -> Result<Response, Failure> {
    let cx = request.extensions().get::<Cx>().cloned().ok_or_else(|| Error::internal(std::io::Error::other("no context")))?;
    // Costly limits count people once they are known; the others count addresses, before any work is done.
    let by_user = matches!(policy.limit, Some(Limited::Api | Limited::Streaming | Limited::Costly));
    if let (Some(limit), false) = (policy.limit, by_user) {
        enforce(&cx, limit, "address", &cx.client).await?;
    }
    let freshness = if policy.fresh { Freshness::Database } else { Freshness::Cache };
    let caller = if request.headers().contains_key(SIGNATURE) {
        let (verified, caller) = internal::verify(&cx, freshness, request).await?;
        request = verified;
        caller
    } else if policy.admits == Admits::Worker {
        return Err(Error::unauthenticated().into());
    } else {
        let cookies = request.headers().get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        authenticate(&cx.platform, cookies, freshness, cx.now).await?.map(Caller)
    };
    match policy.admits {
        Admits::SignedIn if caller.is_none() => return Err(Error::unauthenticated().into()),
        Admits::Role(role) => {
            let caller = caller.as_ref().ok_or_else(Error::unauthenticated)?;
            if caller.0.user.role < role {
                return Err(Error::forbidden("FORBIDDEN", "Your role does not allow this").into());
            }
        }
        _ => {}
    }
    if let (Some(limit), true) = (policy.limit, by_user) {
        match &caller {
            Some(caller) => enforce(&cx, limit, "user", &caller.id().to_string()).await?,
            None => enforce(&cx, limit, "address", &cx.client).await?,
        }
    }
    if let Some(caller) = caller {
        request.extensions_mut().insert(caller);
    }
    Ok(next.run(request).await)
}
