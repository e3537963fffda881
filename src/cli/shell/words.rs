//! Words and commands after their expansion.

use crate::ground::span::Span;

/// One word after quotes and variables are resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Text that the command receives.
    pub text: String,
    /// Its place in the line; words that one variable or brace makes share it.
    pub span: Span,
}

/// One command: assignments, then words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimpleCommand {
    /// Variables that the command sets; for the session if there are no words.
    pub assignments: Vec<(String, String)>,
    /// The command's name and its arguments.
    pub words: Vec<Word>,
    /// The whole command.
    pub span: Span,
    /// Standard input from a here-document or a here-string.
    pub input: Option<String>,
}

impl SimpleCommand {
    /// Returns the variables that the command leaves set: assignments alone, or after `export`.
    #[must_use]
    pub fn variables_set(&self) -> Vec<(String, String)> {
        let Some((name, arguments)) = self.words.split_first() else {
            return self.assignments.clone();
        };
        if !is_declaration(&name.text) {
            return Vec::new();
        }
        let assignment = |word: &Word| {
            let (name, value) = word.text.split_once('=')?;
            is_variable_name(name).then(|| (name.to_owned(), value.to_owned()))
        };
        arguments.iter().filter_map(assignment).collect()
    }
}

/// Returns `true` for a command whose arguments can be assignments.
pub(super) fn is_declaration(name: &str) -> bool {
    matches!(name, "export" | "readonly" | "local" | "declare" | "typeset")
}

/// Returns `true` if the text is a valid name of a variable.
pub(crate) fn is_variable_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|character| character.is_ascii_alphanumeric() || character == '_')
}
