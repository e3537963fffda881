//! Reads programs of `awk`.

use super::words::{length_at, name_at};

/// The deepest nesting of expressions and statements.
const DEPTH_MAX: usize = 50;

/// A pattern and what is done where it matches.
pub(super) struct Rule {
    pub(super) pattern: Pattern,
    pub(super) action: Vec<Statement>,
}

/// The lines that a rule is for.
#[derive(PartialEq)]
pub(super) enum Pattern {
    Begin,
    End,
    Always,
    If(Expression),
    /// From a line that matches the first to one that matches the second.
    Range(Expression, Expression),
}

/// A statement.
#[derive(Clone, PartialEq)]
pub(super) enum Statement {
    Print(Vec<Expression>),
    Printf(Vec<Expression>),
    Do(Expression),
    If(Expression, Vec<Statement>, Vec<Statement>),
    /// A condition, a body, and what follows each run of the body.
    While(Expression, Vec<Statement>, Vec<Statement>),
    ForIn(String, String, Vec<Statement>),
    Delete(String, Option<Expression>),
    Break,
    Continue,
    Next,
    Exit(Option<Expression>),
}

/// An expression.
#[derive(Clone, PartialEq)]
pub(super) enum Expression {
    Number(f64),
    Text(String),
    /// `/…/`, matched against the line where it stands alone.
    Match(String),
    Variable(String),
    Element(String, Box<Expression>),
    Field(Box<Expression>),
    /// Target, operator before the `=`, value.
    Assign(Box<Expression>, String, Box<Expression>),
    /// `++` and `--`: target, by how much, and `true` if the old value counts.
    Step(Box<Expression>, f64, bool),
    Not(Box<Expression>),
    Negative(Box<Expression>),
    Ternary(Box<Expression>, Box<Expression>, Box<Expression>),
    In(Box<Expression>, String),
    /// The operator, a blank for texts side by side.
    Binary(&'static str, Box<Expression>, Box<Expression>),
    Call(String, Vec<Expression>),
}

/// Reads a program.
pub(super) fn read(text: &str) -> Result<Vec<Rule>, String> {
    let mut reader = Reader { letters: text.chars().collect(), at: 0, depth: 0, is_printing: false };
    let mut rules = Vec::new();
    loop {
        reader.skip_ends();
        if reader.peek().is_none() {
            return Ok(rules);
        }
        let pattern = if reader.take("BEGIN") {
            Pattern::Begin
        } else if reader.take("END") {
            Pattern::End
        } else if reader.peek() == Some('{') {
            Pattern::Always
        } else {
            let first = reader.expression()?;
            if reader.take(",") { Pattern::Range(first, reader.expression()?) } else { Pattern::If(first) }
        };
        reader.skip_blanks();
        let action = if reader.peek() == Some('{') { reader.block()? } else { vec![Statement::Print(Vec::new())] };
        rules.push(Rule { pattern, action });
    }
}

struct Reader {
    letters: Vec<char>,
    at: usize,
    depth: usize,
    /// `true` in the words of `print`, where `>` would redirect.
    is_printing: bool,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn at_text(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(index, letter)| self.letters.get(self.at + index) == Some(&letter))
    }

    fn skip_blanks(&mut self) {
        while self.peek().is_some_and(|letter| matches!(letter, ' ' | '\t')) || self.at_text("\\\n") {
            self.at += if self.at_text("\\\n") { 2 } else { 1 };
        }
        if self.peek() == Some('#') {
            while self.peek().is_some_and(|letter| letter != '\n') {
                self.at += 1;
            }
        }
    }

    fn skip_ends(&mut self) {
        self.skip_blanks();
        while self.peek().is_some_and(|letter| matches!(letter, '\n' | ';')) {
            self.at += 1;
            self.skip_blanks();
        }
    }

    fn skip_lines(&mut self) {
        self.skip_blanks();
        while self.peek() == Some('\n') {
            self.at += 1;
            self.skip_blanks();
        }
    }

