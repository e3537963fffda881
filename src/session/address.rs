//! Addresses of the page: the fragment that carries commands or a run.

/// Returns the fragment of an address, with its `#`, or of a text that is one; `None` for any other text.
#[must_use]
pub fn fragment(text: &str) -> Option<&str> {
    let text = text.trim();
    let is_address = text.starts_with("https://") || text.starts_with("http://");
    if text.contains(char::is_whitespace) || !(is_address || text.starts_with('#')) {
        return None;
    }
    text.find('#').and_then(|at| text.get(at..))
}

/// Returns the commands of a fragment `#run=COMMANDS&WORDS`, decoded, and its words; `None` for any other fragment.
#[must_use]
pub fn commands(fragment: &str) -> Option<(String, &str)> {
    let run = fragment.trim_start_matches('#').strip_prefix("run=")?;
    let (commands, words) = run.split_once('&').unwrap_or((run, ""));
    Some((percent_decoded(commands), words))
}

/// Decodes `%xx`; bytes that are no UTF-8 become U+FFFD.
#[must_use]
pub fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let pair = tail.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Returns commands one a line: `;` between them becomes a line break; one inside quotes stays.
#[must_use]
pub fn one_a_line(commands: &str) -> String {
    let mut quote = None;
    let mut lines = String::with_capacity(commands.len());
    for c in commands.chars() {
        match (c, quote) {
            ('\'' | '"', None) => quote = Some(c),
            (_, Some(open)) if c == open => quote = None,
            _ => {}
        }
        lines.push(if c == ';' && quote.is_none() { '\n' } else { c });
    }
    let trimmed: Vec<&str> =
        lines.lines().map(str::trim_end).map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    trimmed.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_are_found_in_addresses_alone() {
        let check = |text: &str, expected: Option<&str>| assert_eq!(fragment(text), expected, "{text}");
        check("https://host/page/?t=5#s1:abc", Some("#s1:abc"));
        check(" #s2:abc\n", Some("#s2:abc"));
        check("#run=az%20aks", Some("#run=az%20aks"));
        check("# a comment", None);
        check("#one\naz aks list", None);
        check("az aks list # all", None);
        check("https://host/page/", None);
    }

    #[test]
    fn commands_are_decoded() {
        assert_eq!(commands("#run=a%20b;c&autorun=1"), Some(("a b;c".to_owned(), "autorun=1")));
        assert_eq!(commands("#s1:abc"), None);
    }
}
