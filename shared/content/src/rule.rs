//! Who may watch what: the one rule.

use codex_kernel::{Error, Result};
use serde::Deserialize;

use crate::kinds::{Status, Visibility};

/// A place in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrganizationRole {
    /// Owns it.
    Owner,
    /// Manages it.
    Admin,
    /// Publishes in it.
    Creator,
    /// Belongs to it.
    Member,
}

/// All that decides whether somebody may watch something.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Grounds {
    /// They made it.
    pub owner: bool,
    /// Whether it can be seen.
    pub status: Status,
    /// Who is meant to.
    pub visibility: Visibility,
    /// They have a living access row.
    pub purchased: bool,
    /// Their place in its organization.
    pub role: Option<OrganizationRole>,
}

/// What follows from the grounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They may watch it.
    Allowed,
    /// They may know of it.
    Denied,
    /// For them it does not exist.
    Hidden,
}

/// The rule. Those who answer for a content see it always; a membership never opens what is for sale; what was bought or given
/// stays theirs when it is archived.
pub fn access_rule(grounds: &Grounds) -> Verdict {
    if grounds.owner || matches!(grounds.role, Some(OrganizationRole::Owner | OrganizationRole::Admin)) {
        return Verdict::Allowed;
    }
    let allowed = match (grounds.status, grounds.visibility) {
        (Status::Draft, _) => return Verdict::Hidden,
        (Status::Archived, _) if grounds.purchased => true,
        (Status::Archived, _) => return Verdict::Hidden,
        (Status::Published, Visibility::Public) => true,
        (Status::Published, Visibility::PurchasedOnly) => grounds.purchased,
        (Status::Published, Visibility::MembersOnly) => grounds.role.is_some(),
    };
    if allowed { Verdict::Allowed } else { Verdict::Denied }
}

/// The verdict as an answer.
pub(crate) fn admit(grounds: &Grounds) -> Result<()> {
    match access_rule(grounds) {
        Verdict::Allowed => Ok(()),
        Verdict::Denied => Err(Error::forbidden("ACCESS_DENIED", "You have no access to this content")),
        Verdict::Hidden => Err(Error::not_found("content")),
    }
}

#[cfg(test)]
mod tests {
    use OrganizationRole::{Admin, Creator, Member, Owner};
    use Status::{Archived, Draft, Published};
    use Verdict::{Allowed, Denied, Hidden};
    use Visibility::{MembersOnly, Public, PurchasedOnly};

    use super::*;

    /// What is expected of a stranger to the organization and of its plain members (creator or member), without and with a
    /// grant: stranger, stranger with a grant, member, member with a grant. Owners of content, and owners and admins of its
    /// organization, are allowed in every row.
    const TABLE: [(Status, Visibility, [Verdict; 4]); 9] = [
        (Draft, Public, [Hidden, Hidden, Hidden, Hidden]),
        (Draft, PurchasedOnly, [Hidden, Hidden, Hidden, Hidden]),
        (Draft, MembersOnly, [Hidden, Hidden, Hidden, Hidden]),
        (Published, Public, [Allowed, Allowed, Allowed, Allowed]),
        (Published, PurchasedOnly, [Denied, Allowed, Denied, Allowed]),
        (Published, MembersOnly, [Denied, Denied, Allowed, Allowed]),
        (Archived, Public, [Hidden, Allowed, Hidden, Allowed]),
        (Archived, PurchasedOnly, [Hidden, Allowed, Hidden, Allowed]),
        (Archived, MembersOnly, [Hidden, Allowed, Hidden, Allowed]),
    ];

    #[test]
    fn the_truth_table() {
        let mut seen = 0;
        for (status, visibility, [stranger, granted, member, granted_member]) in TABLE {
            for owner in [false, true] {
                for role in [None, Some(Owner), Some(Admin), Some(Creator), Some(Member)] {
                    for purchased in [false, true] {
                        let expected = match (owner, role, purchased) {
                            (true, ..) | (_, Some(Owner | Admin), _) => Allowed,
                            (_, None, false) => stranger,
                            (_, None, true) => granted,
                            (_, Some(Creator | Member), false) => member,
                            (_, Some(Creator | Member), true) => granted_member,
                        };
                        let grounds = Grounds { owner, status, visibility, purchased, role };
                        assert_eq!(access_rule(&grounds), expected, "{grounds:?}");
                        seen += 1;
                    }
                }
            }
        }
        assert_eq!(seen, 3 * 3 * 2 * 5 * 2, "every combination");
    }
}
