//! The HTML that mails are written in: a small strict subset, refused when it is left, never repaired. Every variable is escaped
//! for the place it stands in, which is known because the place was parsed.
//!
//! A general sanitizer would read what browsers read and drop the rest without a word, at a third of a worker's size; here the
//! author is told what to change, and what was saved is what is sent.

use crate::words::{Kind, Part, Problem, Values, Variable, escape, parts, percent_encode};

/// The deepest that elements may stand in each other.
const DEEPEST: usize = 40;

/// What an attribute may hold.
#[derive(Clone, Copy)]
enum Holds {
    /// An http(s) address, or for links one of mail.
    Address,
    /// Words.
    Words,
    /// CSS declarations that load nothing.
    Style,
    /// A number, perhaps with a percent sign, or one plain word.
    Plain,
}

/// An element that may be used.
struct Tag {
    name: &'static str,
    /// Its look: mail programs drop style sheets. `$accent` and `$ink` are the tenant's colour and what is legible on it.
    style: &'static str,
    /// What it must stand directly in; anything where empty.
    within: &'static [&'static str],
    attributes: &'static [(&'static str, Holds)],
}

const fn tag(name: &'static str, style: &'static str) -> Tag {
    Tag { name, style, within: &[], attributes: &[] }
}

const VOID: [&str; 3] = ["br", "hr", "img"];
const EVERYWHERE: [(&str, Holds); 4] =
    [("style", Holds::Style), ("class", Holds::Plain), ("align", Holds::Plain), ("title", Holds::Words)];
const CELL: &[(&str, Holds)] =
    &[("width", Holds::Plain), ("valign", Holds::Plain), ("colspan", Holds::Plain), ("rowspan", Holds::Plain)];
const CELL_STYLE: &str = "padding:10px 0;border-bottom:1px solid #e5e7eb;font-size:16px;line-height:24px;color:#374151";
const BUTTON: &str = "display:inline-block;padding:12px 24px;border-radius:8px;background-color:$accent;color:$ink;font-size:16px;\
                      line-height:24px;font-weight:600;text-decoration:none";
const SMALL: &str = "margin:0 0 16px;font-size:14px;line-height:20px;color:#6b7280";

static TAGS: [Tag; 31] = [
    tag("h1", "margin:0 0 20px;font-size:24px;line-height:32px;font-weight:700;color:#111827"),
    tag("h2", "margin:24px 0 12px;font-size:20px;line-height:28px;font-weight:700;color:#111827"),
    tag("h3", "margin:20px 0 8px;font-size:17px;line-height:24px;font-weight:700;color:#111827"),
    tag("p", "margin:0 0 16px;font-size:16px;line-height:24px;color:#374151"),
    tag("ul", "margin:0 0 16px;padding:0 0 0 24px"),
    tag("ol", "margin:0 0 16px;padding:0 0 0 24px"),
    Tag { within: &["ul", "ol"], ..tag("li", "margin:0 0 8px;font-size:16px;line-height:24px;color:#374151") },
    tag("blockquote", "margin:0 0 16px;padding:4px 0 4px 16px;border-left:4px solid #e5e7eb"),
    tag("hr", "margin:24px 0;border:0;border-top:1px solid #e5e7eb"),
    tag("pre", "margin:0 0 16px;font-size:14px;line-height:20px;white-space:pre-wrap"),
    Tag { attributes: &[("href", Holds::Address)], ..tag("a", "color:$accent;text-decoration:underline") },
    Tag {
        attributes: &[("src", Holds::Address), ("alt", Holds::Words), ("width", Holds::Plain), ("height", Holds::Plain)],
        ..tag("img", "max-width:100%;height:auto;border:0")
    },
    Tag { attributes: &[("width", Holds::Plain)], ..tag("table", "width:100%;margin:0 0 24px;border-collapse:collapse") },
    Tag { within: &["table"], ..tag("thead", "") },
    Tag { within: &["table"], ..tag("tbody", "") },
    Tag { within: &["table", "thead", "tbody"], ..tag("tr", "") },
    Tag { within: &["tr"], attributes: CELL, ..tag("td", CELL_STYLE) },
    Tag { within: &["tr"], attributes: CELL, ..tag("th", CELL_STYLE) },
    tag("div", ""),
    tag("span", ""),
    tag("strong", ""),
    tag("b", ""),
    tag("em", ""),
    tag("i", ""),
    tag("u", ""),
    tag("s", ""),
    tag("small", ""),
    tag("sub", ""),
    tag("sup", ""),
    tag("code", ""),
    tag("br", ""),
];

struct Attribute<'a> {
    name: &'static str,
    holds: Holds,
    value: Vec<Part<'a>>,
}

enum Piece<'a> {
    Words(Vec<Part<'a>>),
    Open(&'static Tag, Vec<Attribute<'a>>),
    Close(&'static Tag),
}

/// The two colours that a tenant's look has in a mail.
#[derive(Clone, Copy)]
pub(crate) struct Colours<'a> {
    /// Of links and buttons, `#RRGGBB`.
    pub(crate) accent: &'a str,
    /// Of words on the accent.
    pub(crate) ink: &'a str,
}

