//! Prints a resource by its model.
//!
//! The text of the models is walked together with the resource, without a tree in between: the
//! models are large, and most of a resource is absent.

use serde_json::{Map, Value};

use super::{moment, name};

/// The models; the head of the file explains its form.
const MODELS: &str = include_str!("models.txt");

/// Characters that end the name of a field.
const BREAKS: [char; 8] = [' ', '\n', '{', '}', ':', '*', '&', '#'];

/// Prints a resource by the model of this name.
pub(super) fn print(model: &str, arm: &Value) -> Value {
    fields_of(model).print(arm)
}

/// Reads a printed resource back, the inverse of `print`. Fields that the service left out are left out again.
pub(super) fn unprint(model: &str, printed: &Value) -> Value {
    fields_of(model).unprint(printed)
}

/// Returns the place of a model's first field; the text goes on beyond the closing brace.
fn fields_of(model: &str) -> Fields {
    let text = MODELS.split_once(&format!("\n{model} {{"));
    debug_assert!(text.is_some(), "there is no model {model}");
    Fields(text.map_or("", |(_, text)| text))
}

/// A place in the text of the models: right after an opening brace, or between fields.
#[derive(Clone, Copy)]
struct Fields(&'static str);

impl Fields {
    /// Prints an object of these fields; a value that is no object is printed as it came.
    fn print(self, arm: &Value) -> Value {
        match arm {
            Value::Object(_) => {
                let mut printed = Map::new();
                self.print_into(arm, &mut printed);
                Value::Object(printed)
            }
            Value::Array(items) => items.iter().map(|item| self.print(item)).collect(),
            _ => arm.clone(),
        }
    }

    /// Prints the fields of an object; returns the place after them.
    fn print_into(mut self, arm: &Value, printed: &mut Map<String, Value>) -> Self {
        while !self.takes('}') {
            let field = self.word();
            let value = arm.get(field).unwrap_or(&Value::Null);
            if self.takes('&') {
                let fields = fields_of(self.word());
                match value {
                    _ if field.is_empty() => drop(fields.print_into(arm, printed)),
                    // Where the service left them all out there is nothing to fold in.
                    Value::Null => drop(printed.insert(field.to_owned(), Value::Null)),
                    _ => drop(fields.print_into(value, printed)),
                }
                continue;
            }
            let is_map = self.takes('*');
            let value = if self.takes(':') {
                let kind = self.word();
                print_kind(kind, value, is_map)
            } else if self.takes('{') {
                let inner = self;
                self = self.after_block();
                inner.print_all(value, is_map)
            } else {
                value.clone()
            };
            let mut name = name::printed(field);
            if printed.contains_key(&name) {
                name = name::printed_beside(&name);
            }
            printed.insert(name, value);
        }
        self
    }

    /// Prints an object, or each of a map of them.
    fn print_all(self, value: &Value, is_map: bool) -> Value {
        match value.as_object().filter(|_| is_map) {
            Some(map) => map.iter().map(|(key, item)| (key.clone(), self.print(item))).collect(),
            None => self.print(value),
        }
    }

    /// Reads a printed object back; a value that is no object stays as it was printed.
    fn unprint(self, printed: &Value) -> Value {
        match printed {
            Value::Object(_) => {
                let mut arm = Map::new();
                self.unprint_into(printed, &mut Vec::new(), &mut arm);
                Value::Object(arm)
            }
            Value::Array(items) => items.iter().map(|item| self.unprint(item)).collect(),
            _ => printed.clone(),
        }
    }

    /// Reads the fields of an object back; `taken` are the printed names that are accounted for.
    fn unprint_into(mut self, printed: &Value, taken: &mut Vec<String>, arm: &mut Map<String, Value>) {
        while !self.takes('}') {
            let field = self.word();
            if self.takes('&') {
                let fields = fields_of(self.word());
                if field.is_empty() {
                    fields.unprint_into(printed, taken, arm);
                } else {
                    let mut inner = Map::new();
                    fields.unprint_into(printed, taken, &mut inner);
                    arm.insert(field.to_owned(), Value::Object(inner));
                }
                continue;
            }
            let mut name = name::printed(field);
            if taken.contains(&name) {
                name = name::printed_beside(&name);
            }
            let value = printed.get(&name).unwrap_or(&Value::Null);
            let is_map = self.takes('*');
            let value = if self.takes(':') {
                match self.word() {
                    "time" | "float" => value.clone(),
                    model => fields_of(model).unprint_all(value, is_map),
                }
            } else if self.takes('{') {
                let inner = self;
                self = self.after_block();
                inner.unprint_all(value, is_map)
            } else {
                value.clone()
            };
            if !value.is_null() {
                arm.insert(field.to_owned(), value);
            }
            taken.push(name);
        }
    }

    /// Reads an object back, or each of a map of them.
    fn unprint_all(self, value: &Value, is_map: bool) -> Value {
        match value.as_object().filter(|_| is_map) {
            Some(map) => map.iter().map(|(key, item)| (key.clone(), self.unprint(item))).collect(),
            None => self.unprint(value),
        }
    }

    /// Returns the place after the brace that closes a block.
    fn after_block(self) -> Self {
        let mut depth = 1_u32;
        let end = self.0.find(|letter| {
            match letter {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        let rest = end.and_then(|end| self.0.get(end + 1..));
        Self(rest.unwrap_or(""))
    }

    /// Takes a sign if it comes next, after space for a brace that closes. The end of the text
    /// closes everything.
    fn takes(&mut self, sign: char) -> bool {
        if sign == '}' {
            self.0 = self.0.trim_start();
            if self.0.is_empty() {
                return true;
            }
        }
        let rest = self.0.strip_prefix(sign);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    /// Takes a name; it is empty where a sign comes next.
    fn word(&mut self) -> &'static str {
        let end = self.0.find(BREAKS).unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        self.0 = rest;
        word
    }
}

fn print_kind(kind: &str, value: &Value, is_map: bool) -> Value {
    match (kind, value) {
        ("time", Value::String(text)) => Value::String(moment::printed(text)),
        ("float", Value::Number(number)) => number.as_f64().map_or(Value::Null, Value::from),
        ("time" | "float", _) => value.clone(),
        _ => fields_of(kind).print_all(value, is_map),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every model that the text names is in it, and every block is closed.
    #[test]
    fn the_models_are_whole() {
        let lines = MODELS.lines().filter(|line| !line.starts_with('#'));
        let text: String = lines.flat_map(|line| [line, "\n"]).collect();
        assert_eq!(text.matches('{').count(), text.matches('}').count());
        for reference in text.split([':', '&']).skip(1) {
            let name = reference.split(BREAKS).next().unwrap();
            if !matches!(name, "time" | "float") {
                assert!(MODELS.contains(&format!("\n{name} {{")), "{name}");
            }
        }
    }

    #[test]
    fn an_absent_or_misshapen_object_is_printed_as_it_is() {
        for value in [Value::Null, Value::from("x"), Value::Array(Vec::new())] {
            assert_eq!(print("ManagedCluster", &value), value);
        }
    }
}
