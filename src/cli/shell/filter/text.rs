//! Filters that change lines or pick parts of them: `tr`, `cut`, `uniq`, `paste`, `rev`, `tac`, `nl`, `tee`, `column`.

use std::fmt::Write as _;

use super::arguments::{Arguments, joined, no_files};

/// Most characters that a set of `tr` may have.
const SET_MAX: usize = 4096;

/// Translates, deletes or squeezes characters.
pub(super) fn tr(words: &[&str], input: &str) -> Result<String, String> {
    let arguments = Arguments::read(words, "dscCt", "")?;
    let (first, second) = match arguments.rest.as_slice() {
        [first] => (*first, None),
        [first, second] => (*first, Some(*second)),
        _ => return Err("usage: tr [-cds] SET1 [SET2]".to_owned()),
    };
    let from = set(first)?;
    let to = second.map(set).transpose()?;
    let is_complement = arguments.has('c') || arguments.has('C');
    let is_in = |letter: char| from.contains(&letter) != is_complement;
    let deletes = arguments.has('d');
    if to.is_none() && !deletes && !arguments.has('s') {
        return Err(format!("missing operand after '{first}'"));
    }
    let replacement = |letter: char| -> char {
        let Some(to) = to.as_ref().filter(|_| !deletes) else { return letter };
        if is_complement {
            return to.last().copied().unwrap_or(letter);
        }
        let index = from.iter().position(|known| *known == letter);
        index.and_then(|index| to.get(index).or(to.last())).copied().unwrap_or(letter)
    };
    // Squeezed are the characters of the last set.
    let squeezed = |letter: char| match &to {
        Some(to) => to.contains(&letter),
        None => is_in(letter),
    };
    let mut out = String::with_capacity(input.len());
    for letter in input.chars() {
        if deletes && is_in(letter) {
            continue;
        }
        let letter = if is_in(letter) { replacement(letter) } else { letter };
        if arguments.has('s') && squeezed(letter) && out.ends_with(letter) {
            continue;
        }
        out.push(letter);
    }
    Ok(out)
}

/// Reads a set of `tr`: characters, ranges, escapes and classes.
fn set(text: &str) -> Result<Vec<char>, String> {
    let mut set = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some((name, after)) = rest.strip_prefix("[:").and_then(|inner| inner.split_once(":]")) {
            let is_of = |letter: &char| match name {
                "upper" => letter.is_ascii_uppercase(),
                "lower" => letter.is_ascii_lowercase(),
                "alpha" => letter.is_ascii_alphabetic(),
                "digit" => letter.is_ascii_digit(),
                "alnum" => letter.is_ascii_alphanumeric(),
                "space" => letter.is_ascii_whitespace() || *letter == '\u{b}',
                "blank" => matches!(letter, ' ' | '\t'),
                "punct" => letter.is_ascii_punctuation(),
                "cntrl" => letter.is_ascii_control(),
                "print" => letter.is_ascii_graphic() || *letter == ' ',
                "graph" => letter.is_ascii_graphic(),
                "xdigit" => letter.is_ascii_hexdigit(),
                _ => false,
            };
            set.extend(('\0'..='\u{7f}').filter(is_of));
            rest = after;
            continue;
        }
        let (first, after) = letter(rest, first);
        rest = after;
        let last = rest.strip_prefix('-').and_then(|after| Some((after, after.chars().next()?)));
        match last {
            Some((after, last)) => {
                let (last, after) = letter(after, last);
                if last < first {
                    return Err(format!("range-endpoints of '{first}-{last}' are in reverse collating sequence order"));
                }
                set.extend((first..=last).take(SET_MAX));
                rest = after;
            }
            None => set.push(first),
        }
        if set.len() > SET_MAX {
            return Err("this set is too large here".to_owned());
        }
    }
    Ok(set)
}

/// Takes a character or an escape.
fn letter(text: &str, first: char) -> (char, &str) {
    let after = text.get(first.len_utf8()..).unwrap_or_default();
    let Some(next) = after.chars().next().filter(|_| first == '\\') else { return (first, after) };
    let letter = match next {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '0' => '\0',
        other => other,
    };
    (letter, after.get(next.len_utf8()..).unwrap_or_default())
}

/// Cuts fields or characters out of lines.
pub(super) fn cut(words: &[&str], input: &str) -> Result<String, String> {
    let words: Vec<&str> = words
        .iter()
        .map(
            |word| {
                if *word == "--complement" { "-n" } else { word.strip_prefix("--output-delimiter=").unwrap_or(word) }
            },
        )
        .collect();
    let arguments = Arguments::read(&words, "sn", "dfcb")?;
    no_files(&arguments.rest)?;
    let delimiter = arguments.value('d').unwrap_or("\t");
    let list = arguments.value('f').or(arguments.value('c')).or(arguments.value('b'));
    let list = list.ok_or("you must specify a list of bytes, characters, or fields")?;
    let ranges =
        list.split(',').map(range).collect::<Option<Vec<_>>>().ok_or(format!("invalid field value '{list}'"))?;
    let is_picked =
        |index: usize| ranges.iter().any(|(first, last)| (*first..=*last).contains(&(index + 1))) != arguments.has('n');
    let mut out = String::new();
    for line in input.lines() {
        if arguments.value('f').is_none() {
            out.extend(line.chars().enumerate().filter(|(index, _)| is_picked(*index)).map(|(_, letter)| letter));
        } else if !line.contains(delimiter) {
            if arguments.has('s') {
                continue;
            }
            out.push_str(line);
        } else {
            let fields = line.split(delimiter).enumerate().filter(|(index, _)| is_picked(*index));
            out.push_str(&fields.map(|(_, field)| field).collect::<Vec<_>>().join(delimiter));
        }
        out.push('\n');
    }
    Ok(out)
}

