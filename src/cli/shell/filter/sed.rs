//! `sed`: `s`, `d`, `p`, `q`, `y`, `a`, `i`, `c` and `=`, with addresses, `-n` and `-E`.

use super::arguments::{Arguments, no_files};
use scale_down_engine::ground::pattern::Pattern;

/// A command with the lines that it applies to.
struct Command {
    from: Option<Address>,
    to: Option<Address>,
    is_negated: bool,
    action: Action,
    /// `true` within the lines from the first address to the second.
    is_inside: bool,
}

enum Address {
    Line(usize),
    Last,
    Match(Pattern),
}

enum Action {
    Substitute { pattern: Pattern, replacement: Vec<Piece>, occurrence: usize, is_global: bool, prints: bool },
    Transliterate(Vec<char>, Vec<char>),
    Delete,
    Print,
    Number,
    Quit,
    Append(String),
    Insert(String),
    Change(String),
}

/// A piece of a replacement.
enum Piece {
    Text(String),
    /// The whole match is group 0.
    Group(usize),
}

/// Edits lines.
pub(super) fn sed(words: &[&str], input: &str) -> Result<String, String> {
    let words: Vec<&str> = words
        .iter()
        .map(|word| {
            if *word == "--quiet" || *word == "--silent" {
                "-n"
            } else if *word == "--regexp-extended" {
                "-E"
            } else {
                word
            }
        })
        .collect();
    let mut arguments = Arguments::read(&words, "nErsu", "e")?;
    let mut scripts = arguments.values('e');
    if scripts.is_empty() {
        if arguments.rest.is_empty() {
            return Err("usage: sed [-nE] SCRIPT".to_owned());
        }
        scripts.push(arguments.rest.remove(0));
    }
    no_files(&arguments.rest)?;
    let is_extended = arguments.has('E') || arguments.has('r');
    let script = scripts.join("\n");
    let mut reader = Reader { letters: script.chars().collect(), at: 0, is_extended };
    let mut commands = reader.commands()?;
    Ok(run(&mut commands, input, arguments.has('n')))
}

fn run(commands: &mut [Command], input: &str, is_quiet: bool) -> String {
    let lines: Vec<&str> = input.lines().collect();
    let mut out = String::new();
    for (index, line) in lines.iter().enumerate() {
        let mut space: Vec<char> = line.chars().collect();
        let mut after = String::new();
        let (mut is_deleted, mut quits) = (false, false);
        let place = (index + 1, index + 1 == lines.len());
        for command in commands.iter_mut() {
            if !applies(command, &space, place) {
                continue;
            }
            match &command.action {
                Action::Substitute { pattern, replacement, occurrence, is_global, prints } => {
                    if let Some(edited) = substitute(&space, pattern, replacement, *occurrence, *is_global) {
                        space = edited;
                        if *prints {
                            out.extend(space.iter().chain(&['\n']));
                        }
                    }
                }
                Action::Transliterate(from, to) => {
                    for letter in &mut space {
                        let index = from.iter().position(|known| known == letter);
                        *letter = index.and_then(|index| to.get(index)).copied().unwrap_or(*letter);
                    }
                }
                Action::Delete => {
                    is_deleted = true;
                    break;
                }
                Action::Print => out.extend(space.iter().chain(&['\n'])),
                Action::Number => out.extend([&(index + 1).to_string(), "\n"]),
                Action::Quit => {
                    quits = true;
                    break;
                }
                Action::Append(text) => after.push_str(text),
                Action::Insert(text) => out.push_str(text),
                Action::Change(text) => {
                    out.push_str(text);
                    is_deleted = true;
                    break;
                }
            }
        }
        if !is_deleted && !is_quiet {
            out.extend(space.iter().chain(&['\n']));
        }
        out.push_str(&after);
        if quits {
            break;
        }
    }
    out
}

fn applies(command: &mut Command, space: &[char], place: (usize, bool)) -> bool {
    let is_at = |address: &Address| match address {
        Address::Line(line) => *line == place.0,
        Address::Last => place.1,
        Address::Match(pattern) => pattern.find(space, 0).is_some(),
    };
    let found = match (&command.from, &command.to) {
        (None, _) => true,
        (Some(from), None) => is_at(from),
        (Some(from), Some(to)) => {
            if command.is_inside {
                let is_past = matches!(to, Address::Line(line) if *line <= place.0);
                command.is_inside = !(is_past || is_at(to));
                true
            } else if is_at(from) {
                command.is_inside = !matches!(to, Address::Line(line) if *line <= place.0) && !(place.1);
                true
            } else {
                false
            }
        }
    };
    found != command.is_negated
}

fn substitute(
    space: &[char],
    pattern: &Pattern,
    replacement: &[Piece],
    occurrence: usize,
    is_global: bool,
) -> Option<Vec<char>> {
    let mut out = Vec::new();
    let (mut at, mut from, mut count) = (0, 0, 0);
    let mut is_changed = false;
    while let Some(found) = pattern.find(space, from) {
        let (Some(Some(start)), Some(Some(end))) = (found.first().copied(), found.get(1).copied()) else { break };
        // An empty match right behind another one does not count.
        if start == end
            && start == at
            && count > 0
            && at > 0
            && from == at
            && is_changed
            && !out.is_empty()
            && start < space.len()
            && from > start
        {
            from += 1;
            continue;
        }
        count += 1;
        out.extend_from_slice(space.get(at..start).unwrap_or_default());
        if count == occurrence || (is_global && count >= occurrence) {
            is_changed = true;
            for piece in replacement {
                match piece {
                    Piece::Text(text) => out.extend(text.chars()),
                    Piece::Group(number) => {
                        if let (Some(Some(start)), Some(Some(end))) = (found.get(2 * number), found.get(2 * number + 1))
                        {
                            out.extend_from_slice(space.get(*start..*end).unwrap_or_default());
                        }
                    }
                }
            }
        } else {
            out.extend_from_slice(space.get(start..end).unwrap_or_default());
        }
        at = end;
        if start == end {
            out.extend(space.get(end));
            at = end + 1;
        }
        from = at;
        if from > space.len() || (is_changed && !is_global) {
            break;
        }
    }
    out.extend_from_slice(space.get(at..).unwrap_or_default());
    is_changed.then_some(out)
}

