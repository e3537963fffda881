//! Proposed corrections of refused commands: today's spelling, or the word that a slip was meant for.
//!
//! A repair is proposed from the registry alone and counts only if the command then passes: nobody
//! is told to write what is refused as well.

use scale_down_cli::az::registry::{Argument, Arity, Command, ValueType, registry};
use scale_down_cli::shell::{Span, Word};

/// A change of a piece of the command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    /// Span of the text to replace.
    pub span: Span,
    /// The text as written.
    pub from: String,
    /// The replacement; empty if the text has to go.
    pub to: String,
    /// A short reason, if the change does not speak for itself.
    pub because: Option<String>,
}

/// A corrected command and the edits that lead to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Proposal {
    /// The words after `az`.
    pub words: Vec<String>,
    /// The changes, in the order of the line.
    pub edits: Vec<Edit>,
    /// `true` if every change is a known change of spelling, and none a likely slip.
    pub is_certain: bool,
}

/// Returns the commands that could be meant, the likeliest first. `words` are those after `az`, and `source` is the
/// text that they are written in.
pub(super) fn proposals(words: &[Word], source: &str) -> Vec<Proposal> {
    let mut proposals = Vec::new();
    for moves in [true, false] {
        let proposal = Proposal { is_certain: true, ..Proposal::default() };
        let mut writer = Writer { source, moves, proposal };
        writer.write(words);
        let proposal = writer.proposal;
        if !proposal.edits.is_empty() && !proposals.contains(&proposal) {
            proposals.push(proposal);
        }
    }
    proposals
}

struct Writer<'a> {
    source: &'a str,
    /// An argument that belongs to another command changes the command to that one; otherwise the argument is removed.
    moves: bool,
    proposal: Proposal,
}

