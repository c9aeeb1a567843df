//! Sellers' accounts at Stripe, as its Connect webhook tells of them.

use std::collections::BTreeMap;

use codex_kernel::{OrganizationId, UserId};
use serde::Deserialize;

/// How an account stands: <https://docs.stripe.com/api/accounts/object>.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Account {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) charges_enabled: bool,
    #[serde(default)]
    pub(crate) payouts_enabled: bool,
    #[serde(default)]
    pub(crate) details_submitted: bool,
    #[serde(default)]
    requirements: Option<Requirements>,
    #[serde(default)]
    metadata: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
struct Requirements {
    #[serde(default)]
    currently_due: Option<Vec<String>>,
    disabled_reason: Option<String>,
}

impl Account {
    /// One that may do nothing.
    pub(crate) fn deauthorized(id: String) -> Self {
        Self { id, ..Self::default() }
    }

    fn named<T: std::str::FromStr>(&self, key: &str) -> Option<T> {
        self.metadata.as_ref()?.get(key)?.parse().ok()
    }

    /// Whose it is, where we opened it.
    pub(crate) fn user(&self) -> Option<UserId> {
        self.named("userId")
    }

    /// Which tenant's it is, where we opened it.
    pub(crate) fn organization(&self) -> Option<OrganizationId> {
        self.named("organizationId")
    }

    /// Why it cannot be used, in Stripe's word.
    pub(crate) fn disabled_reason(&self) -> Option<&str> {
        self.requirements.as_ref()?.disabled_reason.as_deref()
    }

    /// What Stripe wants to know next.
    pub(crate) fn currently_due(&self) -> &[String] {
        self.requirements.as_ref().and_then(|requirements| requirements.currently_due.as_deref()).unwrap_or_default()
    }
}
