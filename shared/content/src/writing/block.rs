use super::{escape, inline};

/// Quotes and lists within each other are followed this far; what is deeper is a paragraph.
const DEEPEST: usize = 12;

/// Where blocks stand.
#[derive(Clone, Copy, Default)]
pub(super) struct Place {
    depth: usize,
    /// In a list without blank lines, paragraphs have no tags.
    tight: bool,
}

impl Place {
    fn within(self, tight: bool) -> Self {
        Self { depth: self.depth + 1, tight }
    }
}

/// What a line starts.
enum Start<'a> {
    Blank,
    Rule,
    Heading(usize, &'a str),
    Fence(&'a str),
    Quote,
    Item(Marker),
    Text,
}

/// The marker of a list item.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Marker {
    /// `-`, `*`, `+`, or what follows a number.
    sign: char,
    /// The number, in a numbered list.
    number: Option<u32>,
    /// Columns up to the item's text.
    width: usize,
}

fn start(line: &str, place: Place) -> Start<'_> {
    let text = line.trim_start_matches(' ');
    let indent = line.len() - text.len();
    if text.trim_end().is_empty() {
        return Start::Blank;
    }
    if indent > 3 {
        return Start::Text;
    }
    if is_rule(text) {
        return Start::Rule;
    }
    let hashes = text.bytes().take_while(|b| *b == b'#').count();
    if let (1..=6, Some(title)) = (hashes, text.get(hashes..))
        && (title.is_empty() || title.starts_with([' ', '\t']))
    {
        return Start::Heading(hashes, title.trim().trim_end_matches('#').trim_end());
    }
    let fence = run(text, &['`', '~']);
    if fence.len() >= 3 && !(fence.starts_with('`') && text.get(fence.len()..).is_some_and(|info| info.contains('`'))) {
        return Start::Fence(fence);
    }
    if place.depth >= DEEPEST {
        return Start::Text;
    }
    if text.starts_with('>') {
        return Start::Quote;
    }
    marker(text, indent).map_or(Start::Text, Start::Item)
}

/// How often `text` repeats its first character, if it is one of `chars`.
fn run<'a>(text: &'a str, chars: &[char]) -> &'a str {
    let Some(first) = text.chars().next().filter(|c| chars.contains(c)) else { return "" };
    let rest = text.trim_start_matches(first);
    text.get(..text.len() - rest.len()).unwrap_or_default()
}

fn is_rule(text: &str) -> bool {
    let Some(sign) = text.chars().next().filter(|c| "-*_".contains(*c)) else { return false };
    text.chars().filter(|c| *c == sign).count() >= 3 && text.chars().all(|c| c == sign || c == ' ' || c == '\t')
}

fn marker(text: &str, indent: usize) -> Option<Marker> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: Option<u32> = if digits == 0 { None } else { Some(text.get(..digits).filter(|_| digits < 10)?.parse().ok()?) };
    let after = text.get(digits..)?;
    let sign = after.chars().next().filter(|c| if number.is_some() { ".)".contains(*c) } else { "-*+".contains(*c) })?;
    let after = after.get(1..)?;
    let spaces = after.len() - after.trim_start_matches(' ').len();
    if spaces == 0 && !after.is_empty() {
        return None;
    }
    // Text far to the right is a line of its own in CommonMark; here it is where one space would put it.
    let spaces = if after.trim().is_empty() || spaces > 4 { 1 } else { spaces };
    Some(Marker { sign, number, width: indent + digits + 1 + spaces })
}

/// Renders the blocks that `lines` hold.
pub(super) fn render(mut lines: &[&str], place: Place, to: &mut String) {
    while let [line, rest @ ..] = lines {
        lines = match start(line, place) {
            Start::Blank => rest,
            Start::Rule => {
                to.push_str("<hr />\n");
                rest
            }
            Start::Heading(level, title) => {
                wrapped(&format!("h{level}"), title, to);
                rest
            }
            Start::Fence(fence) => code(fence, line, rest, to),
            Start::Quote => quote(lines, place, to),
            Start::Item(first) => list(first, lines, place, to),
            Start::Text => paragraph(lines, place, to),
        };
    }
}

fn wrapped(tag: &str, text: &str, to: &mut String) {
    to.push_str(&format!("<{tag}>"));
    inline::render(text, to);
    to.push_str(&format!("</{tag}>\n"));
}

