//! Filters that pick, count and sort lines: `grep`, `head`, `tail`, `wc` and `sort`.

use std::cmp::Ordering;
use std::fmt::Write as _;

use super::arguments::{Arguments, joined, no_files};
use super::output::FilterOutput;
use scale_down_engine::ground::pattern::Pattern;

/// Prints the lines that match a pattern.
pub(super) fn grep(words: &[&str], input: &str, is_extended: bool) -> Result<FilterOutput, String> {
    let words: Vec<&str> = words.iter().filter(|word| !word.starts_with("--color")).copied().collect();
    let mut arguments = Arguments::read(&words, "icvEFnqowxhHsm", "eABC")?;
    let mut given = arguments.values('e');
    if given.is_empty() {
        if arguments.rest.is_empty() {
            return Err("usage: grep [-icvEFnqowx] PATTERN".to_owned());
        }
        given.push(arguments.rest.remove(0));
    }
    no_files(&arguments.rest)?;
    let has = |letter| arguments.has(letter);
    // Several patterns are written on lines of their own.
    let patterns = given.iter().flat_map(|pattern| pattern.split('\n')).map(|pattern| {
        if has('F') {
            Ok(Pattern::literal(pattern, has('i')))
        } else {
            Pattern::new(pattern, is_extended || has('E'), has('i'))
        }
    });
    let patterns = patterns.collect::<Result<Vec<Pattern>, String>>()?;
    let is_found = |line: &str| {
        if has('o') || has('w') || has('x') {
            !matches(&patterns, line, has('w'), has('x')).is_empty()
        } else {
            patterns.iter().any(|pattern| pattern.is_in(line))
        }
    };
    let lines: Vec<&str> = input.lines().collect();
    let found: Vec<usize> =
        (0..lines.len()).filter(|index| lines.get(*index).is_some_and(|line| is_found(line) != has('v'))).collect();
    let exit_code = i32::from(found.is_empty());
    let mut output = String::new();
    if has('q') {
        return Ok(FilterOutput { output, exit_code });
    }
    if has('c') {
        return Ok(FilterOutput { output: format!("{}\n", found.len()), exit_code });
    }
    let around = arguments.number('C')?.unwrap_or(0);
    let (before, after) = (arguments.number('B')?.unwrap_or(around), arguments.number('A')?.unwrap_or(around));
    let mut last: Option<usize> = None;
    for index in &found {
        let line = lines.get(*index).copied().unwrap_or_default();
        if has('o') {
            for part in matches(&patterns, line, has('w'), has('x')) {
                let _ = if has('n') { writeln!(output, "{}:{part}", index + 1) } else { writeln!(output, "{part}") };
            }
            continue;
        }
        let start = index.saturating_sub(before).max(last.map_or(0, |last| last + 1));
        if (before > 0 || after > 0) && last.is_some_and(|last| start > last + 1) {
            output.push_str("--\n");
        }
        for shown in start..=(index + after).min(lines.len().saturating_sub(1)) {
            // The lines after a match that match themselves have a turn of their own.
            if shown > *index && found.binary_search(&shown).is_ok() {
                break;
            }
            let line = lines.get(shown).copied().unwrap_or_default();
            let mark = if shown == *index { ':' } else { '-' };
            let _ = if has('n') { writeln!(output, "{}{mark}{line}", shown + 1) } else { writeln!(output, "{line}") };
            last = Some(shown);
        }
    }
    Ok(FilterOutput { output, exit_code })
}

/// Returns the parts of a line that match; as whole words, or as the whole line.
fn matches(patterns: &[Pattern], line: &str, as_words: bool, as_line: bool) -> Vec<String> {
    let letters: Vec<char> = line.chars().collect();
    let is_word = |at: Option<usize>| {
        at.and_then(|at| letters.get(at)).is_some_and(|letter| letter.is_alphanumeric() || *letter == '_')
    };
    let mut parts = Vec::new();
    let mut from = 0;
    while from <= letters.len() {
        let found = patterns.iter().filter_map(|pattern| pattern.find(&letters, from));
        let found = found.filter_map(|found| Some((found.first().copied()??, found.get(1).copied()??)));
        let Some((start, end)) = found.min_by_key(|(start, end)| (*start, usize::MAX - end)) else { break };
        let is_cut = as_words && (is_word(start.checked_sub(1)) || is_word(Some(end)));
        let is_part = as_line && (start > 0 || end < letters.len());
        if is_cut || is_part {
            from = start + 1;
            continue;
        }
        if end > start || as_line {
            parts.push(letters.get(start..end).unwrap_or_default().iter().collect());
        }
        from = end.max(start + 1);
    }
    parts
}

