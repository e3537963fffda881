//! Regular expressions without back references: POSIX basic and extended ones, as `grep` and the
//! priorities of the expander take them.
//!
//! A pattern becomes a small program whose threads step through a line together, so that the cost of
//! a match is at most the length of the line times that of the pattern, whatever was typed.

/// A pattern, ready to be matched.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    program: Vec<Instruction>,
    ignores_case: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Instruction {
    Character(char),
    Any,
    Class {
        ranges: Vec<(char, char)>,
        is_negated: bool,
    },
    LineStart,
    LineEnd,
    /// Continues at both positions.
    Split(usize, usize),
    Jump(usize),
    Match,
}

/// The deepest nesting of groups.
const DEPTH_MAX: usize = 32;

/// The most instructions of a program: repetitions double what they repeat.
const INSTRUCTIONS_MAX: usize = 1024;

impl Pattern {
    /// Reads a basic or, if `is_extended`, an extended expression.
    ///
    /// # Errors
    ///
    /// A message in the words of `grep`, if the expression is invalid or not supported.
    pub fn new(text: &str, is_extended: bool, ignores_case: bool) -> Result<Self, String> {
        let text = if ignores_case { text.to_lowercase() } else { text.to_owned() };
        let mut reader = Reader { rest: text.chars().collect(), at: 0, is_extended, depth: 0 };
        let mut program = reader.alternatives()?;
        if reader.at < reader.rest.len() {
            return Err("Unmatched ) or \\)".to_owned());
        }
        program.push(Instruction::Match);
        Ok(Self { program, ignores_case })
    }

    /// Creates a pattern that matches a text literally.
    pub fn literal(text: &str, ignores_case: bool) -> Self {
        let text = if ignores_case { text.to_lowercase() } else { text.to_owned() };
        let program = text.chars().map(Instruction::Character).chain([Instruction::Match]).collect();
        Self { program, ignores_case }
    }

    /// Returns `true` if the pattern matches anywhere in a line.
    #[must_use]
    pub fn is_in(&self, line: &str) -> bool {
        let line = if self.ignores_case { line.to_lowercase() } else { line.to_owned() };
        let line: Vec<char> = line.chars().collect();
        let mut threads = Vec::new();
        for at in 0..=line.len() {
            // A match may begin anywhere.
            let ends = (at == 0, at == line.len());
            if self.follow(0, ends, &mut threads) {
                return true;
            }
            let Some(letter) = line.get(at) else { break };
            let mut next = Vec::new();
            let ends = (false, at + 1 == line.len());
            for place in std::mem::take(&mut threads) {
                let steps_on = match self.program.get(place) {
                    Some(Instruction::Character(wanted)) => wanted == letter,
                    Some(Instruction::Any) => true,
                    Some(Instruction::Class { ranges, is_negated }) => {
                        ranges.iter().any(|(first, last)| (first..=last).contains(&letter)) != *is_negated
                    }
                    _ => false,
                };
                if steps_on && self.follow(place + 1, ends, &mut next) {
                    return true;
                }
            }
            threads = next;
        }
        false
    }

    /// Follows splits, jumps and anchors from a position of the program and adds the positions that
    /// wait for a character. Returns `true` if a match is reached.
    fn follow(&self, place: usize, ends: (bool, bool), threads: &mut Vec<usize>) -> bool {
        let mut open = vec![place];
        let mut seen = vec![false; self.program.len()];
        for known in threads.iter() {
            if let Some(slot) = seen.get_mut(*known) {
                *slot = true;
            }
        }
        while let Some(place) = open.pop() {
            let Some(slot) = seen.get_mut(place) else { continue };
            if std::mem::replace(slot, true) {
                continue;
            }
            match self.program.get(place) {
                Some(Instruction::Match) => return true,
                Some(Instruction::Split(one, other)) => open.extend([*one, *other]),
                Some(Instruction::Jump(to)) => open.push(*to),
                Some(Instruction::LineStart) if ends.0 => open.push(place + 1),
                Some(Instruction::LineEnd) if ends.1 => open.push(place + 1),
                Some(Instruction::LineStart | Instruction::LineEnd) | None => {}
                Some(_) => threads.push(place),
            }
        }
        false
    }
}

