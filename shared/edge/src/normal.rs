/// Which of the spellings of one text (Unicode Standard Annex 15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NormalForm {
    /// Composed: what looks the same and is the same is spelled the same.
    Nfc,
    /// Composed, and compatible characters (full width, ligatures) made one.
    Nfkc,
}

/// `text` in `form`. ASCII is in every form already.
pub fn normalized(text: &str, form: NormalForm) -> String {
    if text.is_ascii() { text.to_owned() } else { super::normalize(text, form) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_become_one() {
        assert_eq!(normalized("o\u{308}\u{fb01}", NormalForm::Nfc), "\u{f6}\u{fb01}");
        assert_eq!(normalized("o\u{308}\u{fb01}", NormalForm::Nfkc), "\u{f6}fi");
        assert_eq!(normalized(" ~\0", NormalForm::Nfkc), " ~\0");
    }
}
