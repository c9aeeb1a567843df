use codex_edge::{Config, Environment};

pub(crate) const NAME: &str = "codex-session";
/// A token is 87 characters; anything much longer is not one.
const LONGEST: usize = 128;
/// A tossed cookie must not hide the real one, and many must not cost many look-ups.
const MOST: usize = 4;

/// Every value of the session cookie, in order of appearance: a sibling subdomain may have tossed a second one.
pub(crate) fn candidates<'a>(headers: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    headers
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, value)| *name == NAME && value.len() <= LONGEST)
        .map(|(_, value)| value)
        .take(MOST)
        .collect()
}

fn attributes(config: &Config) -> String {
    let domain = match config.find("BASE_DOMAIN") {
        // Browsers refuse a Domain without a dot; a host-only cookie serves every port of localhost.
        Some(base) if base.contains('.') => format!("; Domain=.{base}"),
        _ => String::new(),
    };
    let secure = if config.environment == Environment::Development { "" } else { "; Secure" };
    format!("; Path=/; HttpOnly; SameSite=Lax{secure}{domain}")
}

/// `Set-Cookie` for a session. Lax, not Strict: the way back from Stripe and from a mail must arrive signed in.
pub fn session_cookie(config: &Config, token: &str, max_age: i64) -> String {
    format!("{NAME}={token}; Max-Age={max_age}{}", attributes(config))
}

/// `Set-Cookie` that ends it.
pub fn cleared_cookie(config: &Config) -> String {
    format!("{NAME}=; Max-Age=0{}", attributes(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cookie_of_the_name_is_a_candidate() {
        let long = format!("codex-session={}", "x".repeat(200));
        let headers = ["a=b; codex-session=one", "codex-session=two;codex-session-x=no", long.as_str()];
        assert_eq!(candidates(headers.into_iter()), ["one", "two"]);
    }

    #[test]
    fn attributes_follow_the_environment() {
        let config = |environment: &str, base: &str| {
            Config::new([("ENVIRONMENT", environment), ("BASE_DOMAIN", base)].map(|(k, v)| (k.to_owned(), v.to_owned())))
        };
        assert_eq!(
            session_cookie(&config("production", "example.com"), "t", 60),
            "codex-session=t; Max-Age=60; Path=/; HttpOnly; SameSite=Lax; Secure; Domain=.example.com"
        );
        assert_eq!(
            cleared_cookie(&config("development", "localhost")),
            "codex-session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"
        );
    }
}
