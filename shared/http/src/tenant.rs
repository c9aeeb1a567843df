use codex_edge::{Config, Environment};
use codex_kernel::{Error, Result, Slug, is_reserved};

/// The tenant that shows the platform itself.
const PLATFORM_TENANT: &str = "codex";

/// Whose pages `host` (with or without a port) leads to: a tenant's slug, or none for the apex. A host that is none of ours, or
/// that is a worker's, is 404: never another tenant.
///
/// `codex`, `codex-staging` and `codex-preview-{n}` are the tenant `codex`; on a developer's machine `{slug}.localhost` works
/// whatever the base domain.
pub fn tenant_of(config: &Config, host: &str) -> Result<Option<Slug>> {
    let unknown = || Error::not_found("site");
    let host = host.to_ascii_lowercase();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => name,
        Some(_) => return Err(unknown()),
        None => &host,
    };
    let name = name.strip_suffix('.').unwrap_or(name);
    let local = (config.environment == Environment::Development).then_some("localhost");
    let bases = [Some(config.get("BASE_DOMAIN")?), local];
    let below = bases.into_iter().flatten().find_map(|base| name.strip_suffix(base)).ok_or_else(unknown)?;
    let label = match below {
        "" => return Ok(None),
        below => below.strip_suffix('.').filter(|label| !label.contains('.')).ok_or_else(unknown)?,
    };
    let slug = if is_platform(label) { PLATFORM_TENANT } else { label };
    let slug = Slug::try_from(slug.to_owned()).map_err(|_| unknown())?;
    if slug.as_ref() != PLATFORM_TENANT && is_reserved(label) {
        return Err(unknown());
    }
    Ok(Some(slug))
}

/// Whether a label is the platform's own tenant, in any environment.
fn is_platform(label: &str) -> bool {
    let preview = label.strip_prefix("codex-preview-").is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    preview || label == PLATFORM_TENANT || label == "codex-staging"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_truth_table() {
        let config = |environment: &str, base: &str| {
            Config::new([("ENVIRONMENT", environment), ("BASE_DOMAIN", base)].map(|(k, v)| (k.to_owned(), v.to_owned())))
        };
        let (production, development) = (config("production", "example.com"), config("development", "localhost"));
        let elsewhere = config("development", "example.com");
        // None: no site of ours. Some(None): the apex.
        let cases = [
            (&production, "yoga.example.com", Some(Some("yoga"))),
            (&production, "Yoga.Example.COM", Some(Some("yoga"))),
            (&production, "yoga.example.com.", Some(Some("yoga"))),
            (&production, "yoga.example.com:443", Some(Some("yoga"))),
            (&production, "yoga-staging.example.com", Some(Some("yoga-staging"))),
            (&production, "example.com", Some(None)),
            (&production, "codex.example.com", Some(Some("codex"))),
            (&production, "codex-staging.example.com", Some(Some("codex"))),
            (&production, "codex-preview-12.example.com", Some(Some("codex"))),
            (&production, "codex-preview-.example.com", None),
            (&production, "codex-preview-x.example.com", None),
            (&production, "auth-preview-12.example.com", None),
            (&production, "auth.example.com", None),
            (&production, "auth-staging.example.com", None),
            (&production, "www.example.com", None),
            (&production, "a.yoga.example.com", None),
            (&production, "ab.example.com", None),
            (&production, "yo--ga.example.com", None),
            (&production, ".example.com", None),
            (&production, "yogaexample.com", None),
            (&production, "example.com.evil.org", None),
            (&production, "yoga.example.com:80:80", None),
            (&production, "yoga.example.com:", None),
            (&production, "yoga.localhost", None),
            (&production, "", None),
            (&production, "[::1]", None),
            (&development, "yoga.localhost:3000", Some(Some("yoga"))),
            (&development, "localhost:3000", Some(None)),
            (&development, "codex.localhost", Some(Some("codex"))),
            (&development, "127.0.0.1:3000", None),
            (&elsewhere, "yoga.localhost:3000", Some(Some("yoga"))),
            (&elsewhere, "yoga.example.com", Some(Some("yoga"))),
        ];
        for (config, host, expected) in cases {
            let found = tenant_of(config, host);
            let found = found.as_ref().map(|slug| slug.as_ref().map(AsRef::as_ref)).map_err(|error| error.kind).ok();
            assert_eq!(found, expected, "{host}");
        }
    }
}