/// Runs `head` and `tail`: `-n N`, `-nN`, `-N`, and `-n -N` of `head` and `-n +N` of `tail`.
pub(super) fn slice(arguments: &[&str], input: &str, is_tail: bool) -> Result<String, String> {
    if let [option, rest @ ..] = arguments
        && let Some(number) = option.strip_prefix("-c")
    {
        return bytes(number, rest, input, is_tail);
    }
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

/// Returns the first bytes, or the last ones.
fn bytes(number: &str, rest: &[&str], input: &str, is_tail: bool) -> Result<String, String> {
    let (number, rest) = match (number, rest) {
        ("", [number, rest @ ..]) => (*number, rest),
        _ => (number, rest),
    };
    no_files(rest)?;
    let count: usize = number.parse().map_err(|_| format!("invalid number of bytes: '{number}'"))?;
    let at = if is_tail { input.len().saturating_sub(count) } else { count.min(input.len()) };
    let at = (0..=at).rev().find(|at| input.is_char_boundary(*at)).unwrap_or(0);
    let (first, last) = input.split_at(at);
    Ok(if is_tail { last } else { first }.to_owned())
}

/// Counts lines, words and bytes.
pub(super) fn count(words: &[&str], input: &str) -> Result<String, String> {
    let arguments = Arguments::read(words, "lwcm", "")?;
    no_files(&arguments.rest)?;
    let counts = [
        ('l', input.matches('\n').count()),
        ('w', input.split_whitespace().count()),
        ('m', input.chars().count()),
        ('c', input.len()),
    ];
    let is_bare = !counts.iter().any(|(letter, _)| arguments.has(*letter));
    let wanted: Vec<String> = counts
        .iter()
        .filter(|(letter, _)| arguments.has(*letter) || (is_bare && *letter != 'm'))
        .map(|(_, count)| count.to_string())
        .collect();
    match wanted.as_slice() {
        [one] => Ok(format!("{one}\n")),
        // Without a file to measure, GNU's columns are seven wide.
        several => Ok(format!("{}\n", several.iter().map(|count| format!("{count:>7}")).collect::<Vec<_>>().join(" "))),
    }
}

/// A key of `sort -k`: its first and last field, from 1, and its options.
struct Key {
    first: usize,
    last: usize,
    letters: String,
}

fn key(text: &str) -> Result<Key, String> {
    let (first, last) = text.split_once(',').map_or((text, None), |(first, last)| (first, Some(last)));
    let number = |text: &str| -> Result<(usize, String), String> {
        let digits = text.len() - text.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
        let (number, letters) = text.split_at(digits);
        let letters = letters.trim_start_matches(|letter: char| letter == '.' || letter.is_ascii_digit());
        number
            .parse()
            .map(|number| (number, letters.to_owned()))
            .map_err(|_| format!("invalid number at field start: '{text}'"))
    };
    let (first, mut letters) = number(first)?;
    let mut end = usize::MAX;
    if let Some(last) = last {
        let (last, more) = number(last)?;
        end = last;
        letters.push_str(&more);
    }
    Ok(Key { first, last: end, letters })
}

/// Sorts lines, by fields with `-k` and `-t`.
pub(super) fn sort(words: &[&str], input: &str) -> Result<String, String> {
    let arguments = Arguments::read(words, "rnubfhVs", "kt")?;
    no_files(&arguments.rest)?;
    let keys = arguments.values('k').into_iter().map(key).collect::<Result<Vec<Key>, String>>()?;
    let delimiter = arguments.value('t');
    let field = |line: &str, key: &Key| -> String {
        let fields: Vec<&str> = match delimiter {
            Some(delimiter) => line.split(delimiter).collect(),
            None => line.split_whitespace().collect(),
        };
        let last = key.last.min(fields.len());
        fields.get(key.first.saturating_sub(1)..last).unwrap_or_default().join(delimiter.unwrap_or(" "))
    };
    let compare = |one: &str, other: &str, letters: &str| {
        let has = |letter| letters.contains(letter) || arguments.has(letter);
        if has('n') || has('h') {
            leading_number(one).total_cmp(&leading_number(other))
        } else if has('V') {
            version(one).cmp(&version(other))
        } else if has('f') {
            one.to_lowercase().cmp(&other.to_lowercase())
        } else {
            one.cmp(other)
        }
    };
    let by_keys = |one: &str, other: &str| {
        if keys.is_empty() {
            return compare(one, other, "");
        }
        keys.iter().fold(Ordering::Equal, |order, key| {
            order.then_with(|| {
                let order = compare(&field(one, key), &field(other, key), &key.letters);
                if key.letters.contains('r') { order.reverse() } else { order }
            })
        })
    };
    // Lines with the same key are one to -u, and in order of their bytes otherwise.
    let is_stable = arguments.has('u') || arguments.has('s');
    let order = |one: &&str, other: &&str| {
        let order = by_keys(one, other).then(if is_stable { Ordering::Equal } else { one.cmp(other) });
        if arguments.has('r') { order.reverse() } else { order }
    };
    let mut lines: Vec<&str> = input.lines().collect();
    lines.sort_by(order);
    if arguments.has('u') {
        lines.dedup_by(|one, other| by_keys(one, other) == Ordering::Equal);
    }
    Ok(joined(lines))
}

/// Splits a version into texts and numbers.
fn version(text: &str) -> Vec<(String, u64)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let letters = rest.find(|letter: char| letter.is_ascii_digit()).unwrap_or(rest.len());
        let (name, after) = rest.split_at(letters);
        let digits = after.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(after.len());
        let (number, after) = after.split_at(digits);
        parts.push((name.to_owned(), number.parse().unwrap_or(0)));
        rest = after;
    }
    parts
}

/// Returns the number that a line begins with, 0 if there is none.
fn leading_number(line: &str) -> f64 {
    let line = line.trim_start();
    let digits = |letter: char| letter.is_ascii_digit() || letter == '.';
    let sign = usize::from(line.starts_with('-'));
    let end = line.get(sign..).unwrap_or_default().find(|letter| !digits(letter)).map_or(line.len(), |end| end + sign);
    line.get(..end).unwrap_or_default().parse().unwrap_or(0.0) + 0.0
}
