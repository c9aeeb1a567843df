//! What creators publish: content, the media behind it, who may watch it, and how far they came.

mod catalogue;
mod content;
mod edit;
mod input;
mod kinds;
mod library;
mod media;
mod oversight;
mod package;
mod parts;
mod playback;
mod playlist;
mod progress;
mod rule;
mod statements;
mod storefront;
mod thumbnail;
mod token;
mod upload;
mod writing;

pub use catalogue::{
    Catalogue, FacetFilter, Facets, Filter, Order, catalogue_key, facets, facets_key, list_catalogue, list_own, stale_keys,
};
pub use content::{Content, find};
pub use edit::{CreateContent, UpdateContent, Versions, archive, create, delete, update};
pub use kinds::{AccessType, ContentType, Status, Visibility};
pub use library::{Begun, BegunFilter, LibraryFilter, LibraryItem, continue_watching, library};
pub use media::{
    CreateMedia, Media, MediaFilter, MediaStatus, MediaType, UpdateMedia, delete_media, find_media, list_media, update_media,
};
pub use oversight::{Editor, publish, unpublish};
pub use package::{Package, PackageFiles, PackagedFile, package};
pub use parts::{NextParts, Parts, next_parts, sweep_uploads};
pub use playback::{Stream, play, stream};
pub use progress::{Progress, SaveAll, SaveProgress, Saved, all_progress, progress, save_all, save_progress};
pub use rule::{Grounds, OrganizationRole, Verdict, access_rule};
pub use statements::STATEMENTS;
pub use storefront::{
    Playing, Shown, Storefront, StorefrontFilter, StorefrontItem, play_shown, show, storefront, storefront_key,
};
pub use thumbnail::{NewPicture, PictureUpload, UploadedPicture, keep_picture, picture, start_picture};
pub use token::Ticket;
pub use upload::{NewMedia, Upload, start_upload, upload_complete};
pub use writing::html as written_html;
