//! `declare`, `local`, `export`, `readonly` and `unset`.

use std::collections::BTreeMap;

use super::super::assign::assign;
use super::super::expand::{Assignable, Assigned};
use super::super::parameter::quoted;
use super::super::state::State;
use super::super::variable::{Attributes, Value, Variable};
use super::super::words::is_variable_name;
use super::invocation::{Invocation, Reply};

/// What the letters of `declare` ask for.
#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "letters of bash, any of which may be given")]
struct Declaration {
    attributes: Attributes,
    removed: Attributes,
    is_list: bool,
    is_map: bool,
    is_global: bool,
    prints: bool,
    is_function: bool,
    is_reference: bool,
}

pub(super) fn declare(invocation: &mut Invocation<'_>) -> Reply {
    let is_local = !invocation.state.calls.is_empty();
    run(invocation, Declaration::default(), is_local)
}

pub(super) fn local(invocation: &mut Invocation<'_>) -> Reply {
    if invocation.state.calls.is_empty() {
        return Reply::error(1, "local: can only be used in a function");
    }
    run(invocation, Declaration::default(), true)
}

pub(super) fn export(invocation: &mut Invocation<'_>) -> Reply {
    let attributes = Attributes { is_exported: true, ..Attributes::default() };
    run(invocation, Declaration { attributes, is_global: true, ..Declaration::default() }, false)
}

pub(super) fn readonly(invocation: &mut Invocation<'_>) -> Reply {
    let attributes = Attributes { is_readonly: true, ..Attributes::default() };
    run(invocation, Declaration { attributes, is_global: true, ..Declaration::default() }, false)
}

/// Reads one letter of an option. Returns `false` if there is no such letter.
fn letter(declaration: &mut Declaration, letter: char, adds: bool) -> bool {
    let attributes = if adds { &mut declaration.attributes } else { &mut declaration.removed };
    match letter {
        'r' => attributes.is_readonly = true,
        'x' => attributes.is_exported = true,
        'i' => attributes.is_integer = true,
        'l' => attributes.is_lower = true,
        'u' => attributes.is_upper = true,
        'a' => declaration.is_list = true,
        'A' => declaration.is_map = true,
        'g' => declaration.is_global = true,
        'p' => declaration.prints = true,
        'f' | 'F' => declaration.is_function = true,
        'n' => declaration.is_reference = true,
        't' | 'I' => {}
        _ => return false,
    }
    true
}

fn run(invocation: &mut Invocation<'_>, mut declaration: Declaration, is_local: bool) -> Reply {
    let name = invocation.name.to_owned();
    let mut names = Vec::new();
    for word in invocation.words {
        let adds = word.starts_with('-');
        match word.strip_prefix(['-', '+']) {
            Some(letters) if !letters.is_empty() && names.is_empty() => {
                for one in letters.chars() {
                    // `export -n` takes the attribute away.
                    if name == "export" && one == 'n' {
                        declaration.attributes.is_exported = false;
                        declaration.removed.is_exported = true;
                    } else if !letter(&mut declaration, one, adds) {
                        return Reply::error(2, format!("{name}: {word}: invalid option"));
                    }
                }
            }
            _ => names.push(word),
        }
    }
    if declaration.is_reference {
        return Reply::error(2, format!("{name}: -n: references are not available here"));
    }
    if declaration.is_function {
        let functions = &invocation.state.functions;
        let is_known = names.iter().all(|name| functions.contains_key(name.as_str()));
        return Reply::status(i32::from(!is_known));
    }
    if declaration.prints || (names.is_empty() && invocation.declared.is_empty()) {
        return print(invocation.state, &names, &name);
    }
    let mut reply = Reply::default();
    let mut targets: Vec<Assigned> = std::mem::take(&mut invocation.declared);
    for name in names {
        // What an expansion made is an assignment too.
        let (target, value) = name.split_once('=').map_or((name.as_str(), None), |(name, value)| (name, Some(value)));
        let (target, appends) = target.strip_suffix('+').map_or((target, false), |target| (target, true));
        let value = value.map_or(Assignable::List(Vec::new()), |value| Assignable::Text(value.to_owned()));
        let has_value = matches!(value, Assignable::Text(_));
        if !is_variable_name(target) {
            reply.status = 1;
            reply.errors.push(format!("bash: {}: `{name}': not a valid identifier", invocation.name));
            continue;
        }
        if has_value {
            targets.push(Assigned { name: target.to_owned(), key: None, appends, value });
        } else {
            prepare(invocation.state, target, declaration, is_local && !declaration.is_global);
            finish(invocation.state, target, declaration);
        }
    }
    for target in targets {
        let name = target.name.clone();
        prepare(invocation.state, &name, declaration, is_local && !declaration.is_global);
        if let Err(error) = assign(invocation.state, target) {
            reply.status = 1;
            reply.errors.push(error.message);
            continue;
        }
        finish(invocation.state, &name, declaration);
    }
    reply
}

