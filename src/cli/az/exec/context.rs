//! The state that a command reads and changes, and its output so far.

use super::question::{Question, Terminal};
use crate::az::account::Account;
use crate::az::parse::Invocation;
use crate::ground::error::{CliError, ErrorClass, Stage};
use crate::ground::outcome::{Block, Outcome};
use scale_down_engine::Cloud;

/// The state that a command reads and changes, and the output it has produced so far.
pub struct Context<'a> {
    /// The simulated cloud.
    pub cloud: &'a mut Cloud,
    /// The local state of the command line.
    pub account: &'a mut Account,
    /// Output of the command so far: warnings and notes.
    pub blocks: Vec<Block>,
    /// The terminal at which the command can ask, with the answers given so far.
    pub terminal: Terminal<'a>,
    /// Advice shown below a refusal.
    hint: Option<String>,
    asked: usize,
    pub(super) open_question: Option<Question>,
}

impl<'a> Context<'a> {
    /// Creates the context of a command without output.
    pub fn new(cloud: &'a mut Cloud, account: &'a mut Account, terminal: Terminal<'a>) -> Self {
        Self { cloud, account, blocks: Vec::new(), terminal, hint: None, asked: 0, open_question: None }
    }

    /// Adds a note of the playground's own. Does nothing in strict mode.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        if !self.account.strict {
            self.blocks.push(Block::Note(text.into()));
        }
    }

    /// Sets the advice to show below a refusal. Does nothing in strict mode.
    pub(crate) fn hint(&mut self, text: impl Into<String>) {
        if !self.account.strict {
            self.hint = Some(text.into());
        }
    }

    /// Ends a refused command with the error and the hint.
    pub(crate) fn refused(self, error: CliError) -> Outcome {
        let mut outcome = Outcome::refused(self.blocks, error);
        outcome.blocks.extend(self.hint.map(Block::Note));
        outcome
    }

    /// Returns the answer to a question; `None` if it is still open or there is no terminal.
    pub(super) fn ask(&mut self, question: Question) -> Option<bool> {
        let answer = self.terminal.answers.get(self.asked).copied();
        self.asked += 1;
        if answer.is_none() && self.terminal.is_there {
            self.open_question = Some(question);
        }
        answer
    }
}

/// Asks a question other than a confirmation. Without a terminal the command crashes, as `az` does.
pub(super) fn ask(context: &mut Context<'_>, question: Question) -> Result<bool, CliError> {
    if let Some(answer) = context.ask(question) {
        return Ok(answer);
    }
    context.hint(
        "az asks here whether to go on, and there is no terminal to ask at: add --yes, or name a setting to change.",
    );
    let text = "The command failed with an unexpected error. Here is the traceback:\nERROR: \nTraceback (most recent call last):\nknack.prompting.NoTTYException\nTo check existing issues, please visit: https://github.com/Azure/azure-cli/issues";
    Err(CliError::new(ErrorClass::UnclassifiedUserFault, Stage::Prompt, text))
}

/// Adds a note that lists the arguments accepted without effect, so that none is silently ignored.
pub(super) fn note_without_effect(invocation: &Invocation, context: &mut Context<'_>) {
    let names: Vec<&str> = invocation.without_effect().filter_map(|argument| argument.names.first().copied()).collect();
    say_without_effect(&names, context);
}

/// Adds a note that these names, if there are any, are accepted without effect.
pub(super) fn say_without_effect(names: &[&str], context: &mut Context<'_>) {
    if !names.is_empty() {
        context.note(format!("Accepted, but not simulated: {}.", names.join(", ")));
    }
}
