//! The functions of a query.

use std::cmp::Ordering;
use std::rc::Rc;

use super::compare::{are_same, number, order};
use crate::ground::python;
use crate::output::datum::{Datum, Mapping, Node};
use crate::output::error::{OutputError, Result};
use crate::output::json;

/// The evaluation that a function belongs to.
pub trait Evaluate {
    /// Counts a value and all in it against the limit, before something goes through all of it.
    ///
    /// # Errors
    /// The limit is reached.
    fn charge(&self, value: &Datum) -> Result<()>;

    /// Evaluates a part of a query and counts its result against the limit.
    ///
    /// # Errors
    /// The first error of the part.
    fn evaluate(&self, node: &Node, value: &Datum) -> Result<Datum>;
}

/// The types an argument may have, by the specification's names; empty if it may have any.
type Types = &'static [&'static str];

/// A function.
struct Function {
    name: &'static str,
    parameters: &'static [Types],
    /// `true` if more arguments may follow.
    is_variadic: bool,
    run: Body,
}

/// The implementation of a function.
enum Body {
    Plain(fn(&[Datum]) -> Datum),
    /// Can fail: the types of the arguments alone do not guarantee a result.
    Fallible(fn(&[Datum]) -> Result<Datum>),
    /// Evaluates one of its arguments, an expression.
    Evaluating(fn(&[Datum], &dyn Evaluate) -> Result<Datum>),
}
use Body::{Evaluating, Fallible, Plain};

const ANY: Types = &[];
const NUMBER: Types = &["number"];
const STRING: Types = &["string"];
const ARRAY: Types = &["array"];
const OBJECT: Types = &["object"];
const EXPRESSION: Types = &["expref"];
const NUMBERS: Types = &["array-number"];
const STRINGS: Types = &["array-string"];
const NUMBERS_OR_STRINGS: Types = &["array-number", "array-string"];

const fn fixed(name: &'static str, parameters: &'static [Types], run: Body) -> Function {
    Function { name, parameters, is_variadic: false, run }
}

const fn variadic(name: &'static str, parameters: &'static [Types], run: Body) -> Function {
    Function { name, parameters, is_variadic: true, run }
}

const FUNCTIONS: [Function; 26] = [
    fixed("abs", &[NUMBER], Plain(absolute)),
    fixed("avg", &[NUMBERS], Plain(average)),
    fixed("ceil", &[NUMBER], Plain(|arguments| rounded(arguments, f64::ceil))),
    fixed("contains", &[&["array", "string"], ANY], Fallible(contains)),
    fixed("ends_with", &[STRING, STRING], Plain(|arguments| affix(arguments, |text, end| text.ends_with(end)))),
    fixed("floor", &[NUMBER], Plain(|arguments| rounded(arguments, f64::floor))),
    fixed("join", &[STRING, STRINGS], Plain(join)),
    fixed("keys", &[OBJECT], Plain(keys)),
    fixed("length", &[&["string", "array", "object"]], Plain(length)),
    fixed("map", &[EXPRESSION, ARRAY], Evaluating(map)),
    fixed("max", &[NUMBERS_OR_STRINGS], Fallible(|arguments| extreme(arguments, Ordering::Greater))),
    fixed(
        "max_by",
        &[ARRAY, EXPRESSION],
        Evaluating(|arguments, by| extreme_by(arguments, by, "max_by", Ordering::Greater)),
    ),
    variadic("merge", &[OBJECT], Fallible(merge)),
    fixed("min", &[NUMBERS_OR_STRINGS], Fallible(|arguments| extreme(arguments, Ordering::Less))),
    fixed(
        "min_by",
        &[ARRAY, EXPRESSION],
        Evaluating(|arguments, by| extreme_by(arguments, by, "min_by", Ordering::Less)),
    ),
    variadic("not_null", &[ANY], Plain(not_null)),
    fixed("reverse", &[&["array", "string"]], Plain(reverse)),
    fixed("sort", &[&["array-string", "array-number"]], Plain(sort)),
    fixed("sort_by", &[ARRAY, EXPRESSION], Evaluating(sort_by)),
    fixed("starts_with", &[STRING, STRING], Plain(|arguments| affix(arguments, |text, start| text.starts_with(start)))),
    fixed("sum", &[NUMBERS], Plain(total)),
    fixed("to_array", &[ANY], Plain(to_array)),
    fixed("to_number", &[ANY], Fallible(to_number)),
    fixed("to_string", &[ANY], Plain(to_string)),
    fixed("type", &[ANY], Plain(type_name)),
    fixed("values", &[OBJECT], Plain(values)),
];

