//! A question that a command asks before it goes on, as knack's `prompt_y_n` asks it.
//!
//! A command that has been answered is carried out again from its beginning, with the answers that it
//! has had so far: it asks before it changes anything.

use super::Context;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    text: String,
    default: Option<bool>,
}

impl Question {
    /// A question without an answer of its own.
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), default: None }
    }

    /// A question to which an empty line is a no.
    pub(super) fn or_no(text: impl Into<String>) -> Self {
        Self { default: Some(false), ..Self::new(text) }
    }

    /// The question as the terminal shows it.
    #[must_use]
    pub fn prompt(&self) -> String {
        let letters = if self.default == Some(false) { "y/N" } else { "y/n" };
        format!("{} ({letters}): ", self.text)
    }

    /// What an empty line stands for.
    #[must_use]
    pub fn default_letter(&self) -> Option<&'static str> {
        self.default.map(|default| if default { "y" } else { "n" })
    }

    /// What a typed line answers; the question is asked again where it is neither yes nor no.
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

/// Where questions can be asked, and what was answered.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terminal<'a> {
    /// Whether there is one.
    pub is_there: bool,
    /// The answers to the command's questions, in order.
    pub answers: &'a [bool],
    /// How many blocks the command said before its latest question.
    pub said: usize,
}

impl Context<'_> {
    /// The answer to a question; `None` where it is still open, or where there is no terminal.
    pub(super) fn ask(&mut self, question: Question) -> Option<bool> {
        let answer = self.terminal.answers.get(self.asked).copied();
        self.asked += 1;
        if answer.is_none() && self.terminal.is_there {
            self.open_question = Some(question);
        }
        answer
    }
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
