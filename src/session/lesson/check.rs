//! Checks of lesson goals: a small language of facts that are compared and joined.
//!
//! It is not the query language of `--query`, which could do it too: here a name that does not exist, or money
//! compared with a count, is an error with its place, before anybody takes the lesson; and a check is small
//! enough to be judged at every event.
//!
//! ```text
//! check      = all { "or" all }
//! all        = one { "and" one }
//! one        = "not" one | "(" check ")" | fact [ comparison ( fact | value ) ]
//! fact       = NAME [ "(" SUBJECT ")" ]
//! comparison = "==" | "!=" | "<" | "<=" | ">" | ">=" | "contains"
//! value      = NUMBER | "$" DOLLARS | DURATION | '"' TEXT '"' | WORD
//! ```

use super::fact::{CheckContext, FACTS, FactInfo, FactKind, FactSubject, Value};
use scale_down_cli::ground::duration::parse_duration_ms;
use scale_down_cli::ground::suggest;

/// Length of the longest check, in bytes.
const LENGTH_MAX: usize = 500;
/// Greatest nesting depth of parentheses and `not`.
const DEPTH_MAX: u8 = 16;

/// A parsed check: the condition of a goal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check(Expression);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Expression {
    Truth(FactUse),
    Compare(FactUse, Comparison, Operand),
    Not(Box<Expression>),
    All(Vec<Expression>),
    Any(Vec<Expression>),
}

/// A fact with its subject.
#[derive(Debug, Clone, PartialEq, Eq)]
struct FactUse {
    fact: &'static FactInfo,
    of: Option<Box<str>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Operand {
    Fact(FactUse),
    Value(Value),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
}

/// Spellings of the comparisons. A longer one precedes any that is its prefix.
const COMPARISONS: [(&str, Comparison); 7] = [
    ("==", Comparison::Equal),
    ("!=", Comparison::Unequal),
    ("<=", Comparison::LessOrEqual),
    (">=", Comparison::GreaterOrEqual),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
    ("contains", Comparison::Contains),
];

/// A syntax error in a check.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CheckError {
    /// Byte position of the error in the check.
    pub at: usize,
    pub message: String,
}

type Result<T> = std::result::Result<T, CheckError>;

impl Check {
    /// Parses a check.
    pub(super) fn parse(text: &str) -> Result<Self> {
        if text.len() > LENGTH_MAX {
            return Err(CheckError { at: LENGTH_MAX, message: format!("a check has at most {LENGTH_MAX} characters") });
        }
        let mut reader = Reader { text, at: 0, depth: 0 };
        let expression = reader.any()?;
        reader.skip_blanks();
        if reader.rest().is_empty() {
            Ok(Self(expression))
        } else {
            Err(reader.expected("'and', 'or' or the end of the line"))
        }
    }

    /// Returns `true` if the check holds at this moment.
    pub(super) fn holds(&self, context: &CheckContext<'_>) -> bool {
        self.0.holds(context)
    }
}

impl Expression {
    fn holds(&self, context: &CheckContext<'_>) -> bool {
        match self {
            Self::Truth(fact) => fact.value(context) == Some(Value::Truth(true)),
            Self::Compare(fact, comparison, operand) => {
                let other = match operand {
                    Operand::Fact(other) => other.value(context),
                    Operand::Value(value) => Some(value.clone()),
                };
                // What does not exist compares with nothing.
                fact.value(context).zip(other).is_some_and(|(one, other)| comparison.holds(&one, &other))
            }
            Self::Not(inner) => !inner.holds(context),
            Self::All(parts) => parts.iter().all(|part| part.holds(context)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(context)),
        }
    }
}

impl FactUse {
    fn value(&self, context: &CheckContext<'_>) -> Option<Value> {
        self.fact.value(self.of.as_deref(), context)
    }
}

impl Comparison {
    fn holds(self, one: &Value, other: &Value) -> bool {
        match (one, other) {
            (Value::Number(one), Value::Number(other)) => match self {
                Self::Equal => one == other,
                Self::Unequal => one != other,
                Self::Less => one < other,
                Self::LessOrEqual => one <= other,
                Self::Greater => one > other,
                Self::GreaterOrEqual => one >= other,
                Self::Contains => false,
            },
            (Value::Text(one), Value::Text(other)) => match self {
                Self::Equal => one == other,
                Self::Unequal => one != other,
                Self::Contains => one.contains(&**other),
                _ => false,
            },
            _ => false,
        }
    }

    /// Returns `true` if facts of this kind can be compared in this way.
    fn compares(self, kind: FactKind) -> bool {
        match self {
            Self::Equal | Self::Unequal => kind != FactKind::Truth,
            Self::Contains => kind == FactKind::Text,
            _ => matches!(kind, FactKind::Count | FactKind::Money | FactKind::Time),
        }
    }
}

/// Describes the values of a kind, for error messages.
pub(super) fn described(kind: FactKind) -> String {
    match kind {
        FactKind::Count => "a whole number such as 45".to_owned(),
        FactKind::Money => "an amount such as $1.50".to_owned(),
        FactKind::Time => "a duration such as 90s or 10m".to_owned(),
        FactKind::Text => "a text in double quotes".to_owned(),
        FactKind::Word(words) => format!("one of {}", words.join(", ")),
        FactKind::Truth => "a fact that is true or not".to_owned(),
    }
}

fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// Parses an amount in dollars, without the `$`, into micro-dollars.
fn parse_dollars(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) || fraction.len() > 6 {
        return None;
    }
    let fraction: u64 = format!("{fraction:0<6}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(1_000_000)?.checked_add(fraction)
}

/// Parses a count, an amount (into micro-dollars) or a duration (into milliseconds).
pub(super) fn parse_number(kind: FactKind, text: &str) -> Option<u64> {
    match kind {
        FactKind::Count => text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?,
        FactKind::Money => parse_dollars(text.strip_prefix('$')?),
        FactKind::Time => parse_duration_ms(text),
        FactKind::Text | FactKind::Word(_) | FactKind::Truth => None,
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u8,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    /// Consumes and returns the longest run of characters that satisfy the condition.
    fn run(&mut self, is_part: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let (run, _) = rest.split_at(rest.find(|character| !is_part(character)).unwrap_or(rest.len()));
        self.at += run.len();
        run
    }

    /// Skips blanks and consumes a whole word. Returns `false`, and consumes nothing, if another one stands there.
    fn take_word(&mut self, word: &str) -> bool {
        self.skip_blanks();
        let start = self.at;
        let is_it = self.run(is_name) == word;
        if !is_it {
            self.at = start;
        }
        is_it
    }

    fn error<T>(&self, message: String) -> Result<T> {
        Err(CheckError { at: self.at, message })
    }

    fn expected(&self, what: &str) -> CheckError {
        let found = self.rest().split_whitespace().next().unwrap_or("the end of the line");
        CheckError { at: self.at, message: format!("expected {what}, found {found}") }
    }

    /// Parses parts with a word between them and joins them; a single part stays as it is.
    fn joined(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Result<Expression>,
        join: fn(Vec<Expression>) -> Expression,
    ) -> Result<Expression> {
        let first = part(self)?;
        let mut parts = vec![first];
        while self.take_word(word) {
            parts.push(part(self)?);
        }
        Ok(if parts.len() > 1 { join(parts) } else { parts.remove(0) })
    }

    fn any(&mut self) -> Result<Expression> {
        self.joined("or", Self::all, Expression::Any)
    }

    fn all(&mut self) -> Result<Expression> {
        self.joined("and", Self::one, Expression::All)
    }

    fn one(&mut self) -> Result<Expression> {
        if self.depth >= DEPTH_MAX {
            return self.error(format!("parentheses and 'not' nest at most {DEPTH_MAX} deep"));
        }
        self.depth += 1;
        let expression = if self.take_word("not") {
            Expression::Not(Box::new(self.one()?))
        } else if self.take("(") {
            let inner = self.any()?;
            self.skip_blanks();
            if !self.take(")") {
                return Err(self.expected("')'"));
            }
            inner
        } else {
            self.comparison()?
        };
        self.depth -= 1;
        Ok(expression)
    }

    fn comparison(&mut self) -> Result<Expression> {
        let fact = self.fact()?;
        let kind = fact.fact.kind;
        self.skip_blanks();
        let start = self.at;
        let found = COMPARISONS.iter().find(|(text, _)| self.take(text));
        let Some((_, comparison)) = found else {
            if kind == FactKind::Truth {
                return Ok(Expression::Truth(fact));
            }
            return Err(self.expected(&format!("a comparison such as == after '{}'", fact.fact.name)));
        };
        if !comparison.compares(kind) {
            self.at = start;
            let name = fact.fact.name;
            return self.error(match kind {
                FactKind::Truth => format!("'{name}' is true or not: it stands alone, or after 'not'"),
                _ => format!("'{name}' is {}: only numbers have an order, and only texts contain", described(kind)),
            });
        }
        self.skip_blanks();
        let operand = self.operand(kind)?;
        Ok(Expression::Compare(fact, *comparison, operand))
    }

    fn fact(&mut self) -> Result<FactUse> {
        self.skip_blanks();
        let start = self.at;
        let name = self.run(is_name);
        if name.is_empty() {
            return Err(self.expected("a fact such as deallocated"));
        }
        let Some(fact) = FactInfo::find(name) else {
            self.at = start;
            let closest = suggest::closest(name, FACTS.iter().map(|fact| fact.name));
            let closest = closest.map(|name| format!("; did you mean '{name}'?")).unwrap_or_default();
            return self.error(format!("there is no fact '{name}'{closest}"));
        };
        let is_open = self.take("(");
        let example = match fact.subject {
            FactSubject::All => None,
            FactSubject::Pool | FactSubject::Pools => Some("nodepool1"),
            FactSubject::Cluster => Some("myAKSCluster"),
            FactSubject::Code => Some("QuotaExceeded"),
        };
        match example {
            Some(example) if !is_open && fact.subject != FactSubject::Pools => {
                self.error(format!("'{name}' needs to know of what: {name}({example})"))
            }
            None if is_open => self.error(format!("'{name}' is about everything and takes no parentheses")),
            Some(example) if is_open => {
                let of = self.run(|character| is_name(character) || "-./".contains(character));
                if of.is_empty() || !self.take(")") {
                    return Err(self.expected(&format!("a name and ')', as in {name}({example})")));
                }
                Ok(FactUse { fact, of: Some(of.into()) })
            }
            _ => Ok(FactUse { fact, of: None }),
        }
    }

    fn operand(&mut self, kind: FactKind) -> Result<Operand> {
        let start = self.at;
        let name = self.run(is_name);
        self.at = start;
        if let Some(other) = FactInfo::find(name) {
            let fact = self.fact()?;
            if other.kind == kind {
                return Ok(Operand::Fact(fact));
            }
            self.at = start;
            return self.error(format!("'{name}' is {}, not {}", described(other.kind), described(kind)));
        }
        let value = match kind {
            FactKind::Text => self.quoted(),
            FactKind::Word(words) => {
                let word = self.run(is_name);
                words.contains(&word).then(|| Value::Text(word.into()))
            }
            _ => parse_number(kind, self.run(|character| is_name(character) || "$.".contains(character)))
                .map(Value::Number),
        };
        value.map(Operand::Value).ok_or_else(|| {
            self.at = start;
            self.expected(&described(kind))
        })
    }

    fn quoted(&mut self) -> Option<Value> {
        let (text, _) = self.rest().strip_prefix('"')?.split_once('"')?;
        self.at += text.len() + 2;
        Some(Value::Text(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_read() {
        for text in [
            "deallocated == 45",
            "deallocated(nodepool1) == 45 and idle",
            "deallocated(myAKSCluster/nodepool1) >= 1 or not idle",
            "not (ready > 5 and creating == 0)",
            "scale_down_mode(nodepool1) == Delete",
            "spent <= $12.5 and elapsed < 1h30m",
            "starts == creations",
            "output contains \"Deallocate\"",
            "refused(QuotaExceeded) > 0",
        ] {
            assert_eq!(Check::parse(text).err(), None, "{text}");
        }
    }

    #[test]
    fn errors_say_where_and_what() {
        let check = |text: &str, at: usize, message: &str| {
            let expected = CheckError { at, message: message.to_owned() };
            assert_eq!(Check::parse(text), Err(expected), "{text}");
        };
        check("", 0, "expected a fact such as deallocated, found the end of the line");
        check("dealocated == 45", 0, "there is no fact 'dealocated'; did you mean 'deallocated'?");
        check("qqq == 45", 0, "there is no fact 'qqq'");
        check("deallocated 45", 12, "expected a comparison such as == after 'deallocated', found 45");
        check("deallocated = 45", 12, "expected a comparison such as == after 'deallocated', found =");
        check("deallocated == $45", 15, "expected a whole number such as 45, found $45");
        check("spent < 45", 8, "expected an amount such as $1.50, found 45");
        check("spent < $1.1234567", 8, "expected an amount such as $1.50, found $1.1234567");
        check("elapsed < 10", 10, "expected a duration such as 90s or 10m, found 10");
        check("spent < elapsed", 8, "'elapsed' is a duration such as 90s or 10m, not an amount such as $1.50");
        check("scale_down_mode == Delete", 15, "'scale_down_mode' needs to know of what: scale_down_mode(nodepool1)");
        check("scale_down_mode(a) == delete", 22, "expected one of Delete, Deallocate, found delete");
        check("idle(a)", 5, "'idle' is about everything and takes no parentheses");
        check("idle == 1", 5, "'idle' is true or not: it stands alone, or after 'not'");
        check("output == x", 10, "expected a text in double quotes, found x");
        check("output == \"x", 10, "expected a text in double quotes, found \"x");
        check(
            "ready contains 4",
            6,
            "'ready' is a whole number such as 45: only numbers have an order, and only texts contain",
        );
        check("ready( ) == 4", 6, "expected a name and ')', as in ready(nodepool1), found )");
        check("(ready == 4", 11, "expected ')', found the end of the line");
        check("ready == 4 45", 11, "expected 'and', 'or' or the end of the line, found 45");
        check("ready == 99999999999999999999", 9, "expected a whole number such as 45, found 99999999999999999999");
        check("ready == 4 and", 14, "expected a fact such as deallocated, found the end of the line");
        check("❄ == 4", 0, "expected a fact such as deallocated, found ❄");
        check(&"(".repeat(40), 16, "parentheses and 'not' nest at most 16 deep");
        check(&"not ".repeat(40), 63, "parentheses and 'not' nest at most 16 deep");
        check(&"x".repeat(501), 500, "a check has at most 500 characters");
    }

    #[test]
    fn amounts_are_whole_microdollars() {
        let check = |text: &str, expected: Option<u64>| assert_eq!(parse_dollars(text), expected, "{text}");
        check("1.5", Some(1_500_000));
        check("0.000001", Some(1));
        check("12", Some(12_000_000));
        check("", None);
        check(".5", None);
        check("1.", None);
        check("-1", None);
        check("99999999999999999999", None);
    }
}
