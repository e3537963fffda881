//! The native headless command: runs scripts, proves lessons, checks documents and holds the engine
//! against what is known of the real thing.
//!
//! It drives the same session layer as the page, so that what a document shows can be checked, and
//! what a scale-down costs computed, without a browser. Each command describes its arguments once, as a type;
//! parsing, help, errors, completions and manual pages are made from that.

mod check;
mod conformance;
mod generate;
mod lesson;
mod run;

use std::fs;
use std::io::{self, Read, Write};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser, Subcommand};

/// Order of a help text: the usage comes first, as it is what a misused command is looked up for.
const HELP: &str = "{usage-heading} {usage}\n\n{about-with-newline}\n{all-args}{after-help}";

/// Widest line of a help text, in characters.
const HELP_WIDTH_MAX: usize = 110;

/// Azure CLI command lines on a simulated cloud, in simulated time.
#[derive(Parser)]
#[command(
    name = "scale-down",
    version,
    override_usage = "scale-down COMMAND [options]",
    help_template = HELP,
    max_term_width = HELP_WIDTH_MAX,
    args_override_self = true,
    after_help = "The exit status of every command is 2 where it was misused."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Run(run::Arguments),
    Check(check::Arguments),
    Conformance(conformance::Arguments),
    Lesson(lesson::Arguments),
    Completions(generate::Completions),
    Man(generate::Man),
}

/// The exit status of a misuse of this command, as shells have it.
const MISUSE: u8 = 2;

/// An error of the command itself, as a sentence.
type Problem = String;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(message) => return answer(&message),
    };
    let done = match arguments.command {
        Command::Run(arguments) => run::command(&arguments),
        Command::Check(arguments) => check::command(&arguments),
        Command::Conformance(arguments) => conformance::command(&arguments),
        Command::Lesson(arguments) => lesson::command(&arguments),
        Command::Completions(arguments) => generate::completions(&arguments),
        Command::Man(arguments) => generate::man(&arguments),
    };
    done.unwrap_or_else(|problem| {
        // Nothing is left to do where even the complaint cannot be written.
        let _ = writeln!(io::stderr(), "scale-down: {problem}");
        ExitCode::from(MISUSE)
    })
}

/// Prints what the parser answers instead of arguments: a help text, the version, or an error.
fn answer(message: &clap::Error) -> ExitCode {
    let _ = message.print();
    if message.use_stderr() { ExitCode::from(MISUSE) } else { ExitCode::SUCCESS }
}

/// Answers that two arguments of a command exclude each other, as the parser would.
fn conflict(command: &str, what: &str) -> ExitCode {
    let mut arguments = Arguments::command();
    // The usage that the message shows names the whole command only then.
    arguments.build();
    let described = arguments.find_subcommand_mut(command);
    answer(&match described {
        Some(described) => described.error(ErrorKind::ArgumentConflict, what),
        None => arguments.error(ErrorKind::ArgumentConflict, what),
    })
}

fn print(text: &str) -> Result<ExitCode, Problem> {
    io::stdout().write_all(text.as_bytes()).map_err(|error| error.to_string())?;
    Ok(ExitCode::SUCCESS)
}

/// The text of a file, or of standard input for `-`.
fn read(file: &str) -> Result<String, Problem> {
    if file == "-" {
        let mut text = String::new();
        let read = io::stdin().read_to_string(&mut text);
        return read.map(|_| text).map_err(|error| format!("standard input: {error}"));
    }
    fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))
}
