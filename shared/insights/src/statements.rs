codex_edge::statements! {
    /// The organizations that somebody manages, two at most.
    MANAGED_ORGANIZATIONS = "sql/managed_organizations.sql";
    /// Whether somebody manages what they ask about.
    MANAGES = "sql/manages.sql";
    /// What sales come to, day by day.
    REVENUE = "sql/revenue.sql";
    /// How many customers there are, and how many are new.
    CUSTOMER_REPORT = "sql/customer_report.sql";
    /// What sells best.
    TOP_CONTENT = "sql/top_content.sql";
    /// How single contents do.
    PERFORMANCE = "sql/performance.sql";
    /// The most important of all reports.
    DASHBOARD = "sql/dashboard.sql";
    /// What happened.
    ACTIVITY = "sql/activity.sql";
    /// A page of contents, drafts included.
    CONTENTS = "sql/contents.sql";
    /// A page of customers.
    CUSTOMERS = "sql/customers.sql";
    /// One customer, and a page of what they bought.
    CUSTOMER = "sql/customer.sql";
    /// A content given to somebody.
    GRANT_ACCESS = "sql/grant_access.sql";
    /// The end of that.
    REVOKE_ACCESS = "sql/revoke_access.sql";
    /// What the platform and organizations keep.
    PLATFORM_FEE = "sql/platform_fee.sql";
    /// The organizations that have rates of their own.
    ORGANIZATION_FEES = "sql/organization_fees.sql";
    /// Rates set.
    SET_FEES = "sql/set_fees.sql";
    /// An organization's own rates removed.
    REMOVE_FEES = "sql/remove_fees.sql";
    /// Every rate there ever was.
    FEE_CHANGES = "sql/fee_changes.sql";
}
