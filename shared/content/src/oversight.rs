use codex_edge::{Param, Platform};
use codex_kernel::{ContentId, Result, Timestamp, UserId};
use serde_json::json;

use crate::{
    content::Content,
    edit::{Versions, change, change_status},
    kinds::Status,
    statements::PUBLISH,
};

/// In whose name the visibility of a content is changed.
#[derive(Clone, Copy, Debug)]
pub enum Editor<'a> {
    /// Its creator.
    Creator(UserId),
    /// An owner or admin of its organization, or somebody who runs the platform; what they do is recorded.
    Overseer {
        /// Who.
        id: UserId,
        /// Whether all contents are theirs to oversee.
        runs_platform: bool,
        /// Why, 1 to 500 characters.
        reason: Option<&'a str>,
    },
}

impl From<UserId> for Editor<'_> {
    fn from(creator: UserId) -> Self {
        Self::Creator(creator)
    }
}

/// An editor, as the statements take one: who, whether in the creator's place, whether they run the platform, why.
pub(crate) struct Parts<'a> {
    pub(crate) id: UserId,
    pub(crate) oversees: bool,
    pub(crate) runs_platform: bool,
    pub(crate) reason: Option<&'a str>,
}

impl<'a> Editor<'a> {
    pub(crate) fn parts(self) -> Parts<'a> {
        match self {
            Self::Creator(id) => Parts { id, oversees: false, runs_platform: false, reason: None },
            Self::Overseer { id, runs_platform, reason } => Parts { id, oversees: true, runs_platform, reason },
        }
    }
}

/// Makes a content visible; again is no different from once. 404 to whoever may not change it.
pub async fn publish(
    platform: &Platform,
    editor: impl Into<Editor<'_>>,
    id: ContentId,
    versions: Versions<'_>,
    now: Timestamp,
) -> Result<Content> {
    let Parts { id: who, oversees, runs_platform, reason } = editor.into().parts();
    let versions = versions.map(|versions| json!(versions));
    let params: &[&dyn Param] = &[&id, &who, &versions, &now, &oversees, &runs_platform, &reason];
    change(platform, &PUBLISH, params).await
}

/// Makes a content a draft again. 404 to whoever may not change it.
pub async fn unpublish(
    platform: &Platform,
    editor: impl Into<Editor<'_>>,
    id: ContentId,
    versions: Versions<'_>,
    now: Timestamp,
) -> Result<Content> {
    change_status(platform, editor.into(), id, Status::Draft, versions, now).await
}