fn code<'a, 'b>(fence: &str, opening: &str, lines: &'a [&'b str], to: &mut String) -> &'a [&'b str] {
    let indent = opening.len() - opening.trim_start_matches(' ').len();
    let closes = |line: &&str| {
        let closing = run(line.trim_start_matches(' '), &['`', '~']);
        closing.starts_with(fence) && line.trim().len() == closing.len() && line.len() - line.trim_start_matches(' ').len() < 4
    };
    let end = lines.iter().position(closes).unwrap_or(lines.len());
    let (inside, rest) = lines.split_at_checked(end).unwrap_or((lines, &[]));
    to.push_str("<pre><code>");
    for line in inside {
        let own = (line.len() - line.trim_start_matches(' ').len()).min(indent);
        escape(line.get(own..).unwrap_or_default(), to);
        to.push('\n');
    }
    to.push_str("</code></pre>\n");
    rest.get(1..).unwrap_or_default()
}

fn quote<'a, 'b>(lines: &'a [&'b str], place: Place, to: &mut String) -> &'a [&'b str] {
    let mut inside = Vec::new();
    let mut rest = lines;
    let mut open = false;
    while let [line, after @ ..] = rest {
        match (line.trim_start().strip_prefix('>'), start(line, place)) {
            (Some(text), Start::Quote) => inside.push(text.strip_prefix(' ').unwrap_or(text)),
            // A paragraph goes on without the mark.
            (_, Start::Text) if open => inside.push(line),
            _ => break,
        }
        open = inside.last().is_some_and(|line| matches!(start(line, place.within(false)), Start::Text));
        rest = after;
    }
    to.push_str("<blockquote>\n");
    render(&inside, place.within(false), to);
    to.push_str("</blockquote>\n");
    rest
}

fn list<'a, 'b>(first: Marker, lines: &'a [&'b str], place: Place, to: &mut String) -> &'a [&'b str] {
    let mut items: Vec<Vec<&str>> = Vec::new();
    let (mut rest, mut width, mut blank, mut loose) = (lines, first.width, false, false);
    while let [line, after @ ..] = rest {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let begins = start(line, place);
        match (&begins, items.last_mut()) {
            (Start::Blank, Some(item)) => {
                item.push("");
                blank = true;
                rest = after;
                continue;
            }
            (_, Some(item)) if indent >= width => {
                // A blank line within a nested block does not loosen this list; one before a block of the item does.
                loose |= blank && indent < width + 2;
                item.push(line.get(width..).unwrap_or_default());
            }
            (Start::Item(marker), _) if marker.sign == first.sign && marker.number.is_some() == first.number.is_some() => {
                loose |= blank;
                width = marker.width;
                items.push(vec![line.get(width..).unwrap_or_default()]);
            }
            // A paragraph goes on without the indent.
            (Start::Text, Some(item)) if !blank => item.push(line.trim_start()),
            _ => break,
        }
        blank = false;
        rest = after;
    }
    let tag = if first.number.is_some() { "ol" } else { "ul" };
    match first.number {
        Some(number) if number != 1 => to.push_str(&format!("<ol start=\"{number}\">\n")),
        _ => to.push_str(&format!("<{tag}>\n")),
    }
    for item in &items {
        to.push_str("<li>");
        let before = to.len();
        if loose {
            to.push('\n');
        }
        render(item, place.within(!loose), to);
        // A tight item that is one line stays on it.
        if !loose && to.get(before..).is_some_and(|inside| !inside.contains('<')) {
            to.truncate(to.trim_end().len());
        }
        to.push_str("</li>\n");
    }
    to.push_str(&format!("</{tag}>\n"));
    rest
}

fn paragraph<'a, 'b>(lines: &'a [&'b str], place: Place, to: &mut String) -> &'a [&'b str] {
    let mut text = String::new();
    let mut rest = lines;
    let mut underlined = None;
    while let [line, after @ ..] = rest {
        let underline = line.trim();
        if !text.is_empty() {
            underlined = match run(underline, &['=', '-']) {
                run if run.len() == underline.len() && run.starts_with('=') => Some("h1"),
                run if run.len() == underline.len() && run.starts_with('-') => Some("h2"),
                _ => None,
            };
            let goes_on = match start(line, place) {
                Start::Text => true,
                // A number within a sentence is no list.
                Start::Item(marker) => marker.number.is_some_and(|number| number != 1) || line.trim().len() < 2,
                _ => false,
            };
            if underlined.is_some() || !goes_on {
                break;
            }
            text.push('\n');
        }
        text.push_str(line.trim_start());
        rest = after;
    }
    let text = text.trim_end();
    match underlined {
        Some(tag) => {
            wrapped(tag, text, to);
            rest.get(1..).unwrap_or_default()
        }
        None if place.tight => {
            inline::render(text, to);
            to.push('\n');
            rest
        }
        None => {
            wrapped("p", text, to);
            rest
        }
    }
}
