//! The vocabulary every other crate speaks: identifiers, slugs, e-mail addresses, money, errors. No I/O and no clock.

mod error;
mod ids;
pub mod input;
pub mod money;
mod page;
mod picture;
mod random;
mod reserved;
mod text;
mod time;

pub use error::{Error, Issue, Kind, Result};
pub use ids::{
    ContentId, Id, InvitationId, JobId, MailId, MediaId, OrganizationId, PurchaseId, SessionId, SubscriptionId, TemplateId,
    TierId, UserId,
};
pub use page::{Listed, Paging};
pub use picture::{Picture, PictureKind, SizedPicture};
pub use random::random_bytes;
pub use reserved::is_reserved;
pub use text::{Email, Slug, is_plain_path};
pub use time::{NoTime, Timestamp};
