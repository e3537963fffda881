//! `jq`, the common part of it: paths, pipes, `select`, `map`, `length`, constructions, interpolation.

use serde_json::Value;

use super::arguments::no_files;
use super::jq_reader::read;
use super::jq_run::{Run, is_true};
use super::output::FilterOutput;

/// Runs a program on each of the values that are piped in.
pub(super) fn jq(words: &[&str], input: &str) -> Result<FilterOutput, String> {
    let mut program = None;
    let (mut is_raw, mut is_compact, mut slurps, mut is_null, mut judges, mut joins, mut reads_raw) =
        (false, false, false, false, false, false, false);
    let mut variables: Vec<(String, Value)> = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut pair = || -> Result<(String, String), String> {
            let name = words.next().ok_or("a name has to follow")?;
            let value = words.next().ok_or("a value has to follow")?;
            Ok(((*name).to_owned(), (*value).to_owned()))
        };
        match *word {
            "--arg" => {
                let (name, value) = pair()?;
                variables.push((name, Value::String(value)));
            }
            "--argjson" => {
                let (name, value) = pair()?;
                let value = serde_json::from_str(&value)
                    .map_err(|_| format!("invalid JSON text passed to --argjson: {value}"))?;
                variables.push((name, value));
            }
            "--raw-output" => is_raw = true,
            "--compact-output" => is_compact = true,
            "--slurp" => slurps = true,
            "--null-input" => is_null = true,
            "--exit-status" => judges = true,
            "--join-output" => joins = true,
            "--raw-input" => reads_raw = true,
            word if word.starts_with("--") => return Err(format!("{word}: not available here")),
            word if word.len() > 1 && word.starts_with('-') => {
                for letter in word.chars().skip(1) {
                    match letter {
                        'r' => is_raw = true,
                        'c' => is_compact = true,
                        's' => slurps = true,
                        'n' => is_null = true,
                        'e' => judges = true,
                        'j' => joins = true,
                        'R' => reads_raw = true,
                        'M' | 'C' | 'S' => {}
                        _ => return Err(format!("{word}: not available here: there is -rcsnejR, --arg and --argjson")),
                    }
                }
            }
            word if program.is_none() => program = Some(word),
            file => no_files(&[file])?,
        }
    }
    let program = read(program.unwrap_or("."))?;
    let mut values: Vec<Value> = if is_null {
        vec![Value::Null]
    } else if reads_raw {
        input.lines().map(|line| Value::String(line.to_owned())).collect()
    } else {
        let values = serde_json::Deserializer::from_str(input).into_iter::<Value>();
        values.collect::<Result<_, _>>().map_err(|error| format!("parse error: {error}"))?
    };
    if slurps {
        values = vec![Value::Array(values)];
    }
    let mut found = FilterOutput { output: String::new(), exit_code: 0 };
    let (mut last, mut is_empty) = (Value::Null, true);
    for value in values {
        let mut run = Run { variables: variables.clone(), count: 0 };
        for result in run.apply(&program, &value, 0)? {
            let text = match &result {
                Value::String(text) if is_raw || joins => text.clone(),
                value if is_compact || joins => value.to_string(),
                value => serde_json::to_string_pretty(value).unwrap_or_default(),
            };
            found.output.push_str(&text);
            if !joins {
                found.output.push('\n');
            }
            last = result;
            is_empty = false;
        }
    }
    if judges {
        found.exit_code = if is_empty { 4 } else { i32::from(!is_true(&last)) };
    }
    Ok(found)
}
