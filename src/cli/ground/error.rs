//! Errors of a command line, and their text as the terminal shows it.
//!
//! Errors are data. Every stage of a line (shell, parser, validators, commands, output) makes the
//! same [`CliError`], so that one renderer decides about prefixes, trailers and colour.

use std::fmt::Write as _;

use super::example::Example;

/// The stage at which a line was answered; the names are those of the recorded corpus in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The shell refused the line: an open quote, an unknown program.
    Shell,
    /// Before parsing: global options that exclude each other.
    Load,
    /// The argument parser refused the line.
    Parse,
    /// A validator refused the arguments.
    Validator,
    /// A question that is not a confirmation could not be asked.
    Prompt,
    /// The confirmation was refused or could not be asked.
    Confirmation,
    /// The command's own checks refused.
    Decorator,
    /// The (simulated) service refused.
    Service,
    /// The line needs the network.
    Network,
    /// The result could not be queried or formatted.
    Output,
    /// Help was shown.
    Help,
    /// The line was carried out.
    Ok,
}

impl Stage {
    /// Returns the stage's name in transcripts and `jsonl` output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Shell => "shell",
            Self::Load => "load",
            Self::Parse => "parse",
            Self::Validator => "validator",
            Self::Prompt => "prompt",
            Self::Confirmation => "confirmation",
            Self::Decorator => "decorator",
            Self::Service => "service",
            Self::Network => "network",
            Self::Output => "output",
            Self::Help => "help",
            Self::Ok => "ok",
        }
    }

    /// Returns `true` if a line that ended at this stage had passed every check that needs no cloud.
    #[must_use]
    pub const fn is_accepted(self) -> bool {
        matches!(self, Self::Ok | Self::Help | Self::Service | Self::Network | Self::Prompt | Self::Confirmation)
    }
}

/// The Azure CLI's own classes of errors, as far as lines of this command set meet them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorClass {
    /// No such command or group.
    CommandNotFound,
    /// An argument that the command does not have.
    UnrecognizedArgument,
    /// A required argument is missing.
    RequiredArgumentMissing,
    /// Arguments that exclude each other.
    MutuallyExclusiveArgument,
    /// A value that the argument does not take.
    InvalidArgumentValue,
    /// Any other misuse of an argument.
    ArgumentUsage,
    /// The resource does not exist.
    ResourceNotFound,
    /// A refusal by the service.
    Service,
    /// A refusal by the shell.
    Shell,
    /// A real command or value that the simulation does not cover.
    NotSimulated,
    /// Any other fault of the user.
    UnclassifiedUserFault,
}

/// A line that was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CliError {
    /// The class.
    pub class: ErrorClass,
    /// The text without `ERROR: `; may have several lines.
    pub message: String,
    /// Warnings shown before the error, without `WARNING: `.
    pub warnings: Vec<String>,
    /// Stage at which the line was refused.
    pub stage: Stage,
    /// The exit code of the command.
    pub exit_code: i32,
    /// Lines right under the message, such as `Did you mean 'nodepool' ?`.
    pub recommendations: Vec<String>,
    /// Examples from the command's help, at most three.
    pub examples: Vec<Example>,
    /// `true` if the examples and a pointer to the reference documentation follow the message.
    pub reference: bool,
    /// `true` if the text is shown as it stands, without `ERROR: `.
    pub bare: bool,
}

/// Pointer to the reference documentation, as `az` prints it.
const REFERENCE: &str = "https://aka.ms/cli_ref\nRead more about the command in reference docs\n";

impl CliError {
    /// Creates an error with exit code 2 at `Stage::Parse` and 1 at every other stage.
    #[must_use]
    pub fn new(class: ErrorClass, stage: Stage, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            warnings: Vec::new(),
            stage,
            exit_code: if stage == Stage::Parse { 2 } else { 1 },
            recommendations: Vec::new(),
            examples: Vec::new(),
            reference: false,
            bare: false,
        }
    }

    /// Creates an error of a validator.
    #[must_use]
    pub fn validator(class: ErrorClass, message: impl Into<String>) -> Self {
        Self::new(class, Stage::Validator, message)
    }

    /// Creates an error of a command's own checks.
    #[must_use]
    pub fn decorator(class: ErrorClass, message: impl Into<String>) -> Self {
        Self::new(class, Stage::Decorator, message)
    }

    /// Returns the same error with another exit code.
    #[must_use]
    pub fn with_exit_code(mut self, exit_code: i32) -> Self {
        self.exit_code = exit_code;
        self
    }

    /// Returns the text below the message: recommendations, examples and the reference. It includes its
    /// line breaks and is empty if there is nothing.
    #[must_use]
    pub fn trailer(&self) -> String {
        let mut text = String::new();
        for line in &self.recommendations {
            text.push_str(line);
            text.push('\n');
        }
        if self.reference {
            text.push('\n');
            if !self.examples.is_empty() {
                text.push_str("Examples from command's help:\n");
            }
            for Example { command, caption } in &self.examples {
                let _ = write!(text, "{command}\n{caption}\n\n");
            }
            text.push_str(REFERENCE);
        }
        text
    }

    /// Returns the whole error as a terminal shows it, where colour replaces the prefix.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}\n{}", self.message, self.trailer())
    }

    /// Returns the whole error as it stands on stderr without a terminal.
    #[must_use]
    pub fn stderr(&self) -> String {
        let prefix = if self.bare { "" } else { "ERROR: " };
        format!("{prefix}{}", self.text())
    }
}
