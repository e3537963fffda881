//! Candidates of completion.

use super::span::Span;

/// One thing that can stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Text to insert, quoted if the shell needs it.
    pub text: String,
    /// Short description, such as the summary of a command; may be empty.
    pub description: String,
}

impl Candidate {
    /// A candidate.
    #[must_use]
    pub fn new(text: impl Into<String>, description: impl Into<String>) -> Self {
        Self { text: text.into(), description: description.into() }
    }
}

/// The result of completion: the candidates, and the part of the line that they replace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// The part of the line that a candidate replaces.
    pub replace: Span,
    /// The candidates, the likeliest first.
    pub candidates: Vec<Candidate>,
}

impl Completion {
    /// Returns the longest text that every candidate begins with.
    #[must_use]
    pub fn common_prefix(&self) -> &str {
        common_prefix(&self.candidates)
    }
}

/// Returns the longest text that every candidate begins with.
#[must_use]
pub fn common_prefix(candidates: &[Candidate]) -> &str {
    let Some((first, rest)) = candidates.split_first() else { return "" };
    let mut prefix = first.text.as_str();
    for candidate in rest {
        let shared = prefix.char_indices().zip(candidate.text.chars()).find(|((_, a), b)| a != b);
        let end = shared.map_or(prefix.len().min(candidate.text.len()), |((index, _), _)| index);
        prefix = prefix.get(..end).unwrap_or(prefix);
    }
    prefix
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes() {
        let check = |texts: &[&str], expected: &str| {
            let candidates: Vec<Candidate> = texts.iter().map(|text| Candidate::new(*text, "")).collect();
            assert_eq!(common_prefix(&candidates), expected);
        };
        check(&[], "");
        check(&["--name"], "--name");
        check(&["--name", "--namespace"], "--name");
        check(&["--scale", "--spot"], "--s");
        check(&["é1", "é2"], "é");
    }
}