/// HTML that was found to be in the subset.
pub(crate) struct Markup<'a>(Vec<Piece<'a>>);

impl<'a> Markup<'a> {
    /// Reads `html`, whose variables must be `known`.
    pub(crate) fn parse(html: &'a str, known: &'static [Variable]) -> Result<Self, Problem> {
        let mut pieces = Vec::new();
        let mut open: Vec<&'static Tag> = Vec::new();
        let mut rest = html;
        while let Some((before, after)) = rest.split_once('<') {
            pieces.push(Piece::Words(parts(before, known)?));
            let (inside, after) = after.split_once('>').ok_or_else(|| refused("has a < that begins no element; write &lt;"))?;
            rest = after;
            if let Some(name) = inside.strip_prefix('/') {
                let tag = known_tag(name.trim())?;
                if open.pop().is_none_or(|last| last.name != tag.name) {
                    return Err(refused(format!("closes <{}>, which is not the element that was opened last", tag.name)));
                }
                pieces.push(Piece::Close(tag));
                continue;
            }
            let inside = inside.strip_suffix('/').unwrap_or(inside);
            let (name, attributes) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
            let tag = known_tag(name)?;
            let parent = open.last().map_or("", |last| last.name);
            if !tag.within.is_empty() && !tag.within.contains(&parent) {
                return Err(refused(format!("has <{}> outside of <{}>", tag.name, tag.within.join("> or <"))));
            }
            pieces.push(Piece::Open(tag, read_attributes(tag, attributes, known)?));
            if !VOID.contains(&tag.name) {
                open.push(tag);
            }
            if open.len() > DEEPEST {
                return Err(refused(format!("has elements more than {DEEPEST} deep in each other")));
            }
        }
        pieces.push(Piece::Words(parts(rest, known)?));
        match open.last() {
            None => Ok(Self(pieces)),
            Some(tag) => Err(refused(format!("does not close <{}>", tag.name))),
        }
    }

    /// The HTML with its variables filled in and its look on every element.
    pub(crate) fn render(&self, values: Values<'_>, colours: Colours<'_>) -> String {
        let mut html = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Words(words) => html.push_str(&fill_escaped(words, values)),
                Piece::Close(tag) => html.push_str(&format!("</{}>", tag.name)),
                Piece::Open(tag, attributes) => {
                    html.push_str(&format!("<{}", tag.name));
                    let mut style = look(tag, attributes).replace("$accent", colours.accent).replace("$ink", colours.ink);
                    for attribute in attributes {
                        let value = attribute.fill(values);
                        match attribute.holds {
                            Holds::Style => style = [style.as_str(), value.as_str()].join(";").trim_matches(';').to_owned(),
                            _ => html.push_str(&format!(" {}=\"{value}\"", attribute.name)),
                        }
                    }
                    if !style.is_empty() {
                        html.push_str(&format!(" style=\"{style}\""));
                    }
                    html.push('>');
                }
            }
        }
        html
    }

    /// The same as plain text, its variables still in it: paragraphs, `label: address`, and buttons at the end.
    pub(crate) fn to_text(&self) -> String {
        let (mut text, mut buttons) = (String::new(), String::new());
        // The address of the link that is open, and where its label begins.
        let mut link: Option<(String, bool, usize)> = None;
        for piece in &self.0 {
            match piece {
                Piece::Words(words) => text.push_str(&source(words).replace('\n', " ")),
                Piece::Open(tag, attributes) => match tag.name {
                    "a" => {
                        let href = attributes.iter().find(|attribute| attribute.name == "href");
                        link =
                            Some((href.map_or_else(String::new, |href| source(&href.value)), is_button(attributes), text.len()));
                    }
                    "td" | "th" if !text.trim_end_matches(' ').ends_with('\n') => text.push_str(": "),
                    "li" => text.push_str("- "),
                    _ => {}
                },
                Piece::Close(tag) => match tag.name {
                    "a" => {
                        if let Some((href, button, from)) = link.take() {
                            let label = text.split_off(from);
                            let to = if button { &mut buttons } else { &mut text };
                            to.push_str(&format!("{label}: {href}"));
                            to.push_str(if button { "\n\n" } else { "" });
                        }
                    }
                    "p" | "h1" | "h2" | "h3" | "table" | "ul" | "ol" => text.push_str("\n\n"),
                    "tr" | "li" => text.push('\n'),
                    _ => {}
                },
            }
        }
        let mut lines: Vec<&str> = Vec::new();
        let whole = text + &buttons;
        for line in whole.lines().map(str::trim) {
            if !line.is_empty() || lines.last().is_some_and(|last| !last.is_empty()) {
                lines.push(line);
            }
        }
        lines.join("\n").trim().to_owned()
    }
}

fn refused(message: impl Into<String>) -> Problem {
    Problem::Refused(message.into())
}

