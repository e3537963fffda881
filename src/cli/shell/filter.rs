//! The programs at the right of a pipe: `grep`, `head`, `tail`, `wc -l`, `sort` and `cat`.
//!
//! Documents pipe what `az` prints into these few; they follow GNU's, as far as their options are
//! here. Everything else that can be done to a result is `--query`'s work.

use std::cmp::Ordering;

use crate::ground::error::{CliError, ErrorClass, Stage};
use crate::ground::outcome::{Block, Outcome};
use crate::ground::rendered::Rendered;
use scale_down_engine::ground::pattern::Pattern;

/// The result of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterOutput {
    /// Text that it prints.
    pub output: String,
    /// Its exit code: 1 if `grep` finds nothing.
    pub exit_code: i32,
}

/// The programs that a pipe can lead to.
pub const FILTERS: [&str; 6] = ["grep", "head", "tail", "wc", "sort", "cat"];

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
        "grep" => return grep(arguments, input).map_err(error),
        "head" => slice(arguments, input, false),
        "tail" => slice(arguments, input, true),
        "wc" => count(arguments, input),
        "sort" => sort(arguments, input),
        "cat" => no_files(arguments.strip_prefix(&["-"]).unwrap_or(arguments)).map(|()| input.to_owned()),
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

/// Splits arguments into the letters of the options, each of which must be in `known`, and the other words.
fn letters<'a>(arguments: &[&'a str], known: &str) -> Result<(String, Vec<&'a str>), String> {
    let mut given = String::new();
    let mut rest = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.strip_prefix('-') {
            Some("-") => rest.extend(words.by_ref()),
            Some(letters) if !letters.is_empty() => {
                if let Some(unknown) = letters.chars().find(|letter| !known.contains(*letter)) {
                    return Err(format!("option '{unknown}' of '{word}' is not available here: there is -{known}"));
                }
                given.push_str(letters);
            }
            _ => rest.push(*word),
        }
    }
    Ok((given, rest))
}

fn no_files(rest: &[&str]) -> Result<(), String> {
    match rest.first() {
        Some(file) => Err(format!("{file}: there are no files here, only what is piped")),
        None => Ok(()),
    }
}

fn joined<'a>(lines: impl IntoIterator<Item = &'a str>) -> String {
    lines.into_iter().flat_map(|line| [line, "\n"]).collect()
}

fn grep(arguments: &[&str], input: &str) -> Result<FilterOutput, String> {
    let (options, rest) = letters(arguments, "icvEFnq")?;
    let (pattern, files) = rest.split_first().ok_or("usage: grep [-icvEFnq] PATTERN")?;
    no_files(files)?;
    let has = |letter| options.contains(letter);
    // Several patterns are written on lines of their own.
    let patterns = pattern.split('\n').map(|pattern| {
        if has('F') { Ok(Pattern::literal(pattern, has('i'))) } else { Pattern::new(pattern, has('E'), has('i')) }
    });
    let patterns = patterns.collect::<Result<Vec<Pattern>, String>>()?;
    let is_match = |line: &str| patterns.iter().any(|pattern| pattern.is_in(line)) != has('v');
    let found: Vec<(usize, &str)> = input.lines().enumerate().filter(|(_, line)| is_match(line)).collect();
    let exit_code = i32::from(found.is_empty());
    let output = if has('q') {
        String::new()
    } else if has('c') {
        format!("{}\n", found.len())
    } else if has('n') {
        found.iter().fold(String::new(), |text, (index, line)| text + &format!("{}:{line}\n", index + 1))
    } else {
        joined(found.into_iter().map(|(_, line)| line))
    };
    Ok(FilterOutput { output, exit_code })
}

/// Runs `head` and `tail`: `-n N`, `-nN`, `-N`, and `-n -N` of `head` and `-n +N` of `tail`.
fn slice(arguments: &[&str], input: &str, is_tail: bool) -> Result<String, String> {
    let (number, rest) = match arguments {
        [] => ("10", arguments),
        ["-n" | "--lines", number, rest @ ..] => (*number, rest),
        [first, rest @ ..] => {
            let option = first.strip_prefix("--lines=").or_else(|| first.strip_prefix("-n"));
            let option = option.or_else(|| first.strip_prefix('-'));
            (option.ok_or_else(|| no_files(&[first]).err().unwrap_or_default())?, rest)
        }
    };
    no_files(rest)?;
    let lines: Vec<&str> = input.lines().collect();
    let from_other_end = number.strip_prefix(if is_tail { '+' } else { '-' });
    let digits = from_other_end.unwrap_or(number);
    let digits = if is_tail { digits.strip_prefix('-').unwrap_or(digits) } else { digits };
    let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    if !is_number {
        return Err(format!("invalid number of lines: '{number}'"));
    }
    // A number that does not fit is more than there are lines.
    let count = digits.parse().unwrap_or(usize::MAX);
    let length = lines.len();
    let range = match (is_tail, from_other_end.is_some()) {
        (false, false) => 0..count.min(length),
        (false, true) => 0..length.saturating_sub(count),
        (true, false) => length.saturating_sub(count)..length,
        (true, true) => count.saturating_sub(1).min(length)..length,
    };
    Ok(joined(lines.get(range).unwrap_or_default().iter().copied()))
}

fn count(arguments: &[&str], input: &str) -> Result<String, String> {
    let (options, rest) = letters(arguments, "l")?;
    no_files(&rest)?;
    if options.is_empty() {
        return Err("only lines are counted here: wc -l".to_owned());
    }
    Ok(format!("{}\n", input.matches('\n').count()))
}

fn sort(arguments: &[&str], input: &str) -> Result<String, String> {
    let (options, rest) = letters(arguments, "rnu")?;
    no_files(&rest)?;
    let has = |letter| options.contains(letter);
    let key = |one: &str, other: &str| {
        if has('n') { leading_number(one).total_cmp(&leading_number(other)) } else { one.cmp(other) }
    };
    // Lines with the same key are one to -u, and in order of their bytes otherwise.
    let order = |one: &&str, other: &&str| {
        let order = key(one, other).then(if has('u') { Ordering::Equal } else { one.cmp(other) });
        if has('r') { order.reverse() } else { order }
    };
    let mut lines: Vec<&str> = input.lines().collect();
    lines.sort_by(order);
    if has('u') {
        lines.dedup_by(|one, other| key(one, other) == Ordering::Equal);
    }
    Ok(joined(lines))
}

/// Returns the number that a line begins with, 0 if there is none.
fn leading_number(line: &str) -> f64 {
    let line = line.trim_start();
    let digits = |letter: char| letter.is_ascii_digit() || letter == '.';
    let sign = usize::from(line.starts_with('-'));
    let end = line.get(sign..).unwrap_or_default().find(|letter| !digits(letter)).map_or(line.len(), |end| end + sign);
    line.get(..end).unwrap_or_default().parse().unwrap_or(0.0) + 0.0
}

/// Runs a filter on piped input, given its words.
#[must_use]
pub fn answer(words: &[&str], input: &str) -> Outcome {
    match run(words, input) {
        Ok(filtered) => {
            let blocks = vec![Block::Output(Rendered::plain(filtered.output))];
            Outcome { stage: Stage::Ok, exit_code: filtered.exit_code, blocks }
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
            ["jq .", "grep", "grep -P x", "grep x file", "head x", "head -n x", "wc", "wc -w", "sort -k 2", "tail -f"]
        {
            assert!(run(&line.split(' ').collect::<Vec<_>>(), "").is_err(), "{line}");
        }
    }
}
