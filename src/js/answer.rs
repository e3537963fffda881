//! Answers of the package as JSON, before they become JavaScript objects: `types.d.ts` declares them.

use serde_json::{Value, json};

use super::arguments::utf16_offset;
use super::problem::Problem;
use scale_down_session::{Entry, Simulation, report};

/// Runs one or more lines to their end; returns the last exit code, all output, and each line by itself.
///
/// # Errors
///
/// `out_of_budget` where the lines take more than `work_max` units of work, or more time than a run has.
pub fn exec(session: &mut dyn Simulation, lines: &str, work_max: u64) -> Result<Value, Problem> {
    let begun = session.transcript().len();
    session.exec(lines, work_max)?;
    let entries = session.transcript().get(begun..).unwrap_or_default();
    let join = |text: fn(&Entry) -> String| entries.iter().map(|entry| text(entry)).collect::<String>();
    let result = json!({
        "exit_code": entries.last().and_then(|entry| entry.exit_code).unwrap_or(0),
        "stdout": join(Entry::stdout),
        "stderr": join(Entry::stderr),
        "lines": entries.iter().map(|entry| report::entry(entry)).collect::<Vec<_>>(),
    });
    session.forget_answered();
    Ok(result)
}

/// Returns the completions at a byte of a line, and the part that they replace in UTF-16 units, as JavaScript counts.
pub fn completion(session: &dyn Simulation, line: &str, cursor: usize) -> Value {
    let completion = session.complete(line, cursor);
    let candidates = completion.candidates.into_iter();
    let candidates = candidates.map(|one| json!({ "text": one.text, "description": one.description }));
    json!({
        "start": utf16_offset(line, completion.replace.start),
        "end": utf16_offset(line, completion.replace.end),
        "candidates": candidates.collect::<Vec<_>>(),
    })
}

/// Returns a report with its names in camel case. Its values are data and stay.
pub fn camel_case(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let entries = object.into_iter().map(|(name, value)| (camel_case_name(&name), camel_case(value)));
            Value::Object(entries.collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(camel_case).collect()),
        other => other,
    }
}

fn camel_case_name(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}
