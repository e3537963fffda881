//! The native headless command: runs scripts, proves lessons, checks documents and holds the engine
//! against what is known of the real thing.
//!
//! It drives the same session layer as the page, so that what a document shows can be checked, and
//! what a scale-down costs computed, without a browser.

mod check;
mod conformance;
mod lesson;
mod run;

use std::fmt::Display;
use std::fs;
use std::io::{self, Read, Write};
use std::process::ExitCode;

use lexopt::prelude::{Long, Short, Value};

const USAGE: &str = "\
Usage: scale-down COMMAND [options]

Azure CLI command lines on a simulated cloud, in simulated time.

Commands:
  run       run the command lines of a script
  check     check the command lines of Markdown documents
  conformance
            hold the engine against cases of what the real thing does
  lesson    check a lesson: its solution reaches its goals, its wrong turns do not

Options:
  -h, --help       this text; after a command, what it takes
  -V, --version    the version

The exit status of every command is 2 where it was misused.
";

/// The exit status of a misuse of this command, as shells have it.
const MISUSE: u8 = 2;

/// An error of the command itself, as a sentence.
type Problem = String;

fn main() -> ExitCode {
    match command(lexopt::Parser::from_env()) {
        Ok(status) => status,
        Err(problem) => {
            // Nothing is left to do where even the complaint cannot be written.
            let _ = writeln!(io::stderr(), "scale-down: {problem}");
            ExitCode::from(MISUSE)
        }
    }
}

fn command(mut arguments: lexopt::Parser) -> Result<ExitCode, Problem> {
    match arguments.next().map_err(|error| misuse("", error))? {
        Some(Value(name)) => match name.to_str() {
            Some("run") => run::command(arguments),
            Some("check") => check::command(arguments),
            Some("conformance") => conformance::command(arguments),
            Some("lesson") => lesson::command(arguments),
            _ => Err(misuse("", format!("there is no command '{}'", name.to_string_lossy()))),
        },
        Some(Short('h') | Long("help")) => print(USAGE),
        Some(Short('V') | Long("version")) => print(&format!("scale-down {}\n", env!("CARGO_PKG_VERSION"))),
        Some(other) => Err(misuse("", other.unexpected())),
        None => Err(misuse("", "a command is missing")),
    }
}

/// Returns the error of a command's wrong arguments, which ends with the line that prints its help.
fn misuse(command: &str, what: impl Display) -> Problem {
    let blank = if command.is_empty() { "" } else { " " };
    format!("{what}: try 'scale-down {command}{blank}--help'")
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
