//! The words that content is described with.

use schemars::JsonSchema;
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

/// A visibility that is written in both vocabularies.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(into = "BothVocabularies")]
pub struct Access {
    /// The one that is stored.
    pub visibility: Visibility,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct BothVocabularies {
    /// Who may watch it.
    visibility: Visibility,
    /// The same in the other vocabulary.
    access_type: AccessType,
}

impl From<Access> for BothVocabularies {
    fn from(Access { visibility }: Access) -> Self {
        let access_type = match visibility {
            Visibility::Public => AccessType::Free,
            Visibility::PurchasedOnly => AccessType::Paid,
            Visibility::MembersOnly => AccessType::Team,
        };
        Self { visibility, access_type }
    }
}
