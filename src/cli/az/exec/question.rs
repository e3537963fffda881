//! Questions that a command asks before it goes on, as knack's `prompt_y_n` asks them.
//!
//! An answered command is carried out again from its beginning with all answers so far: commands ask before they
//! change anything.

/// A yes-or-no question of a command, or one that any line answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    text: String,
    default: Option<bool>,
    is_open: bool,
}

impl Question {
    /// Creates a question without a default answer.
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), default: None, is_open: false }
    }

    /// Creates a question to which an empty line is a no.
    pub(super) fn or_no(text: impl Into<String>) -> Self {
        Self { default: Some(false), ..Self::new(text) }
    }

    /// Creates a question that any line answers, as `read` of a shell asks it.
    #[must_use]
    pub fn open(text: String) -> Self {
        Self { text, default: None, is_open: true }
    }

    /// Returns `true` if any line answers the question, an empty one too.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// Returns the text that the terminal shows.
    #[must_use]
    pub fn prompt(&self) -> String {
        if self.is_open {
            return self.text.clone();
        }
        let letters = if self.default == Some(false) { "y/N" } else { "y/n" };
        format!("{} ({letters}): ", self.text)
    }

    /// Returns the letter that an empty line stands for, if any.
    #[must_use]
    pub fn default_letter(&self) -> Option<&'static str> {
        self.default.map(|default| if default { "y" } else { "n" })
    }

    /// Reads a typed line as yes or no; `None` if it is neither, so that the question is asked again.
    #[must_use]
    pub fn answer(&self, typed: &str) -> Option<bool> {
        match typed {
            "y" | "Y" => Some(true),
            "n" | "N" => Some(false),
            "" => self.default,
            _ => None,
        }
    }
}

/// The terminal of a command, with the answers to its questions.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terminal<'a> {
    /// `true` if there is a terminal to ask at.
    pub is_there: bool,
    /// The answers to the command's questions, in order.
    pub answers: &'a [bool],
    /// Number of blocks the command printed before its latest question; they are not shown again.
    pub blocks_shown: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_y_and_n_answer() {
        let check = |typed: &str, plain: Option<bool>, or_no: Option<bool>| {
            assert_eq!(Question::new("?").answer(typed), plain, "{typed:?}");
            assert_eq!(Question::or_no("?").answer(typed), or_no, "{typed:?}");
        };
        check("y", Some(true), Some(true));
        check("Y", Some(true), Some(true));
        check("n", Some(false), Some(false));
        check("", None, Some(false));
        check("yes", None, None);
        check(" y", None, None);
    }
}