/// Calls a function after checking the number and the types of its arguments.
pub fn call(evaluation: &dyn Evaluate, name: &str, arguments: &[Datum]) -> Result<Datum> {
    let function = FUNCTIONS.iter().find(|function| function.name == name);
    let function = function.ok_or_else(|| OutputError::Query(format!("Unknown function: {name}()")))?;
    let (expected, received) = (function.parameters.len(), arguments.len());
    if received < expected || (received > expected && !function.is_variadic) {
        let least = if function.is_variadic { "at least " } else { "" };
        let plural = if expected == 1 { "" } else { "s" };
        return Err(OutputError::Query(format!(
            "Expected {least}{expected} argument{plural} for function {name}(), received {received}"
        )));
    }
    for argument in arguments {
        evaluation.charge(argument)?;
    }
    for (types, argument) in function.parameters.iter().zip(arguments) {
        check(name, types, argument)?;
    }
    match function.run {
        Plain(run) => Ok(run(arguments)),
        Fallible(run) => run(arguments),
        Evaluating(run) => run(arguments, evaluation),
    }
}

/// Returns the type of a value, by the specification's name.
fn type_of(value: &Datum) -> &'static str {
    match value {
        Datum::Null => "null",
        Datum::Bool(_) => "boolean",
        Datum::Integer(_) | Datum::Float(_) => "number",
        Datum::Text(_) => "string",
        Datum::List(_) => "array",
        Datum::Mapping(_) => "object",
        Datum::Expression(_) => "expref",
    }
}

fn mismatch(name: &str, value: &Datum, types: &[&str], received: &str) -> OutputError {
    let types: Vec<String> = types.iter().map(|name| format!("'{name}'")).collect();
    OutputError::Query(format!(
        "In function {name}(), invalid type for value: {}, expected one of: [{}], received: \"{received}\"",
        value.to_text(),
        types.join(", ")
    ))
}

fn check(name: &str, types: Types, value: &Datum) -> Result<()> {
    if types.is_empty() {
        return Ok(());
    }
    let base = |name: &'static str| name.split_once('-').map_or(name, |(base, _)| base);
    let received = type_of(value);
    if !types.iter().any(|name| base(name) == received) {
        return Err(mismatch(name, value, types, received));
    }
    let Datum::List(items) = value else { return Ok(()) };
    let item_types: Vec<_> = types.iter().filter_map(|name| name.split_once('-')).collect();
    let Some(first) = items.first() else { return Ok(()) };
    // The first item decides which of the types all have to be of.
    let allowed = match item_types.as_slice() {
        [] => return Ok(()),
        [(_, only)] => Some(*only),
        several => several.iter().map(|(_, name)| *name).find(|name| *name == type_of(first)),
    };
    match items.iter().find(|item| Some(type_of(item)) != allowed) {
        Some(item) => Err(mismatch(name, item, types, item.class_name())),
        None => Ok(()),
    }
}

fn list(arguments: &[Datum], index: usize) -> &[Datum] {
    match arguments.get(index) {
        Some(Datum::List(items)) => items,
        _ => &[],
    }
}

fn text(arguments: &[Datum], index: usize) -> &str {
    match arguments.get(index) {
        Some(Datum::Text(text)) => text,
        _ => "",
    }
}

fn first(arguments: &[Datum]) -> &Datum {
    arguments.first().unwrap_or(&Datum::Null)
}

fn absolute(arguments: &[Datum]) -> Datum {
    match first(arguments) {
        Datum::Integer(value) => Datum::Integer(value.saturating_abs()),
        Datum::Float(value) => Datum::Float(value.abs()),
        other => other.clone(),
    }
}

/// Returns the sum: an integer unless there is a float or it overflows.
fn total(arguments: &[Datum]) -> Datum {
    let items = list(arguments, 0);
    let whole = items.iter().try_fold(0_i64, |sum, item| match item {
        Datum::Integer(value) => sum.checked_add(*value),
        _ => None,
    });
    whole.map_or_else(|| Datum::Float(items.iter().filter_map(number).sum()), Datum::Integer)
}

