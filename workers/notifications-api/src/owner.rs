//! Whose templates a route is about, proven before the input is read.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use codex_http::{Caller, Cx, Failure};
#[cfg(not(target_arch = "wasm32"))]
use codex_http::{DescribeInput, Description, Path, Schemas};
use codex_identity::Role;
use codex_kernel::{Error, OrganizationId};
use codex_notifications::{Manager, require_manager, templates::Owner};

/// The caller, as whoever looks after templates.
pub(crate) fn manager(caller: &Caller) -> Manager {
    Manager { id: caller.id(), runs_platform: caller.0.user.role >= Role::PlatformOwner }
}

/// The organization that the path names and the caller manages.
pub(crate) struct Managed(pub(crate) OrganizationId);

impl<S: Sync + Send> FromRequestParts<S> for Managed {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let cx = Cx::from_request_parts(parts, state).await?;
        let caller = Caller::from_request_parts(parts, state).await?;
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(Error::internal)?;
        let text = params.iter().find(|(name, _)| *name == "organizationId").map_or("", |(_, text)| text);
        let id = text.parse().map_err(|_| Error::invalid_at("organizationId", "must be a UUID"))?;
        require_manager(&cx.platform.database, id, manager(&caller)).await?;
        Ok(Self(id))
    }
}

/// The owner that the path names, who the caller is or manages.
pub(crate) struct Owned(pub(crate) Owner);

impl<S: Sync + Send> FromRequestParts<S> for Owned {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let path = parts.uri.path();
        if path.starts_with("/api/templates/organizations/") {
            let Managed(id) = Managed::from_request_parts(parts, state).await?;
            return Ok(Self(Owner::Organization(id)));
        }
        if path.starts_with("/api/templates/creator") {
            return Ok(Self(Owner::Creator(caller.id())));
        }
        if manager(&caller).runs_platform {
            return Ok(Self(Owner::Global));
        }
        Err(Error::forbidden("FORBIDDEN", "Your role does not allow this").into())
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl DescribeInput for Managed {
    fn describe(schemas: &mut Schemas, to: &mut Description) {
        Path::<OrganizationId>::describe(schemas, to);
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl DescribeInput for Owned {
    fn describe(schemas: &mut Schemas, to: &mut Description) {
        Managed::describe(schemas, to);
    }
}