impl Writer<'_> {
    fn write(&mut self, words: &[Word]) {
        let mut rest = words;
        let Some(command) = self.command(&mut rest) else {
            return;
        };
        while let Some((word, after)) = rest.split_first() {
            rest = after;
            if !word.text.starts_with('-') {
                self.keep(&word.text);
                continue;
            }
            let (name, glued) = match word.text.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (word.text.as_str(), None),
            };
            let (argument, instead) = option(command, name);
            match instead {
                Some(today) if today.starts_with("az ") => self.misplaced(command, word, argument, today, &mut rest),
                Some(today) => {
                    self.proposal.is_certain &= command.legacy_names.iter().any(|(old, _, _)| *old == name);
                    let text = match glued {
                        Some(value) => format!("{today}={value}"),
                        None => today.to_owned(),
                    };
                    self.replace(word, name, today);
                    self.proposal.words.push(text);
                    self.value(argument, &mut rest);
                }
                None => {
                    self.keep(&word.text);
                    if glued.is_none() {
                        self.value(argument, &mut rest);
                    }
                }
            }
        }
    }

    fn keep(&mut self, text: &str) {
        self.proposal.words.push(text.to_owned());
    }

    /// Replaces `from` at the beginning of a word, or the whole word if it is quoted or escaped in the text.
    fn replace(&mut self, word: &Word, from: &str, to: &str) {
        let start = word.span.start;
        let written = self.source.get(start..word.span.end).unwrap_or_default();
        let span = if written.starts_with(from) { Span { start, end: start + from.len() } } else { word.span };
        let (from, to) = (self.source.get(span.start..span.end).unwrap_or_default(), to.to_owned());
        self.proposal.edits.push(Edit { span, from: from.to_owned(), to, because: None });
    }

    /// Reads the words of the command's name and corrects slips. Returns `None` if a word is unknown.
    fn command(&mut self, rest: &mut &[Word]) -> Option<&'static Command> {
        let mut path = String::new();
        loop {
            let (word, after) = rest.split_first()?;
            *rest = after;
            let group = registry().group(&path)?;
            let lower = word.text.to_lowercase();
            let member = group.members.iter().find(|member| **member == lower);
            let meant = if let Some(member) = member {
                *member
            } else {
                let meant = meant(&lower, group.members.iter().copied())?;
                self.replace(word, &word.text, meant);
                self.proposal.is_certain = false;
                meant
            };
            self.keep(meant);
            if !path.is_empty() {
                path.push(' ');
            }
            path.push_str(meant);
            if let Some(command) = registry().command(&path) {
                return Some(command);
            }
        }
    }

    /// Corrects the value after an option that takes one of a few values.
    fn value(&mut self, argument: Option<&Argument>, rest: &mut &[Word]) {
        let Some((argument, (word, after))) = argument.zip(rest.split_first()) else {
            return;
        };
        let takes_value = !matches!(argument.arity, Arity::None) && !word.text.starts_with('-');
        let is_choice = matches!(argument.value_type, ValueType::Choice(_) | ValueType::LowerCase(_));
        if !takes_value || !is_choice {
            return;
        }
        *rest = after;
        let choices = argument.choices();
        let is_known = choices.iter().any(|choice| choice.eq_ignore_ascii_case(&word.text));
        match meant(&word.text, choices.iter().copied()).filter(|_| !is_known) {
            Some(choice) => {
                self.replace(word, &word.text, choice);
                self.proposal.is_certain = false;
                self.keep(choice);
            }
            None => self.keep(&word.text),
        }
    }

    /// Handles an argument that belongs to another command; `today` is that command with the argument's spelling there.
    fn misplaced(
        &mut self,
        command: &Command,
        word: &Word,
        argument: Option<&Argument>,
        today: &str,
        rest: &mut &[Word],
    ) {
        let other = today.rsplit_once(' ').and_then(|(other, name)| Some((other.strip_prefix("az ")?, name)));
        let Some((other, name)) = other else {
            return;
        };
        if self.moves && is_beside(command.name, other) {
            let last = command.name.split(' ').count() - 1;
            if let (Some(verb), Some(slot)) = (other.rsplit(' ').next(), self.proposal.words.get_mut(last)) {
                let from = std::mem::replace(slot, verb.to_owned());
                let written = word.text.split('=').next().unwrap_or_default();
                let because = format!("'az {}' has no {written}", command.name);
                self.rename_verb(&from, verb, word.span.start, Some(because));
            }
            let value = word.text.split_once('=').map_or(String::new(), |(_, value)| format!("={value}"));
            self.keep(&format!("{name}{value}"));
            return;
        }
        // The value goes with the argument.
        let takes_value = argument.is_some_and(|argument| argument.arity != Arity::None) && !word.text.contains('=');
        let value = rest.first().filter(|value| takes_value && !value.text.starts_with('-'));
        let end = value.map_or(word.span.end, |value| value.span.end);
        if value.is_some() {
            *rest = rest.get(1..).unwrap_or_default();
        }
        let before = self.source.get(..word.span.start).unwrap_or_default();
        let start = before.trim_end_matches([' ', '\t']).len();
        let from = self.source.get(word.span.start..end).unwrap_or_default().to_owned();
        let because = Some(format!("this belongs to '{today}'"));
        self.proposal.edits.push(Edit { span: Span { start, end }, from, to: String::new(), because });
    }

    /// Changes the last word of the command's name, which stands before the byte `before`.
    fn rename_verb(&mut self, from: &str, to: &str, before: usize, because: Option<String>) {
        let text = self.source.get(..before).unwrap_or_default();
        if from != to
            && let Some(start) = text.find(&format!(" {from} ")).map(|at| at + 1)
        {
            let span = Span { start, end: start + from.len() };
            self.proposal.edits.push(Edit { span, from: from.to_owned(), to: to.to_owned(), because });
            self.proposal.edits.sort_by_key(|edit| edit.span.start);
        }
    }
}

/// Returns `true` if two commands are of the same group: they differ only in their last word.
fn is_beside(one: &str, other: &str) -> bool {
    one.rsplit_once(' ').map(|(group, _)| group) == other.rsplit_once(' ').map(|(group, _)| group)
}