struct Reader {
    rest: Vec<char>,
    at: usize,
    is_extended: bool,
    depth: usize,
}

impl Reader {
    /// Returns the operator at the current position. It is a bare character in an extended expression
    /// and an escaped one in a basic one, except `*`, which is bare in both.
    fn operator(&self) -> Option<char> {
        let first = *self.rest.get(self.at)?;
        match (self.is_extended, first) {
            (true, '|' | '(' | ')' | '+' | '?' | '{') | (_, '*') => Some(first),
            (false, '\\') => {
                self.rest.get(self.at + 1).copied().filter(|second| matches!(second, '|' | '(' | ')' | '+' | '?' | '{'))
            }
            _ => None,
        }
    }

    fn take_operator(&mut self) {
        self.at += if self.rest.get(self.at) == Some(&'\\') { 2 } else { 1 };
    }

    fn alternatives(&mut self) -> Result<Vec<Instruction>, String> {
        let mut program = self.sequence()?;
        while self.operator() == Some('|') {
            self.take_operator();
            let other = self.sequence()?;
            let mut both = vec![Instruction::Split(1, program.len() + 2)];
            append(&mut both, program);
            both.push(Instruction::Jump(both.len() + 1 + other.len()));
            append(&mut both, other);
            program = both;
        }
        Ok(program)
    }

    fn sequence(&mut self) -> Result<Vec<Instruction>, String> {
        let mut program = Vec::new();
        while self.at < self.rest.len() && !matches!(self.operator(), Some('|' | ')')) {
            let is_first = program.is_empty();
            let mut piece = self.atom(is_first)?;
            while let Some(operator @ ('*' | '+' | '?' | '{')) = self.operator() {
                if operator == '{' {
                    return Err("repetition counts in braces are not supported here".to_owned());
                }
                self.take_operator();
                piece = repeated(piece, operator);
            }
            append(&mut program, piece);
            if program.len() > INSTRUCTIONS_MAX {
                return Err("Regular expression too big".to_owned());
            }
        }
        Ok(program)
    }

    fn atom(&mut self, is_first: bool) -> Result<Vec<Instruction>, String> {
        let operator = self.operator();
        let letter = self.rest.get(self.at).copied().unwrap_or_default();
        if operator == Some('(') {
            self.take_operator();
            self.depth += 1;
            if self.depth > DEPTH_MAX {
                return Err("Regular expression too big".to_owned());
            }
            let inner = self.alternatives()?;
            if self.operator() != Some(')') {
                return Err("Unmatched ( or \\(".to_owned());
            }
            self.take_operator();
            self.depth -= 1;
            return Ok(inner);
        }
        if matches!(operator, Some('+' | '?' | '{')) {
            return Err(format!("nothing to repeat before '{}'", operator.unwrap_or_default()));
        }
        self.at += 1;
        // In a basic expression the anchors stand for themselves away from its ends.
        let is_last = self.at == self.rest.len() || matches!(self.operator(), Some('|' | ')'));
        Ok(vec![match letter {
            '.' => Instruction::Any,
            '^' if self.is_extended || is_first => Instruction::LineStart,
            '$' if self.is_extended || is_last => Instruction::LineEnd,
            '[' => self.class()?,
            '\\' => match self.rest.get(self.at) {
                Some(letter) if !letter.is_ascii_alphanumeric() && !matches!(letter, '<' | '>') => {
                    self.at += 1;
                    Instruction::Character(*letter)
                }
                Some(letter) => return Err(format!("'\\{letter}' is not supported here")),
                None => return Err("Trailing backslash".to_owned()),
            },
            letter => Instruction::Character(letter),
        }])
    }

