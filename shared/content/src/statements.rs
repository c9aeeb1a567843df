codex_edge::statements! {
    /// A new draft, if the organization and the media may be named by its creator.
    CREATE = "sql/create.sql", fenced;
    /// One content, its media, and why the viewer may or may not see it.
    FIND = "sql/find.sql";
    /// A page of what is published for everybody, to watch or to buy.
    LIST_CATALOGUE = "sql/list_catalogue.sql";
    /// The categories and tags of a catalogue.
    FACETS = "sql/facets.sql";
    /// A page of what one creator made.
    LIST_OWN = "sql/list_own.sql";
    /// Changes to a content by its creator.
    UPDATE = "sql/update.sql", fenced;
    /// A content made visible, if it is complete.
    PUBLISH = "sql/publish.sql", fenced;
    /// A content made a draft again, or archived.
    CHANGE_STATUS = "sql/change_status.sql", fenced;
    /// A content deleted softly.
    DELETE = "sql/delete.sql", fenced;
    /// A new media item awaiting its upload.
    CREATE_MEDIA = "sql/create_media.sql", fenced;
    /// One media item of its creator.
    FIND_MEDIA = "sql/find_media.sql", fenced;
    /// A page of one creator's media items.
    LIST_MEDIA = "sql/list_media.sql", fenced;
    /// Changes to a media item by its creator.
    UPDATE_MEDIA = "sql/update_media.sql", fenced;
    /// A media item whose upload arrived.
    UPLOADED = "sql/uploaded.sql", fenced;
    /// A media item whose creator brings what plays.
    TAKE_OVER = "sql/take_over.sql", fenced;
    /// A media item deleted softly, unless something uses it.
    DELETE_MEDIA = "sql/delete_media.sql", fenced;
    /// Parts of an upload that arrived.
    ARRIVED_PARTS = "sql/arrived_parts.sql", fenced;
    /// Uploads that did not arrive in time.
    EXPIRED_UPLOADS = "sql/expired_uploads.sql";
    /// How far one person came in one content.
    PROGRESS = "sql/progress.sql";
    /// Progress kept, unless something later is known.
    SAVE_PROGRESS = "sql/save_progress.sql";
    /// A page of how far one person came in anything.
    ALL_PROGRESS = "sql/all_progress.sql";
    /// A page of what one person has begun and not finished.
    CONTINUE_WATCHING = "sql/continue_watching.sql";
    /// A page of what one person may watch for having bought it or been given it.
    LIBRARY = "sql/library.sql";
    /// A page of what the pages of an organization, or of all of them, show to everybody.
    STOREFRONT = "sql/storefront.sql";
    /// One content by its organization's name and its own.
    STOREFRONT_FIND = "sql/storefront_find.sql";
}
