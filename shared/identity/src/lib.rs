//! People: accounts, passwords, sessions, verification. What a session proves is decided here and nowhere else.

mod accounts;
mod authenticate;
mod common;
mod cookie;
mod devices;
mod email_change;
pub mod hashing;
pub mod internal;
mod known_browser;
mod mail;
mod password;
mod password_change;
mod rotation;
mod sign_in;
mod statements;
mod sweep;
mod token;
mod user;

pub use accounts::{NewAccount, Registered, register, resend_verification, verify_email};
pub use authenticate::{Authenticated, Freshness, authenticate, forget_sessions, renew};
use codex_kernel::{Error, Result, Timestamp};
pub use cookie::{cleared_cookie, session_cookie};
pub use devices::{Device, devices, end_others, end_session};
pub use email_change::{ChangeEmail, approve_email_change, change_email, confirm_email_change};
pub use known_browser::{known_browser, known_cookie};
pub use password::NewPassword;
pub use password_change::{ChangePassword, change_password, request_reset, reset_password};
pub use rotation::rotate;
pub use sign_in::{Browser, LogIn, log_in, sign_out};
pub use statements::STATEMENTS;
pub use sweep::sweep;
pub use token::fingerprint;
pub use user::{Role, Session, SignedIn, User};

/// How long a session lives from its last renewal, seconds.
pub const SESSION_SECONDS: i64 = 24 * 60 * 60;
/// How long a session lives however often it is renewed, seconds.
pub const LONGEST_SESSION_SECONDS: i64 = 30 * SESSION_SECONDS;

/// `seconds` from `now`.
fn after(now: Timestamp, seconds: i64) -> Result<Timestamp> {
    Timestamp::from_second(now.as_second() + seconds).map_err(Error::internal)
}
