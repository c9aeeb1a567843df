/// Names that are hosts of the platform, or that people would take for one.
const RESERVED: &[&str] = &[
    "admin",
    "admin-api",
    "api",
    "app",
    "assets",
    "auth",
    "autodiscover",
    "blog",
    "cdn",
    "codex",
    "content-api",
    "creators",
    "dashboard",
    "dev",
    "docs",
    "ecom-api",
    "ftp",
    "help",
    "identity-api",
    "localhost",
    "mail",
    "media-api",
    "notifications-api",
    "organization-api",
    "platform",
    "smtp",
    "staging",
    "status",
    "support",
    "test",
    "web",
    "www",
];

/// Whether tenants may not have `slug`: reserved names with and without `-staging`, and everything shaped like a preview.
pub fn is_reserved(slug: &str) -> bool {
    let base = slug.strip_suffix("-staging").unwrap_or(slug);
    RESERVED.contains(&base) || slug.contains("-preview-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_platforms_hosts_are_reserved_in_every_environment() {
        for slug in ["auth", "auth-staging", "codex-preview-12", "www", "api"] {
            assert!(is_reserved(slug), "{slug}");
        }
        for slug in ["yoga", "authors", "yoga-staging", "preview"] {
            assert!(!is_reserved(slug), "{slug}");
        }
    }
}
