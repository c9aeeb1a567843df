//! Tables that are written for people, for the tests to hold the code to.

const PAGE: &str = include_str!("../../../docs/money.md");

/// The cells of the table whose first heading is `name`, row by row, after comparing the comment of `code` with the page.
pub(crate) fn rows<'a>(code: &'a str, name: &str) -> Vec<Vec<&'a str>> {
    let table = |text: &'a str, before: &str| -> Vec<&'a str> {
        let lines = text.lines().filter_map(|line| line.strip_prefix(before));
        lines.skip_while(|line| !line.starts_with(&format!("| {name} |"))).take_while(|line| line.starts_with('|')).collect()
    };
    let written = table(code, "//! ");
    assert_eq!(written, table(PAGE, ""), "the comment and the page say different things");
    assert!(written.len() > 2, "no table of {name}");
    written.iter().skip(2).map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect()
}
