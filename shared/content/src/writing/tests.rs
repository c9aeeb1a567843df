use pulldown_cmark::{Options, Parser, html::push_html};

use super::*;

/// What a whole CommonMark parser makes of it.
fn reference(markdown: &str) -> String {
    let mut html = String::new();
    push_html(&mut html, Parser::new_ext(markdown, Options::empty()));
    html
}

/// Ours, comparable: without what we add to links.
fn ours(markdown: &str) -> String {
    html(markdown).replace(" rel=\"nofollow ugc noopener\"", "").replace("&quot;", "\"")
}

#[test]
fn what_people_write_is_as_commonmark_says() {
    for markdown in [
        "One.\n\nTwo\nlines.",
        "# Title\n\n## Second ##\n\ntext\n### Third",
        "Title\n=====\n\nSecond\n---\n\ntext",
        "*one* **two** ***three*** _four_ __five__ snake_case_word 2 * 3 * 4",
        "**bold *and em* inside** and *em **and bold** inside*",
        "a * b and **unclosed and *closed*",
        "`code <b>` and `` a ` b `` and `open",
        "```\nlet x = \"<&>\";\n\n```\nafter",
        "~~~\nno *emphasis*\n~~~",
        "```\nnever closed\n",
        "> quoted\n> more\ngoes on\n\nnot",
        "> a\n>\n> > nested\n> - item",
        "- one\n- two\n- three",
        "* one\n\n* two\n\n  more of two",
        "1. one\n2. two\n   - nested\n   - again\n3. three",
        "7) seven\n8) eight",
        "- a\n  b\nlazy\n- c",
        "text\n- list after text\n\ntext again",
        "In 1999. That was\n1999. a good year",
        "one\n***\ntwo\n\n---\n\n_ _ _",
        "hard  \nbreak and\\\nanother",
        "\\*not em\\* \\# \\[no\\]",
        "[a *link*](https://example.com/a?b=c&d=e) ![pic](https://example.com/p.png)",
        "[titled](https://example.com/ \"A title\") <https://example.com/x> [no](here",
        "[unclosed *em](https://example.com/) after*",
        "a [bracket] and ] and [",
        "5 < 6 & 7 > 3 \"quoted\"",
        "äöü 日本 🎬 *é*",
        "",
        "\n\n\n",
    ] {
        // Titles of links are left out, and quotes are escaped everywhere.
        let expected = reference(markdown).replace(" title=\"A title\"", "").replace("&quot;", "\"");
        assert_eq!(ours(markdown), expected, "of {markdown:?}");
    }
}

#[test]
fn nothing_in_it_acts() {
    for markdown in [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](java\nscript:alert(1))",
        "[x](data:text/html,<script>)",
        "![x](data:image/svg+xml,<svg/onload=alert(1)>)",
        "<javascript:alert(1)>",
        "[x](//evil.example)",
        "[\"><script>](https://a.example/\"><script>)",
        "![\" onerror=\"alert(1)](https://a.example/x.png)",
        "[x](vbscript:x) [x](file:///etc/passwd) [x](\u{1}javascript:1)",
    ] {
        let html = html(markdown);
        for bad in [
            "<script",
            "<img src=x",
            "javascript:alert(1)\"",
            "href=\"java",
            "href=\"data",
            "src=\"data",
            "href=\"vb",
            "href=\"file",
            "\" onerror",
        ] {
            assert!(!html.contains(bad), "{bad} in {html}");
        }
        check(&html);
    }
}

/// Only our own tags, each closed where it was opened, and nothing else that a browser would read as one.
fn check(html: &str) {
    let mut open = Vec::new();
    for piece in html.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or_else(|| panic!("an open tag in {html:?}"));
        assert!(!text.contains('>'), "{html:?}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{html:?}");
            continue;
        }
        let name = tag.split(' ').next().unwrap();
        let known = ["p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "code", "blockquote", "ul", "ol", "li", "em", "strong", "a"];
        if name == "hr" || name == "br" || name == "img" {
            assert!(tag.ends_with(" /"), "{tag}");
        } else {
            assert!(known.contains(&name), "{tag} in {html:?}");
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?} in {html:?}");
}

#[test]
fn whatever_is_written_the_tags_are_ours_and_nest() {
    let parts = [
        "*",
        "**",
        "_",
        "`",
        "``",
        "[",
        "]",
        "](https://a.example/x)",
        "](javascript:1)",
        "![",
        "<",
        ">",
        "<https://b.example>",
        "\\",
        "\n",
        "\n\n",
        "- ",
        "1. ",
        "> ",
        "# ",
        "```",
        "~~~",
        "  ",
        "    ",
        "---",
        "===",
        "a",
        "é",
        " ",
        "&",
        "\"",
        "(",
        ")",
        "\0",
        "\t",
    ];
    // A linear congruential generator: the same texts at every run.
    let mut seed: u64 = 42;
    for _ in 0..20_000 {
        let mut markdown = String::new();
        for _ in 0..24 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            markdown.push_str(parts[usize::try_from(seed >> 33).unwrap() % parts.len()]);
        }
        check(&html(&markdown));
        teaser(&markdown);
    }
}

#[test]
fn long_texts_cost_what_they_are_long() {
    let long = |part: &str| part.repeat(500_000 / part.len());
    for part in [
        "*a ",
        "_a*",
        "**",
        "[",
        "![",
        "[a](",
        "[a](https://a.example)",
        "![[a](https://a.example)",
        "`",
        "`a``b```c",
        "<",
        "<a",
        "> ",
        ">",
        "- ",
        "1. a\n",
        "- a\n\n",
        "  - a\n",
        "\n",
        "\\",
        "a\n---\n",
        "***a** b*",
        "]",
    ] {
        // What is not linear takes hours for one of these; a loaded machine takes seconds.
        let text = long(part);
        let started = std::time::Instant::now();
        check(&html(&text));
        assert!(started.elapsed().as_secs() < 60, "{part:?} took {:?}", started.elapsed());
    }
}

#[test]
fn a_teaser_gives_little_away() {
    let long = format!("# On *breathing*\n\nIn <b>& out</b>. {}", "word ".repeat(400));
    let teaser = teaser(&long);
    assert!(teaser.starts_with("On breathing In <b>& out</b>. word") && teaser.ends_with("word …"), "{teaser}");
    assert!(teaser.chars().count() <= 282);
    assert_eq!(super::teaser("All of it is ten words long and for sale."), "All of …");
    assert_eq!(super::teaser("Short"), "");
}
