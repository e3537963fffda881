//! Commands of a few lines each.

use super::super::format::float;
use super::super::{arithmetic, clock, condition, state};
use super::invocation::{Invocation, Reply};

/// Lines that `yes` prints.
const YES_LINES: usize = 1000;

/// Most bytes that `seq` prints.
const OUTPUT_BYTES_MAX: usize = 1 << 20;

pub(super) fn succeed(_: &mut Invocation<'_>) -> Reply {
    Reply::default()
}

pub(super) fn fail(_: &mut Invocation<'_>) -> Reply {
    Reply::status(1)
}

fn tested(name: &str, words: &[String], invocation: &mut Invocation<'_>) -> Reply {
    match condition::test(words, invocation.state) {
        Ok(value) => Reply::status(i32::from(!value)),
        Err(message) => Reply::error(2, format!("{name}: {message}")),
    }
}

pub(super) fn test(invocation: &mut Invocation<'_>) -> Reply {
    tested("test", invocation.words, invocation)
}

pub(super) fn bracket(invocation: &mut Invocation<'_>) -> Reply {
    match invocation.words.split_last() {
        Some((last, words)) if last == "]" => tested("[", words, invocation),
        _ => Reply::error(2, "[: missing `]'"),
    }
}

/// `let`: its status is that of the last expression.
pub(super) fn calculate(invocation: &mut Invocation<'_>) -> Reply {
    let mut value = 0;
    for word in invocation.words {
        match arithmetic::evaluate(word, invocation.state) {
            Ok(number) => value = number,
            Err(message) => return Reply::error(1, format!("let: {message}")),
        }
    }
    Reply::status(i32::from(value == 0))
}

/// Prints its words again and again; here not for ever, as nothing reads it at the same time.
pub(super) fn yes(invocation: &mut Invocation<'_>) -> Reply {
    let line = if invocation.words.is_empty() { "y".to_owned() } else { invocation.words.join(" ") };
    Reply::output(format!("{line}\n").repeat(YES_LINES))
}

pub(super) fn pwd(invocation: &mut Invocation<'_>) -> Reply {
    let folder = invocation.state.text("PWD").unwrap_or_else(|| state::HOME.to_owned());
    Reply::output(format!("{folder}\n"))
}

/// Goes to the folder where it is already: there are no others.
pub(super) fn cd(invocation: &mut Invocation<'_>) -> Reply {
    match invocation.words.first().map(String::as_str) {
        None | Some("." | "-" | "./" | state::HOME) => Reply::default(),
        Some(folder) => Reply::error(1, format!("cd: {folder}: No such file or directory")),
    }
}

pub(super) fn whoami(invocation: &mut Invocation<'_>) -> Reply {
    Reply::output(format!("{}\n", invocation.state.text("USER").unwrap_or_default()))
}

pub(super) fn hostname(invocation: &mut Invocation<'_>) -> Reply {
    Reply::output(format!("{}\n", invocation.state.text("HOSTNAME").unwrap_or_default()))
}

pub(super) fn basename(invocation: &mut Invocation<'_>) -> Reply {
    let [path, rest @ ..] = invocation.words else { return Reply::error(1, "basename: missing operand") };
    let path = path.trim_end_matches('/');
    let name = if path.is_empty() { "/" } else { path.rsplit('/').next().unwrap_or_default() };
    let suffix = rest.first().map_or("", String::as_str);
    let name = name.strip_suffix(suffix).filter(|name| !name.is_empty()).unwrap_or(name);
    Reply::output(format!("{name}\n"))
}

pub(super) fn dirname(invocation: &mut Invocation<'_>) -> Reply {
    let Some(path) = invocation.words.first() else { return Reply::error(1, "dirname: missing operand") };
    let trimmed = path.trim_end_matches('/');
    let folder = match trimmed.rsplit_once('/') {
        Some((folder, _)) if folder.trim_end_matches('/').is_empty() => "/",
        Some((folder, _)) => folder.trim_end_matches('/'),
        None if trimmed.is_empty() && path.starts_with('/') => "/",
        None => ".",
    };
    Reply::output(format!("{folder}\n"))
}

