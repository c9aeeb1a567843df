//! People: accounts, passwords, sessions, verification. What a session proves is decided here and nowhere else.

mod accounts;
mod authenticate;
mod common;
mod cookie;
pub mod hashing;
pub mod internal;
mod password;
mod statements;
mod token;
mod user;

pub use accounts::{LogIn, Registered, log_in, register, resend_verification, sign_out, verify_email};
pub use authenticate::{Freshness, authenticate, forget_sessions, renew};
pub use cookie::{cleared_cookie, session_cookie};
pub use password::NewPassword;
pub use statements::STATEMENTS;
pub use token::fingerprint;
pub use user::{Role, Session, SignedIn, User};

/// How long a session lives from its last renewal, seconds.
pub const SESSION_SECONDS: i64 = 24 * 60 * 60;
