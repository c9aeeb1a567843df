//! Whether colours can be read, as WCAG 2.2 computes it.

use codex_kernel::Issue;

/// What WCAG AA asks of large text and of buttons (1.4.3, 1.4.11).
const LEAST: f64 = 3.0;

/// A channel, 0 to 1, as the eye weighs it (<https://www.w3.org/TR/WCAG22/#dfn-relative-luminance>).
fn linear(channel: u8) -> f64 {
    let share = f64::from(channel) / 255.0;
    if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
}

/// The luminance of `#RRGGBB`, 0 to 1.
fn luminance(color: &str) -> Option<f64> {
    let rgb = u32::from_str_radix(color.strip_prefix('#')?, 16).ok()?;
    let [_, red, green, blue] = rgb.to_be_bytes();
    Some(0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue))
}

/// How `color` stands out from white pages, 1 to 21.
fn contrast_with_white(color: &str) -> Option<f64> {
    luminance(color).map(|luminance| 1.05 / (luminance + 0.05))
}

/// A warning for `color` at `path`, where buttons and headings in it are hard to see.
pub(crate) fn warning(path: &str, color: &str) -> Option<Issue> {
    let ratio = contrast_with_white(color).filter(|ratio| *ratio < LEAST)?;
    let message = format!("{color} is hard to see on white: contrast {ratio:.2}, and WCAG AA asks for {LEAST:.0}");
    Some(Issue { path: path.to_owned(), message })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_those_of_wcag() {
        for (color, ratio) in [("#FFFFFF", 1.0), ("#000000", 21.0), ("#777777", 4.48), ("#3B82F6", 3.68), ("#ffff00", 1.07)] {
            assert!((contrast_with_white(color).unwrap() - ratio).abs() < 0.01, "{color}");
        }
        assert_eq!(warning("primaryColor", "#3B82F6"), None, "the default");
        assert_eq!(warning("primaryColor", "#ffff00").unwrap().path, "primaryColor");
    }
}
