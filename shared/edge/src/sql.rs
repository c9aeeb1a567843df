use std::{borrow::Cow, fmt};

use codex_kernel::{
    ContentId, Email, Error, InvitationId, JobId, MailId, MediaId, OrganizationId, PurchaseId, SessionId, Slug, SubscriptionId,
    TemplateId, TierId, Timestamp, UserId,
};

/// One named SQL statement: `sql/<noun>/<name>.sql`, whose first line is the comment `-- <crate>.<name>`.
///
/// Parameters are bound as text and cast in the SQL (`$1::uuid`); every row is one JSON value. Both transports then need
/// to know one type only, and a row decodes straight into the use case's own struct.
#[derive(Clone, Copy, Debug)]
pub struct Statement {
    /// The SQL, its name first.
    pub sql: &'static str,
    /// Whether row-level security holds it to what its caller may touch, beside its own conditions.
    pub fenced: bool,
}

impl Statement {
    /// The name in the first line's comment.
    pub fn name(&self) -> &'static str {
        self.sql.lines().next().unwrap_or_default().trim_start_matches("--").trim()
    }
}

/// Whom the statements of a piece of work are for.
#[derive(Clone, Copy, Debug)]
pub enum OnBehalf {
    /// Nobody who could be named: a schedule, a webhook, another worker.
    System,
    /// A request's caller; `None` is nobody known.
    Of(Option<UserId>),
}

/// How `statement` is sent on behalf of somebody, and with which parameters: as it is, or, where it is fenced and a request asks, through the
/// function `fenced` of migration 0015.
pub(crate) fn sent<'a>(
    statement: &'a Statement,
    on_behalf: OnBehalf,
    params: Vec<Option<Cow<'a, str>>>,
) -> (Cow<'a, str>, Vec<Option<Cow<'a, str>>>) {
    let OnBehalf::Of(caller) = on_behalf else { return (Cow::Borrowed(statement.sql), params) };
    if !statement.fenced {
        return (Cow::Borrowed(statement.sql), params);
    }
    let own: Vec<String> = (3..params.len() + 3).map(|place| format!("${place}")).collect();
    let sql =
        format!("-- {}\nSELECT r FROM fenced($1::text::uuid, $2::text, ARRAY[{}]::text[]) r", statement.name(), own.join(", "));
    let caller = caller.map(|caller| Cow::Owned(caller.to_string()));
    let mut all = vec![caller, Some(Cow::Borrowed(statement.sql))];
    all.extend(params);
    (Cow::Owned(sql), all)
}

/// How many bytes of `sql` are left by [`bare`].
#[doc(hidden)]
pub const fn bare_length(sql: &str) -> usize {
    write_bare(sql.as_bytes(), &mut [])
}

/// `sql` with its name and without what only people read: later lines that are comments, and what lines are indented by. Done as it
/// is compiled, so that neither a worker's upload nor what is sent to Postgres holds it.
#[doc(hidden)]
pub const fn bare<const LENGTH: usize>(sql: &str) -> [u8; LENGTH] {
    let mut bytes = [b' '; LENGTH];
    write_bare(sql.as_bytes(), &mut bytes);
    bytes
}

/// Writes what fits into `to`; how long the whole is.
const fn write_bare(sql: &[u8], to: &mut [u8]) -> usize {
    let (mut rest, mut length, mut first) = (sql, 0, true);
    while !rest.is_empty() {
        if !first {
            rest = rest.trim_ascii_start();
        }
        let commented = !first && matches!(rest, [b'-', b'-', ..]);
        first = false;
        while let [byte, later @ ..] = rest {
            rest = later;
            if !commented {
                if let Some((_, room)) = to.split_at_mut_checked(length)
                    && let Some(slot) = room.first_mut()
                {
                    *slot = *byte;
                }
                length += 1;
            }
            if *byte == b'\n' {
                break;
            }
        }
    }
    length
}

/// Declares a crate's statements: a constant each, and `STATEMENTS`, all of them, for the checks. `NAME = "file.sql", fenced;` is one that a
/// signed-in person asks for and that touches what is a tenant's or a person's.
#[macro_export]
macro_rules! statements {
    (@fenced) => { false };
    (@fenced fenced) => { true };
    ($($(#[$doc:meta])* $name:ident = $file:literal $(, $fenced:ident)?;)+) => {
        $($(#[$doc])* pub const $name: $crate::Statement = {
            const SOURCE: &str = include_str!($file);
            const BYTES: [u8; $crate::bare_length(SOURCE)] = $crate::bare(SOURCE);
            // A file is UTF-8, and what was taken out were whole characters.
            $crate::Statement {
                sql: match ::core::str::from_utf8(&BYTES) { Ok(sql) => sql, Err(_) => SOURCE },
                fenced: $crate::statements!(@fenced $($fenced)?),
            }
        };)+
        /// Every statement above.
        pub const STATEMENTS: &[$crate::Statement] = &[$($name),+];
    };
}

/// A value that can be bound to a statement.
pub trait Param: Sync {
    /// Its text form; `None` is NULL.
    fn text(&self) -> Option<Cow<'_, str>>;
}

impl Param for str {
    fn text(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self))
    }
}