/// Reads `N`, `N-`, `-N` or `N-M`.
fn range(text: &str) -> Option<(usize, usize)> {
    let Some((first, last)) = text.split_once('-') else {
        let number = text.parse().ok().filter(|number| *number > 0)?;
        return Some((number, number));
    };
    let first = if first.is_empty() { 1 } else { first.parse().ok()? };
    let last = if last.is_empty() { usize::MAX } else { last.parse().ok()? };
    Some((first, last))
}

/// Merges equal lines that follow each other.
pub(super) fn uniq(words: &[&str], input: &str) -> Result<String, String> {
    let arguments = Arguments::read(words, "cdui", "")?;
    no_files(&arguments.rest)?;
    let is_same = |one: &str, other: &str| {
        if arguments.has('i') { one.eq_ignore_ascii_case(other) } else { one == other }
    };
    let mut groups: Vec<(&str, usize)> = Vec::new();
    for line in input.lines() {
        match groups.last_mut() {
            Some((first, count)) if is_same(first, line) => *count += 1,
            _ => groups.push((line, 1)),
        }
    }
    let mut out = String::new();
    for (line, count) in groups {
        if (arguments.has('d') && count < 2) || (arguments.has('u') && count > 1) {
            continue;
        }
        let _ = if arguments.has('c') { writeln!(out, "{count:>7} {line}") } else { writeln!(out, "{line}") };
    }
    Ok(out)
}

/// Joins lines: `paste -s -d SEPARATOR`.
pub(super) fn paste(words: &[&str], input: &str) -> Result<String, String> {
    let arguments = Arguments::read(words, "s", "d")?;
    let separator = arguments.value('d').unwrap_or("\t").replace("\\n", "\n").replace("\\t", "\t");
    let lines: Vec<&str> = input.lines().collect();
    if arguments.has('s') {
        no_files(&arguments.rest)?;
        return Ok(format!("{}\n", lines.join(&separator)));
    }
    let columns = arguments.rest.len().max(1);
    if arguments.rest.iter().any(|word| *word != "-") {
        return no_files(&arguments.rest).map(|()| String::new());
    }
    let rows = lines.chunks(columns).map(|row| {
        let mut row = row.to_vec();
        row.resize(columns, "");
        row.join(&separator)
    });
    Ok(rows.map(|row| row + "\n").collect())
}

/// Reverses each line.
pub(super) fn rev(words: &[&str], input: &str) -> Result<String, String> {
    no_files(words)?;
    Ok(input.lines().map(|line| line.chars().rev().chain(['\n']).collect::<String>()).collect())
}

/// Reverses the order of lines.
pub(super) fn tac(words: &[&str], input: &str) -> Result<String, String> {
    no_files(words)?;
    Ok(joined(input.lines().rev()))
}

/// Numbers lines that are not empty.
pub(super) fn nl(words: &[&str], input: &str) -> Result<String, String> {
    no_files(words)?;
    let mut out = String::new();
    let mut number = 0;
    for line in input.lines() {
        if line.is_empty() {
            out.push_str("       \n");
        } else {
            number += 1;
            let _ = writeln!(out, "{number:>6}\t{line}");
        }
    }
    Ok(out)
}

/// Passes its input on; the only file that it can also go to is `/dev/null`.
pub(super) fn tee(words: &[&str], input: &str) -> Result<String, String> {
    let arguments = Arguments::read(words, "ai", "")?;
    no_files(&arguments.rest)?;
    Ok(input.to_owned())
}

/// Aligns columns: `column -t`, with `-s SEPARATORS`.
pub(super) fn column(words: &[&str], input: &str) -> Result<String, String> {
    let arguments = Arguments::read(words, "t", "s")?;
    no_files(&arguments.rest)?;
    if !arguments.has('t') {
        return Err("only tables are made here: column -t".to_owned());
    }
    let rows: Vec<Vec<&str>> = input
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| match arguments.value('s') {
            Some(separators) => line.split(|letter| separators.contains(letter)).collect(),
            None => line.split_whitespace().collect(),
        })
        .collect();
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width =
        |index: usize| rows.iter().filter_map(|row| row.get(index)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let last = row.len().saturating_sub(1);
        for (index, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let _ = if index == last { writeln!(out, "{cell}") } else { write!(out, "{cell:width$}  ") };
        }
    }
    Ok(out)
}
