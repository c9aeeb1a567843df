codex_edge::statements! {
    /// Takes due mails for a while: until it passes nobody else takes them.
    CLAIM = "sql/claim.sql";
    /// How attempts went.
    SETTLE = "sql/settle.sql";
    /// Mail of long ago, forgotten.
    FORGET = "sql/forget.sql";
    /// Which mail somebody wants.
    PREFERENCES = "sql/preferences.sql";
    /// What somebody decided about it.
    SET_PREFERENCES = "sql/set_preferences.sql";
    /// Somebody's click on the end of it.
    UNSUBSCRIBE = "sql/unsubscribe.sql";
    /// A new template.
    CREATE_TEMPLATE = "sql/create_template.sql", fenced;
    /// An owner's template.
    TEMPLATE = "sql/template.sql", fenced;
    /// A page of an owner's templates.
    TEMPLATES = "sql/templates.sql", fenced;
    /// An owner's words for each mail.
    WORDS = "sql/words.sql", fenced;
    /// A template changed.
    UPDATE_TEMPLATE = "sql/update_template.sql", fenced;
    /// A template removed.
    DELETE_TEMPLATE = "sql/delete_template.sql", fenced;
    /// A template that somebody may change, whosever.
    MANAGED_TEMPLATE = "sql/managed_template.sql", fenced;
    /// A template mailed to whoever tries it out.
    TRY_OUT = "sql/try_out.sql", fenced;
    /// Whether somebody manages an organization.
    MANAGES = "sql/manages.sql", fenced;
    /// A mail that another worker wants sent.
    SEND = "sql/send.sql";
    /// A page of the delivery log.
    DELIVERIES = "sql/deliveries.sql", fenced;
}
