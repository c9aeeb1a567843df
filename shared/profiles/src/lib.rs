//! What people say of themselves, what the platform holds about them, and how they leave it.

mod account;
mod preferences;
mod profile;
mod statements;

pub use account::{Confirmation, DeleteAccount, delete_account, export};
pub use preferences::{Preferences, PreferencesPatch, Theme, preferences, update_preferences};
pub use profile::{Changed, Profile, SocialLinks, SocialLinksPatch, UpdateProfile, profile, set_avatar, update_profile};
pub use statements::STATEMENTS;
