//! Runs programs of `jq` on values.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::jq_reader::{DEPTH_MAX, Filter};

/// Most values that a program may make.
const VALUES_MAX: usize = 100_000;

/// Runs a program, with the variables that it knows.
pub(super) struct Run {
    pub(super) variables: Vec<(String, Value)>,
    pub(super) count: usize,
}

impl Run {
    #[expect(clippy::too_many_lines, reason = "one arm for each kind of expression")]
    pub(super) fn apply(&mut self, filter: &Filter, value: &Value, depth: usize) -> Result<Vec<Value>, String> {
        if depth > 4 * DEPTH_MAX {
            return Err("error: this program is nested too deeply".to_owned());
        }
        let depth = depth + 1;
        let found = match filter {
            Filter::Identity => vec![value.clone()],
            Filter::Literal(literal) => vec![literal.clone()],
            Filter::Variable(name) => {
                let known = self.variables.iter().rev().find(|(known, _)| known == name);
                vec![known.map(|(_, value)| value.clone()).ok_or(format!("error: ${name} is not defined"))?]
            }
            Filter::Pipe(one, other) => {
                let mut found = Vec::new();
                for value in self.apply(one, value, depth)? {
                    found.extend(self.apply(other, &value, depth)?);
                }
                found
            }
            Filter::As(one, name, other) => {
                let mut found = Vec::new();
                for bound in self.apply(one, value, depth)? {
                    self.variables.push((name.clone(), bound));
                    let results = self.apply(other, value, depth);
                    self.variables.pop();
                    found.extend(results?);
                }
                found
            }
            Filter::Comma(one, other) => {
                let mut found = self.apply(one, value, depth)?;
                found.extend(self.apply(other, value, depth)?);
                found
            }
            Filter::Field(of, key) => {
                let mut found = Vec::new();
                for of in self.apply(of, value, depth)? {
                    for key in self.apply(key, value, depth)? {
                        found.push(field(&of, &key)?);
                    }
                }
                found
            }
            Filter::Slice(of, first, last) => {
                let mut bound = |bound: &Option<Box<Filter>>| -> Result<Option<i64>, String> {
                    let Some(bound) = bound else { return Ok(None) };
                    Ok(self.apply(bound, value, depth)?.first().and_then(Value::as_i64))
                };
                let (first, last) = (bound(first)?, bound(last)?);
                self.apply(of, value, depth)?.iter().map(|of| slice(of, first, last)).collect()
            }
            Filter::Each(of) => {
                let mut found = Vec::new();
                for of in self.apply(of, value, depth)? {
                    match of {
                        Value::Array(items) => found.extend(items),
                        Value::Object(map) => found.extend(map.into_iter().map(|(_, value)| value)),
                        other => return Err(format!("error: cannot iterate over {}", kind(&other))),
                    }
                }
                found
            }
            Filter::Text(pieces) => {
                let mut text = String::new();
                for piece in pieces {
                    text.push_str(&self.apply(piece, value, depth)?.first().map(as_text).unwrap_or_default());
                }
                vec![Value::String(text)]
            }
            Filter::Array(None) => vec![Value::Array(Vec::new())],
            Filter::Array(Some(inner)) => vec![Value::Array(self.apply(inner, value, depth)?)],
            Filter::Object(pairs) => {
                let mut objects = vec![Map::new()];
                for (key, filter) in pairs {
                    let key = self.apply(key, value, depth)?.first().map(as_text).unwrap_or_default();
                    let values = self.apply(filter, value, depth)?;
                    objects = objects
                        .iter()
                        .flat_map(|object| {
                            values.iter().map(|value| {
                                let mut object = object.clone();
                                object.insert(key.clone(), value.clone());
                                object
                            })
                        })
                        .collect();
                    if objects.len() > VALUES_MAX {
                        return Err("error: this makes too many values".to_owned());
                    }
                }
                objects.into_iter().map(Value::Object).collect()
            }
            Filter::Negative(inner) => {
                let values = self.apply(inner, value, depth)?;
                values
                    .iter()
                    .map(|value| {
                        value
                            .as_f64()
                            .map(|number| self::number(-number))
                            .ok_or("error: no number to negate".to_owned())
                    })
                    .collect::<Result<_, _>>()?
            }
            Filter::If(condition, one, other) => {
                let mut found = Vec::new();
                for condition in self.apply(condition, value, depth)? {
                    found.extend(self.apply(if is_true(&condition) { one } else { other }, value, depth)?);
                }
                found
            }
            Filter::Try(inner) => self.apply(inner, value, depth).unwrap_or_default(),
            Filter::Binary("//", one, other) => {
                let mut found: Vec<Value> = self.apply(one, value, depth).unwrap_or_default();
                found.retain(is_true);
                if found.is_empty() { self.apply(other, value, depth)? } else { found }
            }
            Filter::Binary(operator @ ("and" | "or"), one, other) => {
                let mut found = Vec::new();
                for left in self.apply(one, value, depth)? {
                    if is_true(&left) == (*operator == "or") {
                        found.push(Value::Bool(*operator == "or"));
                    } else {
                        found.extend(self.apply(other, value, depth)?.iter().map(|right| Value::Bool(is_true(right))));
                    }
                }
                found
            }
            Filter::Binary(operator, one, other) => {
                let mut found = Vec::new();
                for right in self.apply(other, value, depth)? {
                    for left in self.apply(one, value, depth)? {
                        found.push(binary(operator, &left, &right)?);
                    }
                }
                found
            }
            Filter::Call(name, arguments) => self.call(name, arguments, value, depth)?,
        };
        self.count += found.len();
        if self.count > VALUES_MAX {
            return Err("error: this makes too many values".to_owned());
        }
        Ok(found)
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each function")]
    fn call(&mut self, name: &str, arguments: &[Filter], value: &Value, depth: usize) -> Result<Vec<Value>, String> {
        let one = |result: Result<Value, String>| result.map(|value| vec![value]);
        let items = || match value {
            Value::Array(items) => Ok(items.clone()),
            other => Err(format!("error: {name} needs an array, not {}", kind(other))),
        };
        match (name, arguments) {
            ("empty", []) => Ok(Vec::new()),
            ("not", []) => Ok(vec![Value::Bool(!is_true(value))]),
            ("length", []) => one(match value {
                Value::Null => Ok(Value::from(0)),
                Value::String(text) => Ok(Value::from(text.chars().count())),
                Value::Array(items) => Ok(Value::from(items.len())),
                Value::Object(map) => Ok(Value::from(map.len())),
                Value::Number(number) => Ok(self::number(number.as_f64().unwrap_or(0.0).abs())),
                Value::Bool(_) => Err("error: boolean has no length".to_owned()),
            }),
            ("keys" | "keys_unsorted", []) => one(match value {
                Value::Object(map) => {
                    let mut keys: Vec<String> = map.keys().cloned().collect();
                    if name == "keys" {
                        keys.sort();
                    }
                    Ok(keys.into())
                }
                Value::Array(items) => Ok((0..items.len()).collect::<Vec<_>>().into()),
                other => Err(format!("error: {} has no keys", kind(other))),
            }),
            ("values", []) => Ok(if value.is_null() { Vec::new() } else { vec![value.clone()] }),
            ("type", []) => Ok(vec![kind(value).into()]),
            ("tostring", []) => Ok(vec![as_text(value).into()]),
            ("tonumber", []) => one(match value {
                Value::Number(_) => Ok(value.clone()),
                other => {
                    serde_json::from_str(&as_text(other)).map_err(|_| "error: cannot be parsed as a number".to_owned())
                }
            }),
            ("tojson" | "@json", []) => Ok(vec![value.to_string().into()]),
            ("fromjson", []) => one(serde_json::from_str(&as_text(value)).map_err(|error| format!("error: {error}"))),
            ("ascii_downcase", []) => Ok(vec![as_text(value).to_lowercase().into()]),
            ("ascii_upcase", []) => Ok(vec![as_text(value).to_uppercase().into()]),
            ("first", []) => one(field(value, &Value::from(0))),
            ("last", []) => one(field(value, &Value::from(-1))),
            ("reverse", []) => Ok(vec![Value::Array(items()?.into_iter().rev().collect())]),
            ("add", []) => {
                let mut sum = Value::Null;
                for item in items()? {
                    sum = binary("+", &sum, &item)?;
                }
                Ok(vec![sum])
            }
            ("any", []) => Ok(vec![Value::Bool(items()?.iter().any(is_true))]),
            ("all", []) => Ok(vec![Value::Bool(items()?.iter().all(is_true))]),
            ("sort" | "unique" | "min" | "max", []) => {
                let mut items = items()?;
                items.sort_by(compare);
                match name {
                    "min" => return Ok(vec![items.first().cloned().unwrap_or_default()]),
                    "max" => return Ok(vec![items.last().cloned().unwrap_or_default()]),
                    "unique" => items.dedup(),
                    _ => {}
                }
                Ok(vec![Value::Array(items)])
            }
            ("to_entries", []) => one(match value {
                Value::Object(map) => {
                    Ok(map.iter().map(|(key, value)| serde_json::json!({ "key": key, "value": value })).collect())
                }
                Value::Array(items) => Ok(items
                    .iter()
                    .enumerate()
                    .map(|(key, value)| serde_json::json!({ "key": key, "value": value }))
                    .collect()),
                other => Err(format!("error: {} has no entries", kind(other))),
            }),
            ("recurse", []) => Ok(all_of(value)),
            ("@tsv" | "@csv" | "@sh", []) => {
                let cells: Vec<String> = items()?
                    .iter()
                    .map(|item| match (name, item) {
                        (_, Value::Null) => String::new(),
                        ("@csv", Value::String(text)) => format!("\"{}\"", text.replace('"', "\"\"")),
                        ("@sh", Value::String(text)) => format!("'{}'", text.replace('\'', "'\\''")),
                        (_, other) => as_text(other),
                    })
                    .collect();
                Ok(vec![
                    cells
                        .join(match name {
                            "@tsv" => "\t",
                            "@csv" => ",",
                            _ => " ",
                        })
                        .into(),
                ])
            }
            ("select", [condition]) => {
                let results = self.apply(condition, value, depth)?;
                Ok(results.iter().filter(|result| is_true(result)).map(|_| value.clone()).collect())
            }
            ("map", [filter]) => {
                let mut found = Vec::new();
                for item in items()? {
                    found.extend(self.apply(filter, &item, depth)?);
                }
                Ok(vec![Value::Array(found)])
            }
            ("first", [filter]) => Ok(self.apply(filter, value, depth)?.into_iter().take(1).collect()),
            ("any" | "all", [filter]) => {
                let mut results = Vec::new();
                for item in items()? {
                    results.extend(self.apply(filter, &item, depth)?);
                }
                let result = if name == "any" { results.iter().any(is_true) } else { results.iter().all(is_true) };
                Ok(vec![Value::Bool(result)])
            }
            ("has", [key]) => {
                let key = self.apply(key, value, depth)?.into_iter().next().unwrap_or_default();
                let has = match (value, &key) {
                    (Value::Object(map), Value::String(key)) => map.contains_key(key),
                    (Value::Array(items), key) => {
                        key.as_u64().is_some_and(|index| usize::try_from(index).is_ok_and(|index| index < items.len()))
                    }
                    _ => false,
                };
                Ok(vec![Value::Bool(has)])
            }
            ("sort_by" | "group_by" | "unique_by" | "min_by" | "max_by", [key]) => {
                let mut keyed = Vec::new();
                for item in items()? {
                    keyed.push((Value::Array(self.apply(key, &item, depth)?), item));
                }
                keyed.sort_by(|(one, _), (other, _)| compare(one, other));
                Ok(vec![by_key(name, keyed)])
            }
            (
                "join" | "split" | "startswith" | "endswith" | "contains" | "test" | "ltrimstr" | "rtrimstr" | "index",
                [argument],
            ) => {
                let argument = self.apply(argument, value, depth)?.into_iter().next().unwrap_or_default();
                one(with_argument(name, value, &argument))
            }
            _ => Err(format!("error: {name}/{} is not available here; --query can do more", arguments.len())),
        }
    }
}

fn by_key(name: &str, keyed: Vec<(Value, Value)>) -> Value {
    let mut groups: Vec<(Value, Vec<Value>)> = Vec::new();
    for (key, item) in keyed {
        match groups.last_mut() {
            Some((known, items)) if *known == key => items.push(item),
            _ => groups.push((key, vec![item])),
        }
    }
    let mut groups = groups.into_iter().map(|(_, items)| items);
    match name {
        "group_by" => Value::Array(groups.map(Value::Array).collect()),
        "unique_by" => Value::Array(groups.filter_map(|items| items.into_iter().next()).collect()),
        "min_by" => groups.next().and_then(|items| items.into_iter().next()).unwrap_or_default(),
        "max_by" => groups.next_back().and_then(|items| items.into_iter().next_back()).unwrap_or_default(),
        _ => Value::Array(groups.flatten().collect()),
    }
}

fn with_argument(name: &str, value: &Value, argument: &Value) -> Result<Value, String> {
    let (text, other) = (as_text(value), as_text(argument));
    Ok(match name {
        "join" => {
            let items = value.as_array().ok_or("error: join needs an array")?;
            items
                .iter()
                .map(|item| if item.is_null() { String::new() } else { as_text(item) })
                .collect::<Vec<_>>()
                .join(&other)
                .into()
        }
        "split" => text.split(other.as_str()).collect::<Vec<_>>().into(),
        "startswith" => text.starts_with(&other).into(),
        "endswith" => text.ends_with(&other).into(),
        "ltrimstr" => text.strip_prefix(&other).unwrap_or(&text).into(),
        "rtrimstr" => text.strip_suffix(&other).unwrap_or(&text).into(),
        "index" => text.find(&other).map_or(Value::Null, Value::from),
        "test" => scale_down_engine::ground::pattern::Pattern::new(&other, true, false)?.is_in(&text).into(),
        _ => match value {
            Value::Array(items) => match argument {
                Value::Array(wanted) => wanted.iter().all(|wanted| items.contains(wanted)).into(),
                wanted => items.contains(wanted).into(),
            },
            _ => text.contains(&other).into(),
        },
    })
}

/// Returns a value and all values in it.
fn all_of(value: &Value) -> Vec<Value> {
    let mut found = vec![value.clone()];
    match value {
        Value::Array(items) => items.iter().for_each(|item| found.extend(all_of(item))),
        Value::Object(map) => map.values().for_each(|item| found.extend(all_of(item))),
        _ => {}
    }
    found
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn field(of: &Value, key: &Value) -> Result<Value, String> {
    match (of, key) {
        (Value::Null, _) => Ok(Value::Null),
        (Value::Object(map), Value::String(key)) => Ok(map.get(key).cloned().unwrap_or_default()),
        (Value::Array(items), Value::Number(index)) => {
            let index = index.as_i64().unwrap_or(i64::MAX);
            let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
            let index = if index < 0 { index + length } else { index };
            Ok(usize::try_from(index).ok().and_then(|index| items.get(index)).cloned().unwrap_or_default())
        }
        (of, Value::String(key)) => Err(format!("error: cannot index {} with \"{key}\"", kind(of))),
        (of, key) => Err(format!("error: cannot index {} with {}", kind(of), kind(key))),
    }
}

fn slice(of: &Value, first: Option<i64>, last: Option<i64>) -> Value {
    let bounds = |length: usize| {
        let length = i64::try_from(length).unwrap_or(i64::MAX);
        let at = |bound: i64| {
            usize::try_from((if bound < 0 { bound + length } else { bound }).clamp(0, length)).unwrap_or(0)
        };
        let (first, last) = (at(first.unwrap_or(0)), at(last.unwrap_or(length)));
        first..last.max(first)
    };
    match of {
        Value::Array(items) => Value::Array(items.get(bounds(items.len())).unwrap_or_default().to_vec()),
        Value::String(text) => {
            let letters: Vec<char> = text.chars().collect();
            letters.get(bounds(letters.len())).unwrap_or_default().iter().collect::<String>().into()
        }
        _ => Value::Null,
    }
}

/// Writes whole numbers as such.
fn number(value: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and small")]
    if value.fract() == 0.0 && value.abs() < 1e15 { Value::from(value as i64) } else { Value::from(value) }
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(false) => 1,
        Value::Bool(true) => 2,
        Value::Number(_) => 3,
        Value::String(_) => 4,
        Value::Array(_) => 5,
        Value::Object(_) => 6,
    }
}

fn compare(one: &Value, other: &Value) -> Ordering {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            one.as_f64().unwrap_or(0.0).total_cmp(&other.as_f64().unwrap_or(0.0))
        }
        (Value::String(one), Value::String(other)) => one.cmp(other),
        (Value::Array(one), Value::Array(other)) => {
            let first =
                one.iter().zip(other).map(|(one, other)| compare(one, other)).find(|order| *order != Ordering::Equal);
            first.unwrap_or_else(|| one.len().cmp(&other.len()))
        }
        _ => rank(one).cmp(&rank(other)),
    }
}

