//! Tenants: who owns which name, who belongs to them in which role, and how they present themselves.

mod contrast;
mod desk;
mod followers;
mod invitations;
mod members;
mod organization;
mod ownership;
mod public;
mod role;
mod settings;
mod statements;
mod tiers;

pub use desk::{Desk, DeskFilter, Part, Team, desk};
pub use followers::{FollowerCount, Following, follow, followed, follower_count, following, unfollow};
pub use invitations::{
    Invitation, InvitationFilter, InvitationStatus, InvitationToken, Invite, Joined, accept, decline, invitations, invite,
    resend, revoke,
};
pub use members::{ChangeRole, Changed, Member, MemberFilter, Membership, change_role, members, membership, remove};
pub use organization::{
    Create, Filter, MineFilter, Opened, Organization, OwnOrganization, Sort, Update, by_id, create, is_available, list,
    of_member, update,
};
pub use ownership::{Transfer, delete, restore, transfer};
pub use public::{PublicOrganization, by_slug};
pub use role::OrganizationRole;
pub use settings::{
    Branding, Contact, Features, ReplaceBranding, ReplaceContact, ReplaceFeatures, Settings, SettingsPatch, WithWarnings,
    replace_settings, set_logo, settings, update_settings,
};
pub use statements::STATEMENTS;
pub use tiers::{CreateTier, Tier, TierFilter, TierStatus, UpdateTier, archive_tier, create_tier, tier, tiers, update_tier};
