//! Caret offsets in the typed text.

/// Returns the byte offset of a caret that the browser counts in UTF-16 units.
#[must_use]
pub fn byte_offset(text: &str, utf16: usize) -> usize {
    let mut units = 0;
    for (offset, c) in text.char_indices() {
        if units >= utf16 {
            return offset;
        }
        units += c.len_utf16();
    }
    text.len()
}

/// Returns the caret in UTF-16 units.
#[must_use]
pub fn utf16_offset(text: &str, byte: usize) -> usize {
    let units = |text: &str| text.encode_utf16().count();
    text.get(..byte).map_or_else(|| units(text), units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets() {
        let check = |text: &str, utf16: usize, byte: usize| {
            assert_eq!(byte_offset(text, utf16), byte, "{text}");
            assert_eq!(utf16_offset(text, byte), utf16, "{text}");
        };
        check("", 0, 0);
        check("az aks", 2, 2);
        check("é❄😀x", 2, 5);
        check("é❄😀x", 4, 9);
        assert_eq!(byte_offset("é", 9), 2);
    }
}
