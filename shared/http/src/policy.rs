use axum::{extract::FromRequestParts, http::request::Parts};
use codex_identity::{Role, SignedIn};
use codex_kernel::UserId;
use http::header;

use crate::{Failure, Limited, extract::from_extensions, internal::FromWorker};

/// Who a route admits, and how often. It cannot be left out: routes are only registered under one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    pub(crate) admits: Admits,
    pub(crate) fresh: bool,
    pub(crate) verified: bool,
    pub(crate) limit: Option<Limited>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admits {
    Anyone,
    Signature,
    SignedIn,
    Role(Role),
    Worker,
    PassedOn,
}

impl Policy {
    const fn admitting(admits: Admits) -> Self {
        Self { admits, fresh: false, verified: false, limit: None }
    }

    /// Anyone; a session, where there is one, is known to the handler as [`Visitor`].
    pub const PUBLIC: Self = Self::admitting(Admits::Anyone);
    /// Whoever holds a secret and signed the body with it, as webhooks do; the handler checks the signature.
    pub const SIGNED: Self = Self::admitting(Admits::Signature);
    /// Anyone with a session.
    pub const SIGNED_IN: Self = Self::admitting(Admits::SignedIn);
    /// Creators, and those above them.
    pub const CREATOR: Self = Self::admitting(Admits::Role(Role::Creator));
    /// Those who run the platform.
    pub const PLATFORM_OWNER: Self = Self::admitting(Admits::Role(Role::PlatformOwner));
    /// Other workers of ours, by signature.
    pub const WORKER: Self = Self::admitting(Admits::Worker);
    /// Whoever the worker lets in that the request is passed on to: here nobody looks who it is, because there somebody does.
    pub const PASSED_ON: Self = Self::admitting(Admits::PassedOn);

    /// The session is read from the database, not from a cache: for money, passwords and roles.
    pub const fn fresh(self) -> Self {
        Self { fresh: true, ..self }
    }

    /// Only who has confirmed their e-mail address; 403 `EMAIL_NOT_VERIFIED` for others.
    pub const fn verified(self) -> Self {
        Self { verified: true, ..self }
    }

    /// And only so often.
    pub const fn limited(self, limit: Limited) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// Whether a stranger gets as far as the handler.
    pub const fn is_public(&self) -> bool {
        matches!(self.admits, Admits::Anyone | Admits::Signature | Admits::PassedOn)
    }

    /// Whether it is for other workers of ours, and nobody else.
    pub const fn is_internal(&self) -> bool {
        matches!(self.admits, Admits::Worker)
    }

    /// The least platform role it asks for, if any.
    pub const fn role(&self) -> Option<Role> {
        match self.admits {
            Admits::Role(role) => Some(role),
            _ => None,
        }
    }

    /// Its words in `routes.txt`.
    pub(crate) fn describe(&self) -> String {
        let admits = match self.admits {
            Admits::Anyone => "public".to_owned(),
            Admits::Signature => "signature".to_owned(),
            Admits::SignedIn => "signed-in".to_owned(),
            Admits::Role(role) => format!("role:{}", role.name()),
            Admits::Worker => "worker".to_owned(),
            Admits::PassedOn => "passed-on".to_owned(),
        };
        let fresh = if self.fresh { "+fresh" } else { "" };
        let verified = if self.verified { "+verified" } else { "" };
        format!("{admits}{fresh}{verified}")
    }
}

/// Who is calling, proven by the route's policy.
#[derive(Clone, Debug)]
pub struct Caller(pub SignedIn);

impl Caller {
    /// The user.
    pub fn id(&self) -> UserId {
        self.0.user.id
    }

    /// Whether they publish themselves: creators and those above them.
    pub fn publishes(&self) -> bool {
        self.0.user.role >= Role::Creator
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        Ok(from_extensions(parts)?)
    }
}

/// Who is calling a public route: perhaps nobody known.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// Who, if anybody.
    pub caller: Option<Caller>,
    /// Whether another worker of ours asks, and wants no answer that was kept: it keeps this one itself (`Cache-Control: no-cache`).
    pub keeps: bool,
}

impl Visitor {
    /// The user, if signed in.
    pub fn id(&self) -> Option<UserId> {
        self.caller.as_ref().map(Caller::id)
    }

    /// Whether they publish themselves: creators and those above them.
    pub fn publishes(&self) -> bool {
        self.caller.as_ref().is_some_and(Caller::publishes)
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let wants_new = parts.headers.get(header::CACHE_CONTROL).is_some_and(|value| value == "no-cache");
        let keeps = wants_new && parts.extensions.get::<FromWorker>().is_some();
        Ok(Self { caller: parts.extensions.get::<Caller>().cloned(), keeps })
    }
}
