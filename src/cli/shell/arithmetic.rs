//! Arithmetic of `$((…))`: whole numbers, variables, `+ - * / %`, comparisons and parentheses.

use super::scope::Scope;

/// The deepest nesting, of parentheses and of variables that hold expressions.
const DEPTH_MAX: usize = 50;

/// The operators, those that bind least first.
const LEVELS: &[&[&str]] = &[&["||"], &["&&"], &["==", "!="], &["<=", ">=", "<", ">"], &["+", "-"], &["*", "/", "%"]];

/// Evaluates an expression; an empty one is 0.
///
/// # Errors
/// Bash's message about an expression that it cannot evaluate.
pub(super) fn evaluate(text: &str, scope: Scope<'_>) -> Result<i64, String> {
    evaluate_at(text, scope, 0)
}

fn evaluate_at(text: &str, scope: Scope<'_>, depth: usize) -> Result<i64, String> {
    let mut sum = Sum { rest: text, scope, depth };
    if sum.rest.trim().is_empty() {
        return Ok(0);
    }
    match sum.level(0) {
        Ok(value) if sum.rest.trim().is_empty() => Ok(value),
        Ok(_) | Err("") => Err(format!("{}: syntax error in expression", text.trim())),
        Err(error) => Err(format!("{}: {error}", text.trim())),
    }
}

struct Sum<'a> {
    rest: &'a str,
    scope: Scope<'a>,
    depth: usize,
}

impl Sum<'_> {
    fn level(&mut self, level: usize) -> Result<i64, &'static str> {
        let Some(operators) = LEVELS.get(level) else { return self.operand() };
        let mut left = self.level(level + 1)?;
        while let Some(operator) = self.take_any(operators) {
            let right = self.level(level + 1)?;
            left = match operator {
                "||" => i64::from(left != 0 || right != 0),
                "&&" => i64::from(left != 0 && right != 0),
                "==" => i64::from(left == right),
                "!=" => i64::from(left != right),
                "<=" => i64::from(left <= right),
                ">=" => i64::from(left >= right),
                "<" => i64::from(left < right),
                ">" => i64::from(left > right),
                "+" => left.wrapping_add(right),
                "-" => left.wrapping_sub(right),
                "*" => left.wrapping_mul(right),
                _ if right == 0 => return Err("division by 0"),
                "/" => left.wrapping_div(right),
                _ => left.wrapping_rem(right),
            };
        }
        Ok(left)
    }

    fn operand(&mut self) -> Result<i64, &'static str> {
        if self.depth >= DEPTH_MAX {
            return Err("expression recursion level exceeded");
        }
        self.depth += 1;
        let value = match self.take_any(&["(", "-", "+", "!"]) {
            Some("(") => {
                let value = self.level(0)?;
                self.take_any(&[")"]).ok_or("missing `)'")?;
                value
            }
            Some("-") => self.operand()?.wrapping_neg(),
            Some("+") => self.operand()?,
            Some(_) => i64::from(self.operand()? == 0),
            None => self.number()?,
        };
        self.depth -= 1;
        Ok(value)
    }

    fn number(&mut self) -> Result<i64, &'static str> {
        let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
        let end = self.rest.find(|character| !is_part(character)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        if word.is_empty() {
            return Err("");
        }
        if word.starts_with(|first: char| !first.is_ascii_digit()) {
            let value = self.scope.variables.get(word).map_or("", String::as_str);
            return evaluate_at(value, self.scope, self.depth + 1).map_err(|_| "");
        }
        let (digits, radix) = match word.get(..2) {
            Some("0x" | "0X") => (word.get(2..).unwrap_or_default(), 16),
            Some(_) if word.starts_with('0') => (word, 8),
            _ => (word, 10),
        };
        i64::from_str_radix(digits, radix).map_err(|_| "value too great for base")
    }

    /// Takes the first operator of `wanted` that the rest starts with, after blanks.
    fn take_any(&mut self, wanted: &[&'static str]) -> Option<&'static str> {
        self.rest = self.rest.trim_start();
        let found = wanted.iter().find(|one| self.rest.starts_with(**one))?;
        self.rest = self.rest.get(found.len()..)?;
        Some(found)
    }
}
