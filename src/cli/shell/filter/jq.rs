//! `jq`, the common part of it: paths, pipes, `select`, `map`, `length`, constructions, interpolation.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::FilterOutput;
use super::arguments::no_files;

/// The deepest nesting of a program.
const DEPTH_MAX: usize = 50;

/// Most values that a program may make.
const VALUES_MAX: usize = 100_000;

/// An expression.
#[derive(Debug, Clone)]
enum Filter {
    Identity,
    Field(Box<Filter>, Box<Filter>),
    Slice(Box<Filter>, Option<Box<Filter>>, Option<Box<Filter>>),
    Each(Box<Filter>),
    Pipe(Box<Filter>, Box<Filter>),
    Comma(Box<Filter>, Box<Filter>),
    Literal(Value),
    /// A string with interpolations.
    Text(Vec<Filter>),
    Array(Option<Box<Filter>>),
    Object(Vec<(Filter, Filter)>),
    Binary(&'static str, Box<Filter>, Box<Filter>),
    Negative(Box<Filter>),
    Call(String, Vec<Filter>),
    Variable(String),
    If(Box<Filter>, Box<Filter>, Box<Filter>),
    Try(Box<Filter>),
    As(Box<Filter>, String, Box<Filter>),
}

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
    let mut last = Value::Null;
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
        }
    }
    if judges {
        found.exit_code = i32::from(!is_true(&last));
    }
    Ok(found)
}

fn is_true(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false))
}

fn read(text: &str) -> Result<Filter, String> {
    let mut reader = Reader { letters: text.chars().collect(), at: 0, depth: 0 };
    let filter = reader.pipe()?;
    reader.skip();
    match reader.peek() {
        None => Ok(filter),
        Some(_) => Err(format!("error: this part is not understood here: {}", reader.rest())),
    }
}

struct Reader {
    letters: Vec<char>,
    at: usize,
    depth: usize,
}

/// Binary operators, those that bind least first.
const LEVELS: &[&[&str]] =
    &[&["//"], &["or"], &["and"], &["==", "!=", "<=", ">=", "<", ">"], &["+", "-"], &["*", "/", "%"]];

impl Reader {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn rest(&self) -> String {
        self.letters.get(self.at..).unwrap_or_default().iter().collect()
    }

