//! The words that content is described with.

use serde::{Deserialize, Serialize};

macro_rules! names {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// Its name on the wire and in the database.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
    };
}
pub(crate) use names;

names! {
    /// What a content is made of.
    ContentType {
        /// Moving pictures.
        Video = "video",
        /// Sound.
        Audio = "audio",
        /// Markdown.
        Written = "written",
    }
}

names! {
    /// Who may watch a content.
    Visibility {
        /// Anybody.
        Public = "public",
        /// Whoever bought it.
        PurchasedOnly = "purchased_only",
        /// Members of its organization.
        MembersOnly = "members_only",
    }
}

names! {
    /// Whether a content can be seen yet.
    Status {
        /// Not yet.
        Draft = "draft",
        /// Yes.
        Published = "published",
        /// No longer.
        Archived = "archived",
    }
}

names! {
    /// The other vocabulary for [`Visibility`]; both are spoken.
    AccessType {
        /// Public.
        Free = "free",
        /// Purchased only.
        Paid = "paid",
        /// Members only.
        Followers = "followers",
        /// Members only.
        Subscribers = "subscribers",
        /// Members only.
        Team = "team",
    }
}

impl From<AccessType> for Visibility {
    fn from(access: AccessType) -> Self {
        match access {
            AccessType::Free => Self::Public,
            AccessType::Paid => Self::PurchasedOnly,
            AccessType::Followers | AccessType::Subscribers | AccessType::Team => Self::MembersOnly,
        }
    }
}