fn binary(operator: &str, left: &Value, right: &Value) -> Result<Value, String> {
    let order = compare(left, right);
    Ok(match operator {
        "==" => (order == Ordering::Equal && (left == right || left.is_number())).into(),
        "!=" => (!(order == Ordering::Equal && (left == right || left.is_number()))).into(),
        "<" => (order == Ordering::Less).into(),
        "<=" => (order != Ordering::Greater).into(),
        ">" => (order == Ordering::Greater).into(),
        ">=" => (order != Ordering::Less).into(),
        _ => match (operator, left, right) {
            ("+", Value::Null, other) | ("+", other, Value::Null) => other.clone(),
            ("+", Value::String(one), Value::String(other)) => format!("{one}{other}").into(),
            ("+", Value::Array(one), Value::Array(other)) => [one.as_slice(), other].concat().into(),
            ("-", Value::Array(one), Value::Array(other)) => {
                one.iter().filter(|item| !other.contains(item)).cloned().collect()
            }
            ("+", Value::Object(one), Value::Object(other)) => {
                let mut sum = one.clone();
                sum.extend(other.clone());
                Value::Object(sum)
            }
            (_, Value::Number(one), Value::Number(other)) => {
                let (one, other) = (one.as_f64().unwrap_or(0.0), other.as_f64().unwrap_or(0.0));
                if matches!(operator, "/" | "%") && other == 0.0 {
                    return Err("error: division by zero".to_owned());
                }
                number(match operator {
                    "+" => one + other,
                    "-" => one - other,
                    "*" => one * other,
                    "/" => one / other,
                    _ => one.trunc() % other.trunc(),
                })
            }
            _ => return Err(format!("error: {} and {} cannot be combined with {operator}", kind(left), kind(right))),
        },
    })
}

/// Returns `true` for a value that counts as true.
pub(super) fn is_true(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false))
}
