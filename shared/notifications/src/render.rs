//! A template and data become a mail: one HTML document that mail programs show as it was meant, and its plain twin.

use codex_kernel::Email;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    catalogue::variables_of,
    markup::{Colours, Markup},
    words::{Problem, Values, escape, one_line, parts},
};

const FRAME: &str = include_str!("frame.html");
/// The platform's own look.
const PLATFORM: &str = "Codex";
const ACCENT: &str = "#1D4ED8";
/// The longest subject, characters.
const LONGEST_SUBJECT: usize = 250;
/// The most of a text that stands beside the subject in a list of mails, characters.
const LONGEST_PREHEADER: usize = 120;

/// What a mail looks like before it is filled in.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Source {
    pub(crate) subject: String,
    pub(crate) html: String,
    pub(crate) text: String,
    /// What lists of mails show after the subject; the beginning of the text where there is none.
    #[serde(default)]
    pub(crate) preheader: Option<String>,
}

/// How a tenant looks.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Brand {
    name: String,
    logo_url: Option<String>,
    primary_color: Option<String>,
    /// Where answers go.
    pub(crate) support_email: Option<Email>,
}

/// What stands around a mail's words.
#[derive(Clone, Copy)]
pub(crate) struct Setting<'a> {
    /// The tenant in whose name it is sent; none is the platform.
    pub(crate) brand: Option<&'a Brand>,
    /// The platform's front page.
    pub(crate) home: &'a str,
    /// Where one click ends such mail; only where it can be ended.
    pub(crate) unsubscribe: Option<&'a str>,
}

/// A mail as it is sent or previewed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// A whole document. Show it in an `<iframe sandbox>` with neither scripts nor same origin allowed.
    pub html: String,
    /// The same without markup.
    pub text: String,
}

/// Fills `source`, a template called `name`, with `data`.
pub(crate) fn render(name: &str, source: &Source, data: &Value, setting: Setting<'_>) -> Result<Rendered, Problem> {
    let known = variables_of(name);
    let brand = setting.brand.map_or(PLATFORM, |brand| brand.name.as_str());
    let accent =
        setting.brand.and_then(|brand| brand.primary_color.as_deref()).filter(|colour| is_colour(colour)).unwrap_or(ACCENT);
    let values = Values { data, brand, home: setting.home };
    let subject: String = one_line(&values.fill(&parts(&source.subject, known)?)).chars().take(LONGEST_SUBJECT).collect();
    let body = Markup::parse(&source.html, known)?.render(values, Colours { accent, ink: ink_on(accent) });
    let mut text = values.fill(&parts(&source.text, known)?);
    let preheader = source.preheader.clone().unwrap_or_else(|| text.split_whitespace().collect::<Vec<_>>().join(" "));
    let preheader: String = preheader.chars().take(LONGEST_PREHEADER).collect();
    let mut foot = format!("Sent by {}", escape(&one_line(brand)));
    if let Some(address) = setting.unsubscribe {
        foot.push_str(&format!(" &middot; <a href=\"{}\" style=\"color:#6b7280\">Unsubscribe</a>", escape(address)));
        text.push_str(&format!("\n\nUnsubscribe: {address}"));
    }
    let html = fill_frame(|slot| match slot {
        "subject" => escape(&subject),
        "preheader" => escape(&preheader),
        // Keeps mail programs from showing what comes next beside the preheader.
        "padding" => "&#847;&zwnj;&nbsp;".repeat(60),
        "brand" => masthead(setting.brand),
        "accent" => accent.to_owned(),
        "body" => body.clone(),
        "foot" => foot.clone(),
        _ => String::new(),
    });
    Ok(Rendered { subject, html, text })
}

/// The frame with each of its slots filled; what stands in a slot is not looked at again.
fn fill_frame(slot: impl Fn(&str) -> String) -> String {
    let mut html = String::with_capacity(FRAME.len() * 2);
    let mut rest = FRAME;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        html.push_str(before);
        html.push_str(&slot(name));
        rest = after;
    }
    html + rest
}

/// The tenant's logo, with its name for those who load no pictures; else the name alone.
fn masthead(brand: Option<&Brand>) -> String {
    let name = escape(&one_line(brand.map_or(PLATFORM, |brand| &brand.name)));
    let logo =
        brand.and_then(|brand| brand.logo_url.as_deref()).filter(|url| url.starts_with("https://") || url.starts_with("http://"));
    match logo {
        Some(url) => {
            format!("<img src=\"{}\" alt=\"{name}\" height=\"40\" style=\"height:40px;max-width:240px;border:0\">", escape(url))
        }
        None => name,
    }
}

fn is_colour(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Black or white, whichever has more contrast on `accent` (`#RRGGBB`), by WCAG's relative luminance.
fn ink_on(accent: &str) -> &'static str {
    let value = accent.get(1..).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or_default();
    let linear = |shift: u32| {
        let part = f64::from((value >> shift) & 0xff) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    let luminance = 0.2126 * linear(16) + 0.7152 * linear(8) + 0.0722 * linear(0);
    if (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) { "#000000" } else { "#ffffff" }
}

/// The sender: `MAIL_FROM`, and for a tenant's mail its name before the platform's.
pub(crate) fn sender(mail_from: &str, brand: Option<&Brand>) -> String {
    let Some(brand) = brand else { return mail_from.to_owned() };
    let address = mail_from.rsplit_once('<').map_or(mail_from, |(_, rest)| rest.trim_end_matches('>'));
    let name: String = one_line(&brand.name).chars().filter(|c| !"\"\\<>()[]@,;:".contains(*c)).take(60).collect();
    format!("\"{} via {PLATFORM}\" <{}>", name.trim(), address.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_legible_on_any_colour() {
        for (accent, ink) in [("#000000", "#ffffff"), ("#ffffff", "#000000"), ("#1D4ED8", "#ffffff"), ("#FACC15", "#000000")] {
            assert_eq!(ink_on(accent), ink, "{accent}");
        }
    }

    #[test]
    fn a_tenants_name_cannot_leave_the_senders_name() {
        let brand = |name: &str| Brand { name: name.to_owned(), ..Brand::default() };
        let from = "Codex <no-reply@example.com>";
        assert_eq!(sender(from, None), from);
        assert_eq!(sender(from, Some(&brand("Yoga"))), "\"Yoga via Codex\" <no-reply@example.com>");
        let evil = sender(from, Some(&brand("Bank\" <ceo@bank.example>, \r\nBcc: x")));
        assert_eq!(evil, "\"Bank ceobank.example   Bcc x via Codex\" <no-reply@example.com>");
    }
}