fn known_tag(name: &str) -> Result<&'static Tag, Problem> {
    TAGS.iter().find(|tag| tag.name.eq_ignore_ascii_case(name)).ok_or_else(|| {
        let name: String = name.chars().take(30).collect();
        refused(format!("has <{name}>, which mails here may not hold"))
    })
}

fn read_attributes<'a>(tag: &Tag, text: &'a str, known: &'static [Variable]) -> Result<Vec<Attribute<'a>>, Problem> {
    let mut attributes = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let wrong = || refused(format!("has <{}> with something that is no name=\"value\"", tag.name));
        let (asked, after) = rest.split_once('=').ok_or_else(wrong)?;
        let after = after.trim_start();
        let quote = ['"', '\''].into_iter().find(|quote| after.starts_with(*quote)).ok_or_else(wrong)?;
        let (value, after) = after.strip_prefix(quote).and_then(|after| after.split_once(quote)).ok_or_else(wrong)?;
        let all = EVERYWHERE.iter().chain(tag.attributes);
        let (name, holds) = *all.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(asked.trim())).ok_or_else(|| {
            let asked: String = asked.trim().chars().take(30).collect();
            refused(format!("has <{}> with {asked:?}, which mails here may not hold", tag.name))
        })?;
        let value = parts(value, known)?;
        if !fits(holds, &value) {
            return Err(refused(format!("has <{}> with a {name} that may not stand there", tag.name)));
        }
        attributes.push(Attribute { name, holds, value });
        rest = after.trim_start();
    }
    Ok(attributes)
}

/// Whether an attribute may hold `value`.
fn fits(holds: Holds, value: &[Part<'_>]) -> bool {
    let plain = |more: &str| {
        value.iter().all(|part| match part {
            Part::Literal(text) => text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c)),
            Part::Variable(_) => false,
        })
    };
    match holds {
        Holds::Words => value
            .iter()
            .all(|part| matches!(part, Part::Variable(_)) || matches!(part, Part::Literal(text) if !text.contains('<'))),
        Holds::Plain => plain("%-"),
        // Neither a slash nor a backslash, a quote nor an @: nothing can be loaded, and nothing spelled another way.
        Holds::Style => plain(" -:;#,.%()!") && !source(value).to_ascii_lowercase().contains("url("),
        Holds::Address => match value {
            [Part::Literal(""), Part::Variable(variable), Part::Literal("")] => variable.kind == Kind::Link,
            [Part::Literal(start), rest @ ..] => {
                let host = ["https://", "http://"].iter().find_map(|scheme| start.strip_prefix(scheme));
                // A variable may fill in a path or a query, never choose the host.
                let host_is_whole = host.is_some_and(|host| {
                    host.starts_with(|c: char| c.is_ascii_alphanumeric()) && (rest.is_empty() || host.contains(['/', '?', '#']))
                });
                let in_text = |text: &str| !text.chars().any(|c| c.is_whitespace() || c.is_control() || "\"'<>\\`{}".contains(c));
                let is_mail = rest.is_empty() && start.strip_prefix("mailto:").is_some_and(|to| to.contains('@'));
                let safe = |part: &Part<'_>| match part {
                    Part::Literal(text) => in_text(text),
                    Part::Variable(variable) => variable.kind != Kind::Link,
                };
                (host_is_whole || is_mail) && value.iter().all(safe)
            }
            _ => false,
        },
    }
}

fn is_button(attributes: &[Attribute<'_>]) -> bool {
    attributes.iter().any(|attribute| attribute.name == "class" && source(&attribute.value) == "button")
}

fn look(tag: &Tag, attributes: &[Attribute<'_>]) -> &'static str {
    let class = attributes.iter().find(|attribute| attribute.name == "class").map(|class| source(&class.value));
    match (tag.name, class.as_deref()) {
        ("a", Some("button")) => BUTTON,
        ("p", Some("small")) => SMALL,
        _ => tag.style,
    }
}

/// `parts` as they were written.
fn source(parts: &[Part<'_>]) -> String {
    let words = parts.iter().map(|part| match part {
        Part::Literal(text) => (*text).to_owned(),
        Part::Variable(variable) => format!("{{{{{}}}}}", variable.name),
    });
    words.collect()
}

fn fill_escaped(parts: &[Part<'_>], values: Values<'_>) -> String {
    let words = parts.iter().map(|part| match part {
        Part::Literal(text) => (*text).to_owned(),
        Part::Variable(variable) => escape(&values.text(variable)),
    });
    words.collect()
}

impl Attribute<'_> {
    /// Its value, for between double quotes.
    fn fill(&self, values: Values<'_>) -> String {
        let words = self.value.iter().map(|part| match (part, self.holds) {
            (Part::Literal(text), _) => text.replace('"', "&quot;"),
            (Part::Variable(variable), Holds::Address) if variable.kind != Kind::Link => percent_encode(&values.text(variable)),
            (Part::Variable(variable), _) => escape(&values.text(variable)),
        });
        words.collect()
    }
}