#[expect(clippy::cast_precision_loss, reason = "no list is that long")]
fn average(arguments: &[Datum]) -> Datum {
    let count = list(arguments, 0).len();
    let sum = number(&total(arguments)).filter(|_| count > 0);
    sum.map_or(Datum::Null, |sum| Datum::Float(sum / count as f64))
}

#[expect(clippy::cast_possible_truncation, reason = "larger numbers end at the bounds")]
fn rounded(arguments: &[Datum], round: fn(f64) -> f64) -> Datum {
    match first(arguments) {
        Datum::Float(value) => Datum::Integer(round(*value) as i64),
        other => other.clone(),
    }
}

fn contains(arguments: &[Datum]) -> Result<Datum> {
    let [subject, wanted] = arguments else { return Ok(Datum::Null) };
    Ok(Datum::Bool(match (subject, wanted) {
        (Datum::List(items), _) => items.iter().any(|item| are_same(item, wanted)),
        (Datum::Text(text), Datum::Text(part)) => text.contains(&**part),
        _ => {
            let class = match wanted.class_name() {
                "OrderedDict" => "collections.OrderedDict",
                class => class,
            };
            let message = format!("'in <string>' requires string as left operand, not {class}");
            return Err(OutputError::Unexpected(message));
        }
    }))
}

fn affix(arguments: &[Datum], is_affix: fn(&str, &str) -> bool) -> Datum {
    Datum::Bool(is_affix(text(arguments, 0), text(arguments, 1)))
}

fn join(arguments: &[Datum]) -> Datum {
    let parts: Vec<String> = list(arguments, 1).iter().map(Datum::to_text).collect();
    Datum::text(&parts.join(text(arguments, 0)))
}

fn keys(arguments: &[Datum]) -> Datum {
    let Datum::Mapping(mapping) = first(arguments) else { return Datum::Null };
    let keys = mapping.entries.iter().map(|(key, _)| Datum::Text(Rc::clone(key)));
    Datum::list(keys.collect())
}

fn values(arguments: &[Datum]) -> Datum {
    let Datum::Mapping(mapping) = first(arguments) else { return Datum::Null };
    let values = mapping.entries.iter().map(|(_, value)| value.clone());
    Datum::list(values.collect())
}

fn length(arguments: &[Datum]) -> Datum {
    let length = match first(arguments) {
        Datum::Text(text) => text.chars().count(),
        Datum::List(items) => items.len(),
        Datum::Mapping(mapping) => mapping.entries.len(),
        _ => 0,
    };
    Datum::Integer(i64::try_from(length).unwrap_or(i64::MAX))
}

fn map(arguments: &[Datum], evaluation: &dyn Evaluate) -> Result<Datum> {
    let Datum::Expression(node) = first(arguments) else { return Ok(Datum::Null) };
    let results = list(arguments, 1).iter().map(|item| evaluation.evaluate(node, item));
    Ok(Datum::list(results.collect::<Result<_>>()?))
}

/// Returns the first item with the greatest or, for `Ordering::Less`, the least key; null if there are
/// no items.
fn outermost(keyed: impl Iterator<Item = Result<(Datum, Datum)>>, wanted: Ordering) -> Result<Datum> {
    let sign = if wanted == Ordering::Greater { ">" } else { "<" };
    let mut best: Option<(Datum, Datum)> = None;
    for pair in keyed {
        let pair = pair?;
        best = match best {
            Some(best) if order(&pair.0, &best.0, sign)? != wanted => Some(best),
            _ => Some(pair),
        };
    }
    Ok(best.map_or(Datum::Null, |(_, item)| item))
}

fn extreme(arguments: &[Datum], wanted: Ordering) -> Result<Datum> {
    let items = list(arguments, 0).iter();
    outermost(items.map(|item| Ok((item.clone(), item.clone()))), wanted)
}

fn extreme_by(arguments: &[Datum], evaluation: &dyn Evaluate, name: &str, wanted: Ordering) -> Result<Datum> {
    let [_, Datum::Expression(node)] = arguments else { return Ok(Datum::Null) };
    let items = list(arguments, 0).iter();
    outermost(items.map(|item| Ok((key(evaluation, node, item, name, &["number", "string"])?, item.clone()))), wanted)
}

