//! Which origins are the platform's own, in this environment. One answer serves CORS and CSRF.

use codex_edge::{Config, Environment};
use http::{HeaderMap, Method, header};
use url::Url;

/// Whether `origin` is a page of ours: the apex or one label under it, of this environment.
pub fn is_own_origin(config: &Config, origin: &str) -> bool {
    let (Ok(url), Some(base)) = (Url::parse(origin), config.find("BASE_DOMAIN")) else { return false };
    if url.origin().ascii_serialization() != origin {
        return false;
    }
    let Some(host) = url.host_str() else { return false };
    let label = match host.strip_suffix(base) {
        Some("") => None,
        Some(rest) => match rest.strip_suffix('.') {
            Some(label) if !label.is_empty() && !label.contains('.') => Some(label),
            _ => return false,
        },
        None => return false,
    };
    let of_preview =
        |label: &str| label.rsplit_once("-preview-").is_some_and(|(_, n)| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    let of_staging = |label: &str| label.ends_with("-staging");
    match config.environment {
        Environment::Development => url.scheme() == "http" && matches!(url.port(), Some(3000 | 5173)),
        Environment::Preview => url.scheme() == "https" && label.is_some_and(of_preview),
        Environment::Staging => url.scheme() == "https" && label.is_some_and(of_staging),
        Environment::Production => url.scheme() == "https" && !label.is_some_and(|label| of_preview(label) || of_staging(label)),
    }
}

/// Whether `address` leads to a page of ours, so that people may be sent there.
pub fn is_own_address(config: &Config, address: &str) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    url.username().is_empty() && url.password().is_none() && is_own_origin(config, &url.origin().ascii_serialization())
}

/// Whether a state-changing request was sent by a page that is not ours. SameSite does not help: tenants are same-site.
/// Browsers send `Origin` with every such request; what sends neither header is no browser and carries no stolen cookie.
pub(crate) fn is_forged(config: &Config, method: &Method, headers: &HeaderMap) -> bool {
    if method.is_safe() || !headers.contains_key(header::COOKIE) {
        return false;
    }
    if let Some(origin) = headers.get(header::ORIGIN) {
        return !origin.to_str().is_ok_and(|origin| is_own_origin(config, origin));
    }
    headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(environment: &str, base: &str) -> Config {
        Config::new([("ENVIRONMENT", environment), ("BASE_DOMAIN", base)].map(|(k, v)| (k.to_owned(), v.to_owned())))
    }

    #[test]
    fn own_origins_by_environment() {
        let cases = [
            ("production", "https://example.com", true),
            ("production", "https://yoga.example.com", true),
            ("production", "http://yoga.example.com", false),
            ("production", "https://a.b.example.com", false),
            ("production", "https://evilexample.com", false),
            ("production", "https://example.com.evil.org", false),
            ("production", "https://codex-staging.example.com", false),
            ("production", "https://codex-preview-7.example.com", false),
            ("production", "https://example.com/", false),
            ("production", "null", false),
            ("staging", "https://codex-staging.example.com", true),
            ("staging", "https://yoga.example.com", false),
            ("preview", "https://codex-preview-7.example.com", true),
            ("preview", "https://codex-preview-x.example.com", false),
        ];
        for (environment, origin, own) in cases {
            assert_eq!(is_own_origin(&config(environment, "example.com"), origin), own, "{environment} {origin}");
        }
        let development = config("development", "localhost");
        for (origin, own) in [
            ("http://localhost:3000", true),
            ("http://localhost:5173", true),
            ("http://demo.localhost:3000", true),
            ("http://localhost:8000", false),
            ("https://evil.org", false),
        ] {
            assert_eq!(is_own_origin(&development, origin), own, "{origin}");
        }
    }

    #[test]
    fn people_are_sent_to_own_pages_only() {
        let config = config("production", "example.com");
        for (address, own) in [
            ("https://yoga.example.com/thanks?session_id={CHECKOUT_SESSION_ID}", true),
            ("https://example.com", true),
            ("https://example.com@evil.org/", false),
            ("https://user:pass@example.com/", false),
            ("//example.com/", false),
            ("/thanks", false),
            ("javascript:alert(1)//https://example.com", false),
            ("https://example.com.evil.org/", false),
        ] {
            assert_eq!(is_own_address(&config, address), own, "{address}");
        }
    }

    #[test]
    fn a_foreign_page_cannot_change_state_with_the_cookie() {
        let config = config("production", "example.com");
        let forged = |method: Method, pairs: &[(&'static str, &'static str)]| {
            let headers = pairs.iter().map(|(k, v)| (k.parse().unwrap(), v.parse().unwrap())).collect::<HeaderMap>();
            is_forged(&config, &method, &headers)
        };
        let cookie = ("cookie", "codex-session=x");
        assert!(forged(Method::POST, &[cookie, ("origin", "https://evil.org")]));
        assert!(forged(Method::DELETE, &[cookie, ("origin", "null")]));
        assert!(forged(Method::POST, &[cookie, ("sec-fetch-site", "same-site")]));
        assert!(!forged(Method::POST, &[cookie, ("origin", "https://yoga.example.com")]));
        assert!(!forged(Method::POST, &[cookie, ("sec-fetch-site", "same-origin")]));
        assert!(!forged(Method::POST, &[cookie]));
        assert!(!forged(Method::GET, &[cookie, ("origin", "https://evil.org")]));
        assert!(!forged(Method::POST, &[("origin", "https://evil.org")]));
    }
}
