codex_edge::statements! {
    /// A person's profile.
    PROFILE = "sql/profile.sql";
    /// Changes to a profile; a customer who chooses a username becomes a creator.
    UPDATE_PROFILE = "sql/update_profile.sql";
    /// What a person chose for themselves.
    PREFERENCES = "sql/preferences.sql";
    /// Changes to that.
    UPDATE_PREFERENCES = "sql/update_preferences.sql";
    /// Everything held about a person.
    EXPORT = "sql/export.sql", fenced;
    /// The end of an account, or why it cannot end.
    DELETE_ACCOUNT = "sql/delete_account.sql";
}
