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
    /// It asks for a tier.
    pub tiered: bool,
    /// They have a living access row.
    pub purchased: bool,
    /// Their subscription is open and reaches the tier it asks for; where it asks for none and is for subscribers, any does.
    pub subscribed: bool,
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

/// The rule. Those who answer for a content see it always; a membership never opens what is for sale, by itself or by a tier; what
/// was bought or given stays theirs when it is archived, and what a subscription opened does not.
pub fn access_rule(grounds: &Grounds) -> Verdict {
    if grounds.owner || matches!(grounds.role, Some(OrganizationRole::Owner | OrganizationRole::Admin)) {
        return Verdict::Allowed;
    }
    let allowed = match (grounds.status, grounds.visibility) {
        (Status::Draft, _) => return Verdict::Hidden,
        (Status::Archived, _) if grounds.purchased => true,
        (Status::Archived, _) => return Verdict::Hidden,
        (Status::Published, Visibility::Public) => true,
        (Status::Published, Visibility::PurchasedOnly) => grounds.purchased || grounds.subscribed,
        (Status::Published, Visibility::MembersOnly) => grounds.subscribed || (grounds.role.is_some() && !grounds.tiered),
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

    type Row = (Status, Visibility, bool, [Verdict; 4], [Verdict; 4]);

    /// What is expected of a stranger to the organization and of its plain members (creator or member), without and with a
    /// grant: stranger, stranger with a grant, member, member with a grant; and of all of them once a subscription is open that
    /// reaches it. Owners of content, and owners and admins of its organization, are allowed in every row. The second column:
    /// whether it asks for a tier.
    const TABLE: [Row; 18] = [
        (Draft, Public, false, [Hidden; 4], [Hidden; 4]),
        (Draft, Public, true, [Hidden; 4], [Hidden; 4]),
        (Draft, PurchasedOnly, false, [Hidden; 4], [Hidden; 4]),
        (Draft, PurchasedOnly, true, [Hidden; 4], [Hidden; 4]),
        (Draft, MembersOnly, false, [Hidden; 4], [Hidden; 4]),
        (Draft, MembersOnly, true, [Hidden; 4], [Hidden; 4]),
        (Published, Public, false, [Allowed; 4], [Allowed; 4]),
        (Published, Public, true, [Allowed; 4], [Allowed; 4]),
        (Published, PurchasedOnly, false, [Denied, Allowed, Denied, Allowed], [Allowed; 4]),
        (Published, PurchasedOnly, true, [Denied, Allowed, Denied, Allowed], [Allowed; 4]),
        (Published, MembersOnly, false, [Denied, Denied, Allowed, Allowed], [Allowed; 4]),
        (Published, MembersOnly, true, [Denied, Denied, Denied, Denied], [Allowed; 4]),
        (Archived, Public, false, [Hidden, Allowed, Hidden, Allowed], [Hidden, Allowed, Hidden, Allowed]),
        (Archived, Public, true, [Hidden, Allowed, Hidden, Allowed], [Hidden, Allowed, Hidden, Allowed]),
        (Archived, PurchasedOnly, false, [Hidden, Allowed, Hidden, Allowed], [Hidden, Allowed, Hidden, Allowed]),
        (Archived, PurchasedOnly, true, [Hidden, Allowed, Hidden, Allowed], [Hidden, Allowed, Hidden, Allowed]),
        (Archived, MembersOnly, false, [Hidden, Allowed, Hidden, Allowed], [Hidden, Allowed, Hidden, Allowed]),
        (Archived, MembersOnly, true, [Hidden, Allowed, Hidden, Allowed], [Hidden, Allowed, Hidden, Allowed]),
    ];

    #[test]
    fn the_truth_table() {
        let mut seen = 0;
        let rows = TABLE.into_iter().flat_map(|(status, visibility, tiered, without, with)| {
            [(false, without), (true, with)].map(|(subscribed, row)| (status, visibility, tiered, subscribed, row))
        });
        for (status, visibility, tiered, subscribed, [stranger, granted, member, granted_member]) in rows {
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
                        let grounds = Grounds { owner, status, visibility, tiered, purchased, subscribed, role };
                        assert_eq!(access_rule(&grounds), expected, "{grounds:?}");
                        seen += 1;
                    }
                }
            }
        }
        assert_eq!(seen, 3 * 3 * 2 * 2 * 2 * 5 * 2, "every combination");
    }
}
