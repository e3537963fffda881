//! `scale-down lesson`: proves lessons.

use std::process::ExitCode;

use lexopt::ValueExt as _;
use lexopt::prelude::{Long, Short, Value};
use scale_down::session::lesson::{Lesson, proof};

use super::{Problem, misuse, print, read};

const USAGE: &str = "\
Usage: scale-down lesson check FILE|-...

Checks lessons, files in the form that docs/lessons.md describes: they can be read, their set-up runs, their
solution reaches every goal and stays within par, their wrong turns do not reach them, and what their text
shows can be typed. Each flaw is a line FILE:LINE:COLUMN: MESSAGE.

Options:
  -h, --help    this text

The exit status is 0 where nothing is wrong, 1 where something is, 2 where the command itself was misused.
";

pub fn command(mut arguments: lexopt::Parser) -> Result<ExitCode, Problem> {
    let mut words: Vec<String> = Vec::new();
    while let Some(argument) = arguments.next().map_err(|error| misuse("lesson", error))? {
        match argument {
            Short('h') | Long("help") => return print(USAGE),
            Value(word) => words.push(word.string().map_err(|error| misuse("lesson", error))?),
            other => return Err(misuse("lesson", other.unexpected())),
        }
    }
    match words.split_first() {
        Some((verb, [])) if verb == "check" => Err(misuse("lesson", "a file is missing")),
        Some((verb, files)) if verb == "check" => check(files),
        Some((verb, _)) => Err(misuse("lesson", format!("there is no 'lesson {verb}'"))),
        None => Err(misuse("lesson", "'check' is missing")),
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
