use codex_kernel::{Email, SessionId, Timestamp, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a person may do on the platform as a whole; each role includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Watches and buys.
    Customer,
    /// Publishes and is paid.
    Creator,
    /// Looks after the platform.
    Admin,
    /// Runs it.
    PlatformOwner,
}

impl Role {
    /// Its name on the wire and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Creator => "creator",
            Self::Admin => "admin",
            Self::PlatformOwner => "platform_owner",
        }
    }
}

/// A person, as they see themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Identity.
    pub id: UserId,
    /// Trimmed, lowercased.
    pub email: Email,
    /// Whether the mailed link was followed.
    pub email_verified: bool,
    /// 1 to 255 characters.
    pub name: String,
    /// Platform role.
    pub role: Role,
    /// When they signed up.
    pub created_at: Timestamp,
}

/// A signed-in device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// Identity.
    pub id: SessionId,
    /// Whose.
    pub user_id: UserId,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it ends unless renewed.
    pub expires_at: Timestamp,
}

/// A person and the session that proves it: what KV caches, what `/api/auth/session` answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SignedIn {
    /// Who.
    pub user: User,
    /// By what.
    pub session: Session,
}
