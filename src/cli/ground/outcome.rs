//! Answers to command lines, typed so that every front end renders the same facts.
//!
//! The page renders them as elements, the native command as plain text, the JavaScript package as strings.

use super::error::{CliError, Stage};
use super::example::{Example, example_list};
use super::rendered::Rendered;

/// One piece of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Text for standard output.
    Output(Rendered),
    /// A warning of the command, without its prefix.
    Warning(String),
    /// The error with which the command was refused.
    Error(CliError),
    /// Text for standard error, without a prefix.
    Remark(String),
    /// A remark of the playground's own, which the real command would not make.
    Note(String),
    /// A question as the terminal shows it, with what was typed below it so far.
    Question(String),
    /// The examples at the end of a help, which can be run.
    Examples(&'static [Example]),
}

/// The answer to one command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Stage that the command reached.
    pub stage: Stage,
    /// Its exit code.
    pub exit_code: i32,
    /// Pieces of the answer, in order.
    pub blocks: Vec<Block>,
}

impl Block {
    /// Creates a line of plain text for standard output.
    #[must_use]
    pub fn line(text: impl Into<String>) -> Self {
        let mut text = text.into();
        text.push('\n');
        Self::Output(Rendered::plain(text))
    }
}

impl Outcome {
    /// Creates the outcome of a successful command that prints `blocks`.
    #[must_use]
    pub fn ok(blocks: Vec<Block>) -> Self {
        Self { stage: Stage::Ok, exit_code: 0, blocks }
    }

    /// Creates the outcome of a command that was interrupted at this stage.
    #[must_use]
    pub fn interrupted(stage: Stage) -> Self {
        Self { stage, exit_code: INTERRUPTED, blocks: Vec::new() }
    }

    /// Creates a refusal: `blocks`, then the error's warnings, then the error.
    #[must_use]
    pub fn refused(mut blocks: Vec<Block>, mut error: CliError) -> Self {
        blocks.extend(error.warnings.drain(..).map(Block::Warning));
        let (stage, exit_code) = (error.stage, error.exit_code);
        blocks.push(Block::Error(error));
        Self { stage, exit_code, blocks }
    }
}

/// Exit code of an interrupted command: 128 plus the number of SIGINT.
pub const INTERRUPTED: i32 = 130;

/// Returns the text of blocks on standard output.
#[must_use]
pub fn stdout(blocks: &[Block]) -> String {
    let mut text = String::new();
    for block in blocks {
        match block {
            Block::Output(rendered) => text.push_str(rendered.text()),
            Block::Question(asked) => text.push_str(asked),
            Block::Examples(examples) => text.push_str(&example_list(examples)),
            Block::Warning(_) | Block::Error(_) | Block::Remark(_) | Block::Note(_) => {}
        }
    }
    text
}

/// Returns the text of blocks on standard error, with the prefixes that `az` uses without a terminal.
#[must_use]
pub fn stderr(blocks: &[Block]) -> String {
    let mut text = String::new();
    for block in blocks {
        match block {
            Block::Output(_) | Block::Question(_) | Block::Examples(_) => {}
            Block::Warning(message) => push_line(&mut text, "WARNING: ", message),
            Block::Error(error) => text.push_str(&error.stderr()),
            Block::Remark(remark) => text.push_str(remark),
            Block::Note(message) => push_line(&mut text, "NOTE: ", message),
        }
    }
    text
}

/// Returns the size of what blocks print on either stream, in bytes, as far as it can be large.
#[must_use]
pub fn size(blocks: &[Block]) -> usize {
    let sizes = blocks.iter().map(|block| match block {
        Block::Output(rendered) => rendered.text().len(),
        Block::Remark(remark) => remark.len(),
        _ => 0,
    });
    sizes.sum()
}

fn push_line(text: &mut String, prefix: &str, message: &str) {
    text.push_str(prefix);
    text.push_str(message);
    text.push('\n');
}
