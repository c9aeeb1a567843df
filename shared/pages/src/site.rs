use codex_edge::Config;
use codex_http::tenant_of;
use codex_kernel::{Error, Result, Slug};
use url::Url;

/// The tenant whose pages are the platform's own.
const PLATFORM: &str = "codex";

/// Whose pages a request is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// None is the platform itself: at the apex, and at its own name.
    pub tenant: Option<Slug>,
    /// Scheme, host and port: scheme and port as configured, the host as it was asked for, which is one of ours.
    pub origin: String,
}

impl Site {
    /// What answers at `host`; 404 where that is none of ours.
    pub fn at(config: &Config, host: &str) -> Result<Self> {
        let tenant = tenant_of(config, host)?.filter(|slug| slug.as_ref() != PLATFORM);
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        Ok(Self { tenant, origin: origin(config, &name)? })
    }

    /// Its name where things of several sites are kept together.
    pub fn key(&self) -> &str {
        self.tenant.as_ref().map_or(PLATFORM, AsRef::as_ref)
    }

    /// A page of this site that `asked` leads to, as path, query and fragment; `otherwise` where it leads elsewhere.
    pub fn path(&self, asked: &str, otherwise: &str) -> String {
        // What is checked is what a browser would make of it: `//host` and `/\host` are other sites.
        let url = Url::parse(&self.origin).and_then(|site| site.join(asked));
        match url {
            Ok(url) if url.origin().ascii_serialization() == self.origin && asked.starts_with('/') => {
                let (query, fragment) =
                    (url.query().map(|query| format!("?{query}")), url.fragment().map(|name| format!("#{name}")));
                format!("{}{}{}", url.path(), query.unwrap_or_default(), fragment.unwrap_or_default())
            }
            _ => otherwise.to_owned(),
        }
    }
}

/// The origin of the pages of `tenant`.
pub fn origin_of(config: &Config, tenant: &str) -> Result<String> {
    origin(config, &format!("{tenant}.{}", config.get("BASE_DOMAIN")?))
}

fn origin(config: &Config, name: &str) -> Result<String> {
    let wrong = || Error::configuration("WEB_APP_URL");
    let web = Url::parse(config.get("WEB_APP_URL")?).map_err(|_| wrong())?;
    let port = web.port().map_or_else(String::new, |port| format!(":{port}"));
    Ok(format!("{}://{name}{port}", web.scheme()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(environment: &str, base: &str, web: &str) -> Config {
        let values = [("ENVIRONMENT", environment), ("BASE_DOMAIN", base), ("WEB_APP_URL", web)];
        Config::new(values.map(|(name, value)| (name.to_owned(), value.to_owned())))
    }

    #[test]
    fn a_site_by_its_host() {
        let production = config("production", "example.com", "https://codex.example.com");
        for (host, tenant, origin) in [
            ("Yoga.Example.com.:443", Some("yoga"), "https://yoga.example.com"),
            ("example.com", None, "https://example.com"),
            ("codex.example.com", None, "https://codex.example.com"),
        ] {
            let site = Site::at(&production, host).unwrap();
            assert_eq!((site.tenant.as_ref().map(AsRef::as_ref), site.origin.as_str()), (tenant, origin), "{host}");
        }
        for host in ["evil.org", "auth.example.com", "a.b.example.com", "yoga.example.com.evil.org", ""] {
            assert!(Site::at(&production, host).is_err(), "{host}");
        }
        let development = config("development", "localhost", "http://localhost:3000");
        assert_eq!(Site::at(&development, "yoga.localhost:3000").unwrap().origin, "http://yoga.localhost:3000");
    }

    #[test]
    fn nobody_is_led_off_the_site() {
        let site = Site { tenant: None, origin: "http://yoga.localhost:3000".to_owned() };
        for (asked, path) in [
            ("/watch/a?t=1#x", "/watch/a?t=1#x"),
            ("/a b", "/a%20b"),
            ("/../../x", "/x"),
            ("", "/home"),
            ("watch", "/home"),
            ("//evil.org", "/home"),
            ("/\\evil.org", "/home"),
            ("/\t/evil.org", "/home"),
            ("http://evil.org/", "/home"),
            ("http://other.localhost:3000/", "/home"),
            ("javascript:alert(1)", "/home"),
        ] {
            assert_eq!(site.path(asked, "/home"), path, "{asked}");
        }
    }
}