/// Returns the key by which an item is compared, which must be of one of the types.
fn key(evaluation: &dyn Evaluate, node: &Node, item: &Datum, name: &str, types: &[&str]) -> Result<Datum> {
    let key = evaluation.evaluate(node, item)?;
    let received = type_of(&key);
    if types.contains(&received) { Ok(key) } else { Err(mismatch(name, &key, types, received)) }
}

fn merge(arguments: &[Datum]) -> Result<Datum> {
    let mut merged = Mapping::default();
    for argument in arguments {
        let class = argument.class_name();
        let message = match argument {
            Datum::Mapping(mapping) => {
                for (key, value) in &mapping.entries {
                    merged.insert(Rc::clone(key), value.clone());
                }
                continue;
            }
            Datum::Text(text) if text.is_empty() => continue,
            Datum::List(items) if items.is_empty() => continue,
            Datum::Text(_) => unpaired(1),
            Datum::List(items) => match items.first() {
                Some(Datum::Text(text)) => unpaired(text.chars().count()),
                Some(Datum::List(items)) => unpaired(items.len()),
                Some(Datum::Mapping(mapping)) => unpaired(mapping.entries.len()),
                _ => "cannot convert dictionary update sequence element #0 to a sequence".to_owned(),
            },
            _ => format!("'{class}' object is not iterable"),
        };
        return Err(OutputError::Unexpected(message));
    }
    Ok(Datum::Mapping(Rc::new(merged)))
}

fn unpaired(length: usize) -> String {
    format!("dictionary update sequence element #0 has length {length}; 2 is required")
}

fn not_null(arguments: &[Datum]) -> Datum {
    let found = arguments.iter().find(|argument| !matches!(argument, Datum::Null));
    found.cloned().unwrap_or(Datum::Null)
}

fn reverse(arguments: &[Datum]) -> Datum {
    match first(arguments) {
        Datum::Text(text) => Datum::text(&text.chars().rev().collect::<String>()),
        _ => Datum::list(list(arguments, 0).iter().rev().cloned().collect()),
    }
}

fn sort(arguments: &[Datum]) -> Datum {
    let items = list(arguments, 0).iter();
    sorted(items.map(|item| (item.clone(), item.clone())).collect())
}

fn sort_by(arguments: &[Datum], evaluation: &dyn Evaluate) -> Result<Datum> {
    let [_, Datum::Expression(node)] = arguments else { return Ok(Datum::Null) };
    let items = list(arguments, 0);
    let Some(first) = items.first() else { return Ok(Datum::list(Vec::new())) };
    let required = type_of(&evaluation.evaluate(node, first)?);
    if !["string", "number"].contains(&required) {
        return Err(mismatch("sort_by", first, &["string", "number"], required));
    }
    let keyed = items.iter().map(|item| Ok((key(evaluation, node, item, "sort_by", &[required])?, item.clone())));
    Ok(sorted(keyed.collect::<Result<_>>()?))
}

/// Returns the items sorted by their keys, which are of one type.
fn sorted(mut keyed: Vec<(Datum, Datum)>) -> Datum {
    keyed.sort_by(|left, right| order(&left.0, &right.0, "<").unwrap_or(Ordering::Equal));
    Datum::list(keyed.into_iter().map(|(_, item)| item).collect())
}

fn to_array(arguments: &[Datum]) -> Datum {
    match first(arguments) {
        list @ Datum::List(_) => list.clone(),
        other => Datum::list(vec![other.clone()]),
    }
}

fn to_number(arguments: &[Datum]) -> Result<Datum> {
    Ok(match first(arguments) {
        value @ (Datum::Integer(_) | Datum::Float(_)) => value.clone(),
        Datum::Text(text) => match python::integer(text).map(i64::try_from) {
            Some(Ok(value)) => Datum::Integer(value),
            _ => python::float(text).map_or(Datum::Null, Datum::Float),
        },
        Datum::Expression(_) => {
            let message = "int() argument must be a string, a bytes-like object or a real number, not '_Expression'";
            return Err(OutputError::Unexpected(message.to_owned()));
        }
        _ => Datum::Null,
    })
}

fn to_string(arguments: &[Datum]) -> Datum {
    match first(arguments) {
        text @ Datum::Text(_) => text.clone(),
        other => Datum::text(&json::compact(other)),
    }
}

fn type_name(arguments: &[Datum]) -> Datum {
    match first(arguments) {
        Datum::Expression(_) => Datum::Null,
        other => Datum::text(type_of(other)),
    }
}
