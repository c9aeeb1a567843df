use codex_edge::{Config, Environment};
use codex_kernel::Result;

use crate::token::is_ours;

/// The session's.
const SESSION: &str = "codex-session";
/// That of a browser which has signed in before.
pub(crate) const KNOWN: &str = "codex-known";
/// A token is 87 characters; anything much longer is not one.
const LONGEST: usize = 128;
/// The most tokens that are looked up: somebody may toss as many sessions of their own as they like.
const MOST: usize = 4;

/// Every token of ours under the session cookie's name, in order of appearance, each once. A sibling subdomain may have tossed
/// more cookies of that name: junk among them costs a hash and hides nothing. Bytes, because one odd cookie of somebody
/// else's must not make the whole header unreadable.
pub(crate) fn ours<'a>(config: &Config, headers: impl Iterator<Item = &'a [u8]>) -> Result<Vec<&'a str>> {
    let mut tokens: Vec<&str> = Vec::new();
    for value in values(headers, SESSION) {
        if tokens.len() < MOST && !tokens.contains(&value) && is_ours(config, value)? {
            tokens.push(value);
        }
    }
    Ok(tokens)
}

/// The values of every cookie called `name` that are no longer than ours are.
pub(crate) fn values<'a>(headers: impl Iterator<Item = &'a [u8]>, name: &'static str) -> impl Iterator<Item = &'a str> {
    headers.flat_map(|header| header.split(|byte| *byte == b';')).filter_map(move |pair| {
        let value = pair.trim_ascii().strip_prefix(name.as_bytes())?.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
        std::str::from_utf8(value).ok().filter(|value| value.len() <= LONGEST)
    })
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
    set(config, SESSION, token, max_age)
}

/// `Set-Cookie` that ends it.
pub fn cleared_cookie(config: &Config) -> String {
    set(config, SESSION, "", 0)
}

pub(crate) fn set(config: &Config, name: &str, value: &str, max_age: i64) -> String {
    format!("{name}={value}; Max-Age={max_age}{}", attributes(config))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::new_session_token;

    #[test]
    fn whatever_is_tossed_hides_no_token() {
        let config = Config::new([("SESSION_SECRET".to_owned(), "secret".to_owned())]);
        let tokens: Vec<String> = (0..6).map(|_| new_session_token(&config).unwrap()).collect();
        let real = tokens[0].as_str();
        let (junk, long) = ("codex-session=junk; ".repeat(500), "x".repeat(100_000));
        for header in [
            format!("codex-session={real}"),
            format!("a=b;codex-session={real};c=d"),
            format!("  codex-session = {real} "),
            format!("codex-session=; codex-session={real}"),
            format!("{junk}codex-session={real}"),
            format!("codex-session={long}; codex-session={real}"),
            format!("codex-session={real}; codex-session={real}"),
            format!("codex-session={}; codex-session={real}", real.get(1..).unwrap()),
            format!("codex-session-x={real}x; codex-session={real}"),
            format!("name=caf\u{e9}; codex-session=\u{fc}.\u{fc}; codex-session={real}"),
            format!("=; ;;; codex-session={real}"),
        ] {
            assert_eq!(ours(&config, [header.as_bytes()].into_iter()).unwrap(), [real], "{}", header.len());
        }
        let mut broken = b"name=\xff\xfe; codex-session=".to_vec();
        broken.extend(real.bytes());
        assert_eq!(ours(&config, [b"codex-session=junk".as_slice(), &broken].into_iter()).unwrap(), [real]);
        for nothing in ["", "codex-session", "codex-session=", "Codex-Session=x", &format!("x-codex-session={real}")] {
            assert!(ours(&config, [nothing.as_bytes()].into_iter()).unwrap().is_empty(), "{nothing}");
        }
        let many: Vec<String> = tokens.iter().map(|token| format!("codex-session={token}")).collect();
        assert_eq!(ours(&config, many.iter().map(String::as_bytes)).unwrap().len(), MOST, "look-ups are bounded");
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
