//! Text with `{{name}}` variables, and what they are filled with.

use codex_kernel::Issue;
use serde_json::Value;

/// The longest a filled-in variable gets, characters.
const LONGEST: usize = 1_000;
/// Characters that turn the direction of text around, by which one word can be made to look like another.
const TURNING: [char; 9] =
    ['\u{202A}', '\u{202B}', '\u{202C}', '\u{202D}', '\u{202E}', '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}'];

/// What a variable holds, which decides what is let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Words.
    Text,
    /// A person's or a device's name. Anybody can put an advertisement's address into one and any mailbox into our forms, so a
    /// name that holds an address gives way to the fallback.
    Name,
    /// An http(s) address.
    Link,
}

/// One of the variables that a template knows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Variable {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// What stands there when the data lacks it; of a link, a path of the platform's.
    pub(crate) fallback: &'static str,
    /// What a preview shows.
    pub(crate) example: &'static str,
}

/// Why a template cannot be accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// A variable that this template does not know.
    Unknown(String),
    /// Anything else that is wrong with it, in words.
    Refused(String),
}

impl Problem {
    pub(crate) fn at(self, path: &str) -> Issue {
        let (Self::Unknown(message) | Self::Refused(message)) = self;
        Issue { path: path.to_owned(), message }
    }
}

/// A piece of text.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part<'a> {
    Literal(&'a str),
    Variable(&'static Variable),
}

/// Takes `text` apart at its variables, each of which must be `known`.
pub(crate) fn parts<'a>(text: &'a str, known: &'static [Variable]) -> Result<Vec<Part<'a>>, Problem> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, after)) = after.split_once("}}") else {
            return Err(Problem::Refused("has {{ without }}".to_owned()));
        };
        let variable = known.iter().find(|variable| variable.name == name.trim()).ok_or_else(|| {
            let names: Vec<&str> = known.iter().map(|variable| variable.name).collect();
            let asked: String = name.trim().chars().take(50).collect();
            Problem::Unknown(format!("{asked:?} is no variable of this template; it knows {}", names.join(", ")))
        })?;
        parts.extend([Part::Literal(before), Part::Variable(variable)]);
        rest = after;
    }
    parts.push(Part::Literal(rest));
    Ok(parts)
}

/// What variables are filled with.
#[derive(Clone, Copy)]
pub(crate) struct Values<'a> {
    /// The mail's data, by name; anything may be missing.
    pub(crate) data: &'a Value,
    /// The tenant's name, for `organization` where the data has none.
    pub(crate) brand: &'a str,
    /// The platform's front page, for links that are missing or lead nowhere one may go.
    pub(crate) home: &'a str,
}

impl Values<'_> {
    /// `variable` as one line of plain text, not escaped.
    pub(crate) fn text(&self, variable: &Variable) -> String {
        let given = match self.data.get(variable.name) {
            Some(Value::String(text)) => text.clone(),
            Some(number @ Value::Number(_)) => number.to_string(),
            _ => String::new(),
        };
        let given = one_line(&given);
        let usable = match variable.kind {
            Kind::Text => !given.is_empty(),
            Kind::Name => !given.is_empty() && !holds_address(&given),
            Kind::Link => is_web_address(&given),
        };
        match variable {
            _ if usable => given,
            Variable { kind: Kind::Link, fallback, .. } => format!("{}{fallback}", self.home),
            Variable { name: "organization", .. } => one_line(self.brand),
            Variable { fallback, .. } => (*fallback).to_owned(),
        }
    }

    /// `parts` as plain text.
    pub(crate) fn fill(&self, parts: &[Part<'_>]) -> String {
        let words = parts.iter().map(|part| match part {
            Part::Literal(text) => (*text).to_owned(),
            Part::Variable(variable) => self.text(variable),
        });
        words.collect()
    }
}

/// `text` without line breaks, other control characters and what turns its direction: nothing that begins a new header or line.
pub(crate) fn one_line(text: &str) -> String {
    let kept = text
        .chars()
        .filter(|c| !TURNING.contains(c))
        .map(|c| if c.is_control() || "\u{2028}\u{2029}".contains(c) { ' ' } else { c });
    kept.take(LONGEST).collect::<String>().trim().to_owned()
}

/// Whether mail programs would make a link of something in `text`.
fn holds_address(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words = || lower.split(|c: char| !(c.is_alphanumeric() || c == '.' || c == '-'));
    let is_host = |word: &str| {
        word.trim_matches('.').rsplit_once('.').is_some_and(|(_, last)| last.len() > 1 && last.chars().all(char::is_alphabetic))
    };
    lower.contains("://") || lower.contains('@') || words().any(is_host)
}

/// Whether `text` is an http(s) address that can stand in an attribute and in plain text.
fn is_web_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = !text.chars().any(|c| c.is_whitespace() || c.is_control() || "\"'<>\\^`{|}".contains(c));
    plain && rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || c == '['))
}

/// Text made safe for HTML, also inside a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// Text made safe for a part of an address (RFC 3986: all but unreserved characters in percent form).
pub(crate) fn percent_encode(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            safe.push(char::from(byte));
        } else {
            safe.push_str(&format!("%{byte:02X}"));
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_advertise_are_told_from_names() {
        for name in ["Ada", "Dr. Ada Lovelace", "J.R.R. Tolkien", "Firefox 115.0 on Windows 10", "Zoë O'Neill-Smith", "李小龙"]
        {
            assert!(!holds_address(name), "{name}");
        }
        for spam in ["WIN evil.example", "http://evil", "www.evil.test/a", "bit.ly/x", "Ada (evil.co.uk)", "a@b", "ЕVIL.РФ"] {
            assert!(holds_address(spam), "{spam}");
        }
    }

    #[test]
    fn only_web_addresses_are_links() {
        for good in ["https://x.test/?a=1&b=2#c", "http://localhost:3000", "https://[::1]/"] {
            assert!(is_web_address(good), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "data:text/html,x",
            "//x.test",
            "/a",
            "https://",
            "https:///x",
            "HTTPS",
            "https://x\"y",
            "http://a b",
            "vbscript:x",
        ] {
            assert!(!is_web_address(bad), "{bad}");
        }
    }
}
