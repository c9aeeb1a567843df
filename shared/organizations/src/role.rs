use codex_kernel::Error;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A place in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrganizationRole {
    /// Owns it: may do everything, also make and unmake owners.
    Owner,
    /// Manages it and its members, except owners.
    Admin,
    /// Publishes in it.
    Creator,
    /// Belongs to it.
    Member,
}

impl OrganizationRole {
    /// Its name on the wire and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Creator => "creator",
            Self::Member => "member",
        }
    }

    /// Whether they manage the organization.
    pub fn manages(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }
}

/// 403: a member, but not of a role that may.
pub(crate) fn forbidden() -> Error {
    Error::forbidden("FORBIDDEN", "Your role in this organization does not allow this")
}

/// 404: to those who do not belong to it there is nothing to manage.
pub(crate) fn no_organization() -> Error {
    Error::not_found("organization")
}