/// Makes a variable local, gives it its kind and the attributes that change values.
fn prepare(state: &mut State, name: &str, declaration: Declaration, is_local: bool) {
    if is_local && state.hide(name) {
        state.forget(name);
    }
    let kind = match state.get(name).map(|variable| &variable.value) {
        Some(Value::Map(_)) => None,
        _ if declaration.is_map => Some(Value::Map(BTreeMap::new())),
        Some(Value::List(_)) => None,
        Some(Value::Text(text)) if declaration.is_list => Some(Value::List(BTreeMap::from([(0, text.clone())]))),
        _ if declaration.is_list => Some(Value::List(BTreeMap::new())),
        _ => None,
    };
    if let Some(kind) = kind {
        // A variable that may not be changed keeps its kind, and the assignment says so.
        let _ = state.set_value(name, kind);
    }
    let mut attributes = state.attributes(name);
    let (given, removed) = (declaration.attributes, declaration.removed);
    attributes.is_integer = (attributes.is_integer || given.is_integer) && !removed.is_integer;
    attributes.is_lower = (attributes.is_lower || given.is_lower) && !removed.is_lower;
    attributes.is_upper = (attributes.is_upper || given.is_upper) && !removed.is_upper;
    attributes.is_exported = (attributes.is_exported || given.is_exported) && !removed.is_exported;
    state.set_attributes(name, attributes);
}

fn finish(state: &mut State, name: &str, declaration: Declaration) {
    if declaration.attributes.is_readonly {
        let attributes = Attributes { is_readonly: true, ..state.attributes(name) };
        state.set_attributes(name, attributes);
    }
}

fn print(state: &State, names: &[&String], command: &str) -> Reply {
    let mut reply = Reply::default();
    let known: Vec<String> = if names.is_empty() {
        state.names().map(str::to_owned).collect()
    } else {
        names.iter().map(|name| (*name).clone()).collect()
    };
    for name in known {
        let Some(variable) = state.get(&name) else {
            reply.status = 1;
            reply.errors.push(format!("bash: {command}: {name}: not found"));
            continue;
        };
        let wanted = match command {
            "export" => variable.attributes.is_exported,
            "readonly" => variable.attributes.is_readonly,
            _ => true,
        };
        if wanted {
            reply.output.push_str(&written(&name, variable));
        }
    }
    reply
}

/// Writes a variable as `declare -p` does.
fn written(name: &str, variable: &Variable) -> String {
    let Attributes { is_readonly, is_exported, is_integer, is_lower, is_upper } = variable.attributes;
    let letters = [
        ('a', matches!(variable.value, Value::List(_))),
        ('A', matches!(variable.value, Value::Map(_))),
        ('i', is_integer),
        ('l', is_lower),
        ('r', is_readonly),
        ('u', is_upper),
        ('x', is_exported),
    ];
    let mut flags: String = letters.iter().filter(|(_, is_set)| *is_set).map(|(letter, _)| letter).collect();
    if flags.is_empty() {
        flags.push('-');
    }
    let in_quotes = |text: &str| {
        if text.contains('\n') {
            return quoted(text);
        }
        let mut out = String::from("\"");
        for letter in text.chars() {
            if "\"\\$`".contains(letter) {
                out.push('\\');
            }
            out.push(letter);
        }
        out + "\""
    };
    match &variable.value {
        Value::Unset => format!("declare -{flags} {name}\n"),
        Value::Text(text) => format!("declare -{flags} {name}={}\n", in_quotes(text)),
        value @ Value::List(_) => {
            let elements: Vec<String> =
                value.elements().iter().map(|(key, text)| format!("[{key}]={}", in_quotes(text))).collect();
            format!("declare -{flags} {name}=({})\n", elements.join(" "))
        }
        value @ Value::Map(_) => {
            let mut elements = String::new();
            for (key, text) in value.elements() {
                elements.extend(["[", &key, "]=", &in_quotes(text), " "]);
            }
            format!("declare -{flags} {name}=({elements})\n")
        }
    }
}

/// Removes variables, elements and functions.
pub(super) fn unset(invocation: &mut Invocation<'_>) -> Reply {
    let mut words = invocation.words;
    let mut is_function = false;
    while let [option, rest @ ..] = words
        && let "-v" | "-f" | "-n" = option.as_str()
    {
        is_function = option == "-f";
        words = rest;
    }
    let mut reply = Reply::default();
    for word in words {
        let (name, key) =
            word.split_once('[').map_or((word.as_str(), None), |(name, key)| (name, key.strip_suffix(']')));
        let key = match key {
            Some(key) if !invocation.state.is_map(name) && key != "@" && key != "*" => {
                super::super::arithmetic::evaluate(key, invocation.state).ok().map(|key| key.to_string())
            }
            Some("@" | "*") | None => None,
            Some(key) => Some(key.trim_matches(['"', '\'']).to_owned()),
        };
        let is_variable = invocation.state.get(name).is_some();
        if is_function || !is_variable {
            std::sync::Arc::make_mut(&mut invocation.state.functions).remove(word.as_str());
        }
        if is_function {
            continue;
        }
        if let Err(error) = invocation.state.unset(name, key.as_deref()) {
            reply.status = 1;
            let message = error.message.replace("readonly variable", "cannot unset: readonly variable");
            reply.errors.push(message.replacen("bash: ", "bash: unset: ", 1));
        }
    }
    reply
}
