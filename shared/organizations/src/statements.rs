codex_edge::statements! {
    /// A new organization, its owner, and the owner made a creator.
    CREATE = "sql/create.sql";
    /// An organization by its id.
    BY_ID = "sql/by_id.sql";
    /// An organization by its slug.
    BY_SLUG = "sql/by_slug.sql";
    /// Organizations that anyone may find.
    LIST = "sql/list.sql";
    /// Whether a slug is free for somebody.
    SLUG_TAKEN = "sql/slug_taken.sql";
    /// The organizations a person belongs to.
    OF_MEMBER = "sql/of_member.sql", fenced;
    /// Changes to an organization and its settings.
    UPDATE = "sql/update.sql", fenced;
    /// An organization as those who manage it see it.
    MANAGED = "sql/managed.sql", fenced;
    /// An organization deleted, its name released, its content unpublished.
    DELETE = "sql/delete.sql", fenced;
    /// An organization brought back, with what its deletion unpublished.
    RESTORE = "sql/restore.sql", fenced;
    /// One owner's place given to another member.
    TRANSFER = "sql/transfer.sql", fenced;
    /// Who belongs to an organization.
    MEMBERS = "sql/members.sql", fenced;
    /// Somebody's own place in an organization.
    MEMBERSHIP = "sql/membership.sql", fenced;
    /// What somebody works with in an organization.
    DESK = "sql/desk.sql", fenced;
    /// A member's new role, and the mail that tells them.
    CHANGE_ROLE = "sql/change_role.sql", fenced;
    /// A member removed, by others or by themselves.
    REMOVE_MEMBER = "sql/remove_member.sql", fenced;
    /// An invitation and its mail.
    INVITE = "sql/invite.sql", fenced;
    /// The invitations of an organization.
    INVITATIONS = "sql/invitations.sql", fenced;
    /// A new link for an invitation, and its mail.
    RESEND_INVITATION = "sql/resend_invitation.sql", fenced;
    /// An invitation taken back.
    REVOKE_INVITATION = "sql/revoke_invitation.sql", fenced;
    /// An invitation accepted: a new member.
    ACCEPT_INVITATION = "sql/accept_invitation.sql";
    /// An invitation declined.
    DECLINE_INVITATION = "sql/decline_invitation.sql";
    /// A new follower.
    FOLLOW = "sql/follow.sql";
    /// A follower less.
    UNFOLLOW = "sql/unfollow.sql";
    /// Whether somebody follows.
    FOLLOWING = "sql/following.sql";
    /// The organizations somebody follows.
    FOLLOWED = "sql/followed.sql";
    /// How many do.
    FOLLOWER_COUNT = "sql/follower_count.sql";
    /// A new tier, by who manages the organization.
    CREATE_TIER = "sql/create_tier.sql", fenced;
    /// Changes to a tier, by who manages its organization.
    UPDATE_TIER = "sql/update_tier.sql", fenced;
    /// What an organization offers.
    TIERS = "sql/tiers.sql";
    /// One tier, as a visitor may see it.
    TIER = "sql/tier.sql";
}