    fn take(&mut self, text: &str) -> bool {
        self.skip_blanks();
        let length = length_at(&self.letters, self.at, text);
        self.at += length.unwrap_or(0);
        length.is_some()
    }

    fn expect(&mut self, text: &str) -> Result<(), String> {
        if self.take(text) { Ok(()) } else { Err(self.problem()) }
    }

    fn problem(&self) -> String {
        let rest: String = self.letters.get(self.at..).unwrap_or_default().iter().take(20).collect();
        format!("this part is not understood here: {rest}")
    }

    fn name(&mut self) -> String {
        let name = name_at(&self.letters, self.at);
        self.at += name.chars().count();
        name
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, String>) -> Result<T, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("this program is nested too deeply".to_owned());
        }
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn block(&mut self) -> Result<Vec<Statement>, String> {
        self.expect("{")?;
        let mut statements = Vec::new();
        loop {
            self.skip_ends();
            if self.take("}") {
                return Ok(statements);
            }
            if self.peek().is_none() {
                return Err("a } is missing".to_owned());
            }
            statements.extend(self.deeper(Self::statement)?);
        }
    }

    /// Reads a statement or a block.
    fn body(&mut self) -> Result<Vec<Statement>, String> {
        self.skip_lines();
        if self.peek() == Some('{') { self.deeper(Self::block) } else { self.deeper(Self::statement) }
    }

    fn values(&mut self) -> Result<Vec<Expression>, String> {
        let mut values = Vec::new();
        self.skip_blanks();
        if self.peek().is_none_or(|letter| matches!(letter, ';' | '}' | '\n' | ')')) {
            return Ok(values);
        }
        loop {
            values.push(self.expression()?);
            if !self.take(",") {
                return Ok(values);
            }
            self.skip_lines();
        }
    }

    fn printed(&mut self) -> Result<Vec<Expression>, String> {
        self.is_printing = true;
        // `print (a, b)` has parentheses around all.
        let begun = self.at;
        if self.take("(") {
            let values = self.values();
            let closes = self.take(")");
            self.skip_blanks();
            let ends = self.peek().is_none_or(|letter| matches!(letter, ';' | '}' | '\n'));
            if let (Ok(values), true, true) = (values, closes, ends) {
                self.is_printing = false;
                return Ok(values);
            }
            self.at = begun;
        }
        let values = self.values()?;
        self.is_printing = false;
        self.skip_blanks();
        if self.peek().is_some_and(|letter| matches!(letter, '>' | '|')) {
            return Err("print cannot go to a file or a command here".to_owned());
        }
        Ok(values)
    }

    fn statement(&mut self) -> Result<Vec<Statement>, String> {
        self.skip_blanks();
        if self.peek() == Some('{') {
            return self.block();
        }
        let statement = if self.take("printf") {
            Statement::Printf(self.printed()?)
        } else if self.take("print") {
            Statement::Print(self.printed()?)
        } else if self.take("if") {
            self.expect("(")?;
            let condition = self.expression()?;
            self.expect(")")?;
            let one = self.body()?;
            let before = self.at;
            self.skip_ends();
            let other = if self.take("else") {
                self.body()?
            } else {
                self.at = before;
                Vec::new()
            };
            Statement::If(condition, one, other)
        } else if self.take("while") {
            self.expect("(")?;
            let condition = self.expression()?;
            self.expect(")")?;
            Statement::While(condition, self.body()?, Vec::new())
        } else if self.take("for") {
            return self.read_for();
        } else if self.take("delete") {
            self.skip_blanks();
            let array = self.name();
            let key = if self.take("[") {
                let key = self.expression()?;
                self.expect("]")?;
                Some(key)
            } else {
                None
            };
            Statement::Delete(array, key)
        } else if self.take("break") {
            Statement::Break
        } else if self.take("continue") {
            Statement::Continue
        } else if self.take("next") {
            Statement::Next
        } else if self.take("exit") {
            Statement::Exit(self.values()?.into_iter().next())
        } else {
            Statement::Do(self.expression()?)
        };
        Ok(vec![statement])
    }

    fn read_for(&mut self) -> Result<Vec<Statement>, String> {
        self.expect("(")?;
        let before = self.at;
        self.skip_blanks();
        let name = self.name();
        if !name.is_empty() && self.take("in") {
            self.skip_blanks();
            let array = self.name();
            self.expect(")")?;
            return Ok(vec![Statement::ForIn(name, array, self.body()?)]);
        }
        self.at = before;
        let mut first: Vec<Statement> = self.values()?.into_iter().map(Statement::Do).collect();
        self.expect(";")?;
        let condition = self.values()?.into_iter().next().unwrap_or(Expression::Number(1.0));
        self.expect(";")?;
        let step = self.values()?.into_iter().map(Statement::Do).collect();
        self.expect(")")?;
        first.push(Statement::While(condition, self.body()?, step));
        Ok(first)
    }

    fn expression(&mut self) -> Result<Expression, String> {
        self.deeper(|reader| {
            let condition = reader.level(0)?;
            if reader.take("?") {
                let one = reader.expression()?;
                reader.expect(":")?;
                return Ok(Expression::Ternary(Box::new(condition), Box::new(one), Box::new(reader.expression()?)));
            }
            let is_target =
                matches!(condition, Expression::Variable(_) | Expression::Element(..) | Expression::Field(_));
            for operator in ["+=", "-=", "*=", "/=", "%=", "^=", "="] {
                if is_target && !reader.at_text("==") && reader.take(operator) {
                    let value = reader.expression()?;
                    let operator = operator.trim_end_matches('=').to_owned();
                    return Ok(Expression::Assign(Box::new(condition), operator, Box::new(value)));
                }
                reader.skip_blanks();
            }
            Ok(condition)
        })
    }

    fn level(&mut self, level: usize) -> Result<Expression, String> {
        const LEVELS: &[&[&str]] = &[
            &["||"],
            &["&&"],
            &["in"],
            &["!~", "~"],
            &["==", "!=", "<=", ">=", "<", ">"],
            &[" "],
            &["+", "-"],
            &["*", "/", "%"],
            &["^"],
        ];
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.level(level + 1)?;
        loop {
            self.skip_blanks();
            let operator = operators.iter().find(|operator| self.is_operator(operator));
            let Some(operator) = operator else { return Ok(left) };
            if *operator == " " {
                left = Expression::Binary(operator, Box::new(left), Box::new(self.level(level + 1)?));
                continue;
            }
            self.take(operator);
            if *operator == "in" {
                self.skip_blanks();
                left = Expression::In(Box::new(left), self.name());
                continue;
            }
            self.skip_lines();
            let right = self.level(if *operator == "^" { level } else { level + 1 })?;
            left = Expression::Binary(operator, Box::new(left), Box::new(right));
        }
    }

    fn is_operator(&self, operator: &str) -> bool {
        if operator == " " {
            // Texts stand side by side where another value begins.
            let begins = |letter: char| letter.is_alphanumeric() || "_$\"(!-".contains(letter);
            let is_minus = self.peek() == Some('-') || self.at_text("!~") || self.at_text("!=");
            let is_word = self.at_text("in ") || self.at_text("in\t");
            return !is_minus && !is_word && self.peek().is_some_and(begins);
        }
        if operator == ">" && self.is_printing {
            return false;
        }
        let next = self.letters.get(self.at + operator.chars().count()).copied();
        let is_assignment = matches!(operator, "+" | "-" | "*" | "/" | "%" | "^") && next == Some('=');
        let is_step = matches!(operator, "+" | "-") && self.at_text(&operator.repeat(2));
        let is_longer_word = operator == "in" && next.is_some_and(char::is_alphanumeric);
        self.at_text(operator) && !is_assignment && !is_step && !is_longer_word
    }

    fn unary(&mut self) -> Result<Expression, String> {
        self.deeper(|reader| {
            for (text, by) in [("++", 1.0), ("--", -1.0)] {
                if reader.take(text) {
                    return Ok(Expression::Step(Box::new(reader.unary()?), by, false));
                }
            }
            if reader.take("!") {
                return Ok(Expression::Not(Box::new(reader.unary()?)));
            }
            if reader.take("-") {
                return Ok(Expression::Negative(Box::new(reader.unary()?)));
            }
            if reader.take("+") {
                return reader.unary();
            }
            let value = reader.primary()?;
            for (text, by) in [("++", 1.0), ("--", -1.0)] {
                if reader.at_text(text) {
                    reader.at += 2;
                    return Ok(Expression::Step(Box::new(value), by, true));
                }
            }
            Ok(value)
        })
    }

    fn primary(&mut self) -> Result<Expression, String> {
        self.skip_blanks();
        let Some(first) = self.peek() else { return Err("the program ends too early".to_owned()) };
        match first {
            '$' => {
                self.at += 1;
                Ok(Expression::Field(Box::new(self.deeper(Self::field_index)?)))
            }
            '"' => self.quoted().map(Expression::Text),
            '/' => self.slashed().map(Expression::Match),
            '(' => {
                self.at += 1;
                let was_printing = std::mem::take(&mut self.is_printing);
                let inner = self.expression()?;
                self.is_printing = was_printing;
                self.expect(")")?;
                Ok(inner)
            }
            digit if digit.is_ascii_digit() || digit == '.' => {
                let mut number = String::new();
                while let Some(letter) = self.peek().filter(|letter| letter.is_ascii_digit() || *letter == '.') {
                    number.push(letter);
                    self.at += 1;
                }
                number.parse().map(Expression::Number).map_err(|_| format!("{number} is no number"))
            }
            letter if letter.is_alphabetic() || letter == '_' => {
                let name = self.name();
                if self.peek() == Some('(') {
                    self.at += 1;
                    let was_printing = std::mem::take(&mut self.is_printing);
                    let arguments = self.values()?;
                    self.is_printing = was_printing;
                    self.expect(")")?;
                    return Ok(Expression::Call(name, arguments));
                }
                if self.peek() == Some('[') {
                    self.at += 1;
                    let mut keys = self.values()?.into_iter();
                    let mut key = keys.next().ok_or_else(|| self.problem())?;
                    for more in keys {
                        let separator = Expression::Variable("SUBSEP".to_owned());
                        key = Expression::Binary(" ", Box::new(key), Box::new(separator));
                        key = Expression::Binary(" ", Box::new(key), Box::new(more));
                    }
                    self.expect("]")?;
                    return Ok(Expression::Element(name, Box::new(key)));
                }
                if name == "length" {
                    return Ok(Expression::Call(name, Vec::new()));
                }
                Ok(Expression::Variable(name))
            }
            _ => Err(self.problem()),
        }
    }

    /// Reads what follows `$`: `NF`, `1`, `(NF-1)`, `++i`.
    fn field_index(&mut self) -> Result<Expression, String> {
        for (text, by) in [("++", 1.0), ("--", -1.0)] {
            if self.take(text) {
                return Ok(Expression::Step(Box::new(self.primary()?), by, false));
            }
        }
        self.deeper(Self::primary)
    }

    fn quoted(&mut self) -> Result<String, String> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let letter = self.peek().ok_or("a \" is missing")?;
            self.at += 1;
            match letter {
                '"' => return Ok(text),
                '\\' => {
                    let next = self.peek().ok_or("a \" is missing")?;
                    self.at += 1;
                    match next {
                        'n' => text.push('\n'),
                        't' => text.push('\t'),
                        'r' => text.push('\r'),
                        '"' | '\\' | '/' => text.push(next),
                        other => text.extend(['\\', other]),
                    }
                }
                letter => text.push(letter),
            }
        }
    }

    fn slashed(&mut self) -> Result<String, String> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let letter = self.peek().ok_or("a / is missing")?;
            self.at += 1;
            match letter {
                '/' => return Ok(text),
                '\\' if self.peek() == Some('/') => {
                    self.at += 1;
                    text.push('/');
                }
                letter => text.push(letter),
            }
        }
    }
}