/// Prints numbers: `seq LAST`, `seq FIRST LAST`, `seq FIRST STEP LAST`, with `-w` and `-s`.
pub(super) fn seq(invocation: &mut Invocation<'_>) -> Reply {
    let (mut separator, mut is_padded) = ("\n".to_owned(), false);
    let mut texts = Vec::new();
    let mut words = invocation.words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-w" => is_padded = true,
            "-s" => separator = words.next().cloned().unwrap_or_default(),
            word if word.starts_with("-s") => word.get(2..).unwrap_or_default().clone_into(&mut separator),
            word => texts.push(word.to_owned()),
        }
    }
    let mut numbers = Vec::new();
    for text in &texts {
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => numbers.push(number),
            _ => return Reply::error(1, format!("seq: invalid floating point argument: '{text}'")),
        }
    }
    let (first, step, last) = match numbers.as_slice() {
        [last] => (1.0, 1.0, *last),
        [first, last] => (*first, 1.0, *last),
        [first, step, last] => (*first, *step, *last),
        _ => return Reply::error(1, "seq: usage: seq [FIRST [STEP]] LAST"),
    };
    if step == 0.0 {
        return Reply::error(1, "seq: invalid Zero increment value: '0'");
    }
    let decimals = |text: &String| text.split_once('.').map_or(0, |(_, digits)| digits.len());
    let precision = texts.iter().take(2).map(decimals).max().unwrap_or(0);
    let width = if is_padded {
        let length = |number: f64| float(number, 'f', precision).len();
        length(first).max(length(last))
    } else {
        0
    };
    let mut output = String::new();
    let mut count = 0.0_f64;
    loop {
        let number = count.mul_add(step, first);
        if (step > 0.0 && number > last + 1e-9)
            || (step < 0.0 && number < last - 1e-9)
            || output.len() > OUTPUT_BYTES_MAX
        {
            break;
        }
        if !output.is_empty() {
            output.push_str(&separator);
        }
        let text = float(number, 'f', precision);
        let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
        output.push_str(sign);
        output.push_str(&"0".repeat(width.saturating_sub(text.len())));
        output.push_str(digits);
        count += 1.0;
    }
    if !output.is_empty() {
        output.push('\n');
    }
    Reply::output(output)
}

/// Prints the simulated time: `date`, `date +FORMAT`, with `-u`, `-d @SECONDS` and `-d 'N hours ago'`.
pub(super) fn date(invocation: &mut Invocation<'_>) -> Reply {
    let mut format = "%a %b %e %H:%M:%S UTC %Y".to_owned();
    let mut now_ms = invocation.state.now_ms;
    let mut words = invocation.words.iter();
    while let Some(word) = words.next() {
        let when = word.strip_prefix("--date=").map(str::to_owned);
        match word.as_str() {
            "-u" | "--utc" => {}
            _ if word == "-d" || word == "--date" || when.is_some() => {
                let when = when.or_else(|| words.next().cloned()).unwrap_or_default();
                match clock::moment_ms(&when, now_ms) {
                    Some(at_ms) => now_ms = at_ms,
                    None => return Reply::error(1, format!("date: the date '{when}' is not understood here")),
                }
            }
            "-Iseconds" | "--iso-8601=seconds" => "%Y-%m-%dT%H:%M:%S+00:00".clone_into(&mut format),
            "-I" => "%Y-%m-%d".clone_into(&mut format),
            "-R" => "%a, %d %b %Y %H:%M:%S +0000".clone_into(&mut format),
            word => match word.strip_prefix('+') {
                Some(given) => given.clone_into(&mut format),
                None => return Reply::error(1, format!("date: '{word}' is not available here")),
            },
        }
    }
    Reply::output(format!("{}\n", clock::formatted(&format, now_ms)))
}
