codex_edge::statements! {
    /// A new account, its first session, its verification token and the mail that carries it; where the address is taken, a mail to its owner.
    REGISTER = "sql/register.sql";
    /// The account of an address, with its password hash.
    CREDENTIALS = "sql/credentials.sql";
    /// A newer hash of the same password.
    UPGRADE_PASSWORD = "sql/upgrade_password.sql";
    /// A new session, in place of those that the browser carried; a mail where the browser is new to the account.
    OPEN_SESSION = "sql/open_session.sql";
    /// A living session and whose it is; notes, to the hour, that it is used.
    SESSION = "sql/session.sql";
    /// A later end for a session.
    RENEW_SESSION = "sql/renew_session.sql";
    /// A session that goes on under another token.
    ROTATE_SESSION = "sql/rotate_session.sql";
    /// The end of the sessions of these tokens, and of those that they replaced.
    CLOSE_SESSION = "sql/close_session.sql";
    /// A user's living sessions.
    DEVICES = "sql/devices.sql";
    /// The end of one session of a user's, and of the one that it replaced.
    END_SESSION = "sql/end_session.sql";
    /// The end of a user's sessions but one.
    END_OTHERS = "sql/end_others.sql";
    /// A verification token spent, the address verified.
    VERIFY_EMAIL = "sql/verify_email.sql";
    /// A new verification token and its mail, for an address that still needs one; else a token of nobody's.
    RESEND_VERIFICATION = "sql/resend_verification.sql";
    /// A reset token and its mail, for an address that has an account; else a token of nobody's.
    REQUEST_RESET = "sql/request_reset.sql";
    /// A reset token spent for a new password; every session of the account ends.
    RESET_PASSWORD = "sql/reset_password.sql";
    /// A new password in place of the one that was proven; every session of the account ends, one begins.
    CHANGE_PASSWORD = "sql/change_password.sql";
    /// A wish for another address, and the mail that asks the present one.
    CHANGE_EMAIL = "sql/change_email.sql";
    /// The present address has agreed; the mail that asks the new one.
    APPROVE_EMAIL = "sql/approve_email.sql";
    /// The new address has agreed and is the account's.
    CONFIRM_EMAIL = "sql/confirm_email.sql";
    /// Expired sessions and tokens deleted.
    SWEEP = "sql/sweep.sql";
}
