use url::Url;

use super::escape;

/// Longer runs of backticks are text.
const LONGEST_TICKS: usize = 16;
/// The longest address, characters.
const LONGEST_ADDRESS: usize = 2_000;
/// Parentheses within each other in an address.
const DEEPEST: u32 = 3;

/// Asterisks or underscores that may open emphasis.
struct Opener {
    piece: usize,
    sign: char,
    count: usize,
}

/// A bracket that may open a link or an image.
struct Bracket<'a> {
    piece: usize,
    image: bool,
    /// The text after it, for an image's description.
    after: &'a str,
}

/// What was read, in pieces: an opening tag takes the place of what opened it once its end is found.
#[derive(Default)]
struct Line<'a> {
    pieces: Vec<String>,
    openers: Vec<Opener>,
    brackets: Vec<Bracket<'a>>,
    /// Among the openers, how many of the first hold no `*` and no `_`.
    barren: [usize; 2],
    /// How many of the first brackets are within a link already, and so cannot become one.
    spent: usize,
    /// Lengths of backtick runs that nothing closes.
    unclosed: [bool; LONGEST_TICKS + 1],
}

/// Renders the text of one block. Linear: nothing is looked for twice in vain.
pub(super) fn render(text: &str, to: &mut String) {
    let mut line = Line::default();
    let (mut rest, mut before) = (text, ' ');
    while let Some(c) = rest.chars().next() {
        let next = line.take(c, rest, before);
        before = rest.get(..rest.len() - next.len()).and_then(|taken| taken.chars().next_back()).unwrap_or(c);
        rest = next;
    }
    line.pieces.iter().for_each(|piece| to.push_str(piece));
}

fn skip(text: &str, bytes: usize) -> &str {
    text.get(bytes..).unwrap_or_default()
}

impl<'a> Line<'a> {
    fn push(&mut self, html: impl Into<String>) {
        self.pieces.push(html.into());
    }

    fn text(&mut self, text: &str) {
        let mut html = String::with_capacity(text.len());
        escape(text, &mut html);
        self.push(html);
    }

