codex_edge::statements! {
    /// The first job of a file that arrived.
    START = "sql/start.sql";
    /// Files that arrived and have no job yet.
    UNSTARTED = "sql/unstarted.sql";
    /// Jobs to hand to the transcoder, taken for a while.
    CLAIM = "sql/claim.sql";
    /// Whose a job is.
    OWNER = "sql/owner.sql";
    /// News of a job, applied to it and to its media item.
    HEAR = "sql/hear.sql";
    /// The latest job of a media item.
    LATEST = "sql/latest.sql", fenced;
    /// The latest job of each of a creator's files.
    OF_CREATOR = "sql/of_creator.sql", fenced;
    /// Another job after one that failed.
    RETRY = "sql/retry.sql", fenced;
    /// Jobs that nothing was heard of for too long.
    SILENT = "sql/silent.sql";
    /// Where the walk over the bucket goes on.
    WALKED = "sql/walked.sql";
    /// Folders that nothing needs, of those the walk came by.
    ORPHANS = "sql/orphans.sql";
}