    fn class(&mut self) -> Result<Instruction, String> {
        let is_negated = self.rest.get(self.at) == Some(&'^');
        self.at += usize::from(is_negated);
        let mut ranges = Vec::new();
        loop {
            let first = *self.rest.get(self.at).ok_or("Unmatched [, [^, [:, [., or [=")?;
            self.at += 1;
            if first == ']' && !ranges.is_empty() {
                return Ok(Instruction::Class { ranges, is_negated });
            }
            if first == '[' && matches!(self.rest.get(self.at), Some(':' | '.' | '=')) {
                return Err("named character classes are not supported here".to_owned());
            }
            let last = match (self.rest.get(self.at), self.rest.get(self.at + 1)) {
                (Some('-'), Some(last)) if *last != ']' => {
                    self.at += 2;
                    *last
                }
                _ => first,
            };
            if last < first {
                return Err("Invalid range end".to_owned());
            }
            ranges.push((first, last));
        }
    }
}

/// Appends a program and shifts its jump targets to its new position.
fn append(program: &mut Vec<Instruction>, piece: Vec<Instruction>) {
    let by = program.len();
    program.extend(piece.into_iter().map(|step| match step {
        Instruction::Split(one, other) => Instruction::Split(one + by, other + by),
        Instruction::Jump(to) => Instruction::Jump(to + by),
        step => step,
    }));
}

fn repeated(piece: Vec<Instruction>, operator: char) -> Vec<Instruction> {
    let length = piece.len();
    let mut program = Vec::new();
    if operator != '+' {
        program.push(Instruction::Split(1, length + if operator == '*' { 2 } else { 1 }));
    }
    append(&mut program, piece);
    match operator {
        '*' => program.push(Instruction::Jump(0)),
        '+' => program.push(Instruction::Split(0, length + 1)),
        _ => {}
    }
    program
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let check = |pattern: &str, is_extended: bool, yes: &[&str], no: &[&str]| {
            let read = Pattern::new(pattern, is_extended, false).expect(pattern);
            for line in yes {
                assert!(read.is_in(line), "{pattern} in {line:?}");
            }
            for line in no {
                assert!(!read.is_in(line), "{pattern} in {line:?}");
            }
        };
        check("pool", false, &["nodepool1"], &["Pool", ""]);
        check("", false, &["", "x"], &[]);
        check("^a.*c$", false, &["ac", "abbc"], &["xac", "acx"]);
        check("a|b", false, &["a|b"], &["a", "b"]);
        check("a\\|b", false, &["a", "b"], &["c"]);
        check("a|b|cd", true, &["a", "b", "xcdx"], &["c", ""]);
        check("^(aks|vmss)-[0-9]+$", true, &["aks-1", "vmss-0042"], &["aks-", "aks-1a", "x-1"]);
        check("^x?y+$", true, &["y", "xyy"], &["x", "xxy"]);
        check("[]a-c^-]", false, &["]", "b", "^", "-"], &["d"]);
        check("[^0-9]", true, &["1a"], &["123", ""]);
        check("a\\.b", true, &["a.b"], &["axb"]);
        check("2*", false, &["", "x"], &[]);
        check("*a", false, &[], &[]);
        check("a$b", false, &["a$b"], &["ab"]);
        check("(a*)*b", true, &["b", "aaab"], &["aaa"]);
        check("^$", true, &[""], &["x"]);
        check("(^a|b$)", true, &["ax", "xb"], &["xa", "bx"]);
        check("größe", true, &["größe"], &["groesse"]);
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for (pattern, is_extended) in [
            ("(", true),
            (")", true),
            ("a{2}", true),
            ("[a", true),
            ("\\w", false),
            ("a\\", false),
            ("+", true),
            ("[[:digit:]]", true),
            ("[z-a]", true),
        ] {
            assert!(Pattern::new(pattern, is_extended, false).is_err(), "{pattern}");
        }
        assert!(Pattern::new(&"(".repeat(100_000), true, false).is_err());
    }

    #[test]
    fn cost_is_bounded() {
        let pattern = Pattern::new(&format!("{}{}", "a?".repeat(60), "a".repeat(60)), true, false).expect("a pattern");
        assert!(pattern.is_in(&"a".repeat(60)));
        assert!(!pattern.is_in(&"a".repeat(59)));
    }
}
