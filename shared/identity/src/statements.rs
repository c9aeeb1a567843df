codex_edge::statements! {
    /// A new account, its first session, its verification token and the mail that carries it.
    REGISTER = "sql/register.sql";
    /// The account of an address, with its password hash.
    CREDENTIALS = "sql/credentials.sql";
    /// A newer hash of the same password.
    UPGRADE_PASSWORD = "sql/upgrade_password.sql";
    /// A new session.
    OPEN_SESSION = "sql/open_session.sql";
    /// A living session and whose it is.
    SESSION = "sql/session.sql";
    /// A later end for a session.
    RENEW_SESSION = "sql/renew_session.sql";
    /// The end of a session.
    CLOSE_SESSION = "sql/close_session.sql";
    /// A verification token spent, the address verified.
    VERIFY_EMAIL = "sql/verify_email.sql";
    /// A new verification token and its mail, for an address that still needs one.
    RESEND_VERIFICATION = "sql/resend_verification.sql";
}
