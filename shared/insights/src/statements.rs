codex_edge::statements! {
    /// The organizations that somebody manages, two at most.
    MANAGED_ORGANIZATIONS = "sql/managed_organizations.sql", fenced;
    /// Whether somebody manages what they ask about.
    MANAGES = "sql/manages.sql", fenced;
    /// What sales come to, day by day.
    REVENUE = "sql/revenue.sql", fenced;
    /// How many customers there are, and how many are new.
    CUSTOMER_REPORT = "sql/customer_report.sql", fenced;
    /// What sells best.
    TOP_CONTENT = "sql/top_content.sql", fenced;
    /// How single contents do.
    PERFORMANCE = "sql/performance.sql", fenced;
    /// The most important of all reports.
    DASHBOARD = "sql/dashboard.sql", fenced;
    /// A whole dashboard.
    OVERVIEW = "sql/overview.sql", fenced;
    /// What happened.
    ACTIVITY = "sql/activity.sql", fenced;
    /// A page of contents, drafts included.
    CONTENTS = "sql/contents.sql", fenced;
    /// A page of customers.
    CUSTOMERS = "sql/customers.sql", fenced;
    /// One customer, and a page of what they bought.
    CUSTOMER = "sql/customer.sql", fenced;
    /// A content given to somebody.
    GRANT_ACCESS = "sql/grant_access.sql", fenced;
    /// The end of that.
    REVOKE_ACCESS = "sql/revoke_access.sql", fenced;
    /// What the platform and organizations keep.
    PLATFORM_FEE = "sql/platform_fee.sql", fenced;
    /// The organizations that have rates of their own.
    ORGANIZATION_FEES = "sql/organization_fees.sql", fenced;
    /// Rates set.
    SET_FEES = "sql/set_fees.sql", fenced;
    /// An organization's own rates removed.
    REMOVE_FEES = "sql/remove_fees.sql", fenced;
    /// Every rate there ever was.
    FEE_CHANGES = "sql/fee_changes.sql", fenced;
}
