//! `scale-down lesson`: proves lessons.

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueHint};
use scale_down::session::lesson::{Lesson, proof};

use super::{HELP, Problem, print, read};

/// Check a lesson: its solution reaches its goals, its wrong turns do not.
#[derive(Args)]
#[command(override_usage = "scale-down lesson check FILE|-...", help_template = HELP, after_help = STATUS)]
pub struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Check(Check),
}

/// Check that lessons, files in the form that docs/lessons.md describes, are sound.
///
/// They can be read, their set-up runs, their solution reaches every goal and stays within par, their wrong turns do
/// not reach them, and what their text shows can be typed. Each flaw is printed with its file, line and column.
#[derive(Args)]
#[command(override_usage = "scale-down lesson check FILE|-...", help_template = HELP, after_help = STATUS)]
struct Check {
    /// The lessons.
    #[arg(value_name = "FILE|-", required = true, value_hint = ValueHint::FilePath)]
    files: Vec<String>,
}

const STATUS: &str =
    "The exit status is 0 where nothing is wrong, 1 where something is, 2 where the command itself was misused.";

pub fn command(arguments: &Arguments) -> Result<ExitCode, Problem> {
    match &arguments.verb {
        Verb::Check(Check { files }) => check(files),
    }
}

fn check(files: &[String]) -> Result<ExitCode, Problem> {
    let mut flawed = 0_usize;
    for file in files {
        let text = read(file)?;
        match Lesson::parse(&text) {
            Err(error) => {
                flawed += 1;
                print(&format!("{file}:{}:{}: {}\n", error.line, error.column, error.message))?;
            }
            Ok(lesson) => {
                let flaws = proof::flaws(&lesson, &text);
                flawed += usize::from(!flaws.is_empty());
                for flaw in flaws {
                    print(&format!("{file}:{}:1: {}\n", flaw.line, flaw.message))?;
                }
            }
        }
    }
    print(&match (files.len(), flawed) {
        (1, 0) => "1 lesson is sound\n".to_owned(),
        (count, 0) => format!("{count} lessons are sound\n"),
        (count, flawed) => format!("{flawed} of {count} lessons need work\n"),
    })?;
    Ok(ExitCode::from(u8::from(flawed > 0)))
}
