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
    /// Between a character of a word and another one, or its start or end alone.
    WordEdge {
        at_start: bool,
        at_end: bool,
    },
    /// Keeps the position as the start of a group, or as its end: two numbers for each group.
    Save(usize),
    /// Continues at both positions.
    Split(usize, usize),
    Jump(usize),
    Match,
}

/// The deepest nesting of groups.
const DEPTH_MAX: usize = 32;

/// Ranges of the characters of words.
const WORD: [(char, char); 4] = [('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')];

/// Ranges of blanks.
const SPACE: [(char, char); 2] = [('\t', '\r'), (' ', ' ')];

/// The classes of characters that have a name.
const CLASSES: [(&str, &[(char, char)]); 11] = [
    ("alpha", &[('a', 'z'), ('A', 'Z')]),
    ("digit", &[('0', '9')]),
    ("alnum", &[('a', 'z'), ('A', 'Z'), ('0', '9')]),
    ("upper", &[('A', 'Z')]),
    ("lower", &[('a', 'z')]),
    ("space", &SPACE),
    ("blank", &[(' ', ' '), ('\t', '\t')]),
    ("punct", &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')]),
    ("xdigit", &[('0', '9'), ('a', 'f'), ('A', 'F')]),
    ("print", &[(' ', '~')]),
    ("graph", &[('!', '~')]),
];

/// Positions of a match in characters: start and end of the whole, then of each group.
pub type Captures = Vec<Option<usize>>;

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
        let mut reader = Reader { rest: text.chars().collect(), at: 0, is_extended, depth: 0, groups: 0 };
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
            let edge = edge(&line, at);
            if self.follow(0, (ends, edge), &mut threads) {
                return true;
            }
            let Some(letter) = line.get(at) else { break };
            let mut next = Vec::new();
            let ends = ((false, at + 1 == line.len()), self::edge(&line, at + 1));
            for place in std::mem::take(&mut threads) {
                if self.accepts(place, *letter) && self.follow(place + 1, ends, &mut next) {
                    return true;
                }
            }
            threads = next;
        }
        false
    }

    /// Returns `true` if the instruction at a position consumes this character.
    fn accepts(&self, place: usize, letter: char) -> bool {
        match self.program.get(place) {
            Some(Instruction::Character(wanted)) => *wanted == letter,
            Some(Instruction::Any) => true,
            Some(Instruction::Class { ranges, is_negated }) => {
                ranges.iter().any(|(first, last)| (*first..=*last).contains(&letter)) != *is_negated
            }
            _ => false,
        }
    }

    /// Finds the leftmost of the longest matches at or after the character `from`.
    #[must_use]
    pub fn find(&self, line: &[char], from: usize) -> Option<Captures> {
        let lowered: Vec<char>;
        let line = if self.ignores_case {
            lowered = line.iter().map(|letter| letter.to_lowercase().next().unwrap_or(*letter)).collect();
            lowered.as_slice()
        } else {
            line
        };
        let saves = self.program.iter().filter(|step| matches!(step, Instruction::Save(_))).count();
        let mut found: Option<Captures> = None;
        let mut threads: Vec<(usize, Captures)> = Vec::new();
        for at in from..=line.len() {
            let mut reached = Vec::new();
            let mut seen = vec![false; self.program.len()];
            for (place, captures) in std::mem::take(&mut threads) {
                self.reach(place, captures, (line, at), &mut seen, &mut reached);
            }
            if found.is_none() {
                let mut captures = vec![None; 2 + saves];
                if let Some(start) = captures.first_mut() {
                    *start = Some(at);
                }
                self.reach(0, captures, (line, at), &mut seen, &mut reached);
            }
            let mut has_ended = false;
            for (place, mut captures) in reached {
                match (self.program.get(place), line.get(at)) {
                    // The first of those that are equally long has the groups that a greedy reading gives.
                    (Some(Instruction::Match), _) if !has_ended => {
                        has_ended = true;
                        let is_earlier = found.as_ref().is_none_or(|found| found.first() == captures.first());
                        if is_earlier {
                            if let Some(end) = captures.get_mut(1) {
                                *end = Some(at);
                            }
                            found = Some(captures);
                        }
                    }
                    (Some(_), Some(letter)) if self.accepts(place, *letter) => threads.push((place + 1, captures)),
                    _ => {}
                }
            }
            if let Some(found) = &found {
                threads.retain(|(_, captures)| captures.first() == found.first());
                if threads.is_empty() {
                    break;
                }
            }
        }
        found
    }

    /// Follows splits, jumps and anchors as [`Self::follow`], in the order of preference, with the positions of groups.
    fn reach(
        &self,
        place: usize,
        captures: Captures,
        (line, at): (&[char], usize),
        seen: &mut [bool],
        reached: &mut Vec<(usize, Captures)>,
    ) {
        let mut open = vec![(place, captures)];
        while let Some((place, mut captures)) = open.pop() {
            let Some(slot) = seen.get_mut(place) else { continue };
            if std::mem::replace(slot, true) {
                continue;
            }
            match self.program.get(place) {
                Some(Instruction::Split(one, other)) => {
                    open.push((*other, captures.clone()));
                    open.push((*one, captures));
                }
                Some(Instruction::Jump(to)) => open.push((*to, captures)),
                Some(Instruction::Save(number)) => {
                    if let Some(save) = captures.get_mut(number + 2) {
                        *save = Some(at);
                    }
                    open.push((place + 1, captures));
                }
                Some(Instruction::LineStart) if at == 0 => open.push((place + 1, captures)),
                Some(Instruction::LineEnd) if at == line.len() => open.push((place + 1, captures)),
                Some(Instruction::WordEdge { at_start, at_end }) if is_edge(edge(line, at), *at_start, *at_end) => {
                    open.push((place + 1, captures));
                }
                Some(Instruction::LineStart | Instruction::LineEnd | Instruction::WordEdge { .. }) | None => {}
                Some(_) => reached.push((place, captures)),
            }
        }
    }

    /// Follows splits, jumps and anchors from a position of the program and adds the positions that
    /// wait for a character. Returns `true` if a match is reached.
    fn follow(&self, place: usize, (ends, edge): ((bool, bool), (bool, bool)), threads: &mut Vec<usize>) -> bool {
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
                Some(Instruction::Save(_)) => open.push(place + 1),
                Some(Instruction::WordEdge { at_start, at_end }) if is_edge(edge, *at_start, *at_end) => {
                    open.push(place + 1);
                }
                Some(Instruction::LineStart | Instruction::LineEnd | Instruction::WordEdge { .. }) | None => {}
                Some(_) => threads.push(place),
            }
        }
        false
    }
}

