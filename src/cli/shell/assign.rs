//! Assignments to variables and arrays.

use std::collections::BTreeMap;

use super::arithmetic;
use super::error::ShellError;
use super::expand::{Assignable, Assigned};
use super::parameter::case;
use super::state::State;
use super::variable::Value;

/// Carries out an assignment.
///
/// # Errors
/// Variables that may not be changed or become too long, and expressions that cannot be evaluated.
pub(super) fn assign(state: &mut State, assigned: Assigned) -> Result<(), ShellError> {
    let Assigned { name, key, appends, value } = assigned;
    match value {
        Assignable::Text(text) => match key {
            Some(key) => assign_element(state, &name, &key, &text, appends),
            None => assign_text(state, &name, &text, appends),
        },
        Assignable::List(elements) => assign_list(state, &name, elements, appends),
    }
}

/// Returns the text that a variable gets, by its attributes.
fn converted(state: &mut State, name: &str, old: Option<String>, text: &str) -> Result<String, ShellError> {
    let attributes = state.attributes(name);
    if attributes.is_integer {
        let number = arithmetic::number(text, state)?;
        let before = old.map_or(Ok(0), |old| arithmetic::number(&old, state))?;
        return Ok(before.wrapping_add(number).to_string());
    }
    let text = old.map_or_else(|| text.to_owned(), |old| old + text);
    Ok(match attributes {
        _ if attributes.is_lower => case(&text, false, true),
        _ if attributes.is_upper => case(&text, true, true),
        _ => text,
    })
}

/// Gives a variable a text, by its attributes.
///
/// # Errors
/// Variables that may not be changed or become too long, and expressions that cannot be evaluated.
pub(super) fn assign_text(state: &mut State, name: &str, text: &str, appends: bool) -> Result<(), ShellError> {
    let old = if appends { state.text(name) } else { None };
    let text = converted(state, name, old, text)?;
    state.set(name, text)
}

fn assign_element(state: &mut State, name: &str, key: &str, text: &str, appends: bool) -> Result<(), ShellError> {
    if state.is_map(name) {
        let old = if appends { state.entry(name, key) } else { None };
        let text = converted(state, name, old, text)?;
        return state.set_entry(name, key, text);
    }
    let key = arithmetic::number(key, state)?;
    let old = if appends { state.item(name, key) } else { None };
    let text = converted(state, name, old, text)?;
    state.set_item(name, key, text)
}

fn assign_list(
    state: &mut State,
    name: &str,
    elements: Vec<(Option<String>, String)>,
    appends: bool,
) -> Result<(), ShellError> {
    if state.is_map(name) {
        if !appends {
            state.set_value(name, Value::Map(BTreeMap::new()))?;
        }
        let mut bare: Option<String> = None;
        for (key, text) in elements {
            match (key, bare.take()) {
                // Without keys, they are keys and values in turn.
                (None, None) => bare = Some(text),
                (Some(key), _) | (None, Some(key)) => state.set_entry(name, &key, text)?,
            }
        }
        return Ok(());
    }
    let mut next = 0;
    if appends {
        let keys = state.array(name);
        next = keys.last().and_then(|(key, _)| key.parse::<i64>().ok()).map_or(0, |last| last + 1);
    } else {
        state.set_value(name, Value::List(BTreeMap::new()))?;
    }
    for (key, text) in elements {
        if let Some(key) = key {
            next = arithmetic::number(&key, state)?;
        }
        let text = converted(state, name, None, &text)?;
        state.set_item(name, next, text)?;
        next += 1;
    }
    Ok(())
}