impl Param for String {
    fn text(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self))
    }
}

impl<T: Param + ?Sized> Param for &T {
    fn text(&self) -> Option<Cow<'_, str>> {
        (**self).text()
    }
}

impl<T: Param> Param for Option<T> {
    fn text(&self) -> Option<Cow<'_, str>> {
        self.as_ref().and_then(Param::text)
    }
}

macro_rules! display_params {
    ($($type:ty),+) => {$(
        impl Param for $type {
            fn text(&self) -> Option<Cow<'_, str>> {
                Some(Cow::Owned(self.to_string()))
            }
        }
    )+};
}

display_params!(
    bool,
    i32,
    i64,
    u32,
    u64,
    f64,
    Timestamp,
    UserId,
    SessionId,
    OrganizationId,
    InvitationId,
    ContentId,
    MediaId,
    PurchaseId,
    TemplateId,
    MailId,
    TierId,
    SubscriptionId,
    JobId,
    Slug,
    Email,
    serde_json::Value
);

/// Postgres refused a statement.
#[derive(Debug)]
pub struct DatabaseError {
    /// Which one.
    pub statement: &'static str,
    /// SQLSTATE.
    pub code: String,
    /// The violated constraint or unique index, where that is the reason.
    pub constraint: Option<String>,
    /// Postgres's words; they may quote data, so they go nowhere.
    pub message: String,
}

impl fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "statement {} failed with SQLSTATE {}", self.statement, self.code)?;
        match &self.constraint {
            Some(constraint) => write!(f, " on {constraint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for DatabaseError {}

impl From<DatabaseError> for Error {
    /// Connection and resource trouble (classes 08, 53, 57) passes. U+0000 is the one character that Postgres keeps in no text (22021,
    /// and 22P05 inside JSON): whoever sent it is told. Anything else is ours.
    fn from(error: DatabaseError) -> Self {
        if matches!(error.code.as_str(), "22021" | "22P05") {
            return Self::invalid_at("", "no text may contain the character U+0000").because(error);
        }
        let passing = matches!(error.code.get(..2), Some("08" | "53" | "57"));
        if passing { Self::unavailable("the database", &error) } else { Self::internal(&error) }.because(error)
    }
}

/// Names the client error that a violated constraint stands for.
pub trait OnConstraint {
    /// The same result, with `to()` in place of a violation of `constraint`.
    fn on_constraint(self, constraint: &str, to: impl FnOnce() -> Error) -> Self;
}

impl<T> OnConstraint for codex_kernel::Result<T> {
    fn on_constraint(self, constraint: &str, to: impl FnOnce() -> Error) -> Self {
        self.map_err(|error| {
            let violated = error.source.as_deref().and_then(|source| source.downcast_ref::<DatabaseError>());
            match violated.and_then(|violated| violated.constraint.as_deref()) {
                Some(name) if name == constraint => to(),
                _ => error,
            }
        })
    }
}

/// How both halves decode: one JSON text per row, straight into `T`.
pub(crate) fn decode<T: serde::de::DeserializeOwned>(statement: &Statement, json: &str) -> codex_kernel::Result<T> {
    serde_json::from_str(json).map_err(|error| {
        Error::internal(DatabaseError {
            statement: statement.name(),
            code: "row".to_owned(),
            constraint: None,
            message: error.to_string(),
        })
    })
}

/// A `json` column's text as the server wrote it.
pub(crate) struct JsonText<'a>(pub(crate) &'a str);

impl<'a> tokio_postgres::types::FromSql<'a> for JsonText<'a> {
    fn from_sql(
        _: &tokio_postgres::types::Type,
        raw: &'a [u8],
    ) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(std::str::from_utf8(raw)?))
    }

    fn accepts(ty: &tokio_postgres::types::Type) -> bool {
        *ty == tokio_postgres::types::Type::JSON
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_keeps_its_name_and_no_other_comment() {
        const SOURCE: &str = "-- crate.name\n-- $1 who\n\nSELECT 1 -- not ours\n    -- why\n    , 'ü -- x'\n  ";
        const BARE: [u8; bare_length(SOURCE)] = bare(SOURCE);
        assert_eq!(std::str::from_utf8(&BARE).unwrap(), "-- crate.name\nSELECT 1 -- not ours\n, 'ü -- x'\n");
    }
}
