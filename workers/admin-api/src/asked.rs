//! Questions about an organization, and reasons for what is done to it.

use axum::{extract::FromRequestParts, http::request::Parts};
use codex_http::{Body, Caller, Cx, Failure, Query};
#[cfg(not(target_arch = "wasm32"))]
use codex_http::{DescribeInput, Description, Schemas};
use codex_identity::Role;
use codex_insights::{Reason, Scope};
use codex_kernel::OrganizationId;
use garde::Validate;
#[cfg(not(target_arch = "wasm32"))]
use schemars::JsonSchema;
use serde::{Deserialize, de::DeserializeOwned};

/// Whether the caller runs the platform.
pub(crate) fn runs_platform(caller: &Caller) -> bool {
    caller.0.user.role >= Role::PlatformOwner
}

/// What every question has.
#[derive(Deserialize, Validate)]
#[serde(rename_all = "camelCase")]
struct About {
    #[garde(skip)]
    organization_id: Option<OrganizationId>,
}

/// A query about an organization, and who asks about which. Whether they may is part of the statement that answers; only a query that is
/// refused is asked for that first, so that 403 and 404 come before 400.
pub(crate) struct Asked<T> {
    pub(crate) scope: Scope,
    pub(crate) query: T,
}

impl<T: DeserializeOwned + Validate<Context = ()> + Send, S: Sync + Send> FromRequestParts<S> for Asked<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let cx = Cx::from_request_parts(parts, state).await?;
        let caller = Caller::from_request_parts(parts, state).await?;
        let Query(about) = Query::<About>::from_request_parts(parts, state).await?;
        let database = &cx.platform.database;
        let scope = Scope::of(database, caller.id(), runs_platform(&caller), about.organization_id).await?;
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(query)) => Ok(Self { scope, query }),
            Err(failure) => {
                scope.require(database).await?;
                Err(failure)
            }
        }
    }
}

/// Why something is done, where that was said.
pub(crate) fn why(body: Option<Body<Reason>>) -> Option<String> {
    body.and_then(|Body(Reason { reason })| reason)
}

#[cfg(not(target_arch = "wasm32"))]
impl<T: JsonSchema> DescribeInput for Asked<T> {
    fn describe(schemas: &mut Schemas, to: &mut Description) {
        Query::<T>::describe(schemas, to);
    }
}
