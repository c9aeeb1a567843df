//! Writing: markdown in, HTML out that cannot act. It is safe by construction and not by cleaning: all text is escaped, the tags
//! are a handful of our own, addresses are http(s) or mailto. A CommonMark parser weighs 70 kB of the upload; this is the part of
//! the language that people write in, and a test holds it against one. What is left out (HTML, entities, reference links, tables,
//! indented code) is shown as it was written.

mod block;
mod inline;

/// The most characters of a teaser, and which part of the writing it is at most.
const TEASER: (usize, usize) = (280, 5);

/// `markdown` as HTML.
pub fn html(markdown: &str) -> String {
    let mut html = String::with_capacity(markdown.len() + markdown.len() / 4);
    let lines: Vec<&str> = markdown.lines().collect();
    block::render(&lines, block::Place::default(), &mut html);
    html
}

/// How `markdown` begins, as plain text: never more than a fifth of it, to the end of a word.
pub(crate) fn teaser(markdown: &str) -> String {
    let text = plain(&html(markdown.get(..4_000).or_else(|| prefix(markdown, 4_000)).unwrap_or(markdown)));
    let (most, part) = TEASER;
    let room = most.min(markdown.chars().count() / part);
    if text.chars().count() <= room {
        return text;
    }
    let cut = prefix(&text, room).unwrap_or_default();
    match cut.rfind(' ').and_then(|end| cut.get(..end)) {
        Some(words) => format!("{words} …"),
        None => String::new(),
    }
}

/// The first `count` characters, where there are more.
fn prefix(text: &str, count: usize) -> Option<&str> {
    text.char_indices().nth(count).and_then(|(end, _)| text.get(..end))
}

/// Our own HTML without its tags.
fn plain(html: &str) -> String {
    let mut text = String::new();
    for (index, piece) in html.split('<').enumerate() {
        text.push_str(if index == 0 { piece } else { piece.split_once('>').map_or("", |(_, after)| after) });
        text.push(' ');
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn escape(text: &str, to: &mut String) {
    for c in text.chars() {
        match c {
            '&' => to.push_str("&amp;"),
            '<' => to.push_str("&lt;"),
            '>' => to.push_str("&gt;"),
            '"' => to.push_str("&quot;"),
            '\0' => to.push('\u{fffd}'),
            _ => to.push(c),
        }
    }
}

#[cfg(test)]
mod tests;