struct Reader {
    letters: Vec<char>,
    at: usize,
    is_extended: bool,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn take(&mut self) -> Option<char> {
        let letter = self.peek();
        self.at += 1;
        letter
    }

    fn skip(&mut self, wanted: &str) {
        while self.peek().is_some_and(|letter| wanted.contains(letter)) {
            self.at += 1;
        }
    }

    fn commands(&mut self) -> Result<Vec<Command>, String> {
        let mut commands = Vec::new();
        loop {
            self.skip(" \t\n;");
            if self.peek().is_none() {
                return Ok(commands);
            }
            let from = self.address()?;
            let mut to = None;
            self.skip(" ");
            if self.peek() == Some(',') {
                self.at += 1;
                self.skip(" ");
                to = self.address()?;
            }
            self.skip(" ");
            let is_negated = self.peek() == Some('!');
            self.at += usize::from(is_negated);
            let action = self.action()?;
            commands.push(Command { from, to, is_negated, action, is_inside: false });
        }
    }

    fn address(&mut self) -> Result<Option<Address>, String> {
        match self.peek() {
            Some('$') => {
                self.at += 1;
                Ok(Some(Address::Last))
            }
            Some('/') => {
                self.at += 1;
                let text = self.until('/')?;
                Pattern::new(&text, self.is_extended, false).map(|pattern| Some(Address::Match(pattern)))
            }
            Some(digit) if digit.is_ascii_digit() => {
                let mut number = String::new();
                while let Some(digit) = self.peek().filter(char::is_ascii_digit) {
                    number.push(digit);
                    self.at += 1;
                }
                Ok(number.parse().ok().map(Address::Line))
            }
            _ => Ok(None),
        }
    }

    /// Takes the text up to a delimiter, which a backslash makes a character.
    fn until(&mut self, delimiter: char) -> Result<String, String> {
        let mut text = String::new();
        loop {
            match self.take().ok_or("unterminated command")? {
                letter if letter == delimiter => return Ok(text),
                '\\' => match self.take() {
                    Some(next) if next == delimiter && delimiter != '\\' => text.push(next),
                    Some(next) => text.extend(['\\', next]),
                    None => text.push('\\'),
                },
                letter => text.push(letter),
            }
        }
    }

    fn action(&mut self) -> Result<Action, String> {
        let name = self.take().ok_or("missing command")?;
        Ok(match name {
            'd' => Action::Delete,
            'p' => Action::Print,
            '=' => Action::Number,
            'q' => Action::Quit,
            's' => self.substitution()?,
            'y' => {
                let delimiter = self.take().ok_or("unterminated `y' command")?;
                let (from, to) = (self.until(delimiter)?, self.until(delimiter)?);
                Action::Transliterate(from.chars().collect(), to.chars().collect())
            }
            'a' | 'i' | 'c' => {
                self.skip(" \\\n");
                let mut text = String::new();
                while let Some(letter) = self.take().filter(|letter| *letter != '\n') {
                    text.push(letter);
                }
                text.push('\n');
                match name {
                    'a' => Action::Append(text),
                    'i' => Action::Insert(text),
                    _ => Action::Change(text),
                }
            }
            other => {
                return Err(format!(
                    "the command '{other}' is not available here: there is s, d, p, q, y, a, i, c and ="
                ));
            }
        })
    }

    fn substitution(&mut self) -> Result<Action, String> {
        let delimiter = self.take().ok_or("unterminated `s' command")?;
        let (pattern, replacement) = (self.until(delimiter)?, self.until(delimiter)?);
        let (mut occurrence, mut is_global, mut prints, mut ignores_case) = (1, false, false, false);
        while let Some(flag) = self.peek() {
            match flag {
                'g' => is_global = true,
                'p' => prints = true,
                'i' | 'I' => ignores_case = true,
                '1'..='9' => occurrence = flag.to_digit(10).map_or(1, |digit| digit as usize),
                ';' | '\n' | ' ' | '}' => break,
                other => return Err(format!("unknown option to `s': {other}")),
            }
            self.at += 1;
        }
        let pattern = Pattern::new(&pattern, self.is_extended, ignores_case)?;
        Ok(Action::Substitute { pattern, replacement: pieces(&replacement), occurrence, is_global, prints })
    }
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        let group = match letter {
            '&' => Some(0),
            '\\' => match letters.next() {
                Some(digit) if digit.is_ascii_digit() => digit.to_digit(10).map(|digit| digit as usize),
                Some('n') => {
                    plain.push('\n');
                    None
                }
                Some('t') => {
                    plain.push('\t');
                    None
                }
                other => {
                    plain.extend(other);
                    None
                }
            },
            letter => {
                plain.push(letter);
                None
            }
        };
        if let Some(group) = group {
            pieces.push(Piece::Text(std::mem::take(&mut plain)));
            pieces.push(Piece::Group(group));
        }
    }
    pieces.push(Piece::Text(plain));
    pieces
}