    /// Takes what `rest` begins with; what is left of it.
    fn take(&mut self, c: char, rest: &'a str, before: char) -> &'a str {
        let after = skip(rest, c.len_utf8());
        match c {
            '\\' => match after.chars().next() {
                Some('\n') => {
                    self.push("<br />\n");
                    return skip(after, 1);
                }
                Some(next) if next.is_ascii_punctuation() => {
                    self.text(&next.to_string());
                    return skip(after, 1);
                }
                _ => self.push("\\"),
            },
            '`' => return self.code(rest),
            '<' => {
                let end = after.find(|c: char| c == '>' || c == '<' || c.is_whitespace()).unwrap_or(after.len());
                let (inside, tail) = after.split_at_checked(end).unwrap_or((after, ""));
                if let (Some(tail), Some(address)) = (tail.strip_prefix('>'), address(inside, false)) {
                    self.push(opening(&address));
                    self.text(inside);
                    self.push("</a>");
                    return tail;
                }
                self.push("&lt;");
            }
            '!' if after.starts_with('[') => {
                self.bracket(true, skip(after, 1), "![");
                return skip(after, 1);
            }
            '[' => self.bracket(false, after, "["),
            ']' => return self.close_bracket(after),
            '*' | '_' => return self.emphasis(c, rest, before),
            ' ' => {
                let next = after.trim_start_matches(' ');
                if let Some(next) = next.strip_prefix('\n') {
                    self.push(if after.len() > next.len() + 1 { "<br />\n" } else { "\n" });
                    return next;
                }
                self.push(" ");
            }
            _ => {
                let end = rest.find(|c| "\\`<![]*_ ".contains(c)).filter(|end| *end > 0).unwrap_or(if "!".contains(c) {
                    1
                } else {
                    rest.len()
                });
                let (text, next) = rest.split_at_checked(end).unwrap_or((rest, ""));
                self.text(text);
                return next;
            }
        }
        after
    }

    fn code(&mut self, rest: &'a str) -> &'a str {
        let inside = rest.trim_start_matches('`');
        let length = rest.len() - inside.len();
        let ticks = rest.get(..length).unwrap_or_default();
        if self.unclosed.get(length) == Some(&false) {
            let mut from = 0;
            while let Some(at) = inside.get(from..).and_then(|tail| tail.find('`')).map(|at| from + at) {
                let tail = skip(inside, at);
                let found = tail.len() - tail.trim_start_matches('`').len();
                if found == length {
                    let code = inside.get(..at).unwrap_or_default().replace('\n', " ");
                    let padded = code.starts_with(' ') && code.ends_with(' ') && !code.trim().is_empty();
                    let code = if padded { code.get(1..code.len() - 1).unwrap_or_default() } else { &code };
                    self.push("<code>");
                    self.text(code);
                    self.push("</code>");
                    return skip(tail, length);
                }
                from = at + found;
            }
            if let Some(unclosed) = self.unclosed.get_mut(length) {
                *unclosed = true;
            }
        }
        self.push(ticks);
        inside
    }

    fn bracket(&mut self, image: bool, after: &'a str, text: &str) {
        self.brackets.push(Bracket { piece: self.pieces.len(), image, after });
        self.push(text);
    }

    /// `](address)` makes a link or an image of what stands since the bracket, where the address is one that is allowed.
    fn close_bracket(&mut self, after: &'a str) -> &'a str {
        let Some(Bracket { piece, image, after: description }) = self.brackets.pop() else {
            self.push("]");
            return after;
        };
        let within_link = !image && self.brackets.len() < self.spent;
        self.spent = self.spent.min(self.brackets.len());
        let Some((address, next)) =
            destination(after).filter(|_| !within_link).and_then(|(text, next)| Some((address(text, image)?, next)))
        else {
            self.push("]");
            return after;
        };
        // What was opened within ends within.
        while self.openers.pop_if(|opener| opener.piece >= piece).is_some() {}
        if image {
            let text = description.get(..description.len().saturating_sub(after.len() + 1)).unwrap_or_default();
            let (mut source, mut alt) = (String::new(), String::new());
            escape(&address, &mut source);
            escape(text, &mut alt);
            self.pieces.truncate(piece);
            self.push(format!("<img src=\"{source}\" alt=\"{alt}\" />"));
        } else {
            if let Some(piece) = self.pieces.get_mut(piece) {
                *piece = opening(&address);
            }
            self.push("</a>");
            // No links within links.
            self.spent = self.brackets.len();
        }
        next
    }

    fn emphasis(&mut self, sign: char, rest: &'a str, before: char) -> &'a str {
        let next = rest.trim_start_matches(sign);
        let mut count = rest.len() - next.len();
        let after = next.chars().next().unwrap_or(' ');
        let punctuation = |c: char| c.is_ascii_punctuation();
        let left = !after.is_whitespace() && (!punctuation(after) || before.is_whitespace() || punctuation(before));
        let right = !before.is_whitespace() && (!punctuation(before) || after.is_whitespace() || punctuation(after));
        let opens = left && (sign == '*' || !right || punctuation(before));
        let closes = right && (sign == '*' || !left || punctuation(after));
        let kind = usize::from(sign == '_');
        while closes && count > 0 {
            let barren = self.barren.get(kind).copied().unwrap_or_default().min(self.openers.len());
            let found = self.openers.get(barren..).unwrap_or_default().iter().rposition(|opener| opener.sign == sign);
            let Some(at) = found.map(|at| barren + at) else {
                if let Some(barren) = self.barren.get_mut(kind) {
                    *barren = self.openers.len();
                }
                break;
            };
            self.openers.truncate(at + 1);
            let Some(opener) = self.openers.last_mut() else { break };
            let used = if opener.count >= 2 && count >= 2 { 2 } else { 1 };
            let (start, end) = if used == 2 { ("<strong>", "</strong>") } else { ("<em>", "</em>") };
            opener.count -= used;
            count -= used;
            let piece = opener.piece;
            if opener.count == 0 {
                self.openers.pop();
            }
            if let Some(text) = self.pieces.get_mut(piece) {
                // The signs that are left stand before the tags that were made of the others.
                let signs = text.len() - text.trim_start_matches(sign).len();
                let tags = text.split_off(signs);
                text.truncate(signs.saturating_sub(used));
                text.push_str(start);
                text.push_str(&tags);
            }
            self.push(end);
            // A bracket within what was closed can no longer reach beyond it.
            while self.brackets.pop_if(|bracket| bracket.piece >= piece).is_some() {}
        }
        if count > 0 {
            if opens {
                self.openers.push(Opener { piece: self.pieces.len(), sign, count });
            }
            self.push(sign.to_string().repeat(count));
        }
        next
    }
}

/// The address in `(address)` or `(address "title")`, and what follows.
fn destination(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('(')?.trim_start_matches(' ');
    let mut depth = 0;
    let end = inside.char_indices().take(LONGEST_ADDRESS).find_map(|(at, c)| {
        match c {
            '(' if depth == DEEPEST => return Some(None),
            '(' => depth += 1,
            ')' if depth == 0 => return Some(Some(at)),
            ')' => depth -= 1,
            c if c.is_whitespace() => return Some(Some(at)),
            _ => {}
        }
        None
    })??;
    let (address, rest) = inside.split_at_checked(end)?;
    let rest = rest.trim_start();
    let rest = match rest.strip_prefix('"') {
        Some(title) => {
            title.get(..title.char_indices().nth(LONGEST_ADDRESS).map_or(title.len(), |(at, _)| at)).and_then(|near| {
                let end = near.find('"')?;
                title.get(end + 1..)
            })?
        }
        None => rest,
    };
    Some((address, rest.trim_start().strip_prefix(')')?))
}

/// `text` as an address that people may be sent to, or pictures be loaded from.
fn address(text: &str, image: bool) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let allowed = match url.scheme() {
        "http" | "https" => url.has_host(),
        "mailto" => !image,
        _ => false,
    };
    allowed.then(|| url.into())
}

fn opening(address: &str) -> String {
    let mut tag = "<a href=\"".to_owned();
    escape(address, &mut tag);
    tag.push_str("\" rel=\"nofollow ugc noopener\">");
    tag
}
