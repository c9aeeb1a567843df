//! Who asks, and about what.

use codex_edge::{Database, Param, Statement};
use codex_kernel::{Error, OrganizationId, Result, UserId};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, de::DeserializeOwned};

use crate::statements::{MANAGED_ORGANIZATIONS, MANAGES};

/// Somebody who asks about an organization, or, running the platform, about all of it.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    organization: Option<OrganizationId>,
    caller: UserId,
    runs_platform: bool,
}

/// What a statement answers: whether the caller manages what they ask about, and if so what they asked for.
#[derive(Deserialize)]
struct Answered<T> {
    manages: bool,
    found: Option<T>,
}

impl Scope {
    /// `caller` asking about `organization`. Where none is named: everything, for those who run the platform; else the one
    /// organization that the caller manages: 403 if there is none, 400 if there are more.
    pub async fn of(
        database: &Database,
        caller: UserId,
        runs_platform: bool,
        organization: Option<OrganizationId>,
    ) -> Result<Self> {
        if organization.is_some() || runs_platform {
            return Ok(Self { organization, caller, runs_platform });
        }
        let managed: Option<Vec<OrganizationId>> = database.one(&MANAGED_ORGANIZATIONS, &[&caller]).await?;
        match managed.unwrap_or_default().as_slice() {
            [] => Err(forbidden()),
            [one] => Ok(Self { organization: Some(*one), caller, runs_platform }),
            _ => Err(Error::invalid_at("organizationId", "say which of your organizations")),
        }
    }

    /// 404 where there is nothing of which the caller may know, 403 where they do not manage it.
    pub async fn require(&self, database: &Database) -> Result<()> {
        self.answer(database, &MANAGES, &[]).await.map(|_: Option<bool>| ())
    }

    /// What `statement` finds; its first three parameters are organization, caller and whether they run the platform.
    pub(crate) async fn answer<T: DeserializeOwned>(
        &self,
        database: &Database,
        statement: &Statement,
        params: &[&dyn Param],
    ) -> Result<Option<T>> {
        let mut all: Vec<&dyn Param> = vec![&self.organization, &self.caller, &self.runs_platform];
        all.extend(params);
        match database.one::<Answered<T>>(statement, &all).await? {
            None => Err(Error::not_found("organization")),
            Some(Answered { manages: false, .. }) => Err(forbidden()),
            Some(Answered { found, .. }) => Ok(found),
        }
    }

    /// The same, of a statement that always finds something.
    pub(crate) async fn report<T: DeserializeOwned>(
        &self,
        database: &Database,
        statement: &Statement,
        params: &[&dyn Param],
    ) -> Result<T> {
        let found = self.answer(database, statement, params).await?;
        found.ok_or_else(|| Error::internal("a report without a row"))
    }
}

fn forbidden() -> Error {
    Error::forbidden("FORBIDDEN", "Only its owners and admins may see this")
}

/// Why something is done.
#[derive(Debug, Default, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// For the record.
    #[garde(length(chars, min = 1, max = 500))]
    pub reason: Option<String>,
}

macro_rules! names {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// Its name on the wire and in statements.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
    };
}
pub(crate) use names;

pub(crate) fn first_page() -> u32 {
    1
}

pub(crate) fn page_size() -> u32 {
    20
}