    fn skip(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn take(&mut self, text: &str) -> bool {
        self.skip();
        let is_next =
            text.chars().enumerate().all(|(index, letter)| self.letters.get(self.at + index) == Some(&letter));
        let is_word = text.chars().all(char::is_alphabetic);
        let after = self.letters.get(self.at + text.chars().count());
        let is_part = is_word && after.is_some_and(|letter| letter.is_alphanumeric() || *letter == '_');
        if is_next && !is_part {
            self.at += text.chars().count();
        }
        is_next && !is_part
    }

    fn expect(&mut self, text: &str) -> Result<(), String> {
        if self.take(text) { Ok(()) } else { Err(format!("error: '{text}' is expected before: {}", self.rest())) }
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some(letter) = self.peek().filter(|letter| letter.is_alphanumeric() || *letter == '_') {
            name.push(letter);
            self.at += 1;
        }
        name
    }

    fn pipe(&mut self) -> Result<Filter, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("error: this program is nested too deeply".to_owned());
        }
        let mut left = self.comma()?;
        if self.take("as") {
            self.expect("$")?;
            let name = self.name();
            self.expect("|")?;
            left = Filter::As(Box::new(left), name, Box::new(self.pipe()?));
        } else {
            self.skip();
            if self.peek() == Some('|') && self.letters.get(self.at + 1) != Some(&'=') {
                self.at += 1;
                left = Filter::Pipe(Box::new(left), Box::new(self.pipe()?));
            }
        }
        self.depth -= 1;
        Ok(left)
    }

    fn comma(&mut self) -> Result<Filter, String> {
        let mut left = self.level(0)?;
        while self.take(",") {
            left = Filter::Comma(Box::new(left), Box::new(self.level(0)?));
        }
        Ok(left)
    }

    fn level(&mut self, level: usize) -> Result<Filter, String> {
        let Some(operators) = LEVELS.get(level) else { return self.postfix() };
        let mut left = self.level(level + 1)?;
        'more: loop {
            for operator in *operators {
                self.skip();
                let is_longer = *operator == "/" && self.rest().starts_with("//");
                if !is_longer && self.take(operator) {
                    let right = self.level(if *operator == "//" { level } else { level + 1 })?;
                    left = Filter::Binary(operator, Box::new(left), Box::new(right));
                    continue 'more;
                }
            }
            return Ok(left);
        }
    }

    fn postfix(&mut self) -> Result<Filter, String> {
        let mut filter = self.term()?;
        loop {
            if self.peek() == Some('?') {
                self.at += 1;
                filter = Filter::Try(Box::new(filter));
            } else if self.peek() == Some('[') {
                self.at += 1;
                filter = self.bracket(filter)?;
            } else if self.peek() == Some('.')
                && self.letters.get(self.at + 1).is_some_and(|next| next.is_alphabetic() || "_\"[".contains(*next))
            {
                self.at += 1;
                if self.peek() == Some('[') {
                    continue;
                }
                let key = self.key()?;
                filter = Filter::Field(Box::new(filter), Box::new(key));
            } else {
                return Ok(filter);
            }
        }
    }

    /// Reads a name or a string that is a key.
    fn key(&mut self) -> Result<Filter, String> {
        if self.peek() == Some('"') {
            self.at += 1;
            return self.text();
        }
        Ok(Filter::Literal(Value::String(self.name())))
    }

    fn bracket(&mut self, of: Filter) -> Result<Filter, String> {
        if self.take("]") {
            return Ok(Filter::Each(Box::new(of)));
        }
        let first = if self.take(":") {
            None
        } else {
            let first = self.pipe()?;
            if self.take("]") {
                return Ok(Filter::Field(Box::new(of), Box::new(first)));
            }
            self.expect(":")?;
            Some(Box::new(first))
        };
        let last = if self.take("]") {
            None
        } else {
            let last = self.pipe()?;
            self.expect("]")?;
            Some(Box::new(last))
        };
        Ok(Filter::Slice(Box::new(of), first, last))
    }

    /// Reads a string, behind its first quote.
    fn text(&mut self) -> Result<Filter, String> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        loop {
            let letter = self.peek().ok_or("error: unfinished string")?;
            self.at += 1;
            match letter {
                '"' => break,
                '\\' if self.peek() == Some('(') => {
                    self.at += 1;
                    pieces.push(Filter::Literal(Value::String(std::mem::take(&mut plain))));
                    pieces.push(self.pipe()?);
                    self.expect(")")?;
                }
                '\\' => {
                    let next = self.peek().unwrap_or_default();
                    self.at += 1;
                    plain.push(match next {
                        'n' => '\n',
                        't' => '\t',
                        'r' => '\r',
                        other => other,
                    });
                }
                letter => plain.push(letter),
            }
        }
        if pieces.is_empty() {
            return Ok(Filter::Literal(Value::String(plain)));
        }
        pieces.push(Filter::Literal(Value::String(plain)));
        Ok(Filter::Text(pieces))
    }

    fn term(&mut self) -> Result<Filter, String> {
        self.skip();
        let Some(first) = self.peek() else { return Err("error: the program ends too early".to_owned()) };
        match first {
            '.' => {
                self.at += 1;
                if self.rest().starts_with('.') {
                    self.at += 1;
                    return Ok(Filter::Call("recurse".to_owned(), Vec::new()));
                }
                match self.peek() {
                    Some(next) if next.is_alphabetic() || next == '_' || next == '"' => {
                        let key = self.key()?;
                        Ok(Filter::Field(Box::new(Filter::Identity), Box::new(key)))
                    }
                    _ => Ok(Filter::Identity),
                }
            }
            '"' => {
                self.at += 1;
                self.text()
            }
            '(' => {
                self.at += 1;
                let inner = self.pipe()?;
                self.expect(")")?;
                Ok(inner)
            }
            '[' => {
                self.at += 1;
                if self.take("]") {
                    return Ok(Filter::Array(None));
                }
                let inner = self.pipe()?;
                self.expect("]")?;
                Ok(Filter::Array(Some(Box::new(inner))))
            }
            '{' => self.object(),
            '$' => {
                self.at += 1;
                Ok(Filter::Variable(self.name()))
            }
            '@' => {
                self.at += 1;
                Ok(Filter::Call(format!("@{}", self.name()), Vec::new()))
            }
            '-' => {
                self.at += 1;
                Ok(Filter::Negative(Box::new(self.postfix()?)))
            }
            digit if digit.is_ascii_digit() => {
                let mut number = String::new();
                while let Some(letter) = self.peek().filter(|letter| letter.is_ascii_digit() || *letter == '.') {
                    number.push(letter);
                    self.at += 1;
                }
                serde_json::from_str(&number).map(Filter::Literal).map_err(|_| format!("error: {number} is no number"))
            }
            letter if letter.is_alphabetic() => self.call(),
            _ => Err(format!("error: this part is not understood here: {}", self.rest())),
        }
    }

    fn object(&mut self) -> Result<Filter, String> {
        self.at += 1;
        let mut pairs = Vec::new();
        while !self.take("}") {
            self.skip();
            let (key, own) = match self.peek() {
                Some('(') => {
                    self.at += 1;
                    let key = self.pipe()?;
                    self.expect(")")?;
                    (key, None)
                }
                Some('$') => {
                    self.at += 1;
                    let name = self.name();
                    (Filter::Literal(Value::String(name.clone())), Some(Filter::Variable(name)))
                }
                _ => {
                    let key = self.key()?;
                    (key.clone(), Some(Filter::Field(Box::new(Filter::Identity), Box::new(key))))
                }
            };
            let value = if self.take(":") { self.level(0)? } else { own.ok_or("error: a value has to follow")? };
            pairs.push((key, value));
            if !self.take(",") {
                self.expect("}")?;
                break;
            }
        }
        Ok(Filter::Object(pairs))
    }

    fn call(&mut self) -> Result<Filter, String> {
        let name = self.name();
        match name.as_str() {
            "null" => return Ok(Filter::Literal(Value::Null)),
            "true" => return Ok(Filter::Literal(Value::Bool(true))),
            "false" => return Ok(Filter::Literal(Value::Bool(false))),
            "if" => {
                let condition = self.pipe()?;
                self.expect("then")?;
                let one = self.pipe()?;
                let other = if self.take("else") { self.pipe()? } else { Filter::Identity };
                self.expect("end")?;
                return Ok(Filter::If(Box::new(condition), Box::new(one), Box::new(other)));
            }
            _ => {}
        }
        let mut arguments = Vec::new();
        if self.take("(") {
            arguments.push(self.pipe()?);
            while self.take(";") {
                arguments.push(self.pipe()?);
            }
            self.expect(")")?;
        }
        Ok(Filter::Call(name, arguments))
    }
}

struct Run {
    variables: Vec<(String, Value)>,
    count: usize,
}

impl Run {
    fn apply(&mut self, filter: &Filter, value: &Value, depth: usize) -> Result<Vec<Value>, String> {
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
