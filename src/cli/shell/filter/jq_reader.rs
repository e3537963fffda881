//! Reads programs of `jq`.

use serde_json::Value;

use super::words::{length_at, name_at};

/// The deepest nesting of a program.
pub(super) const DEPTH_MAX: usize = 50;

/// An expression.
#[derive(Debug, Clone)]
pub(super) enum Filter {
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

/// Reads a program.
pub(super) fn read(text: &str) -> Result<Filter, String> {
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
        let length = length_at(&self.letters, self.at, text);
        self.at += length.unwrap_or(0);
        length.is_some()
    }

    fn expect(&mut self, text: &str) -> Result<(), String> {
        if self.take(text) { Ok(()) } else { Err(format!("error: '{text}' is expected before: {}", self.rest())) }
    }

    fn name(&mut self) -> String {
        let name = name_at(&self.letters, self.at);
        self.at += name.chars().count();
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
