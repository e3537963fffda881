//! The arguments of filters: options, with or without a value, and other words.

/// Options and other words of a filter.
#[derive(Debug, Default)]
pub(super) struct Arguments<'a> {
    /// Letters of options without a value.
    letters: String,
    /// Letters of options with their values.
    values: Vec<(char, &'a str)>,
    /// The other words.
    pub(super) rest: Vec<&'a str>,
}

impl<'a> Arguments<'a> {
    /// Reads arguments; `plain` has the letters of options without a value, `valued` those of options with one.
    ///
    /// # Errors
    /// An option that is not known here, or one without its value.
    pub(super) fn read(words: &[&'a str], plain: &str, valued: &str) -> Result<Self, String> {
        let mut arguments = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.is_empty()) else {
                arguments.rest.push(word);
                continue;
            };
            if letters == "-" {
                arguments.rest.extend(words.by_ref());
                break;
            }
            for (at, letter) in letters.char_indices() {
                if plain.contains(letter) {
                    arguments.letters.push(letter);
                    continue;
                }
                if !valued.contains(letter) {
                    return Err(format!(
                        "option '{letter}' of '{word}' is not available here: there is -{plain}{valued}"
                    ));
                }
                let rest = letters.get(at + letter.len_utf8()..).unwrap_or_default();
                let value = if rest.is_empty() { words.next().copied() } else { Some(rest) };
                let value = value.ok_or_else(|| format!("option requires an argument -- '{letter}'"))?;
                arguments.values.push((letter, value));
                break;
            }
        }
        Ok(arguments)
    }

    pub(super) fn has(&self, letter: char) -> bool {
        self.letters.contains(letter)
    }

    /// Returns the last value of an option.
    pub(super) fn value(&self, letter: char) -> Option<&'a str> {
        self.values(letter).last().copied()
    }

    /// Returns all values of an option.
    pub(super) fn values(&self, letter: char) -> Vec<&'a str> {
        self.values.iter().filter(|(known, _)| *known == letter).map(|(_, value)| *value).collect()
    }

    /// Returns the number that is the value of an option.
    ///
    /// # Errors
    /// A value that is no number.
    pub(super) fn number(&self, letter: char) -> Result<Option<usize>, String> {
        self.value(letter).map(|value| value.parse().map_err(|_| format!("invalid number: '{value}'"))).transpose()
    }
}

/// Refuses names of files: there are none.
///
/// # Errors
/// The first word, if there is one.
pub(super) fn no_files(rest: &[&str]) -> Result<(), String> {
    match rest.iter().find(|word| !matches!(**word, "-" | "/dev/stdin" | "/dev/null")) {
        Some(file) => Err(format!("{file}: there are no files here, only what is piped")),
        None => Ok(()),
    }
}

/// Joins lines, each with its end.
pub(super) fn joined<'a>(lines: impl IntoIterator<Item = &'a str>) -> String {
    lines.into_iter().flat_map(|line| [line, "\n"]).collect()
}
