//! What creators publish: content, the media behind it, who may watch it, and how far they came.

mod access;
mod content;
mod input;
mod kinds;
mod media;
mod playlist;
mod progress;
mod statements;
mod token;
mod upload;

pub use access::{Grounds, OrganizationRole, Stream, Verdict, access_rule, play, stream};
pub use content::{
    Content, CreateContent, Filter, UpdateContent, create, delete, find, list_own, list_public, publish, unpublish, update,
};
pub use kinds::{Access, AccessType, ContentType, Status, Visibility};
pub use media::{
    CreateMedia, Media, MediaFilter, MediaStatus, MediaType, UpdateMedia, delete_media, find_media, list_media, update_media,
};
pub use progress::{LibraryItem, Progress, SaveProgress, all_progress, library, progress, save_progress};
pub use statements::STATEMENTS;
pub use token::Ticket;
pub use upload::{NewMedia, Package, PackageFiles, PackagedFile, Upload, package, start_upload, upload_complete};
