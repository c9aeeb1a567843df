//! A tenant's colours and fonts as CSS custom properties, such that text in them can be read (WCAG 2.2, 1.4.3).

use std::fmt::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use crate::Brand;

/// What WCAG AA asks of text, and a little more, so that a tinted surface does not undo it.
const LEAST: f64 = 4.8;
/// The surfaces that coloured text stands on, as in the style sheet: the darkest light one, the lightest dark one.
const LIGHT: Color = Color([0xf4, 0xf4, 0xf6]);
const DARK: Color = Color([0x20, 0x22, 0x29]);
const WHITE: Color = Color([0xff; 3]);
const BLACK: Color = Color([0x11, 0x12, 0x16]);

/// Red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color([u8; 3]);

impl Color {
    /// From `#RRGGBB`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits =
            text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
        let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
        Some(Self([red, green, blue]))
    }

    /// `#rrggbb`.
    pub fn hex(self) -> String {
        let Self([red, green, blue]) = self;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }

    /// <https://www.w3.org/TR/WCAG22/#dfn-relative-luminance>
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        let Self([red, green, blue]) = self;
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// So many hundredths of the way to `other`.
    fn towards(self, other: Self, hundredths: u16) -> Self {
        let Self([r, g, b]) = self;
        let Self([x, y, z]) = other;
        let mix = |from: u8, to: u8| {
            let sum = u32::from(from) * u32::from(100 - hundredths) + u32::from(to) * u32::from(hundredths);
            u8::try_from(sum / 100).unwrap_or(u8::MAX)
        };
        Self([mix(r, x), mix(g, y), mix(b, z)])
    }

    /// The same colour, as much nearer to `other` as it takes to be read on `surface`.
    fn readable_on(self, surface: Self, other: Self) -> Self {
        let steps = (0..=100).step_by(4).map(|step| self.towards(other, step));
        steps.into_iter().find(|color| color.contrast(surface) >= LEAST).unwrap_or(other)
    }
}

/// The look of a site: what goes into a style element, and the hash by which a content security policy lets it in.
#[derive(Clone, Debug)]
pub(crate) struct Theme {
    pub(crate) style: String,
    /// `sha256-..`
    pub(crate) hash: String,
}

impl Theme {
    /// Of `brand`; what is no colour or font of its is the platform's.
    pub(crate) fn of(brand: &Brand) -> Self {
        let primary = Color::parse(&brand.primary_color).unwrap_or(Color([0x4f, 0x46, 0xe5]));
        let second = brand.secondary_color.as_deref().and_then(Color::parse).unwrap_or(primary);
        // White on the colour looks right down to a certain lightness; above that the colour stays and the text is dark.
        let (fill, on_fill) =
            if primary.luminance() > 0.4 { (primary, BLACK) } else { (primary.readable_on(WHITE, BLACK), WHITE) };
        let (light, dark) = (primary.readable_on(LIGHT, BLACK), primary.readable_on(DARK, WHITE));
        let mut style = format!(
            ":root{{--brand:{};--second:{};--fill:{};--on-fill:{};--accent:{}",
            primary.hex(),
            second.hex(),
            fill.hex(),
            on_fill.hex(),
            light.hex()
        );
        for (property, font) in [("--heading", &brand.heading_font), ("--body", &brand.body_font)] {
            // It goes into a style sheet: nothing in it may end there what it stands in.
            let plain = |font: &&str| font.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' ' || b == b'-');
            if let Some(font) = font.as_deref().filter(plain) {
                let _ = write!(style, ";{property}:\"{font}\",var(--sans)");
            }
        }
        let _ = write!(style, "}}@media(prefers-color-scheme:dark){{:root{{--accent:{}}}}}", dark.hex());
        let hash = format!("sha256-{}", STANDARD.encode(Sha256::digest(&style)));
        Self { style, hash }
    }

    /// The colour of browsers' own surfaces around the page.
    pub(crate) fn chrome(brand: &Brand) -> String {
        Color::parse(&brand.primary_color).unwrap_or(BLACK).hex()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn property(style: &str, name: &str, nth: usize) -> Color {
        let value = style.split(&format!("{name}:")).nth(nth + 1).unwrap();
        Color::parse(&value[..7]).unwrap()
    }

    #[test]
    fn any_colour_can_be_read() {
        for red in (0..=255).step_by(51) {
            for green in (0..=255).step_by(51) {
                for blue in (0..=255).step_by(51) {
                    let primary_color = Color([red, green, blue]).hex();
                    let style = Theme::of(&Brand { primary_color: primary_color.clone(), ..Brand::default() }).style;
                    let (fill, on_fill) = (property(&style, "--fill", 0), property(&style, "--on-fill", 0));
                    assert!(fill.contrast(on_fill) >= 4.5, "a button in {primary_color}");
                    assert!(property(&style, "--accent", 0).contrast(LIGHT) >= 4.5, "a link in {primary_color}");
                    assert!(property(&style, "--accent", 1).contrast(DARK) >= 4.5, "a link in {primary_color}, at night");
                }
            }
        }
    }

    #[test]
    fn nothing_breaks_out_of_the_style() {
        let brand = Brand {
            primary_color: "red}</style><script>".to_owned(),
            secondary_color: Some("#12345g".to_owned()),
            heading_font: Some("A\"}body{display:none".to_owned()),
            body_font: Some("Source Serif-4".to_owned()),
            ..Brand::default()
        };
        let style = Theme::of(&brand).style;
        assert!(!style.contains('<') && !style.contains("none"), "{style}");
        assert!(style.contains("--body:\"Source Serif-4\",var(--sans)"), "{style}");
    }
}
