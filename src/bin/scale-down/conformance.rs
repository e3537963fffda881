//! `scale-down conformance`: the engine against what is known of the real thing.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::{Args, ValueHint};
use scale_down::conformance::{Outcome, Verdict, run};

use super::{HELP, Problem, print, read};

/// Hold the engine against cases of what the real thing does.
///
/// The report has a line for each case that fails or is skipped, with the reason, and one with the counts.
#[derive(Args)]
#[command(
    override_usage = "scale-down conformance FILE|- [options]",
    help_template = HELP,
    after_help = "The exit status is 1 where a case fails."
)]
pub struct Arguments {
    /// The cases, in JSON: {"cases": [{"id", "suite", "input", "expect"}]}.
    #[arg(value_name = "FILE|-", value_hint = ValueHint::FilePath)]
    file: String,

    /// Run only the cases of this suite.
    #[arg(long, value_name = "NAME")]
    suite: Option<String>,
}

/// Runs the command.
pub fn command(arguments: &Arguments) -> Result<ExitCode, Problem> {
    let Arguments { file, suite } = arguments;
    let outcomes = run(&read(file)?, suite.as_deref()).map_err(|error| format!("{file}: {error}"))?;
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