/// Returns the argument that an option means, and its replacement if the option is misspelt, outdated or misplaced.
fn option(command: &'static Command, name: &str) -> (Option<&'static Argument>, Option<&'static str>) {
    let arguments = command.arguments.as_slice();
    let real = || arguments.iter().filter(|argument| argument.legacy.is_none());
    if let Some(argument) = real().find(|argument| argument.names.contains(&name)) {
        return (Some(argument), None);
    }
    if let Some((_, index, today)) = command.legacy_names.iter().find(|(spelling, _, _)| *spelling == name) {
        return (arguments.get(*index), Some(today));
    }
    if let Some(argument) = arguments.iter().find(|argument| argument.names.contains(&name)) {
        return (Some(argument), argument.legacy);
    }
    if !name.starts_with("--") {
        return (None, None);
    }
    let mut begun = real().filter(|argument| argument.names.iter().any(|known| known.starts_with(name)));
    if let (Some(argument), None) = (begun.next(), begun.next()) {
        return (Some(argument), None);
    }
    let names = real().filter(|argument| !argument.hidden).flat_map(|argument| argument.names.iter().copied());
    let meant = meant(name, names.filter(|known| known.starts_with("--")));
    let argument = meant.and_then(|meant| real().find(|argument| argument.names.contains(&meant)));
    (argument, meant)
}

/// Returns the known word that a word is a slip for. Closeness alone is not enough: `--enable-hpa` is close to
/// `--enable-vpa` and means something else.
fn meant<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known.into_iter().find(|known| is_slip(&word.to_lowercase(), &known.to_lowercase()))
}

/// Returns `true` if two words differ only in hyphens and underscores, or by one letter too many, too few, wrong or
/// swapped in parts of four letters or more. Digits must be the same.
fn is_slip(word: &str, known: &str) -> bool {
    let letters = |text: &str| text.replace(['-', '_'], "");
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    if letters(word) == letters(known) {
        return true;
    }
    let (parts, known_parts): (Vec<&str>, Vec<&str>) = (word.split('-').collect(), known.split('-').collect());
    let is_near = |(part, known): (&&str, &&str)| part == known || (known.len() >= 4 && is_one_slip(part, known));
    parts.len() == known_parts.len() && digits(word) == digits(known) && parts.iter().zip(&known_parts).all(is_near)
}

/// Returns `true` if two words differ by one letter, or by two neighbouring letters that are swapped.
fn is_one_slip(word: &str, known: &str) -> bool {
    let (word, known): (Vec<char>, Vec<char>) = (word.chars().collect(), known.chars().collect());
    let begin = word.iter().zip(&known).take_while(|(one, other)| one == other).count();
    let (word, known) = (word.get(begin..).unwrap_or_default(), known.get(begin..).unwrap_or_default());
    match (word, known) {
        ([], [_]) | ([_], []) => true,
        ([first, rest @ ..], [other, others @ ..]) => {
            rest == others
                || rest == known
                || word == others
                || matches!((rest, others), ([second, rest @ ..], [another, others @ ..])
                    if first == another && second == other && rest == others)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_told_from_other_words() {
        let check = |word: &str, known: &str, expected: bool| {
            assert_eq!(is_slip(word, known), expected, "{word} {known}");
        };
        check("nodepol", "nodepool", true);
        check("ndoepool", "nodepool", true);
        check("deallocated", "deallocate", true);
        check("--node-poosl", "--node-pools", true);
        check("--nodecount", "--node-count", true);
        check("--node_count", "--node-count", true);
        check("--scael-down-mdoe", "--scale-down-mode", true);
        check("--enable-hpa", "--enable-vpa", false);
        check("--kube-proxy-config", "--http-proxy-config", false);
        check("operation", "operation-abort", false);
        check("managednatgatewayv2", "managednatgateway", false);
        check("stop", "start", false);
        check("", "a", false);
    }
}
