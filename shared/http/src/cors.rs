//! Which origins are the platform's own, in this environment. One answer serves CORS and CSRF.

use codex_edge::{Config, Environment};
use codex_kernel::{Error, Result};
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
    // Where it is deployed every page is at the port that goes without saying.
    if config.environment != Environment::Development && url.port().is_some() {
        return false;
    }
    match config.environment {
        Environment::Development => {
            let web = config.find("WEB_APP_URL").and_then(|web| Url::parse(web).ok()?.port());
            url.scheme() == "http" && url.port().is_some_and(|port| matches!(port, 3000 | 5173) || web == Some(port))
        }
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

/// Where to send a person next: `asked`, an address of ours or a path of the web application, else the path `otherwise` of it.
/// 400 at `field` where it leads elsewhere.
pub fn destination(config: &Config, field: &str, asked: Option<&str>, otherwise: &str) -> Result<Url> {
    let web = Url::parse(config.get("WEB_APP_URL")?).map_err(|_| Error::configuration("WEB_APP_URL"))?;
    let Some(asked) = asked else { return web.join(otherwise).map_err(Error::internal) };
    // What is checked is what the browser will be given: joined, with `//host` and `/\host` resolved as it would.
    web.join(asked)
        .ok()
        .filter(|url| is_own_address(config, url.as_str()))
        .ok_or_else(|| Error::invalid_at(field, "must lead to a page of this platform"))
}

/// Whether a state-changing request was sent by a page that is not ours. SameSite does not help: tenants are same-site.
/// Browsers send `Origin` with every such request; what sends neither header is no browser and carries no stolen cookie.
/// Where people sign in (`signs_in`) no cookie is needed to do harm: a page that signs its visitor in to somebody else's account
/// sends none.
pub(crate) fn is_forged(config: &Config, method: &Method, signs_in: bool, headers: &HeaderMap) -> bool {
    if method.is_safe() || !(signs_in || headers.contains_key(header::COOKIE)) {
        return false;
    }
    // A page that asks its own host is one of that worker's own pages, wherever the worker is served.
    let site = headers.get("sec-fetch-site");
    if site.is_some_and(|site| site == "same-origin") {
        return false;
    }
    if let Some(origin) = headers.get(header::ORIGIN) {
        return !origin.to_str().is_ok_and(|origin| is_own_origin(config, origin));
    }
    site.is_some_and(|site| site != "none")
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
            ("production", "https://yoga.example.com:8443", false),
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
        let aside = [("ENVIRONMENT", "development"), ("BASE_DOMAIN", "localhost"), ("WEB_APP_URL", "http://localhost:22906")];
        let aside = Config::new(aside.map(|(k, v)| (k.to_owned(), v.to_owned())));
        assert!(is_own_origin(&aside, "http://yoga.localhost:22906"), "where the web worker of a stack moved aside listens");
        assert!(!is_own_origin(&aside, "http://yoga.localhost:22907"));
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
            is_forged(&config, &method, false, &headers)
        };
        let cookie = ("cookie", "codex-session=x");
        assert!(forged(Method::POST, &[cookie, ("origin", "https://evil.org")]));
        assert!(forged(Method::DELETE, &[cookie, ("origin", "null")]));
        assert!(forged(Method::POST, &[cookie, ("sec-fetch-site", "same-site")]));
        assert!(!forged(Method::POST, &[cookie, ("origin", "https://yoga.example.com")]));
        assert!(!forged(Method::POST, &[cookie, ("sec-fetch-site", "same-origin")]));
        assert!(!forged(Method::POST, &[cookie, ("sec-fetch-site", "same-origin"), ("origin", "https://api.elsewhere.com")]));
        assert!(forged(Method::POST, &[cookie, ("sec-fetch-site", "cross-site"), ("origin", "https://evil.org")]));
        assert!(!forged(Method::POST, &[cookie]));
        assert!(!forged(Method::GET, &[cookie, ("origin", "https://evil.org")]));
        assert!(!forged(Method::POST, &[("origin", "https://evil.org")]));
        let foreign = HeaderMap::from_iter([(header::ORIGIN, "https://evil.org".parse().unwrap())]);
        assert!(is_forged(&config, &Method::POST, true, &foreign), "nor sign somebody in");
    }

    #[test]
    fn destinations_are_own_pages() {
        let config = Config::new(
            [("BASE_DOMAIN", "example.com"), ("WEB_APP_URL", "https://example.com/app")]
                .map(|(k, v)| (k.to_owned(), v.to_owned())),
        );
        let to = |asked| destination(&config, "callbackURL", Some(asked), "/login").map(String::from);
        for (asked, url) in [
            ("/dashboard?test=1 2", "https://example.com/dashboard?test=1%202"),
            ("https://yoga.example.com/a", "https://yoga.example.com/a"),
            ("/a+b?c=d+e#f", "https://example.com/a+b?c=d+e#f"),
            ("\t/a", "https://example.com/a"),
        ] {
            assert_eq!(to(asked).unwrap(), url, "{asked}");
        }
        for bad in [
            "//evil.org",
            "/\\evil.org",
            "\\\\evil.org",
            "/\t/evil.org",
            "javascript:alert(1)",
            "data:text/html,x",
            "http://example.com/",
            "https://example.com.evil.org/",
            "https://example.com@evil.org/",
            "https://a.b.example.com/",
            "https://example.com:444/",
        ] {
            assert_eq!(to(bad).unwrap_err().issues[0].path, "callbackURL", "{bad}");
        }
        assert_eq!(String::from(destination(&config, "callbackURL", None, "/login").unwrap()), "https://example.com/login");
    }
}
