//! The typed text as a shell reads it: caret offsets, continuations, the start of the command being typed.

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

/// Returns `true` if the last line asks for another: it ends with an odd number of backslashes.
#[must_use]
pub fn is_continued(text: &str) -> bool {
    text.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1
}

/// Returns the byte offset at which the command that holds the caret begins: behind the last line break that no
/// backslash continues.
#[must_use]
pub fn command_start(text: &str, caret: usize) -> usize {
    let before = text.get(..caret).unwrap_or(text);
    before
        .match_indices('\n')
        .rfind(|(at, _)| !is_continued(before.get(..*at).unwrap_or_default()))
        .map_or(0, |(at, _)| at + 1)
}

/// Returns the longest beginning that all have in common.
#[must_use]
pub fn common_prefix<'a>(mut texts: impl Iterator<Item = &'a str>) -> &'a str {
    let Some(first) = texts.next() else { return "" };
    texts.fold(first, |prefix, text| {
        let same = prefix
            .char_indices()
            .zip(text.chars())
            .find(|((_, a), b)| a != b)
            .map_or_else(|| prefix.len().min(text.len()), |((at, _), _)| at);
        prefix.get(..same).unwrap_or_default()
    })
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

    #[test]
    fn continuations() {
        let check = |text: &str, expected: bool| assert_eq!(is_continued(text), expected, "{text:?}");
        check("", false);
        check("az \\", true);
        check("az \\\\", false);
        check("az \\ ", false);
    }

    #[test]
    fn command_starts() {
        let check = |text: &str, expected: usize| assert_eq!(command_start(text, text.len()), expected, "{text:?}");
        check("az aks", 0);
        check("one\ntwo", 4);
        check("one \\\ntwo", 0);
        check("one\ntwo \\\nthree", 4);
    }

    #[test]
    fn prefixes() {
        let check = |texts: &[&str], expected: &str| assert_eq!(common_prefix(texts.iter().copied()), expected);
        check(&[], "");
        check(&["--name"], "--name");
        check(&["--name", "--namespace"], "--name");
        check(&["--scale", "--spot"], "--s");
        check(&["é1", "é2"], "é");
    }
}