/// Returns `true` for a character of a word.
fn is_word(letter: char) -> bool {
    WORD.iter().any(|(first, last)| (*first..=*last).contains(&letter))
}

/// Tells for the characters before and after a position if they belong to a word.
fn edge(line: &[char], at: usize) -> (bool, bool) {
    let is_word_at = |at: Option<usize>| at.and_then(|at| line.get(at)).is_some_and(|letter| is_word(*letter));
    (is_word_at(at.checked_sub(1)), is_word_at(Some(at)))
}

fn is_edge((before, after): (bool, bool), at_start: bool, at_end: bool) -> bool {
    (at_start && !before && after) || (at_end && before && !after)
}

struct Reader {
    rest: Vec<char>,
    at: usize,
    is_extended: bool,
    depth: usize,
    /// Number of groups that have begun.
    groups: usize,
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
                    let Some((least, most)) = self.bounds()? else { break };
                    piece = counted(&piece, least, most)?;
                    continue;
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
            let number = self.groups;
            self.groups += 1;
            let mut inner = vec![Instruction::Save(2 * number)];
            let alternatives = self.alternatives()?;
            append(&mut inner, alternatives);
            inner.push(Instruction::Save(2 * number + 1));
            if self.operator() != Some(')') {
                return Err("Unmatched ( or \\(".to_owned());
            }
            self.take_operator();
            self.depth -= 1;
            return Ok(inner);
        }
        if matches!(operator, Some('+' | '?')) {
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
                Some(letter) if !letter.is_ascii_alphanumeric() && !matches!(letter, '<' | '>' | '`' | '\'') => {
                    self.at += 1;
                    Instruction::Character(*letter)
                }
                Some(letter) if self.escaped_class(*letter).is_some() => {
                    let escaped = self.escaped_class(*letter).unwrap_or(Instruction::Any);
                    self.at += 1;
                    escaped
                }
                Some(letter) => return Err(format!("'\\{letter}' is not supported here")),
                None => return Err("Trailing backslash".to_owned()),
            },
            letter => Instruction::Character(letter),
        }])
    }

    /// Returns what `\w` and its like mean.
    #[expect(clippy::unused_self, reason = "it is part of the grammar that the reader knows")]
    fn escaped_class(&self, letter: char) -> Option<Instruction> {
        let class = |ranges: &[(char, char)], is_negated| Instruction::Class { ranges: ranges.to_vec(), is_negated };
        Some(match letter {
            'w' => class(&WORD, false),
            'W' => class(&WORD, true),
            's' => class(&SPACE, false),
            'S' => class(&SPACE, true),
            'b' => Instruction::WordEdge { at_start: true, at_end: true },
            '<' => Instruction::WordEdge { at_start: true, at_end: false },
            '>' => Instruction::WordEdge { at_start: false, at_end: true },
            'n' => Instruction::Character('\n'),
            't' => Instruction::Character('\t'),
            _ => return None,
        })
    }

    /// Takes the bounds of a repetition, `{2}`, `{2,}` or `{2,3}`; `None` if the brace stands for itself.
    fn bounds(&mut self) -> Result<Option<(usize, Option<usize>)>, String> {
        let before = self.at;
        self.take_operator();
        let mut text = String::new();
        while let Some(letter) = self.rest.get(self.at).filter(|letter| letter.is_ascii_digit() || **letter == ',') {
            text.push(*letter);
            self.at += 1;
        }
        let close: &[char] = if self.is_extended { &['}'] } else { &['\\', '}'] };
        let is_closed = self.rest.get(self.at..).is_some_and(|rest| rest.starts_with(close));
        let (least, most) = text.split_once(',').map_or((text.as_str(), None), |(least, most)| (least, Some(most)));
        if !is_closed || (least.is_empty() && most.is_none_or(str::is_empty)) {
            if self.is_extended && !is_closed {
                self.at = before;
                return Ok(None);
            }
            return Err("Invalid content of \\{\\}".to_owned());
        }
        self.at += close.len();
        let number = |text: &str| text.parse::<usize>().map_err(|_| "Invalid content of \\{\\}".to_owned());
        let least_number = if least.is_empty() { 0 } else { number(least)? };
        let most = match most {
            None => Some(least_number),
            Some("") => None,
            Some(most) => Some(number(most)?),
        };
        Ok(Some((least_number, most)))
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
            if first == '[' && self.rest.get(self.at) == Some(&':') {
                let rest: String = self.rest.get(self.at + 1..).unwrap_or_default().iter().take(10).collect();
                let (name, _) = rest.split_once(":]").ok_or("Unmatched [, [^, [:, [., or [=")?;
                let (_, known) =
                    CLASSES.iter().find(|(known, _)| *known == name).ok_or("Invalid character class name")?;
                ranges.extend_from_slice(known);
                self.at += name.len() + 3;
                continue;
            }
            if first == '[' && matches!(self.rest.get(self.at), Some('.' | '=')) {
                return Err("collating elements are not supported here".to_owned());
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

/// Repeats a piece at least and at most so often; without a limit if there is none.
fn counted(piece: &[Instruction], least: usize, most: Option<usize>) -> Result<Vec<Instruction>, String> {
    let copies = most.unwrap_or(least.saturating_add(1)).max(least);
    if most.is_some_and(|most| most < least) {
        return Err("Invalid content of \\{\\}".to_owned());
    }
    if copies.saturating_mul(piece.len() + 1) > INSTRUCTIONS_MAX {
        return Err("Regular expression too big".to_owned());
    }
    let mut program = Vec::new();
    for copy in 0..copies {
        let operator = match most {
            _ if copy < least => None,
            Some(_) => Some('?'),
            None => Some('*'),
        };
        let piece = piece.to_vec();
        append(&mut program, operator.map_or_else(|| piece.clone(), |operator| repeated(piece.clone(), operator)));
    }
    Ok(program)
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
            ("a{2,1}", true),
            ("[a", true),
            ("\\k", false),
            ("a\\", false),
            ("+", true),
            ("[[:digits:]]", true),
            ("[z-a]", true),
        ] {
            assert!(Pattern::new(pattern, is_extended, false).is_err(), "{pattern}");
        }
        assert!(Pattern::new(&"(".repeat(100_000), true, false).is_err());
    }

    #[test]
    fn repetitions_and_classes() {
        let check = |pattern: &str, is_extended: bool, text: &str, expected: &[Option<&str>]| {
            let letters: Vec<char> = text.chars().collect();
            let found = Pattern::new(pattern, is_extended, false).expect(pattern).find(&letters, 0);
            let parts: Vec<Option<String>> = found
                .unwrap_or_default()
                .chunks(2)
                .map(|part| Some(letters[part[0]?..part[1]?].iter().collect()))
                .collect();
            let parts: Vec<Option<&str>> = parts.iter().map(Option::as_deref).collect();
            assert_eq!(parts, expected, "{pattern} in {text}");
        };
        check("^np([0-9]+)$", true, "np12", &[Some("np12"), Some("12")]);
        check("a{2,3}", true, "caaaab", &[Some("aaa")]);
        check("a\\{2\\}", false, "aaa", &[Some("aa")]);
        check("(a|ab)(c|bcd)?", true, "abcd", &[Some("abcd"), Some("a"), Some("bcd")]);
        check("[[:digit:]]+", true, "ab12c", &[Some("12")]);
        check("(x)?y", true, "y", &[Some("y"), None]);
        check("\\bpool\\w*", true, "a pool1 b", &[Some("pool1")]);
        check("x", true, "y", &[]);
    }

    #[test]
    fn cost_is_bounded() {
        let pattern = Pattern::new(&format!("{}{}", "a?".repeat(60), "a".repeat(60)), true, false).expect("a pattern");
        assert!(pattern.is_in(&"a".repeat(60)));
        assert!(!pattern.is_in(&"a".repeat(59)));
    }
}
