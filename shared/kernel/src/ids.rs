use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

use crate::{Result, Timestamp, random_bytes};

/// What all identifiers share: they are made from a time and the host's randomness (UUIDv7), so they sort by age.
pub trait Id: Sized + fmt::Display {
    /// A fresh identifier.
    fn new(now: Timestamp) -> Result<Self>;
}

fn uuid_v7(now: Timestamp) -> Result<Uuid> {
    let millis = u64::try_from(now.as_millisecond()).unwrap_or_default();
    Ok(Builder::from_unix_timestamp_millis(millis, &random_bytes::<10>()?).into_uuid())
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl Id for $name {
            fn new(now: Timestamp) -> Result<Self> {
                uuid_v7(now).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> std::result::Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }
    )+};
}

ids! {
    /// A person with an account.
    UserId,
    /// One signed-in device.
    SessionId,
    /// A tenant.
    OrganizationId,
    /// An invitation to one.
    InvitationId,
    /// Something a creator publishes.
    ContentId,
    /// An uploaded file and what was made of it.
    MediaId,
    /// One sale of one content to one person.
    PurchaseId,
    /// What a tenant says in a mail in place of the platform's words.
    TemplateId,
    /// One mail to one person.
    MailId,
    /// What a tenant offers to subscribers.
    TierId,
    /// One person's subscription to one tenant.
    SubscriptionId,
    /// One attempt to make an uploaded file playable.
    JobId,
}
