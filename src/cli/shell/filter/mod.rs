//! The programs at the right of a pipe: `grep`, `head`, `tail`, `wc`, `sort`, `cut`, `tr`, `sed` and their like.
//!
//! Documents pipe what `az` prints into these few; they follow GNU's, as far as their options are
//! here. Everything else that can be done to a result is `--query`'s work.

mod arguments;
mod awk;
mod awk_reader;
mod jq;
mod jq_reader;
mod jq_run;
mod lines;
mod output;
mod sed;
mod text;
mod words;

use arguments::no_files;
pub use output::FilterOutput;

use crate::ground::error::{CliError, ErrorClass, Stage};
use crate::ground::outcome::{Block, Outcome};
use crate::ground::rendered::Rendered;

/// The programs that a pipe can lead to.
pub const FILTERS: [&str; 19] = [
    "grep", "head", "tail", "wc", "sort", "cat", "cut", "tr", "sed", "awk", "jq", "uniq", "tee", "paste", "column",
    "rev", "tac", "nl", "egrep",
];

/// An error of a pipe: a program that is not available here, or a use of one that is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{program}: {problem}")]
pub struct FilterError {
    program: String,
    problem: String,
}

/// Runs a filter on what the command before it printed.
///
/// # Errors
/// Options that the filter does not have here, and names of files: there are no files.
pub fn run(words: &[&str], input: &str) -> Result<FilterOutput, FilterError> {
    let (program, arguments) = words.split_first().map_or(("", words), |(program, rest)| (*program, rest));
    let error = |problem| FilterError { program: program.to_owned(), problem };
    let output = match program {
        "grep" => return lines::grep(arguments, input, false).map_err(error),
        "egrep" => return lines::grep(arguments, input, true).map_err(error),
        "jq" => return jq::jq(arguments, input).map_err(error),
        "awk" => return awk::awk(arguments, input).map_err(error),
        "head" => lines::slice(arguments, input, false),
        "tail" => lines::slice(arguments, input, true),
        "wc" => lines::count(arguments, input),
        "sort" => lines::sort(arguments, input),
        "cut" => text::cut(arguments, input),
        "tr" => text::tr(arguments, input),
        "sed" => sed::sed(arguments, input),
        "uniq" => text::uniq(arguments, input),
        "tee" => text::tee(arguments, input),
        "paste" => text::paste(arguments, input),
        "column" => text::column(arguments, input),
        "rev" => text::rev(arguments, input),
        "tac" => text::tac(arguments, input),
        "nl" => text::nl(arguments, input),
        "cat" => no_files(arguments).map(|()| input.to_owned()),
        _ => Err(unavailable()),
    };
    output.map(|output| FilterOutput { output, exit_code: 0 }).map_err(error)
}

/// Returns the message about a program that a pipe cannot lead to.
#[must_use]
pub fn unavailable() -> String {
    format!(
        "not available here: a pipe can lead to {}; pick anything else with --query, and its form with -o",
        FILTERS.join(", ")
    )
}

/// Runs a filter on piped input, given its words.
#[must_use]
pub fn answer(words: &[&str], input: &str) -> Outcome {
    match run(words, input) {
        Ok(filtered) => {
            let blocks = vec![Block::Output(Rendered::plain(filtered.output))];
            Outcome { stage: Stage::Ok, exit_code: filtered.exit_code, blocks }
        }
        // What it cannot write to a file still goes on.
        Err(error) if error.program == "tee" => {
            let mut outcome = refusal(&error.to_string(), 1);
            outcome.blocks.insert(0, Block::Output(Rendered::plain(input.to_owned())));
            outcome
        }
        Err(error) => refusal(&error.to_string(), 2),
    }
}

/// Returns the refusal of a pipe to an unknown program (exit code 127); no part of the pipeline is run.
#[must_use]
pub fn refuse_pipe(program: &str) -> Outcome {
    refusal(&format!("{program}: {}", unavailable()), 127)
}

fn refusal(text: &str, exit_code: i32) -> Outcome {
    let mut error = CliError::new(ErrorClass::Shell, Stage::Shell, text).with_exit_code(exit_code);
    error.bare = true;
    Outcome::refused(Vec::new(), error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters() {
        let input = "pear 10\napple 9\nApple 9\nfig\n";
        let check = |line: &str, expected: &str, exit_code: i32| {
            let words: Vec<&str> = line.split(' ').collect();
            let filtered = run(&words, input).expect(line);
            assert_eq!((filtered.output.as_str(), filtered.exit_code), (expected, exit_code), "{line}");
        };
        check("grep apple", "apple 9\n", 0);
        check("grep -i ^apple", "apple 9\nApple 9\n", 0);
        check("grep -ci APPLE", "2\n", 0);
        check("grep -v -E [0-9]+", "fig\n", 0);
        check("grep -n fig", "4:fig\n", 0);
        check("grep -F .", "", 1);
        check("grep -c nothing", "0\n", 1);
        check("grep -- -", "", 1);
        check("head -n 1", "pear 10\n", 0);
        check("head -2", "pear 10\napple 9\n", 0);
        check("head -n -3", "pear 10\n", 0);
        check("head", input, 0);
        check("tail -n1", "fig\n", 0);
        check("tail -n +4", "fig\n", 0);
        check("tail -99999999999999999999", input, 0);
        check("wc -l", "4\n", 0);
        check("sort", "Apple 9\napple 9\nfig\npear 10\n", 0);
        check("sort -r", "pear 10\nfig\napple 9\nApple 9\n", 0);
    }

    #[test]
    fn numbers_are_sorted_as_numbers() {
        let sorted = |line: &str, input: &str| run(&line.split(' ').collect::<Vec<_>>(), input).expect(line).output;
        assert_eq!(sorted("sort -n", "10\n9\n-1\nx\n2.5 y\n"), "-1\nx\n2.5 y\n9\n10\n");
        assert_eq!(sorted("sort -nr", "10\n9\n"), "10\n9\n");
        assert_eq!(sorted("sort -u", "b\na\nb\n"), "a\nb\n");
        assert_eq!(sorted("sort -n -u", "1 a\n1 b\n0\n"), "0\n1 a\n");
    }

    #[test]
    fn what_is_not_there_is_said() {
        for line in
            ["perl .", "grep", "grep -P x", "grep x file", "head x", "head -n x", "wc -L", "sort -k x", "tail -f"]
        {
            assert!(run(&line.split(' ').collect::<Vec<_>>(), "").is_err(), "{line}");
        }
    }
}
