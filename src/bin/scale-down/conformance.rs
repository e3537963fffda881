//! `scale-down conformance`: the engine against what is known of the real thing.

use std::fmt::Write as _;
use std::process::ExitCode;

use lexopt::ValueExt as _;
use lexopt::prelude::{Long, Short, Value};
use scale_down::conformance::{Outcome, Verdict, run};

use super::{Problem, misuse, print, read};

const NAME: &str = "conformance";

const USAGE: &str = "\
Usage: scale-down conformance FILE|- [options]

Holds the engine against the cases in FILE: {\"cases\": [{\"id\", \"suite\", \"input\", \"expect\"}]} in JSON.
A line for each case that fails or is skipped, with the reason, and one with the counts.

Options:
  --suite NAME     only the cases of this suite
  -h, --help       this text

The exit status is 1 where a case fails.
";

/// Runs the command.
pub(super) fn command(mut arguments: lexopt::Parser) -> Result<ExitCode, Problem> {
    let say = |error: lexopt::Error| misuse(NAME, error);
    let (mut file, mut suite) = (None, None);
    while let Some(argument) = arguments.next().map_err(say)? {
        match argument {
            Long("suite") => suite = Some(arguments.value().and_then(lexopt::ValueExt::string).map_err(say)?),
            Short('h') | Long("help") => return print(USAGE),
            Value(path) if file.is_none() => file = Some(path.string().map_err(say)?),
            other => return Err(misuse(NAME, other.unexpected())),
        }
    }
    let file = file.ok_or_else(|| misuse(NAME, "a file of cases is missing"))?;
    let outcomes = run(&read(&file)?, suite.as_deref()).map_err(|error| format!("{file}: {error}"))?;
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    let mut lines = String::new();
    for Outcome { id, suite, verdict } in &outcomes {
        let (word, why) = match verdict {
            Verdict::Passed => {
                passed += 1;
                continue;
            }
            Verdict::Failed(why) => {
                failed += 1;
                ("failed", why)
            }
            Verdict::Skipped(why) => {
                skipped += 1;
                ("skipped", why)
            }
        };
        // Writing to a string does not fail.
        let _ = writeln!(lines, "{word} {id} ({suite}): {why}");
    }
    print(&format!("{lines}{passed} passed, {failed} failed, {skipped} skipped\n"))?;
    Ok(ExitCode::from(u8::from(failed > 0)))
}
