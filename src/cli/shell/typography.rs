//! Look-alike characters that a word processor leaves in pasted text.
//!
//! A curly quote is an ordinary character to a shell, so the line fails without a visible cause; the
//! playground names the character.

use crate::ground::span::Span;

/// A character that looks like another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookAlike {
    /// Its place in the line.
    pub span: Span,
    /// Name of the character.
    pub name: &'static str,
    /// Text to type instead.
    pub instead: &'static str,
}

/// Finds the look-alikes in a line.
#[must_use]
pub fn typography(line: &str) -> Vec<LookAlike> {
    line.char_indices()
        .filter_map(|(start, character)| {
            let (name, instead) = look_alike(character)?;
            Some(LookAlike { span: Span { start, end: start + character.len_utf8() }, name, instead })
        })
        .collect()
}

const fn look_alike(character: char) -> Option<(&'static str, &'static str)> {
    match character {
        '\u{2018}' | '\u{2019}' | '\u{201A}' | '\u{201B}' | '\u{2032}' => Some(("curly single quote", "'")),
        '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{201F}' | '\u{2033}' => Some(("curly double quote", "\"")),
        '\u{2010}' | '\u{2011}' | '\u{2212}' => Some(("hyphen from a word processor", "-")),
        '\u{2013}' => Some(("en dash", "--")),
        '\u{2014}' | '\u{2015}' => Some(("em dash", "--")),
        '\u{A0}' | '\u{2007}' | '\u{202F}' => Some(("non-breaking space", "a space")),
        '\u{200B}' | '\u{2060}' | '\u{FEFF}' => Some(("zero-width space", "nothing")),
        '\u{2026}' => Some(("ellipsis", "...")),
        _ => None,
    }
}
